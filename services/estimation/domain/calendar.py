"""Working days Monday to Friday, and months: enough for a budget; the proposal's schedule knows the holidays."""

from collections.abc import Iterator
from datetime import date, timedelta

_WEEK = 5


def working_day(day: date) -> date:
    """`day`, or the Monday after it."""
    return day + timedelta(days=max(7 - day.weekday(), 0) if day.weekday() >= _WEEK else 0)


def plus_working_days(day: date, count: int) -> date:
    """The working day that is `count` ≥ 0 working days after the working day `day`."""
    weeks, rest = divmod(day.weekday() + count, _WEEK)
    return day + timedelta(days=7 * weeks + rest - day.weekday())


def working_days(first: date, last: date) -> int:
    """How many working days there are from `first` to `last`, both included; 0 when `last` is earlier."""

    def before(day: date) -> int:
        weeks, rest = divmod(day.toordinal() - 1, 7)  # day 1 of the calendar was a Monday
        return weeks * _WEEK + min(rest, _WEEK)

    return max(before(last + timedelta(days=1)) - before(first), 0)


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
