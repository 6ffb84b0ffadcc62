"""How good estimates were: the measures of the field, from actuals and what was estimated for them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_CLOSE = 0.25


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Measures of pairs of actual and estimate > 0, in any one unit; fractions."""

    count: int
    mmre: float
    """Mean magnitude of relative error |actual - estimate| / actual; it favours estimates that are too low."""
    mdmre: float
    """Its median."""
    pred_25: float
    """The share of estimates within a quarter of the actual."""
    sa: float | None
    """Standardised accuracy: 1 - MAE / MAE of guessing by the other actuals, exactly (Shepperd and MacDonell 2012;
    Langdon et al. 2016). 0 is as good as guessing, less is worse; None for one pair, or equal actuals."""
    mean_absolute_error: float
    bias: float
    """Sum of actuals over sum of estimates: above 1 the estimates are too low."""
    mean_log_error: float
    """Mean of |ln(actual / estimate)|: half and twice as much count alike."""


def measured(actuals: Sequence[float], estimates: Sequence[float]) -> Accuracy:
    """The measures of at least one pair; both are above zero."""
    actual, estimate = np.asarray(actuals, float), np.asarray(estimates, float)
    errors = np.abs(actual - estimate)
    relative = errors / actual
    guessing = _guessing(actual)
    return Accuracy(
        count=len(actual),
        mmre=float(relative.mean()),
        mdmre=float(np.median(relative)),
        pred_25=float((relative <= _CLOSE).mean()),
        # Of equal actuals rounding leaves a difference that is none.
        sa=float(1 - errors.mean() / guessing) if guessing > 1e-9 * actual.max() else None,
        mean_absolute_error=float(errors.mean()),
        bias=float(actual.sum() / estimate.sum()),
        mean_log_error=float(np.abs(np.log(actual / estimate)).mean()),
    )


def _guessing(actual: NDArray[np.float64]) -> float:
    """Mean absolute error when each is guessed to be one of the others: the mean difference of all pairs."""
    count = len(actual)
    if count < 2:  # noqa: PLR2004 (a pair)
        return 0.0
    ordered = np.sort(actual)
    return float(2 * np.sum((2 * np.arange(count) - count + 1) * ordered) / (count * (count - 1)))


def covered(actuals: Sequence[float], intervals: Sequence[tuple[float, float]]) -> float:
    """The share of actuals within their interval."""
    inside = [low <= actual <= high for actual, (low, high) in zip(actuals, intervals, strict=True)]
    return sum(inside) / len(inside)
