"""Calibrated productivity: a log-log model of past projects, shrunk to the benchmark, with predictive intervals.

ln effort = m + b (ln size - c) + group + error, as a conjugate Bayesian regression (normal and inverse gamma; A. Gelman
et al., *Bayesian Data Analysis*, 3rd ed., ch. 14): the benchmark is the prior of m, so that few projects stay near it
and many outweigh it. A prediction is Student-t on the logarithm. It counts only where it beats the median productivity.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from services.estimation.domain.accuracy import Accuracy, covered, measured
from services.estimation.domain.history import (
    LEAST,
    CalibrationInsufficient,
    Category,
    MedianProductivity,
    PastProject,
    Prediction,
    folded,
    median_productivity,
    predicted,
)

_FIXED_BELOW = 10
"""With fewer projects their slope says nothing: b stays the prior's."""
_CENTRE = log(200.0)
_WIDE = 3.0

Basis = Literal["calibrated", "median_productivity", "prior"]


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
        """Deviation between organisations."""
        if self.hours_per_size is None:
            return _WIDE
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
        return predicted(float(row @ np.asarray(self.means)), spread, self.freedom, self.smearing)

    @property
    def slope(self) -> float:
        return self.means[1]


Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Design:
    """Projects as a regression reads them."""

    prior: Prior
    centre: float
    groups: tuple[str, ...]
    rows: Floats
    efforts: Floats

    @classmethod
    def of(cls, projects: Sequence[PastProject], prior: Prior, group_by: Category | None) -> "_Design":
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

    def without(self, place: int) -> "_Design":
        return replace(self, rows=np.delete(self.rows, place, 0), efforts=np.delete(self.efforts, place))

    def posterior(self) -> Regression:
        prior, rows, efforts = self.prior, self.rows, self.efforts
        benchmark = prior.hours_per_size
        level = float(efforts.mean()) if benchmark is None else log(benchmark) + self.centre
        slope_sigma = prior.slope_sigma if len(efforts) >= _FIXED_BELOW else 1e-3
        sigmas = np.array([prior.between_sigma, slope_sigma, *[prior.group_sigma] * len(self.groups)])
        before = np.array([level, prior.slope, *[0.0] * len(self.groups)])
        precision = np.diag((prior.own_sigma / sigmas) ** 2)
        after = precision + rows.T @ rows
        covariance = np.linalg.inv(after)
        means = covariance @ (precision @ before + rows.T @ efforts)
        errors, shift = efforts - rows @ means, means - before
        rate = (prior.freedom * prior.own_sigma**2 + errors @ errors + shift @ precision @ shift) / 2
        shape = (prior.freedom + len(efforts)) / 2
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
    return _Design.of(projects, prior, group_by).posterior()


@dataclass(frozen=True, slots=True)
class Trial:
    """How a model did on projects that it had not seen: each predicted from the others."""

    accuracy: Accuracy
    coverage_80: float
    """The share of actuals within P10…P90; 0.8 is meant, 0.74 to 0.88 is as good as projects go."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What past projects make of productivity. `basis` says which of the two models counts, or that neither does."""

    basis: Basis
    projects: int
    group_by: Category | None
    regression: Regression
    baseline: MedianProductivity | None
    model_trial: Trial | None
    baseline_trial: Trial | None

    def predict(self, size: float, group: str | None = None) -> Prediction:
        """Effort for a size > 0, by the model that counts."""
        name = folded(group)
        if self.basis == "median_productivity" and self.baseline:
            return self.baseline.predict(size, name)
        return self.regression.predict(size, name)

    @property
    def trial(self) -> Trial | None:
        """Of the model that counts."""
        return self.baseline_trial if self.basis == "median_productivity" else self.model_trial


def calibrated(
    projects: Sequence[PastProject], prior: Prior, group_by: Category | None, *, size_unit: str
) -> Calibration:
    """Fit the projects, in the order of their keys, and try both models by leaving one out.

    With fewer than `LEAST` projects it is the prior alone; without a benchmark that raises `CalibrationInsufficient`.
    The model counts when its mean absolute error is not worse than the baseline's; else the baseline does.
    """
    known = sorted(projects, key=lambda project: project.key)
    if len(known) < LEAST:
        if prior.hours_per_size is None:
            raise CalibrationInsufficient(count=len(known), least=LEAST, size_unit=size_unit)
        alone = regression([], prior, None)
        return Calibration("prior", len(known), group_by, alone, None, None, None)
    model, base = _trials(known, prior, group_by)
    # Where both are right to the last digit, which one counts does not hang on that digit.
    rounding = 1e-9 * max(project.effort_hours for project in known)
    is_better = model.accuracy.mean_absolute_error <= base.accuracy.mean_absolute_error + rounding
    return Calibration(
        basis="calibrated" if is_better else "median_productivity",
        projects=len(known),
        group_by=group_by,
        regression=regression(known, prior, group_by),
        baseline=median_productivity(
            [project.log_productivity for project in known], [project.category(group_by) for project in known]
        ),
        model_trial=model,
        baseline_trial=base,
    )


def _trials(projects: Sequence[PastProject], prior: Prior, group_by: Category | None) -> tuple[Trial, Trial]:
    design = _Design.of(projects, prior, group_by)
    groups = [project.category(group_by) for project in projects]
    rates = [project.log_productivity for project in projects]
    ours, plain = [], []
    for place, project in enumerate(projects):
        ours.append(design.without(place).posterior().predict(project.size, groups[place]))
        rest = median_productivity(rates[:place] + rates[place + 1 :], groups[:place] + groups[place + 1 :])
        plain.append(rest.predict(project.size, groups[place]))
    return trial(projects, ours), trial(projects, plain)


def trial(projects: Sequence[PastProject], predictions: Sequence[Prediction]) -> Trial:
    """How predictions did against the projects that they are of."""
    actuals = [project.effort_hours for project in projects]
    return Trial(
        measured(actuals, [one.p50_hours for one in predictions]),
        covered(actuals, [(one.p10_hours, one.p90_hours) for one in predictions]),
    )
