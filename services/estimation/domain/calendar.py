"""Dates on a calendar of working days, the same as the proposal's schedule has, and months."""

from collections.abc import Iterator
from datetime import date, timedelta

from shared.quant.calendars import WorkingCalendar


def working_day(day: date, calendar: WorkingCalendar) -> date:
    """`day`, or the first working day after it."""
    return next(calendar.from_day(day))


def plus_working_days(day: date, count: int, calendar: WorkingCalendar) -> date:
    """The working day that is `count` ≥ 0 working days after the working day `day`."""
    return calendar.span(day, count + 1)[-1]


def plus_months(day: date, count: int) -> date:
    """The same day of the month `count` months later, or the last of that month where it has no such day."""
    index = day.year * 12 + day.month - 1 + count
    _, last = month_ends(f"{index // 12:04d}-{index % 12 + 1:02d}")
    return last.replace(day=min(day.day, last.day))


def months(first: date, last: date) -> Iterator[str]:
    """The months from `first` to `last`, such as `2027-01`."""
    for index in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        year, month = divmod(index, 12)
        yield f"{year:04d}-{month + 1:02d}"


def month_ends(month: str) -> tuple[date, date]:
    """The first and the last day of a month such as `2027-01`."""
    year, number = map(int, month.split("-"))
    index = year * 12 + number
    return date(year, number, 1), date(index // 12, index % 12 + 1, 1) - timedelta(days=1)
