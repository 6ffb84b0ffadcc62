"""How the choice of a productivity model does on public projects, with as few as a tenant begins with.

`before` chooses by mean absolute error between the model and the median, both by group; `now` is what the product does.
"""

import random
from collections.abc import Callable, Sequence
from statistics import fmean, median

from benchmarks.estimating import SETS, projects
from services.estimation.domain.accuracy import covered, measured
from services.estimation.domain.calibration import Calibration, calibrated
from services.estimation.domain.history import PastProject, Prediction, median_productivity
from services.estimation.domain.productivity import Prior, regression, trial

_DRAWS = 200
_UNSEEN = 50
"""Projects that each draw is tried on, none of which it has."""
_MOST_NESTED = 200
"""The choice before is tried on whole sets of so many at most: on more it takes minutes."""

Predict = Callable[[float, str], Prediction]
Fit = Callable[[Sequence[PastProject], Prior], Predict]


def _now(known: Sequence[PastProject], prior: Prior) -> Predict:
    return calibrated(known, prior, "technology", size_unit="fp").predict


def _median(known: Sequence[PastProject], _prior: Prior) -> Predict:
    rates, groups = [one.log_productivity for one in known], [one.category("technology") for one in known]
    return median_productivity(rates, groups).predict


def _shrunk(known: Sequence[PastProject], prior: Prior) -> Predict:
    return regression(known, prior, "technology").predict


def _before(known: Sequence[PastProject], prior: Prior) -> Predict:
    """The median, where its mean absolute error was less when each was left out."""
    errors = {}
    for fit in (_shrunk, _median):
        folds = [(one, fit([other for other in known if other is not one], prior)) for one in known]
        found = [predict(one.size, one.category("technology")) for one, predict in folds]
        errors[fit] = trial(known, found).accuracy.mean_absolute_error
    return min(errors, key=lambda fit: errors[fit])(known, prior)


_FITS: dict[str, Fit] = {"before": _before, "now": _now, "median": _median}


def run() -> None:
    """Print how each does in draws of 3 to 20 projects, and the whole sets left out one by one, the choice included."""
    print(
        "set, projects: what  SA  PRED(25)  MMRE  mean log error  coverage of 80 %  (draws in which worse than median)"
    )
    for name, (_, _, _, _, prior) in SETS.items():
        known = projects(name)
        for count in (3, 5, 7, 10, 20):
            _draws(name, known, prior, count)
        _whole(name, known, prior, calibrated(known, prior, "technology", size_unit="fp"))


def _draws(name: str, known: list[PastProject], prior: Prior, count: int) -> None:
    chance = random.Random(f"{name} {count}")
    figures: dict[str, list[tuple[float, ...]]] = {what: [] for what in _FITS}
    for _ in range(_DRAWS):
        some = chance.sample(known, min(count + _UNSEEN, len(known)))
        own, unseen = some[:count], some[count:]
        for what, fit in _FITS.items():
            figures[what].append(_figures(unseen, fit(own, prior)))
    for what, rows in figures.items():
        worse = fmean(ours[3] > theirs[3] for ours, theirs in zip(rows, figures["median"], strict=True))
        print(
            f"{name:<10} {count:>3} {_said(what, [median(column) for column in zip(*rows, strict=True)])} ({worse:.0%})"
        )


def _figures(unseen: Sequence[PastProject], predict: Predict) -> tuple[float, ...]:
    found = [predict(one.size, one.category("technology")) for one in unseen]
    actuals = [one.effort_hours for one in unseen]
    one = measured(actuals, [prediction.p50_hours for prediction in found])
    inside = covered(actuals, [(prediction.p10_hours, prediction.p90_hours) for prediction in found])
    return one.sa or 0.0, one.pred_25, one.mmre, one.mean_log_error, inside


def _whole(name: str, known: list[PastProject], prior: Prior, found: Calibration) -> None:
    nested = [
        _before([other for other in known if other is not one], prior)(one.size, one.category("technology"))
        for one in (known if len(known) <= _MOST_NESTED else ())
    ]
    tried = {"before": trial(known, nested) if nested else None, "now": found.trial, "median": found.baseline_trial}
    for what, one in tried.items():
        if one:
            of = one.accuracy
            figures = (of.sa or 0.0, of.pred_25, of.mmre, of.mean_log_error, one.coverage_80)
            print(f"{name:<10} all {_said(what, figures)}")


def _said(what: str, figures: Sequence[float]) -> str:
    return f"{what:<7} " + " ".join(f"{value:6.3f}" for value in figures)
