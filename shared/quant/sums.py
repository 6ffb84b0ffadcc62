"""Sums of uncertain quantities: exact mean and deviation, and percentiles where the sum is taken as normal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from statistics import NormalDist

from shared.quant.three_point import Shape, ThreePoint

_STANDARD = NormalDist()


def deviation_of_sum(deviations: Sequence[float], correlation: float) -> float:
    """The standard deviation of a sum from those of its parts, with one `correlation` -1/(n-1)…1 for every pair.

    variance = (1 - r) Σs² + r (Σs)², from the variance of a sum with all covariances r s s' (Vose, *Risk Analysis*).
    """
    variance = (1 - correlation) * fsum(d * d for d in deviations) + correlation * fsum(deviations) ** 2
    return sqrt(max(variance, 0.0))


@dataclass(frozen=True, slots=True)
class Spread:
    """A sum of ranges, taken as normally distributed (central limit theorem)."""

    mean: float
    standard_deviation: float

    def quantile(self, probability: float) -> float:
        """The value that is not exceeded with `probability` (0…1); never below zero."""
        return max(self.mean + self.standard_deviation * _STANDARD.inv_cdf(probability), 0.0)


def total(sizes: Iterable[ThreePoint], shape: Shape, correlation: float = 0.0) -> Spread:
    """The sum of ranges: means add, deviations as `deviation_of_sum` says. No items are nothing."""
    items = tuple(sizes)
    deviations = [shape.standard_deviation(item) for item in items]
    return Spread(fsum(shape.mean(item) for item in items), deviation_of_sum(deviations, correlation))
