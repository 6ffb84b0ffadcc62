"""Working time: how much of it lies between two moments, and when a stretch of it will have passed.

Opening hours are wall-clock times of a zone, so that a day may have 23 or 25 hours; all moments in and out are in UTC.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Span = tuple[int, int]
"""From and until, in minutes after local midnight; 1440 is the end of the day."""

HORIZON = timedelta(days=3660)
"""How far ahead working time is looked for."""

_DAY = timedelta(days=1)


class NoWorkingTime(ValueError):
    """The calendar is hardly ever open: the time asked for does not pass within ten years."""


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """When people work: hours by weekday, less public holidays, plus days worked to make up for them (调休)."""

    zone: ZoneInfo
    hours: Mapping[int, tuple[Span, ...]]
    """By weekday, Monday is 0; a weekday that is missing is off."""
    holidays: frozenset[date] = frozenset()
    working_weekends: frozenset[date] = frozenset()
    """Days worked although their weekday is off; they have the hours of the week's first working day."""

    def spans(self, day: date) -> tuple[Span, ...]:
        """The hours worked on a day; none on a day off."""
        if day in self.holidays:
            return ()
        hours = self.hours.get(day.weekday(), ())
        if not hours and day in self.working_weekends:
            return next((self.hours[weekday] for weekday in sorted(self.hours) if self.hours[weekday]), ())
        return hours

    def open_between(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of working time within `start` and `end`, in order, in UTC, without overlap."""
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        done = start
        while day <= last:
            for opens, closes in self.spans(day):
                # a wall time that the zone skips or repeats must not let two stretches overlap
                begin, until = max(self._moment(day, opens), done), min(self._moment(day, closes), end)
                if begin < until:
                    yield begin, until
                    done = until
            day += _DAY

    def _moment(self, day: date, minutes: int) -> datetime:
        wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
        return wall.replace(tzinfo=self.zone).astimezone(UTC)


def business_time_between(calendar: BusinessCalendar, start: datetime, end: datetime) -> timedelta:
    """How much working time passes from `start` to `end`; none when `end` is earlier."""
    return sum((until - begin for begin, until in calendar.open_between(start, end)), timedelta())


def add_business_time(calendar: BusinessCalendar, start: datetime, amount: timedelta) -> datetime:
    """The first moment by which `amount` of working time has passed since `start`; `start` itself for none.

    Raises `NoWorkingTime` when that takes longer than `HORIZON`.
    """
    if amount <= timedelta():
        return start.astimezone(UTC)
    left = amount
    for begin, until in calendar.open_between(start, start + HORIZON):
        if until - begin >= left:
            return begin + left
        left -= until - begin
    raise NoWorkingTime(f"{amount} of working time does not pass within {HORIZON.days} days of {start}")
