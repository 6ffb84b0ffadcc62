"""Ranges of three points: their mean and spread by PERT, beta-PERT and triangle, percentile bounds, and sums."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum, isfinite, sqrt
from statistics import NormalDist
from typing import Annotated, ClassVar

from annotated_types import Le

from services.estimation.domain.distributions import (
    LAMBDA,
    BetaPert,
    ClassicPert,
    Distribution,
    PointMass,
    Triangular,
    percentile_bounds,
)

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


class Bounds(StrEnum):
    """How the ends of a range are meant. People's ends are rarely the worst case: P10 and P90 unless they say so."""

    ABSOLUTE = "absolute"
    P10_P90 = "p10_p90"
    P5_P95 = "p5_p95"

    @property
    def tail(self) -> float:
        """The probability beyond each end."""
        return {Bounds.ABSOLUTE: 0.0, Bounds.P10_P90: 0.1, Bounds.P5_P95: 0.05}[self]


class Shape(StrEnum):
    """How likely the values within a range are. On (0, 0.5, 1) the three differ by 22 % in spread: always say which."""

    PERT = "pert"
    """Classic: mean (a + 4m + b) / 6, standard deviation (b - a) / 6, a convention (PMBOK Guide, 6th ed., 6.4.2.4)."""
    BETA_PERT = "beta_pert"
    """A beta distribution with that mean (Vose, *Risk Analysis*, 3rd ed., lambda = 4), and its own deviation."""
    TRIANGULAR = "triangular"

    def of(self, size: ThreePoint) -> Distribution:
        """The range as a distribution; one without width is a point."""
        points = (size.optimistic, size.most_likely, size.pessimistic)
        if size.optimistic == size.pessimistic:
            return PointMass(size.most_likely)
        match self:
            case Shape.PERT:
                return ClassicPert(*points)
            case Shape.BETA_PERT:
                return BetaPert(*points)
            case Shape.TRIANGULAR:
                return Triangular(*points)

    def mean(self, size: ThreePoint) -> float:
        """The expected value."""
        return self.of(size).mean

    def standard_deviation(self, size: ThreePoint) -> float:
        return self.of(size).standard_deviation

    def bounded(self, size: ThreePoint, bounds: Bounds = Bounds.P10_P90) -> ThreePoint:
        """The absolute bounds of a range whose ends were given as percentiles, as people give them.

        Unaided ranges are too narrow (Jørgensen, Teigen, Moløkken 2004), so that their ends are rarely the worst case.
        A lower bound that would be negative is zero; the upper percentile stays.
        """
        if bounds is Bounds.ABSOLUTE:
            return size
        lowest, highest = percentile_bounds(
            size.optimistic, size.most_likely, size.pessimistic,
            tail=bounds.tail, weight=None if self is Shape.TRIANGULAR else LAMBDA, least=0.0,
        )  # fmt: skip
        return ThreePoint(min(lowest, size.most_likely), size.most_likely, max(highest, size.most_likely))


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
    deviations = [shape.standard_deviation(item) for item in items]
    variance = (1 - correlation) * fsum(d * d for d in deviations) + correlation * fsum(deviations) ** 2
    return Spread(fsum(shape.mean(item) for item in items), sqrt(max(variance, 0.0)))
