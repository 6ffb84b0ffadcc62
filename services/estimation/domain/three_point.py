"""Ranges of three points: their mean and spread by PERT, beta-PERT and triangle, percentile bounds, and sums."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import fsum, isfinite, sqrt
from statistics import NormalDist
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Le

Point = Annotated[float, Le(1_000_000)]

_STANDARD = NormalDist()


class ImpossibleRange(ValueError):
    """Not a range of effort: `range_order`, `not_finite` or `negative_amount` is its text and its code."""


@dataclass(frozen=True, slots=True)
class ThreePoint:
    """0 ≤ optimistic ≤ most likely ≤ pessimistic, in the unit that the field's name says. Raises `ImpossibleRange`."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    optimistic: Point
    most_likely: Point
    pessimistic: Point

    def __post_init__(self) -> None:
        points = (self.optimistic, self.most_likely, self.pessimistic)
        if not all(map(isfinite, points)):
            raise ImpossibleRange("not_finite")
        if sorted(points) != list(points):
            raise ImpossibleRange("range_order")
        if self.optimistic < 0:
            raise ImpossibleRange("negative_amount")

    def scaled(self, factor: float) -> "ThreePoint":
        """The range times `factor` ≥ 0."""
        return ThreePoint(self.optimistic * factor, self.most_likely * factor, self.pessimistic * factor)

    def rounded(self, places: int) -> "ThreePoint":
        return ThreePoint(*(round(x, places) for x in (self.optimistic, self.most_likely, self.pessimistic)))


class Shape(StrEnum):
    """How likely the values within a range are. On (0, 0.5, 1) the three differ by 22 % in spread: always say which."""

    PERT = "pert"
    """Classic: mean (a + 4m + b) / 6, standard deviation (b - a) / 6, a convention (PMBOK Guide, 6th ed., 6.4.2.4)."""
    BETA_PERT = "beta_pert"
    """A beta distribution with that mean (Vose, *Risk Analysis*, 3rd ed., lambda = 4), and its own deviation."""
    TRIANGULAR = "triangular"

    def mean(self, size: ThreePoint) -> float:
        """The expected value."""
        a, m, b = size.optimistic, size.most_likely, size.pessimistic
        return (a + m + b) / 3 if self is Shape.TRIANGULAR else (a + 4 * m + b) / 6

    def variance(self, size: ThreePoint) -> float:
        a, m, b = size.optimistic, size.most_likely, size.pessimistic
        match self:
            case Shape.PERT:
                return ((b - a) / 6) ** 2
            case Shape.BETA_PERT:
                mean = self.mean(size)
                return (mean - a) * (b - mean) / 7
            case Shape.TRIANGULAR:
                return (a * a + m * m + b * b - a * m - a * b - m * b) / 18

    def standard_deviation(self, size: ThreePoint) -> float:
        return sqrt(max(self.variance(size), 0.0))

    def from_percentiles(self, size: ThreePoint) -> ThreePoint:
        """The absolute bounds of a range whose ends were given as P10 and P90, as people give them.

        Unaided ranges are too narrow (Jørgensen, Teigen, Moløkken 2004), so that their ends are rarely the worst case.
        A lower bound that would be negative is zero. Within 1e-6 of the range.
        """
        below, above = size.most_likely - size.optimistic, size.pessimistic - size.most_likely
        if below + above == 0:
            return size
        mode, width = _fit(self is Shape.TRIANGULAR, round(below / (below + above), 12))
        width *= below + above
        lowest = size.most_likely - mode * width
        return ThreePoint(max(lowest, 0.0), size.most_likely, lowest + width)


_ANGLE = np.linspace(0, np.pi / 2, 4_097)
_PLACE = np.sin(_ANGLE) ** 2
"""Places between the lower (0) and the upper bound (1), dense at both ends, where a beta distribution is steep."""


def _gaps(mode: float, *, is_triangular: bool) -> tuple[float, float]:
    """How far P10 is below and P90 above the mode, on a range from 0 to 1."""
    if is_triangular:
        low = sqrt(0.1 * mode) if mode >= 0.1 else 1 - sqrt(0.9 * (1 - mode))  # noqa: PLR2004 (P10)
        high = 1 - sqrt(0.1 * (1 - mode)) if mode <= 0.9 else sqrt(0.9 * mode)  # noqa: PLR2004 (P90)
        return mode - low, high - mode
    # With x = sin²t the beta density x^(4 mode) (1 - x)^(4 - 4 mode) dx is smooth in t: a plain sum is exact enough.
    density = np.sin(_ANGLE) ** (8 * mode + 1) * np.maximum(np.cos(_ANGLE), 0.0) ** (8 * (1 - mode) + 1)
    area = np.concatenate(([0.0], np.cumsum((density[1:] + density[:-1]) / 2)))
    low, high = np.interp([0.1, 0.9], area / area[-1], _PLACE)
    return mode - float(low), float(high) - mode


@lru_cache(maxsize=256)
def _fit(is_triangular: bool, share_below: float) -> tuple[float, float]:
    """Where the mode is on the range (0…1), and how wide the range is, when P90 - P10 is 1 and the mode in between."""
    lowest, highest = 0.0, 1.0
    for _ in range(40):
        mode = (lowest + highest) / 2
        below, above = _gaps(mode, is_triangular=is_triangular)
        if below < share_below * (below + above):
            lowest = mode
        else:
            highest = mode
    return mode, 1 / (below + above)


@dataclass(frozen=True, slots=True)
class Spread:
    """A sum of ranges, taken as normally distributed (central limit theorem)."""

    mean: float
    standard_deviation: float

    def quantile(self, probability: float) -> float:
        """The value that is not exceeded with `probability` (0…1); never below zero."""
        return max(self.mean + self.standard_deviation * _STANDARD.inv_cdf(probability), 0.0)


def total(sizes: Iterable[ThreePoint], shape: Shape, correlation: float = 0.0) -> Spread:
    """The sum: means add, and variances add when items are independent (`correlation` 0). No items are nothing.

    One `correlation` (0…1) for every pair: variance = (1 - r) Σs² + r (Σs)².
    """
    items: Sequence[ThreePoint] = tuple(sizes)
    variances = [shape.variance(item) for item in items]
    together = fsum(sqrt(max(variance, 0.0)) for variance in variances)
    variance = (1 - correlation) * fsum(variances) + correlation * together**2
    return Spread(fsum(shape.mean(item) for item in items), sqrt(max(variance, 0.0)))
