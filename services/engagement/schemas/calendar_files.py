"""Public holidays read from an iCalendar file (RFC 5545)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Calendar as Ical

from services.engagement.schemas.calendars import YearIn
from shared.problems import Problem
from shared.validation import whole

_LONGEST = timedelta(days=31)


class NotACalendarFile(Problem):
    status = 422
    title = ("Not a calendar of holidays", "不是节假日日历文件")
    en = "The file cannot be used: {why}"
    zh = "无法使用该文件：{why_zh}"


def years_of(file: bytes) -> list[YearIn]:
    """The years that the file has holidays or make-up days for. Raises `NotACalendarFile`."""
    try:
        content = Ical.from_ical(file)
    except (ValueError, KeyError, IndexError, AttributeError, TypeError) as wrong:
        raise NotACalendarFile(why=f"it is no iCalendar: {str(wrong)[:200]}", why_zh="不是 iCalendar 格式。") from None
    years: dict[int, dict[str, set[date]]] = defaultdict(lambda: {"holidays": set(), "working_weekends": set()})
    for event in content.walk("VEVENT"):
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
    start = getattr(event.get("DTSTART"), "dt", None)
    if not isinstance(start, date) or isinstance(start, datetime):
        return
    end = getattr(event.get("DTEND"), "dt", None)
    if not isinstance(end, date) or isinstance(end, datetime) or end <= start:
        end = start + timedelta(days=1)
    day = start
    while day < min(end, start + _LONGEST):
        yield day
        day += timedelta(days=1)
