"""Distributions of an uncertain quantity: mean, spread and quantiles.

Everything is in the unit that the caller has. On (0, 0.5, 1) the deviation of classic PERT is 0.167, of beta-PERT
0.189 and of the triangle 0.204: a figure is worth nothing without the name of its distribution.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import exp, expm1, fsum, isfinite, log, sqrt
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtri

Samples = NDArray[np.float64]

LAMBDA = 4.0
"""Weight of the mode in beta-PERT (Vose, *Risk Analysis*, 3rd ed.); 2 (flat) to 6 (peaked) is in use."""
LAMBDAS = (2.0, 6.0)
_SURE = 1e-6
"""Probabilities that add up to 1 within so much do."""


class ParameterOutOfRange(ValueError):
    """A parameter that no distribution of this kind has; the message says which are possible."""


def _want(holds: bool, what: str) -> None:
    if not holds:
        raise ParameterOutOfRange(what)


class Distribution(Protocol):
    """What every distribution answers, in the unit of its parameters.

    Each raises `ParameterOutOfRange` when it is made of what it cannot have. One without width is a point.
    """

    @property
    def mean(self) -> float:
        """The expected value."""

    @property
    def standard_deviation(self) -> float:
        """The square root of the variance, exactly."""

    def quantiles(self, probabilities: Samples) -> Samples:
        """The values that are not exceeded with each of the probabilities 0…1, in their order."""


@dataclass(frozen=True, slots=True)
class PointMass:
    """One value, certain."""

    value: float

    def __post_init__(self) -> None:
        _want(isfinite(self.value), "value is a finite number")

    @property
    def mean(self) -> float:
        return self.value

    @property
    def standard_deviation(self) -> float:
        return 0.0

    def quantiles(self, probabilities: Samples) -> Samples:
        return np.full(np.shape(probabilities), self.value)


@dataclass(frozen=True, slots=True)
class Uniform:
    """Every value from `low` to `high` alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _want(isfinite(self.low) and isfinite(self.high) and self.low <= self.high, "low <= high, both finite")

    @property
    def mean(self) -> float:
        return (self.low + self.high) / 2

    @property
    def standard_deviation(self) -> float:
        return (self.high - self.low) / sqrt(12)

    def quantiles(self, probabilities: Samples) -> Samples:
        return self.low + (self.high - self.low) * probabilities


def _in_order(low: float, mode: float, high: float) -> None:
    _want(all(map(isfinite, (low, mode, high))) and low <= mode <= high, "low <= mode <= high, all finite")


