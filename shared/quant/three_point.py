"""Ranges of three points: what is legal, how their ends are meant, and which distribution they stand for."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Self

from shared.quant.distributions import LAMBDA, BetaPert, ClassicPert, Distribution, PointMass, Triangular
from shared.quant.percentile_bounds import percentile_bounds


class ImpossibleRange(ValueError):
    """Not a range: `not_finite` or `range_order` is its text and its code."""


@dataclass(frozen=True, slots=True)
class ThreePoint:
    """optimistic ≤ most likely ≤ pessimistic, all finite, in any unit; three equal ones are certain.

    Raises `ImpossibleRange`. Negative points are legal here: a unit that has none is a subclass that refuses them.
    """

    optimistic: float
    most_likely: float
    pessimistic: float

    def __post_init__(self) -> None:
        if not all(map(isfinite, self.points)):
            raise ImpossibleRange("not_finite")
        if not self.optimistic <= self.most_likely <= self.pessimistic:
            raise ImpossibleRange("range_order")

    @property
    def points(self) -> tuple[float, float, float]:
        return self.optimistic, self.most_likely, self.pessimistic

    @property
    def mean(self) -> float:
        """(a + 4m + b) / 6: the mean of PERT, classic and beta alike (PMBOK Guide, 6th ed., 6.4.2.4)."""
        return (self.optimistic + 4 * self.most_likely + self.pessimistic) / 6

    def scaled(self, factor: float) -> Self:
        """The range times `factor` ≥ 0."""
        return type(self)(self.optimistic * factor, self.most_likely * factor, self.pessimistic * factor)

    def shifted(self, amount: float) -> Self:
        """The range with `amount` more at each point."""
        return type(self)(self.optimistic + amount, self.most_likely + amount, self.pessimistic + amount)

    def rounded(self, places: int) -> Self:
        return type(self)(*(round(point, places) for point in self.points))


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
        if size.optimistic == size.pessimistic:
            return PointMass(size.most_likely)
        match self:
            case Shape.PERT:
                return ClassicPert(*size.points)
            case Shape.BETA_PERT:
                return BetaPert(*size.points)
            case Shape.TRIANGULAR:
                return Triangular(*size.points)

    def mean(self, size: ThreePoint) -> float:
        """The expected value."""
        return self.of(size).mean

    def standard_deviation(self, size: ThreePoint) -> float:
        return self.of(size).standard_deviation

    def bounded(self, size: ThreePoint, bounds: Bounds = Bounds.P10_P90) -> ThreePoint:
        """The absolute bounds of a range ≥ 0 whose ends were given as percentiles, as people give them.

        Unaided ranges are too narrow (Jørgensen, Teigen, Moløkken 2004), so that their ends are rarely the worst case.
        A lower bound that would be negative is zero; the upper percentile stays.
        """
        if bounds is Bounds.ABSOLUTE:
            return size
        lowest, highest = percentile_bounds(
            *size.points,
            tails=(bounds.tail, bounds.tail),
            weight=None if self is Shape.TRIANGULAR else LAMBDA,
            least=0.0,
        )
        return type(size)(min(lowest, size.most_likely), size.most_likely, max(highest, size.most_likely))
