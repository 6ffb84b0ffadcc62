"""Day counts: how long a year is between two dates."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum


class DayCount(StrEnum):
    """Actual/365 fixed, actual/360, 30E/360 (Eurobond), actual/actual (ISDA 2006, section 4.16)."""

    ACT_365F = "act/365F"
    ACT_360 = "act/360"
    THIRTY_E_360 = "30E/360"
    ACT_ACT_ISDA = "act/act ISDA"


def years_between(start: date, end: date, convention: DayCount = DayCount.ACT_365F) -> float:
    """Years from `start` to `end`, which is not earlier."""
    return _COUNTS[convention](start, end)


def _thirty_e(start: date, end: date) -> float:
    months = (end.year - start.year) * 12 + end.month - start.month
    return (months * 30 + min(end.day, 30) - min(start.day, 30)) / 360


def _actual(start: date, end: date) -> float:
    """Days of leap years count as 1/366 of a year, all others as 1/365."""
    if start.year == end.year:
        return (end - start).days / _length(start.year)
    first = (date(start.year + 1, 1, 1) - start).days / _length(start.year)
    last = (end - date(end.year, 1, 1)).days / _length(end.year)
    return first + (end.year - start.year - 1) + last


def _length(year: int) -> int:
    return 366 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 365


_COUNTS: Mapping[DayCount, Callable[[date, date], float]] = {
    DayCount.ACT_365F: lambda start, end: (end - start).days / 365,
    DayCount.ACT_360: lambda start, end: (end - start).days / 360,
    DayCount.THIRTY_E_360: _thirty_e,
    DayCount.ACT_ACT_ISDA: _actual,
}