@dataclass(frozen=True, slots=True)
class Triangular:
    """mean = (a + m + b) / 3, variance = (a² + m² + b² - am - ab - mb) / 18 (Vose, *Risk Analysis*, 3rd ed.)."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        _in_order(self.low, self.mode, self.high)

    @property
    def mean(self) -> float:
        return (self.low + self.mode + self.high) / 3

    @property
    def standard_deviation(self) -> float:
        below, above = self.mode - self.low, self.high - self.mode
        return sqrt((below * below + below * above + above * above) / 18)

    def quantiles(self, probabilities: Samples) -> Samples:
        width, below = self.high - self.low, self.mode - self.low
        rising = self.low + np.sqrt(probabilities * (width * below))
        falling = self.high - np.sqrt((1 - probabilities) * (width * (self.high - self.mode)))
        return np.where(probabilities * width < below, rising, falling)


_CELLS = 4_096
_EDGES = np.linspace(0, np.pi / 2, _CELLS + 1)
_MIDDLES = (_EDGES[1:] + _EDGES[:-1]) / 2
_LOG_X, _LOG_REST = 2 * np.log(np.sin(_MIDDLES)), 2 * np.log(np.cos(_MIDDLES))
_PLACES = np.sin(_EDGES) ** 2
"""Places from 0 to 1, dense at both ends, where a distribution is steep."""
_FEW = 100
"""Quantiles, up to which the exact inverse, of some 3 µs each, is no slower than a table."""


@lru_cache(maxsize=1024)
def _cumulative(alpha: float, beta: float) -> Samples:
    """Probability below each of `_PLACES`.

    With x = sin²t the density x^(alpha - 1) (1 - x)^(beta - 1) dx is smooth in t, so that the midpoint rule is right
    to less than 1e-7.
    """
    area = np.zeros(_CELLS + 1)
    np.cumsum(np.exp((alpha - 0.5) * _LOG_X + (beta - 0.5) * _LOG_REST), out=area[1:])
    return np.asarray(area / area[-1])


def _beta_quantiles(alpha: float, beta: float, probabilities: Samples) -> Samples:
    """Of the beta distribution on 0…1: exact up to `_FEW`, beyond by a table, some hundred times faster.

    The table is within 2.1e-7 of scipy.stats.beta in 1,000 random beta-PERTs with lambda 2…6 at 10,000 probabilities,
    and within 1.1e-6 for the alpha or beta below 1 of a classic PERT whose mode is at an end.
    """
    if np.size(probabilities) <= _FEW:
        return np.asarray(betaincinv(alpha, beta, probabilities))
    return np.asarray(np.interp(probabilities, _cumulative(alpha, beta), _PLACES))


@dataclass(frozen=True, slots=True)
class BetaPert:
    """A beta distribution on a…b with mean (a + L m + b) / (L + 2) (Vose, *Risk Analysis*, 3rd ed.); `weight` is L.

    alpha = 1 + L (m - a) / (b - a), beta = 1 + L (b - m) / (b - a), variance = (mean - a)(b - mean) / (L + 3).
    """

    low: float
    mode: float
    high: float
    weight: float = LAMBDA

    def __post_init__(self) -> None:
        _in_order(self.low, self.mode, self.high)
        _want(LAMBDAS[0] <= self.weight <= LAMBDAS[1], "shape is 2 to 6")

    @property
    def alpha(self) -> float:
        """Of one with width."""
        return 1 + self.weight * ((self.mode - self.low) / (self.high - self.low))

    @property
    def beta(self) -> float:
        """Of one with width."""
        return 1 + self.weight * ((self.high - self.mode) / (self.high - self.low))

    @property
    def mean(self) -> float:
        return (self.low + self.weight * self.mode + self.high) / (self.weight + 2)

    @property
    def standard_deviation(self) -> float:
        return sqrt(max((self.mean - self.low) * (self.high - self.mean), 0.0) / (self.weight + 3))

    def quantiles(self, probabilities: Samples) -> Samples:
        """Within 2.1e-7 of the range; exact for up to 100 probabilities."""
        width = self.high - self.low
        if width == 0:
            return np.full(np.shape(probabilities), self.low)
        return self.low + width * _beta_quantiles(self.alpha, self.beta, probabilities)


@dataclass(frozen=True, slots=True)
class ClassicPert:
    """Mean (a + 4m + b) / 6 and deviation (b - a) / 6, a convention (PMBOK Guide, 6th ed., 6.4.2.4).

    The convention names no shape: quantiles are those of the beta distribution on a…b that has these two moments.
    """

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        _in_order(self.low, self.mode, self.high)

    @property
    def mean(self) -> float:
        return (self.low + 4 * self.mode + self.high) / 6

    @property
    def standard_deviation(self) -> float:
        return (self.high - self.low) / 6

    def quantiles(self, probabilities: Samples) -> Samples:
        """Within 1.1e-6 of the range; exact for up to 100 probabilities."""
        width = self.high - self.low
        if width == 0:
            return np.full(np.shape(probabilities), self.low)
        place = (self.mean - self.low) / width
        both = 36 * place * (1 - place) - 1
        return self.low + width * _beta_quantiles(place * both, (1 - place) * both, probabilities)


@dataclass(frozen=True, slots=True)
class Normal:
    """The normal distribution; its deviation is at least 0."""

    mean: float
    standard_deviation: float

    def __post_init__(self) -> None:
        is_so = isfinite(self.mean) and isfinite(self.standard_deviation) and self.standard_deviation >= 0
        _want(is_so, "mean and sd are finite, sd >= 0")

    def quantiles(self, probabilities: Samples) -> Samples:
        return np.asarray(self.mean + self.standard_deviation * ndtri(probabilities))


@dataclass(frozen=True, slots=True)
class Lognormal:
    """The exponential of a normal quantity with mean `mu` and deviation `sigma`; its median is exp(mu)."""

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        _want(abs(self.mu) <= 50 and 0 <= self.sigma <= 10, "mu is within 50 of zero, sigma 0 to 10")  # noqa: PLR2004

    @classmethod
    def with_moments(cls, mean: float, standard_deviation: float) -> "Lognormal":
        """The one with this mean > 0 and deviation > 0."""
        variance = log(1 + (standard_deviation / mean) ** 2)
        return cls(log(mean) - variance / 2, sqrt(variance))

    @property
    def median(self) -> float:
        return exp(self.mu)

    @property
    def mean(self) -> float:
        return exp(self.mu + self.sigma**2 / 2)

    @property
    def standard_deviation(self) -> float:
        return self.mean * sqrt(expm1(self.sigma**2))

    def quantiles(self, probabilities: Samples) -> Samples:
        return np.asarray(np.exp(self.mu + self.sigma * ndtri(probabilities)))


@dataclass(frozen=True, slots=True)
class Discrete:
    """One of some values, each with its probability; these add up to 1."""

    values: tuple[float, ...]
    probabilities: tuple[float, ...]

    def __post_init__(self) -> None:
        _want(0 < len(self.values) == len(self.probabilities), "has values, and a probability for each")
        _want(all(map(isfinite, self.values)), "values are finite")
        _want(all(0 <= one <= 1 for one in self.probabilities), "probabilities are 0 to 1")
        _want(abs(fsum(self.probabilities) - 1) <= _SURE, "probabilities add up to 1")

    @classmethod
    def of(cls, chances: Iterable[tuple[float, float]]) -> "Discrete":
        """From pairs (value, probability)."""
        values, probabilities = zip(*chances, strict=True)
        return cls(values, probabilities)

    @property
    def mean(self) -> float:
        return fsum(value * chance for value, chance in zip(self.values, self.probabilities, strict=True))

    @property
    def standard_deviation(self) -> float:
        mean = self.mean
        return sqrt(fsum(p * (v - mean) ** 2 for v, p in zip(self.values, self.probabilities, strict=True)))

    def quantiles(self, probabilities: Samples) -> Samples:
        """The smallest value that is not exceeded with at least that probability."""
        pairs = sorted(zip(self.values, self.probabilities, strict=True))
        reached = np.cumsum([share for _, share in pairs])
        places = np.searchsorted(reached + 1e-12, probabilities, side="left").clip(max=len(pairs) - 1)
        return np.asarray(np.array([value for value, _ in pairs], np.float64)[places])
