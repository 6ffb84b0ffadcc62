"""A range of three points and its beta-PERT distribution (Vose, *Risk Analysis*, 3rd ed.: lambda = 4)."""

from dataclasses import dataclass
from functools import lru_cache
from math import isfinite

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

_NODES = 2_049
_ANGLE = np.linspace(0, np.pi / 2, _NODES)
_SHARE = np.sin(_ANGLE) ** 2
"""Places between optimistic (0) and pessimistic (1), dense at both ends, where the distribution is steep."""


class RangeOrder(ValueError):
    """A range that is not optimistic ≤ most likely ≤ pessimistic in finite numbers."""


@dataclass(frozen=True, slots=True)
class ThreePoint:
    """optimistic ≤ most likely ≤ pessimistic, in any unit. Raises `RangeOrder`."""

    optimistic: float
    most_likely: float
    pessimistic: float

    def __post_init__(self) -> None:
        points = (self.optimistic, self.most_likely, self.pessimistic)
        if not all(map(isfinite, points)) or sorted(points) != list(points):
            raise RangeOrder(f"{points} is not optimistic <= most likely <= pessimistic")

    @property
    def mean(self) -> float:
        """(a + 4 m + b) / 6: the mean of the beta-PERT distribution."""
        return (self.optimistic + 4 * self.most_likely + self.pessimistic) / 6

    def scaled(self, factor: float) -> "ThreePoint":
        """The range in another unit; `factor` ≥ 0. Rounded to hundredths: a range knows no more."""
        return ThreePoint(*(round(x * factor, 2) for x in (self.optimistic, self.most_likely, self.pessimistic)))

    def shifted(self, amount: float) -> "ThreePoint":
        """The range with `amount` more at each point."""
        return ThreePoint(*(round(x + amount, 2) for x in (self.optimistic, self.most_likely, self.pessimistic)))

    def quantile(self, probability: Samples) -> Samples:
        """Values of the usual beta-PERT that are not exceeded with each `probability` (0…1)."""
        return beta_pert_quantile(self, 4.0, probability)


def beta_pert_quantile(range_: ThreePoint, shape: float, probability: Samples) -> Samples:
    """Values that are not exceeded with each `probability` (0…1), within 2e-6 of the range; `shape` is lambda."""
    width = range_.pessimistic - range_.optimistic
    if width == 0:
        return np.full(len(probability), range_.optimistic)
    table = _cumulative((range_.most_likely - range_.optimistic) / width, shape)
    return np.asarray(range_.optimistic + width * np.interp(probability, table, _SHARE))


NOTHING = ThreePoint(0.0, 0.0, 0.0)


@lru_cache(maxsize=1024)
def _cumulative(mode: float, shape: float) -> Samples:
    """Probability below each of `_SHARE` for the beta-PERT on 0…1 with this mode and shape L.

    With x = sin²t the density x^(L mode) (1-x)^(L - L mode) dx is smooth in t, so that the trapezoidal rule on 2,049
    points is right to 2e-6; inverting this table is some thousand times faster than the exact quantile.
    """
    density = np.sin(_ANGLE) ** (2 * shape * mode + 1) * np.cos(_ANGLE) ** (2 * shape * (1 - mode) + 1)
    density[-1] = 0.0  # cos(pi / 2) is not exactly zero in floating point
    area = np.concatenate(([0.0], np.cumsum((density[1:] + density[:-1]) / 2)))
    return np.asarray(area / area[-1])
