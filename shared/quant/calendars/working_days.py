"""Working days: Monday to Friday, less public holidays, plus weekend days worked to make up for them (调休).

A calendar of its own kind says other days of the week.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import Any

MONDAY_TO_FRIDAY = frozenset(range(5))
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days are worked. Outside of the years that holidays are known for, every one of the `weekdays` is."""

    code: str
    holidays: frozenset[date] = frozenset()
    """Days off that would otherwise be worked."""
    working_weekends: frozenset[date] = frozenset()
    """Saturdays and Sundays, or whatever days off a week has, that are worked."""
    announced_until: date | None = None
    """Up to here the holidays are as announced, with their make-up days."""
    statutory_until: date | None = None
    """From there up to here only the holidays fixed by law are known, not yet which weekends make up for them."""
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    """The days of the week that are worked; Monday is 0."""

    def amended(
        self, *, weekdays: frozenset[int] | None, holidays: frozenset[date], worked: frozenset[date]
    ) -> "WorkingCalendar":
        """The same with days of its own; a day that these name is decided by that alone."""
        return replace(
            self,
            holidays=(self.holidays | holidays) - worked,
            working_weekends=(self.working_weekends | worked) - holidays,
            weekdays=self.weekdays if weekdays is None else weekdays,
        )

    def is_working(self, day: date) -> bool:
        if day.weekday() in self.weekdays:
            return day not in self.holidays
        return day in self.working_weekends

    def from_day(self, first: date) -> Iterator[date]:
        """The working days on and after `first`, without end."""
        day = first
        while True:
            if self.is_working(day):
                yield day
            day += _DAY

    def span(self, first: date, count: int) -> Sequence[date]:
        """The first `count` working days on or after `first`: index n is the date of working day n."""
        return tuple(islice(self.from_day(first), count))

    def count(self, first: date, last: date) -> int:
        """How many working days there are from `first` to `last`, both included; none when `last` is earlier."""
        return sum(self.is_working(first + _DAY * n) for n in range((last - first).days + 1))

    def unknown_years(self, first: date, last: date) -> list[int]:
        """The years between two days of which no holidays are known at all, neither announced nor fixed by law."""
        until = max(filter(None, (self.announced_until, self.statutory_until)), default=date.min)
        return [year for year in range(first.year, last.year + 1) if year > until.year]


def working_calendar(content: Mapping[str, Any]) -> WorkingCalendar:
    """The calendar that content like that of CN.json describes. Raises `ValueError` or `KeyError` when it is none."""
    years: Mapping[str, Mapping[str, Any]] = content["years"]

    def days(name: str) -> frozenset[date]:
        return frozenset(date.fromisoformat(day) for year in years.values() for day in year[name])

    def last(status: str) -> date | None:
        known = [int(year) for year, facts in years.items() if facts["status"] == status]
        return date(max(known), 12, 31) if known else None

    return WorkingCalendar(
        content["code"], days("holidays"), days("working_weekends"), last("announced"), last("statutory")
    )
