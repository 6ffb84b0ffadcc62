"""Correcting stated probabilities by their record: logistic recalibration.

logit(used) = a + b · logit(stated) (D. R. Cox 1958, Biometrika 45; E. W. Steyerberg, *Clinical Prediction Models*, 2nd
ed., ch. 15): a lifts or lowers all of them, b below 1 draws back who is too sure. a and b are drawn to 0 and 1, which
correct nothing, as by normal priors, so that few outcomes move little. It counts only with enough outcomes, and where
it was better on outcomes that it had not seen by more than a standard error.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from shared.quant.brier_score import Forecast

ENOUGH_TO_CORRECT = 30
"""Outcomes; with fewer the stated probability is what is used."""
_SIGMAS = np.array([1.0, 0.5])
"""Of the priors of a and b."""
_FOLDS = 10
_EDGE = 1e-6
_SURE = 0.01
"""In the record who said 0 or 1 counts as having said 1 % or 99 %: no logit is infinite."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Recalibration:
    """What a record makes of stated probabilities."""

    intercept: float
    slope: float
    outcomes: int
    """That it is from."""

    def __call__(self, stated: float) -> float:
        """The probability to use, 0…1; what is certain stays so."""
        if not 0 < stated < 1:
            return stated
        used = 1 / (1 + exp(-(self.intercept + self.slope * log(stated / (1 - stated)))))
        return min(max(round(used, 6), _EDGE), 1 - _EDGE)


def recalibration(record: Sequence[Forecast]) -> Recalibration | None:
    """The correction that a record justifies; None with too few outcomes, or where it would be no better."""
    if len(record) < ENOUGH_TO_CORRECT:
        return None
    stated = np.clip([one.probability for one in record], _SURE, 1 - _SURE)
    logits, happened = np.log(stated / (1 - stated)), np.array([float(one.has_happened) for one in record])
    fold = np.arange(len(record)) % _FOLDS
    better = np.empty(len(record))
    for number in range(_FOLDS):
        own = fold == number
        a, b = _fitted(logits[~own], happened[~own])
        better[own] = _loss(logits[own], happened[own]) - _loss(a + b * logits[own], happened[own])
    if better.mean() <= better.std(ddof=1) / sqrt(len(record)):
        return None
    a, b = _fitted(logits, happened)
    return Recalibration(round(float(a), 4), round(float(b), 4), len(record))


def _loss(logits: Floats, happened: Floats) -> Floats:
    """Minus the logarithm of the probability that was given to what came."""
    return np.logaddexp(0.0, np.where(happened > 0, -logits, logits))


def _fitted(logits: Floats, happened: Floats) -> Floats:
    """A and b of the greatest posterior density; b is not negative: what was said to be likelier stays so."""
    # Optimisers take half a second of the start of a process, most of which never fit a record.
    from scipy.optimize import minimize  # noqa: PLC0415

    def cost(values: Floats) -> tuple[float, Floats]:
        scores = values[0] + values[1] * logits
        off = (values - [0.0, 1.0]) / _SIGMAS
        errors = 1 / (1 + np.exp(-scores)) - happened
        gradient = np.array([errors.sum(), errors @ logits]) + off / _SIGMAS
        return float(_loss(scores, happened).sum() + off @ off / 2), gradient

    found = minimize(cost, np.array([0.0, 1.0]), jac=True, method="L-BFGS-B", bounds=[(None, None), (0.0, None)])
    return np.asarray(found.x)
