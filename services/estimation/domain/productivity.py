"""Calibrated productivity: a log-log model of past projects, shrunk to the benchmark, with predictive intervals.

ln effort = m + b (ln size - c) + group + error, as a conjugate Bayesian regression (normal and inverse gamma; A. Gelman
et al., *Bayesian Data Analysis*, 3rd ed., ch. 14): the benchmark is the prior of m, so that few projects stay near it
and many outweigh it. A prediction is Student-t on the logarithm. Which model counts is chosen in `calibration`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, log, sqrt

import numpy as np
from numpy.typing import NDArray

from services.estimation.domain.accuracy import Accuracy, covered, measured
from services.estimation.domain.history import LEAST, Category, PastProject, Prediction, predicted

_FIXED_BELOW = 10
"""With fewer projects their slope says nothing: b stays the prior's."""
_CENTRE = log(200.0)


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known before one's own projects.

    `own_sigma`: deviation of ln productivity within an organisation (measured: P10…P90 is x/÷ 2.2, so 0.6).
    """

    hours_per_size: float | None
    """A benchmark's median; None where there is no benchmark for the unit of size."""
    sigma: float = 0.806
    """Deviation of ln productivity of the benchmark's projects, between and within organisations."""
    own_sigma: float = 0.6
    slope: float = 0.95
    slope_sigma: float = 0.15
    group_sigma: float = 0.4
    freedom: float = 4.0

    @property
    def between_sigma(self) -> float:
        """Deviation between organisations; infinite without a benchmark, as nothing is then known of the level."""
        if self.hours_per_size is None:
            return inf
        return sqrt(max(self.sigma**2 - self.own_sigma**2, 0.01))


@dataclass(frozen=True, slots=True)
class Regression:
    """A posterior, as much of it as predictions need."""

    centre: float
    groups: tuple[str, ...]
    means: tuple[float, ...]
    """Of m, b and the groups."""
    covariance: tuple[tuple[float, ...], ...]
    """Theirs, over the error's variance."""
    scale: float
    freedom: float
    smearing: float | None
    """Duan's factor: mean of exp(residual). The mean effort is the median times it."""

    def predict(self, size: float, group: str) -> Prediction:
        """Effort for a size > 0."""
        row = np.array([1.0, log(size) - self.centre, *(float(one == group) for one in self.groups)])
        spread = self.scale * sqrt(1 + float(row @ np.asarray(self.covariance) @ row))
        return predicted(
            float(row @ np.asarray(self.means)), scale=spread, freedom=self.freedom, smearing=self.smearing
        )

    @property
    def slope(self) -> float:
        return self.means[1]


Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Design:
    """Projects as a regression reads them."""

    prior: Prior
    centre: float
    groups: tuple[str, ...]
    rows: Floats
    efforts: Floats

    @classmethod
    def of(cls, projects: Sequence[PastProject], prior: Prior, group_by: Category | None) -> "Design":
        names = [project.category(group_by) for project in projects]
        groups = tuple(sorted(set(names) - {""}))
        groups = groups if len(groups) > 1 else ()
        sizes = np.log([project.size for project in projects])
        centre = _CENTRE if prior.hours_per_size is not None or not len(sizes) else float(sizes.mean())
        columns = [np.ones(len(sizes)), sizes - centre]
        columns += [np.array([float(name == group) for name in names]) for group in groups]
        return cls(
            prior, centre, groups, np.column_stack(columns), np.log([project.effort_hours for project in projects])
        )

    def without(self, place: int) -> "Design":
        return replace(self, rows=np.delete(self.rows, place, 0), efforts=np.delete(self.efforts, place))

    def _solved(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Of m, b and the groups: the precision and means before, the covariance and means after."""
        prior, rows, efforts = self.prior, self.rows, self.efforts
        benchmark = prior.hours_per_size
        level = 0.0 if benchmark is None else log(benchmark) + self.centre
        slope_sigma = prior.slope_sigma if len(efforts) >= _FIXED_BELOW else 1e-3
        sigmas = np.array([prior.between_sigma, slope_sigma, *[prior.group_sigma] * len(self.groups)])
        before = np.array([level, prior.slope, *[0.0] * len(self.groups)])
        precision = np.diag((prior.own_sigma / sigmas) ** 2)
        covariance = np.asarray(np.linalg.inv(precision + rows.T @ rows), float)
        means: Floats = covariance @ (precision @ before + rows.T @ efforts)
        return precision, before, covariance, means

    def errors_without_two(self) -> Floats:
        """At (i, j): the error of j's logarithm when it is predicted without i and j; i = j: without it alone.

        Exact without fitting again: what is left out only takes its own leverage away (as in D. M. Allen's PRESS).
        The prior must be the same with fewer projects: there are more than `_FIXED_BELOW` + 2.
        """
        _, _, covariance, means = self._solved()
        errors, leverage = self.efforts - self.rows @ means, self.rows @ covariance @ self.rows.T
        free = 1 - np.diag(leverage)
        both = np.outer(free, free) - leverage**2
        np.fill_diagonal(both, 1.0)
        found = (np.outer(free, errors) + leverage * errors[:, None]) / both
        np.fill_diagonal(found, errors / free)
        return np.asarray(found)

    def posterior(self) -> Regression:
        prior, rows, efforts = self.prior, self.rows, self.efforts
        precision, before, covariance, means = self._solved()
        errors, shift = efforts - rows @ means, means - before
        rate = (prior.freedom * prior.own_sigma**2 + errors @ errors + shift @ precision @ shift) / 2
        # Where nothing was known of the level, one project's worth of freedom is spent on it.
        shape = (prior.freedom + len(efforts) - (prior.hours_per_size is None)) / 2
        return Regression(
            centre=self.centre,
            groups=self.groups,
            means=tuple(map(float, means)),
            covariance=tuple(tuple(map(float, line)) for line in covariance),
            scale=sqrt(float(rate) / shape),
            freedom=2 * shape,
            smearing=float(np.exp(errors).mean()) if len(efforts) >= LEAST else None,
        )


def regression(projects: Sequence[PastProject], prior: Prior, group_by: Category | None) -> Regression:
    """The posterior of the projects; of none it is the prior. Without a benchmark there must be at least one."""
    return Design.of(projects, prior, group_by).posterior()


@dataclass(frozen=True, slots=True)
class Trial:
    """How a model did on projects that it had not seen: each predicted from the others."""

    accuracy: Accuracy
    coverage_80: float
    """The share of actuals within P10…P90; 0.8 is meant, 0.74 to 0.88 is as good as projects go."""


def trial(projects: Sequence[PastProject], predictions: Sequence[Prediction]) -> Trial:
    """How predictions did against the projects that they are of."""
    actuals = [project.effort_hours for project in projects]
    return Trial(
        measured(actuals, [one.p50_hours for one in predictions]),
        covered(actuals, [(one.p10_hours, one.p90_hours) for one in predictions]),
    )
