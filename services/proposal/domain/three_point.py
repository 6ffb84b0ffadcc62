"""Three-point durations: the mean and variance of PERT, and the distributions that a simulation draws from.

Classic PERT (Malcolm et al. 1959; PMBOK Guide 6th ed., 6.4.2.4): te = (a + 4 m + b) / 6, sd = (b - a) / 6. The
beta-PERT distribution (Vose, *Risk Analysis*, 3rd ed., lambda = 4) has the same mean; its own deviation differs a bit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from shared.problems import Problem

Samples = NDArray[np.float64]

_ANGLE = np.linspace(0, np.pi / 2, 1_025)
_SHARE = np.sin(_ANGLE) ** 2
"""Places between optimistic (0) and pessimistic (1), dense at both ends, where the distribution is steep."""
_FARTHEST = 5.0
_SCORE = np.linspace(-_FARTHEST, _FARTHEST, 1_001)
_BELOW = ndtr(_SCORE)
"""Probability below each of the normal scores that quantiles are tabled at."""


class RangeOrder(Problem):
    status = 422
    title = ("The three points are out of order", "三点估算次序有误")
    en = "{id}: {points} is not optimistic ≤ most likely ≤ pessimistic."
    zh = "{id}：{points} 不满足 乐观 ≤ 最可能 ≤ 悲观。"


class Distribution(StrEnum):
    PERT = "pert"
    TRIANGULAR = "triangular"


@dataclass(frozen=True, slots=True)
class ThreePoint:
    """optimistic ≤ most likely ≤ pessimistic, in days; three equal ones are a certain duration."""

    optimistic: float
    most_likely: float
    pessimistic: float
    distribution: Distribution = Distribution.PERT

    @property
    def mean(self) -> float:
        """Expected duration te = (a + 4 m + b) / 6; of the triangular distribution (a + m + b) / 3."""
        if self.distribution == Distribution.TRIANGULAR:
            return (self.optimistic + self.most_likely + self.pessimistic) / 3
        return (self.optimistic + 4 * self.most_likely + self.pessimistic) / 6

    @property
    def variance(self) -> float:
        """Classic ((b - a) / 6)²; of the triangular distribution (a² + m² + b² - am - ab - mb) / 18."""
        a, m, b = self.optimistic, self.most_likely, self.pessimistic
        if self.distribution == Distribution.TRIANGULAR:
            return (a * a + m * m + b * b - a * m - a * b - m * b) / 18
        return ((b - a) / 6) ** 2

    def drawn(self) -> Callable[[Samples], Samples]:
        """What makes durations of standard normal scores: quantiles at their probabilities, within 1e-4 of the range.

        Made once and called for each part of a run: the table of a range takes longer than a thousand draws.
        """
        width = self.pessimistic - self.optimistic
        if width == 0:
            return lambda scores: np.full(scores.shape, self.optimistic)
        mode = (self.most_likely - self.optimistic) / width
        shares = _triangular(mode) if self.distribution == Distribution.TRIANGULAR else _beta(mode)
        durations = self.optimistic + width * shares
        return lambda scores: np.asarray(np.interp(scores, _SCORE, durations))


def refuse_disorder(key: str, points: ThreePoint) -> None:
    """Raises `RangeOrder`, naming the activity."""
    a, m, b = points.optimistic, points.most_likely, points.pessimistic
    if not 0 <= a <= m <= b:
        raise RangeOrder(id=key, points=f"{a:g}, {m:g}, {b:g}")


def _triangular(mode: float) -> Samples:
    low, high = np.sqrt(_BELOW * mode), 1 - np.sqrt((1 - _BELOW) * (1 - mode))
    return np.where(mode > _BELOW, low, high)


def _beta(mode: float) -> Samples:
    """Quantiles of the beta-PERT on 0…1.

    With x = sin²t the density x^(4 mode) (1-x)^(4 - 4 mode) dx is smooth in t, so that the trapezoidal rule on few
    points is right to 1e-5; inverting this table is some thousand times faster than the exact quantile.
    """
    density = np.sin(_ANGLE) ** (8 * mode + 1) * np.cos(_ANGLE) ** (8 * (1 - mode) + 1)
    density[-1] = 0.0  # cos(pi / 2) is not exactly zero in floating point
    area = np.concatenate(([0.0], np.cumsum((density[1:] + density[:-1]) / 2)))
    return np.asarray(np.interp(_BELOW, area / area[-1], _SHARE))
