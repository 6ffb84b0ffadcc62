"""What past projects make of productivity: which model counts, chosen by trials that the choice itself is part of.

Candidates are the shrunk model and the median productivity, each by group and of all. What is compared is the mean
|ln(actual / predicted)| of projects left out: half and twice as much count alike, so that one large project does not
decide. The shrunk model by group counts unless another is better by more than a standard error of the difference (the
rule of L. Breiman et al. 1984, *Classification and Regression Trees*: what is nearly as good is chosen by chance), and
always below `ENOUGH` projects. Quoting the winner's own trial would flatter it, so that what is told of accuracy is
nested: each project is predicted by what is chosen without it (S. Varma and R. Simon 2006, BMC Bioinformatics 7:91).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from services.estimation.domain.accuracy import measured
from services.estimation.domain.history import (
    LEAST,
    CalibrationInsufficient,
    Category,
    MedianProductivity,
    PastProject,
    Prediction,
    errors_without_one,
    folded,
    median_productivity,
)
from services.estimation.domain.productivity import Design, Floats, Prior, Regression, Trial, regression, trial

ENOUGH = 20
"""With fewer projects the shrunk model counts: it is no worse than a choice, and does not swing from draw to draw."""
_ROUNDING = 1e-9
"""Which of two that are both exact counts does not hang on the last digit."""

Basis = Literal["calibrated", "median_productivity", "prior"]


@dataclass(frozen=True, slots=True)
class Record:
    """How what is calibrated did against what it would take the lead from, on the same projects: mean log errors."""

    rival_is: Literal["estimates", "benchmark"]
    """What had been estimated of them, where that is known of `LEAST` or more; else the benchmark times size."""
    projects: int
    calibrated: float
    """Nested, as `Calibration.chosen_trial`."""
    rival: float

    @property
    def is_better(self) -> bool:
        return self.calibrated < self.rival - _ROUNDING


@dataclass(frozen=True, slots=True)
class Calibration:
    """What past projects make of productivity. `basis` says which of the models counts, or that none does."""

    basis: Basis
    projects: int
    group_by: Category | None
    """What the model that counts groups by: None where it does better without."""
    regression: Regression
    baseline: MedianProductivity | None
    model_trial: Trial | None
    baseline_trial: Trial | None
    chosen_trial: Trial | None = None
    """Of the choice and what was chosen, nested; None in models that were fitted before there was one."""
    record: Record | None = None
    """Likewise; and None where there is neither an estimate nor a benchmark to compare with."""

    def predict(self, size: float, group: str | None = None) -> Prediction:
        """Effort for a size > 0, by the model that counts."""
        name = folded(group)
        if self.basis == "median_productivity" and self.baseline:
            return self.baseline.predict(size, name)
        return self.regression.predict(size, name)

    @property
    def trial(self) -> Trial | None:
        """How what it predicts did on projects that it had not seen."""
        own = self.baseline_trial if self.basis == "median_productivity" else self.model_trial
        return self.chosen_trial or own


def calibrated(
    projects: Sequence[PastProject], prior: Prior, group_by: Category | None, *, size_unit: str
) -> Calibration:
    """Fit the projects, in the order of their keys, and try every candidate by leaving one out.

    With fewer than `LEAST` projects it is the prior alone; without a benchmark that raises `CalibrationInsufficient`.
    """
    known = sorted(projects, key=lambda project: project.key)
    if len(known) < LEAST:
        if prior.hours_per_size is None:
            raise CalibrationInsufficient(count=len(known), least=LEAST, size_unit=size_unit)
        alone = regression([], prior, None)
        return Calibration("prior", len(known), group_by, alone, None, None, None)
    names = tuple(dict.fromkeys((group_by, None)))
    models = [_Model.of(known, prior, name) for name in names]
    medians = [_Median.of(known, name) for name in names]
    candidates: list[_Model | _Median] = [*models, *medians]
    place, without = _choice(candidates, len(known))
    left_out = [one.left_out() for one in candidates]
    trials = [trial(known, one) for one in left_out]
    model, median = _least(trials[: len(models)]), len(models) + _least(trials[len(models) :])
    if len(known) < ENOUGH:
        model, median = 0, len(models)
    chosen = candidates[place]
    tried = [left_out[best][project] for project, best in enumerate(without)]
    return Calibration(
        basis=chosen.basis,
        projects=len(known),
        group_by=chosen.group_by,
        regression=models[model].design.posterior(),
        baseline=medians[median - len(models)].fitted(),
        model_trial=trials[model],
        baseline_trial=trials[median],
        chosen_trial=trial(known, tried),
        record=_record(known, tried, prior),
    )


def _record(known: Sequence[PastProject], tried: Sequence[Prediction], prior: Prior) -> Record | None:
    pairs = list(zip(known, tried, strict=True))
    estimated = [(one, ours, one.estimated_hours) for one, ours in pairs if one.estimated_hours]
    if len(estimated) >= LEAST:
        return _compared("estimates", estimated)
    if prior.hours_per_size is None:
        return None
    return _compared("benchmark", [(one, ours, one.size * prior.hours_per_size) for one, ours in pairs])


def _compared(
    rival_is: Literal["estimates", "benchmark"], rows: Sequence[tuple[PastProject, Prediction, float]]
) -> Record:
    actuals = [project.effort_hours for project, _, _ in rows]
    ours = measured(actuals, [prediction.p50_hours for _, prediction, _ in rows])
    theirs = measured(actuals, [hours for _, _, hours in rows])
    return Record(rival_is, len(rows), ours.mean_log_error, theirs.mean_log_error)


@dataclass(frozen=True, slots=True)
class _Model:
    """The shrunk model as a candidate."""

    group_by: Category | None
    sizes: Sequence[float]
    groups: Sequence[str]
    design: Design
    basis: ClassVar[Basis] = "calibrated"

    @classmethod
    def of(cls, known: Sequence[PastProject], prior: Prior, group_by: Category | None) -> "_Model":
        sizes, groups = [project.size for project in known], [project.category(group_by) for project in known]
        return cls(group_by, sizes, groups, Design.of(known, prior, group_by))

    def left_out(self) -> list[Prediction]:
        """Each project as the others predict it."""
        folds = enumerate(zip(self.sizes, self.groups, strict=True))
        return [self.design.without(place).posterior().predict(size, group) for place, (size, group) in folds]

    def errors_without_two(self) -> Floats:
        return self.design.errors_without_two()


@dataclass(frozen=True, slots=True)
class _Median:
    """The median productivity as a candidate."""

    group_by: Category | None
    sizes: list[float]
    groups: list[str]
    rates: list[float]
    basis: ClassVar[Basis] = "median_productivity"

    @classmethod
    def of(cls, known: Sequence[PastProject], group_by: Category | None) -> "_Median":
        groups = [project.category(group_by) for project in known]
        return cls(
            group_by, [project.size for project in known], groups, [project.log_productivity for project in known]
        )

    def fitted(self) -> MedianProductivity:
        return median_productivity(self.rates, self.groups)

    def left_out(self) -> list[Prediction]:
        """Each project as the others predict it."""
        return [
            self.without(place).fitted().predict(self.sizes[place], self.groups[place])
            for place in range(len(self.rates))
        ]

    def without(self, place: int) -> "_Median":
        sizes, groups, rates = ([*of[:place], *of[place + 1 :]] for of in (self.sizes, self.groups, self.rates))
        return _Median(self.group_by, sizes, groups, rates)

    def errors_without_two(self) -> Floats:
        """At (i, j): the error of j's logarithm when it is predicted without i and j; i = j: without it alone."""
        count = len(self.rates)
        rates, groups = np.asarray(self.rates), np.asarray(self.groups)
        found = np.empty((count, count))
        for place in range(count):
            rest = np.arange(count) != place
            found[place, rest] = errors_without_one(rates[rest], groups[rest])
        np.fill_diagonal(found, errors_without_one(rates, groups))
        return found


