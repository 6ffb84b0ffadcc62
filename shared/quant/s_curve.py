"""How likely a value is to be kept, from some percentiles of its distribution."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from statistics import NormalDist

_Z80 = NormalDist().inv_cdf(0.8)


def probability_within(value: Decimal, curve: Sequence[tuple[float, Decimal]]) -> float:
    """The probability of at most `value`, 0…1, from points (probability, value) of the S-curve, to four decimals.

    Between points in proportion; 0 below the first one and 1 above the last. Values do not fall with probability.
    """
    if value < curve[0][1]:
        return 0.0
    for (low, below), (high, above) in pairwise(curve):
        if value < above:
            return round(low + (high - low) * float((value - below) / (above - below)), 4)
    return 1.0 if value > curve[-1][1] else curve[-1][0]


def probability_through(value: float, p50: float, p80: float) -> float:
    """The probability of at most `value`, 0…1, from the normal distribution with these percentiles, to four decimals.

    sigma = (P80 - P50) / 0.8416; without any spread it is 0 or 1.
    """
    sigma = (p80 - p50) / _Z80
    if sigma <= 0:
        return float(value >= p50)
    return round(NormalDist(p50, sigma).cdf(value), 4)
