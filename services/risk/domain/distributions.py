"""Distributions of uncertain amounts by their quantile functions, which is all that a stratified simulation needs.

Beta-PERT after Vose, *Risk Analysis*, 3rd ed.; trigen is the triangular distribution whose bounds are percentiles.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import fsum, isfinite, sqrt
from typing import Protocol

import numpy as np
from scipy.special import ndtri

from services.risk.domain.three_point import Samples, ThreePoint, beta_pert_quantile

MOST_VALUES = 200
"""Of a discrete distribution."""
_SURE = 1e-9
_HALVINGS = 100


class Distribution(Protocol):
    """Anything with a quantile function: values that are not exceeded with each probability 0…1."""

    def quantile(self, probability: Samples) -> Samples: ...


class ParameterOutOfRange(ValueError):
    """A parameter that no distribution of this kind has; the message says which are possible."""


def _want(holds: bool, what: str) -> None:
    if not holds:
        raise ParameterOutOfRange(what)


@dataclass(frozen=True, slots=True)
class Point:
    """What is certain."""

    value: float

    def __post_init__(self) -> None:
        _want(isfinite(self.value), "value is a finite number")

    def quantile(self, probability: Samples) -> Samples:
        return np.full(len(probability), self.value)


@dataclass(frozen=True, slots=True)
class Uniform:
    low: float
    high: float

    def __post_init__(self) -> None:
        _want(isfinite(self.low) and isfinite(self.high) and self.low <= self.high, "low <= high, both finite")

    def quantile(self, probability: Samples) -> Samples:
        return self.low + (self.high - self.low) * probability


@dataclass(frozen=True, slots=True)
class Triangular:
    range: ThreePoint

    def quantile(self, probability: Samples) -> Samples:
        a, m, b = self.range.optimistic, self.range.most_likely, self.range.pessimistic
        if a == b:
            return np.full(len(probability), a)
        rising = a + np.sqrt(probability * ((b - a) * (m - a)))
        falling = b - np.sqrt((1 - probability) * ((b - a) * (b - m)))
        return np.where(probability < (m - a) / (b - a), rising, falling)


@dataclass(frozen=True, slots=True)
class BetaPert:
    """Beta-PERT with `shape` lambda, 2…6: the larger, the narrower around the most likely value; 4 is the usual one."""

    range: ThreePoint
    shape: float = 4.0

    def __post_init__(self) -> None:
        _want(2 <= self.shape <= 6, "shape is 2 to 6")  # noqa: PLR2004

    def quantile(self, probability: Samples) -> Samples:
        return beta_pert_quantile(self.range, self.shape, probability)


@dataclass(frozen=True, slots=True)
class Normal:
    mean: float
    sd: float

    def __post_init__(self) -> None:
        _want(isfinite(self.mean) and isfinite(self.sd) and self.sd >= 0, "mean and sd are finite, sd >= 0")

    def quantile(self, probability: Samples) -> Samples:
        return np.asarray(self.mean + self.sd * ndtri(probability))


@dataclass(frozen=True, slots=True)
class LogNormal:
    """exp(N(mu, sigma²)): its median is exp(mu)."""

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        _want(abs(self.mu) <= 50 and 0 <= self.sigma <= 10, "mu is within 50 of zero, sigma 0 to 10")  # noqa: PLR2004

    def quantile(self, probability: Samples) -> Samples:
        return np.asarray(np.exp(self.mu + self.sigma * ndtri(probability)))


@dataclass(frozen=True, slots=True)
class Discrete:
    """One of some values, each with its probability; these add up to 1."""

    values: tuple[float, ...]
    probabilities: tuple[float, ...]

    def __post_init__(self) -> None:
        _want(1 <= len(self.values) <= MOST_VALUES, f"has 1 to {MOST_VALUES} values")
        _want(len(self.values) == len(self.probabilities), "has a probability for each value")
        _want(all(map(isfinite, self.values)), "values are finite")
        _want(all(0 <= one <= 1 for one in self.probabilities), "probabilities are 0 to 1")
        _want(abs(fsum(self.probabilities) - 1) < _SURE, "probabilities add up to 1")

    def quantile(self, probability: Samples) -> Samples:
        pairs = sorted(zip(self.values, self.probabilities, strict=True))
        reached = np.cumsum([share for _, share in pairs])
        place = np.searchsorted(reached, probability, side="left").clip(max=len(pairs) - 1)
        return np.asarray(np.array([value for value, _ in pairs], np.float64)[place])


def trigen(range_: ThreePoint, below: float = 0.1, above: float = 0.1) -> Triangular:
    """The triangular distribution with `below` of it under the optimistic value and `above` over the pessimistic one.

    What people call best and worst case is seldom absolute: 8, 10, 14 as P10 and P90 reach from 5.9 to 16.7.
    """
    _want(0 <= below < 1 and 0 <= above < 1 and below + above < 1, "the shares outside are 0 to 1, together below 1")
    down, up = range_.most_likely - range_.optimistic, range_.pessimistic - range_.most_likely
    if down + up == 0:
        return Triangular(range_)

    def side(distance: float, share: float, width: float) -> float:
        """From the mode to the end: the root of (side - distance)² = share x width x side."""
        half = distance + share * width / 2
        return half + sqrt(max(half * half - distance * distance, 0.0))

    def excess(width: float) -> float:
        return side(down, below, width) + side(up, above, width) - width

    narrow = down + up
    wide = narrow
    while excess(wide) > 0:
        wide *= 2
    for _ in range(_HALVINGS):
        width = (narrow + wide) / 2
        narrow, wide = (width, wide) if excess(width) > 0 else (narrow, width)
    mode = range_.most_likely
    return Triangular(ThreePoint(mode - side(down, below, wide), mode, mode + side(up, above, wide)))


@lru_cache(maxsize=4)
def normal_scores(samples: int) -> Samples:
    """Standard normal quantiles of the middles of `samples` strata."""
    return np.asarray(ndtri(strata(samples)))


def strata(samples: int) -> Samples:
    """The middles of `samples` equally likely parts of 0…1."""
    return np.asarray((np.arange(samples) + 0.5) / samples)
