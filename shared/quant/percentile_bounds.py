"""The absolute bounds of a range whose ends were given as percentiles, as people give them."""

from functools import lru_cache

import numpy as np

from shared.quant.distributions import BetaPert, ParameterOutOfRange, Triangular

Tails = tuple[float, float]
"""Which part of a distribution is below the lower percentile, and which above the upper one: 0…1, together below 1."""
_HALVINGS = 50


def percentile_bounds(
    low: float, mode: float, high: float, *, tails: Tails, weight: float | None, least: float | None = None
) -> tuple[float, float]:
    """The absolute bounds of a range of which `tails` are below `low` and above `high`, within 1e-9 of the range.

    `weight` is that of beta-PERT; None is a triangle (@RISK's RiskTrigen). Where the lower bound would be less than
    `least` it is `least`, and the upper percentile stays what it is. Raises `ParameterOutOfRange`.
    """
    if min(tails) < 0 or sum(tails) >= 1:
        raise ParameterOutOfRange("the shares outside are 0 to 1, together below 1")
    below, above = mode - low, high - mode
    if below + above == 0:
        return low, high
    place, width = _fit(tails, weight, round(below / (below + above), 12))
    width *= below + above
    lowest = mode - place * width
    if least is not None and lowest < least:
        if high <= least:
            return least, least
        return least, least + (high - least) * _stretch(tails, weight, round((mode - least) / (high - least), 12))
    return lowest, lowest + width


def trigen(low: float, mode: float, high: float, *, tails: Tails = (0.1, 0.1)) -> Triangular:
    """The triangular distribution of which `tails` are below `low` and above `high`. Raises `ParameterOutOfRange`.

    What people call best and worst case is seldom absolute: 8, 10, 14 as P10 and P90 reach from 5.9 to 16.7.
    """
    lowest, highest = percentile_bounds(low, mode, high, tails=tails, weight=None)
    return Triangular(min(lowest, mode), mode, max(highest, mode))


@lru_cache(maxsize=512)
def _stretch(tails: Tails, weight: float | None, mode: float) -> float:
    """The upper bound of a range from 0 with this mode (0…1), of which the upper tail is above 1."""
    lowest, highest = 1.0, 8.0
    for _ in range(_HALVINGS):
        bound = (lowest + highest) / 2
        _, above = _gaps(mode / bound, tails, weight)
        if mode + above * bound < 1:
            lowest = bound
        else:
            highest = bound
    return highest


@lru_cache(maxsize=512)
def _fit(tails: Tails, weight: float | None, share_below: float) -> tuple[float, float]:
    """Where the mode is on the range (0…1), and how wide that is, when the percentiles are 1 apart with it between."""
    lowest, highest = 0.0, 1.0
    for _ in range(_HALVINGS):
        place = (lowest + highest) / 2
        below, above = _gaps(place, tails, weight)
        if below < share_below * (below + above):
            lowest = place
        else:
            highest = place
    return place, 1 / (below + above)


def _gaps(place: float, tails: Tails, weight: float | None) -> Tails:
    """How far the lower percentile is below and the upper above the mode, on a range from 0 to 1."""
    unit = Triangular(0.0, place, 1.0) if weight is None else BetaPert(0.0, place, 1.0, weight)
    low, high = unit.quantiles(np.array([tails[0], 1 - tails[1]]))
    return place - float(low), float(high) - place