def _least(trials: Sequence[Trial]) -> int:
    """The first of those with the least log error, whatever its last digit says."""
    return int(np.argmin([round(one.accuracy.mean_log_error, 9) for one in trials]))


def _choice(candidates: Sequence[_Model | _Median], count: int) -> tuple[int, Sequence[int]]:
    """The place of the candidate that counts, and of the one that would count without each of the projects."""
    first = [0] * count
    if count < ENOUGH:
        return 0, first
    errors = np.abs([one.errors_without_two() for one in candidates])
    worse = errors - errors[0]
    own = worse.diagonal(axis1=1, axis2=2)
    place = int(_best(own.sum(axis=1), (own**2).sum(axis=1), count))
    if count == ENOUGH:
        return place, first
    return place, _best(worse.sum(axis=2) - own, (worse**2).sum(axis=2) - own**2, count - 1).tolist()


def _best(sums: Floats, squares: Floats, count: int) -> NDArray[np.int_]:
    """The candidate that is better than the first by the most, if by more than a standard error; else the first."""
    means = sums / count
    variances = np.maximum(squares / count - means**2, 0) / (count - 1)
    is_better = means + np.sqrt(variances) < -_ROUNDING
    return np.asarray(np.argmin(np.where(is_better, means, 0.0), axis=0))
