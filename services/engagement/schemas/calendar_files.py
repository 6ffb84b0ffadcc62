"""Public holidays read from an iCalendar file (RFC 5545)."""

import re
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import Any

from dateutil.rrule import rrulestr
from icalendar import Calendar as Ical
from icalendar.error import BrokenCalendarProperty

from services.engagement.schemas.calendars import YearIn
from shared.kernel.problems import Problem
from shared.kernel.validation import whole

_LONGEST = timedelta(days=366)
_MOST_TIMES = 1_000
_LAST_YEAR = 2200
_YEARS_AHEAD = 5
_OF_HOLIDAYS = (
    "holiday", "feiertag", "fériés", "festivos", "feriados", "festività", "feestdagen", "helgdagar", "节假日", "假期",
    "放假", "假日", "祝日", "공휴일", "праздник",
)  # fmt: skip
"""Words by which a calendar says of itself that its days are holidays."""
Days = dict[str, set[date]]


class NotACalendarFile(Problem):
    status = 422
    title = ("Not a calendar of holidays", "不是节假日日历文件")
    en = "The file cannot be used: {why}"
    zh = "无法使用该文件：{why_zh}"


def years_of(file: bytes, *, all_days: bool, this_year: int) -> list[YearIn]:
    """The years that the file has holidays or make-up days for. Raises `NotACalendarFile`.

    Days without a word that says what they are count as holidays with `all_days`, or where no day has such a word and
    the calendar is named one of holidays. What recurs counts in the years that the file has single days of; where it
    has none, from `this_year` on for five years more.
    """
    try:
        content = Ical.from_ical(file)
        events = [one for one in content.walk("VEVENT") if str(one.get("STATUS", "")).upper() != "CANCELLED"]
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, RecursionError):
        raise NotACalendarFile(why="it is no iCalendar.", why_zh="不是 iCalendar 格式。") from None
    name = f"{content.get('X-WR-CALNAME', '')} {content.get('PRODID', '')}".casefold()
    is_of_holidays = not any(map(_kind, events)) and any(word in name for word in _OF_HOLIDAYS)
    usual = "holidays" if all_days or is_of_holidays else ""
    counted = [(kind, event) for event in events if (kind := _kind(event) or usual)]
    years: dict[int, Days] = defaultdict(lambda: {"holidays": set(), "working_weekends": set()})
    for kind, event in counted:
        if "RRULE" not in event:
            for day in _days(event):
                years[day.year][kind].add(day)
    recurring = [(kind, event) for kind, event in counted if "RRULE" in event]
    wanted = set(years) or set(range(this_year, this_year + _YEARS_AHEAD + 1))
    moved = {(str(one.get("UID")), when) for one in events if (when := _whole_day(one, "RECURRENCE-ID"))}
    for kind, event in recurring:
        for day in _recurring_days(event, wanted, moved):
            years[day.year][kind].add(day)
    if not years:
        raise NotACalendarFile(
            why="it has no whole-day event that is a holiday or a make-up day by its words; with `all_days=holiday`"
            " every day in it is a holiday.",
            why_zh="其中没有可凭文字识别的全天假日或调休事件；如文件中的日期均为假日，请加 `all_days=holiday`。",
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
    """The days of a whole-day event; DTEND is the day after the last. Raises `NotACalendarFile`."""
    start, end = _whole_day(event, "DTSTART"), _whole_day(event, "DTEND")
    if start is None or start.year > _LAST_YEAR:
        return
    last = max((end or start + _length(event)) - timedelta(days=1), start)
    if last - start > _LONGEST:
        raise _unreadable(event, "lasts longer than a year", "持续超过一年")
    for number in range((last - start).days + 1):
        yield start + timedelta(days=number)


def _length(event: Any) -> timedelta:
    """Of an event without an end: as it says, or a day."""
    said = getattr(event.get("DURATION"), "dt", None)
    return said if isinstance(said, timedelta) and said.days > 0 else timedelta(days=1)


def _recurring_days(event: Any, years: AbstractSet[int], moved: AbstractSet[tuple[str, date]]) -> Iterator[date]:
    """The days of an event that comes again, in `years`, but those that were taken out or moved."""
    days = list(_days(event))
    if not days:
        return
    rules = event["RRULE"] if isinstance(event["RRULE"], list) else [event["RRULE"]]
    out = {day for one in _many(event.get("EXDATE")) for when in one.dts if (day := _day(when.dt))}
    first = datetime.combine(days[0], time())
    from_, until = datetime(min(years), 1, 1), datetime(max(years), 12, 31)  # noqa: DTZ001 (days have no zone)
    for rule in rules:
        # days are compared with days: a zone in UNTIL says nothing of them
        text = re.sub(r"(UNTIL=\d{8})T?\w*", r"\1", rule.to_ical().decode())
        try:
            times = islice(rrulestr(text, dtstart=first).xafter(from_, inc=True), _MOST_TIMES)
            starts = [one.date() for one in takewhile(lambda one: one <= until, times)]
        except (ValueError, TypeError):
            raise _unreadable(event, "has no readable RRULE", "的 RRULE 无法识别") from None
        for start in starts:
            if start not in out and (str(event.get("UID")), start) not in moved:
                yield from (start + (day - days[0]) for day in days if (start + (day - days[0])).year in years)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value is not None else []


def _whole_day(event: Any, name: str) -> date | None:
    """The date; None where there is none or where it has a time of day. Raises `NotACalendarFile`."""
    try:
        return _day(getattr(event.get(name), "dt", None))
    except BrokenCalendarProperty:
        raise _unreadable(event, f"has no readable {name}", f"的 {name} 无法识别") from None


def _day(when: object) -> date | None:
    return when if isinstance(when, date) and not isinstance(when, datetime) else None


def _unreadable(event: Any, en: str, zh: str) -> NotACalendarFile:
    summary = str(event.get("SUMMARY", "?"))[:100]
    return NotACalendarFile(why=f"the event {summary} {en}.", why_zh=f"事件 {summary} {zh}。")
