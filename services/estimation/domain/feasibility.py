"""Whether the plan fits the client's money and time, as probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.quant.calendars import WorkingCalendar
from shared.quant.s_curve import probability_through, probability_within

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
    return probability_through(left, delay.p50_days, delay.p80_days)
