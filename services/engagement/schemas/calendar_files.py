"""Public holidays read from an iCalendar file (RFC 5545)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Calendar as Ical
from icalendar.error import BrokenCalendarProperty

from services.engagement.schemas.calendars import YearIn
from shared.problems import Problem
from shared.validation import whole

_LONGEST = timedelta(days=31)
_LAST_YEAR = 2200


class NotACalendarFile(Problem):
    status = 422
    title = ("Not a calendar of holidays", "不是节假日日历文件")
    en = "The file cannot be used: {why}"
    zh = "无法使用该文件：{why_zh}"


def years_of(file: bytes) -> list[YearIn]:
    """The years that the file has holidays or make-up days for. Raises `NotACalendarFile`."""
    try:
        content = Ical.from_ical(file)
        events = content.walk("VEVENT")
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, RecursionError):
        raise NotACalendarFile(why="it is no iCalendar.", why_zh="不是 iCalendar 格式。") from None
    years: dict[int, dict[str, set[date]]] = defaultdict(lambda: {"holidays": set(), "working_weekends": set()})
    for event in events:
        kind = _kind(event)
        for day in _days(event) if kind else ():
            years[day.year][kind].add(day)
    if not years:
        raise NotACalendarFile(
            why="it has no whole-day event that is a holiday or a make-up day.",
            why_zh="其中没有全天的假日或调休事件。",
        )
    source = str(content.get("X-WR-CALNAME") or content.get("PRODID") or "iCalendar")[:300]
    return [
        whole(YearIn, {"year": year, "source": source, **{name: sorted(days) for name, days in found.items()}})
        for year, found in sorted(years.items())
    ]


def _kind(event: Any) -> str:
    marked = str(event.get("X-APPLE-SPECIAL-DAY", "")).upper()
    summary = str(event.get("SUMMARY", "")).lower()
    if marked == "ALTERNATE-WORKDAY" or "班" in summary or "workday" in summary:
        return "working_weekends"
    if marked == "WORK-HOLIDAY" or any(word in summary for word in ("休", "假", "holiday")):
        return "holidays"
    return ""


def _days(event: Any) -> Iterator[date]:
    """The days of a whole-day event; DTEND is the day after the last."""
    start, end = _whole_day(event, "DTSTART"), _whole_day(event, "DTEND")
    if start is None or start.year > _LAST_YEAR:
        return
    day = start
    while day < min(end or start, start + _LONGEST) or day == start:
        yield day
        day += timedelta(days=1)


def _whole_day(event: Any, name: str) -> date | None:
    """The date; None where there is none or where it has a time of day."""
    try:
        day = getattr(event.get(name), "dt", None)
    except BrokenCalendarProperty:
        summary = str(event.get("SUMMARY", "?"))[:100]
        raise NotACalendarFile(
            why=f"the event {summary} has no readable {name}.", why_zh=f"事件 {summary} 的 {name} 无法识别。"
        ) from None
    return day if isinstance(day, date) and not isinstance(day, datetime) else None
