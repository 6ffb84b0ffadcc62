"""Past projects as calibration reads them, and the plainest model of them: median productivity x size."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, pi, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from shared.kernel.problems import Problem

Category = Literal["technology", "industry", "organisation"]
LEAST = 3
"""With fewer projects nothing of one's own can be said."""
_TAIL = 0.1


class CalibrationInsufficient(Problem):
    status = 422
    title = ("Too few past projects", "历史项目不足")
    en = (
        "There are {count} past projects of this kind; {least} are needed, as there is no benchmark for a size in"
        " {size_unit}."
    )
    zh = "符合条件的历史项目有 {count} 个；规模单位 {size_unit} 没有行业基准，至少需要 {least} 个。"


def folded(name: str | None) -> str:
    """A category as it is compared."""
    return (name or "").strip().casefold()


@dataclass(frozen=True, slots=True)
class PastProject:
    """What a project was: size and effort > 0, in one unit of size."""

    key: str
    size: float
    effort_hours: float
    technology: str | None = None
    industry: str | None = None
    organisation: str | None = None
    estimated_hours: float | None = None
    """What had been estimated bottom-up before, for the same work; None where nobody knows."""

    @property
    def log_productivity(self) -> float:
        """Ln of person-hours per unit of size."""
        return log(self.effort_hours) - log(self.size)

    def category(self, name: Category | None) -> str:
        """Its group by one of the categories, whatever its case; '' where there is none."""
        return folded(getattr(self, name) if name else None)


@dataclass(frozen=True, slots=True)
class Prediction:
    """Effort in person-hours that is not exceeded with each probability, and its mean."""

    p10_hours: float
    p50_hours: float
    p80_hours: float
    p90_hours: float
    mean_hours: float


def predicted(centre: float, *, scale: float, freedom: float, smearing: float | None = None) -> Prediction:
    """A Student-t prediction of the logarithm, taken back.

    The median is exp(centre); the mean is that times Duan's smearing factor where one is known, else exp(scale²/2).
    """
    p10, p80, p90 = (exp(centre + scale * float(stdtrit(freedom, p))) for p in (_TAIL, 0.8, 1 - _TAIL))
    median_hours = exp(centre)
    return Prediction(p10, median_hours, p80, p90, median_hours * (smearing or exp(scale * scale / 2)))


@dataclass(frozen=True, slots=True)
class MedianProductivity:
    """The baseline that any model must beat: the median person-hours per unit of size, of the same group if it can."""

    centre: float
    """Median of the logarithm of productivity, of all."""
    groups: tuple[tuple[str, float], ...]
    """Likewise of each group of `LEAST` or more."""
    scale: float
    freedom: float

    def predict(self, size: float, group: str) -> Prediction:
        """Effort for a size > 0."""
        return predicted(dict(self.groups).get(group, self.centre) + log(size), scale=self.scale, freedom=self.freedom)


def median_productivity(log_rates: Sequence[float], groups: Sequence[str]) -> MedianProductivity:
    """The baseline of at least two projects: logarithms of their productivity, and their groups ('' is none)."""
    rates, names = np.asarray(log_rates, float), np.asarray(groups, object)
    centre = float(np.median(rates))
    counted = Counter(groups)
    own = {
        name: float(np.median(rates[names == name]))
        for name, count in sorted(counted.items())
        if name and count >= LEAST
    }
    errors = rates - np.array([own.get(name, centre) for name in groups])
    freedom = max(len(rates) - max(len(own), 1), 1)
    # A median of n is uncertain by pi / 2n of the variance.
    scale = sqrt(float(errors @ errors) / freedom * (1 + pi / 2 / len(rates)))
    return MedianProductivity(centre, tuple(own.items()), scale, float(freedom))


def errors_without_one(rates: NDArray[np.float64], groups: NDArray[np.str_]) -> NDArray[np.float64]:
    """The error of each logarithm of productivity when the baseline of the others predicts it, of at least three."""
    found = rates - _medians_without_one(rates)
    names, places, counts = np.unique(groups, return_inverse=True, return_counts=True)
    for place, (name, count) in enumerate(zip(names, counts, strict=True)):
        if name and count > LEAST:
            own = places == place
            found[own] = rates[own] - _medians_without_one(rates[own])
    return found


def _medians_without_one(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The median of all others, for each."""
    order = np.argsort(values, kind="stable")
    ordered, count = values[order], len(values) - 1
    ranks = np.empty(len(values), int)
    ranks[order] = np.arange(len(values))
    low, high = (count - 1) // 2, count // 2
    return np.asarray((ordered[low + (ranks <= low)] + ordered[high + (ranks <= high)]) / 2)
