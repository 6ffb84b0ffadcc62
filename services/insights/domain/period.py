"""Periods that figures are of: a year, a quarter, a month, or days from … to, both included, where the tenant works."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

FORMS = "2026, 2026-Q3, 2026-09 or 2026-07-01..2026-09-30"
_NAMED = re.compile(r"(?P<year>\d{4})(?:-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?")
_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included, by what they are called."""

    label: str
    first: date
    last: date

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Raises `ValueError`: `not_a_period`, or `end_before_start`."""
        if days := _DAYS.fullmatch(text):
            try:
                first, last = (date.fromisoformat(day) for day in days.groups())
            except ValueError:
                raise ValueError("not_a_period") from None
            if last < first:
                raise ValueError("end_before_start")
            return cls(text, first, last)
        named = _NAMED.fullmatch(text)
        if named is None or not 1 <= int(named["year"]) < date.max.year:
            raise ValueError("not_a_period")
        year, months = int(named["year"]), 12
        month = 1
        if named["quarter"]:
            month, months = 3 * int(named["quarter"]) - 2, 3
        elif named["month"]:
            month, months = int(named["month"]), 1
        after = date(year + (month + months > 12), (month + months - 1) % 12 + 1, 1)  # noqa: PLR2004 (months)
        return cls(text, date(year, month, 1), after - timedelta(days=1))

    @property
    def before(self) -> "Period":
        """The period of the same kind before it; of days, as many days. Raises `ValueError` where there is none."""
        last = self.first.toordinal() - 1
        if ".." in self.label:
            first = date.fromordinal(last - (self.last - self.first).days)
            return Period.parse(f"{first}..{date.fromordinal(last)}")
        day = date.fromordinal(last)
        if "-Q" in self.label:
            return Period.parse(f"{day.year:04}-Q{(day.month + 2) // 3}")
        return Period.parse(f"{day.year:04}-{day.month:02}" if "-" in self.label else f"{day.year:04}")


@lru_cache(maxsize=100_000)
def _day_of_hour(hour: str, zone: ZoneInfo) -> date | None:
    """The day of every moment of an hour, `2026-07-01T04`; None where a day begins within it.

    There are few hours and many moments: thousands of opportunities are looked at by each figure.
    """
    first, last = (datetime.fromisoformat(f"{hour}:{rest}+00:00").astimezone(zone).date() for rest in ("00", "59:59"))
    return first if first == last else None


@dataclass(frozen=True, slots=True)
class Span:
    """A period, or all time, in the time zone that its days end by, as it is looked at on a day."""

    period: Period | None
    zone: ZoneInfo
    today: date

    def holds(self, day: date | str | None) -> bool:
        """Whether a day is in it; what has no day is in none, and in all time."""
        if self.period is None:
            return True
        if day is None:
            return False
        day = date.fromisoformat(day) if isinstance(day, str) else day
        return self.period.first <= day <= self.period.last

    def day_of(self, moment: str) -> date:
        """The day of a moment in ISO 8601 of UTC."""
        return _day_of_hour(moment[:13], self.zone) or datetime.fromisoformat(moment).astimezone(self.zone).date()

    def holds_moment(self, moment: str | None) -> bool:
        """As `holds`, of a moment in ISO 8601."""
        return self.holds(None if moment is None or self.period is None else self.day_of(moment))
