"""Whether the plan fits the client's money and time, as probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import NormalDist

from services.estimation.domain.calendar import working_days
from shared.affordability import probability_within

_Z80 = NormalDist().inv_cdf(0.8)
_ONE_DAY = 1


@dataclass(frozen=True, slots=True)
class Delay:
    """How many working days later than planned it may get: percentiles, and the curve where it is known."""

    p50_days: float
    p80_days: float
    curve: Sequence[tuple[float, Decimal]] = ()


def by_date(latest: date, finish: date, delay: Delay) -> float:
    """The probability to be done by `latest` when the plan ends on `finish`.

    Read off the curve of the delay, else off a normal distribution through its 50th and 80th percentiles.
    """
    left = working_days(finish, latest) - _ONE_DAY if latest >= finish else -(working_days(latest, finish) - _ONE_DAY)
    if delay.curve:
        return probability_within(Decimal(left), delay.curve)
    sigma = (delay.p80_days - delay.p50_days) / _Z80
    if sigma <= 0:
        return float(left >= delay.p50_days)
    return round(NormalDist(delay.p50_days, sigma).cdf(left), 4)
