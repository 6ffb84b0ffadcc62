"""Whether the plan fits the client's money and time, as probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import NormalDist

from shared.affordability import probability_within
from shared.calendars import WorkingCalendar

_Z80 = NormalDist().inv_cdf(0.8)
_ONE_DAY = 1


@dataclass(frozen=True, slots=True)
class Delay:
    """How many working days later than planned it may get: percentiles, and the curve where it is known."""

    p50_days: float
    p80_days: float
    curve: Sequence[tuple[float, Decimal]] = ()


def by_date(latest: date, finish: date, delay: Delay, calendar: WorkingCalendar) -> float:
    """The probability to be done by `latest` when the plan ends on `finish`.

    Read off the curve of the delay, else off a normal distribution through its 50th and 80th percentiles.
    """
    between = calendar.count(min(finish, latest), max(finish, latest)) - _ONE_DAY
    left = between if latest >= finish else -between
    if delay.curve:
        return probability_within(Decimal(left), delay.curve)
    sigma = (delay.p80_days - delay.p50_days) / _Z80
    if sigma <= 0:
        return float(left >= delay.p50_days)
    return round(NormalDist(delay.p50_days, sigma).cdf(left), 4)
