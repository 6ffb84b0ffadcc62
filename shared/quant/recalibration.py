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
_STEP = 1e-9
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
    terms = np.column_stack([np.ones_like(logits), logits])
    found = _greatest(terms, happened, np.array([0.0, 1.0]), _SIGMAS)
    return found if found[1] >= 0 else np.append(_greatest(terms[:, :1], happened, np.zeros(1), _SIGMAS[:1]), 0.0)


def _greatest(terms: Floats, happened: Floats, prior: Floats, sigmas: Floats) -> Floats:
    """Where the posterior density is greatest, by Newton's method; a step that does not lower the cost is halved.

    The cost is convex, and strictly so by the priors: there is one such place.
    """

    def cost(at: Floats) -> float:
        off = (at - prior) / sigmas
        return float(_loss(terms @ at, happened).sum() + off @ off / 2)

    found: Floats = prior
    step: Floats = np.ones_like(prior)
    while np.abs(step).max() > _STEP:
        likely = 1 / (1 + np.exp(-(terms @ found)))
        gradient = terms.T @ (likely - happened) + (found - prior) / sigmas**2
        curvature = (terms.T * (likely * (1 - likely))) @ terms + np.diag(sigmas**-2.0)
        step = np.asarray(np.linalg.solve(curvature, gradient), dtype=np.float64)
        while np.abs(step).max() > _STEP and cost(found - step) > cost(found):
            step /= 2
        found = found - step
    return found
