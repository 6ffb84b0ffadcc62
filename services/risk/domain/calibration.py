"""How good probabilities of risks were, once one knows what happened.

Brier score: mean of (probability - outcome)^2 (Brier, 1950); 0 is perfect, always saying 0.5 gives 0.25. It is compared
with that of a forecaster who always says the observed rate: skill = 1 - score / reference (Murphy, 1973).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.share import Share

ENOUGH = 10
"""Outcomes from which a group says something; below that chance decides."""

PRIOR = 5.0
"""Expected occurrences that a correction is pulled to 1 with, as if so many had come true exactly as said."""

_BINS = (0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was said of a risk before, and whether it happened."""

    probability: float
    has_happened: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """Risks of which about the same was said: their mean probability against the rate that was observed."""

    upper: float
    count: int
    mean_probability: float
    observed_rate: float


@dataclass(frozen=True, slots=True)
class Calibration:
    count: int
    happened: int
    mean_probability: float
    brier_score: float
    reference_score: float
    correction: float
    """By what later probabilities of the group would be multiplied: what happened ÷ what was expected, pulled to 1."""
    bins: tuple[Bin, ...]

    @property
    def observed(self) -> Share:
        return Share(self.happened, self.count)

    @property
    def skill(self) -> float | None:
        """Above 0: better than always saying the observed rate. None when all or none happened."""
        return 1 - self.brier_score / self.reference_score if self.reference_score > 0 else None

    @property
    def is_enough(self) -> bool:
        return self.count >= ENOUGH


def calibration(outcomes: Iterable[Outcome]) -> Calibration | None:
    """Figures of these outcomes; None without any."""
    outcomes = tuple(outcomes)
    if not outcomes:
        return None
    happened = sum(one.has_happened for one in outcomes)
    expected = sum(one.probability for one in outcomes)
    rate = happened / len(outcomes)
    return Calibration(
        count=len(outcomes),
        happened=happened,
        mean_probability=expected / len(outcomes),
        brier_score=sum((one.probability - one.has_happened) ** 2 for one in outcomes) / len(outcomes),
        reference_score=rate * (1 - rate),
        correction=(happened + PRIOR) / (expected + PRIOR),
        bins=tuple(_bins(outcomes)),
    )


def _bins(outcomes: Sequence[Outcome]) -> Iterable[Bin]:
    lower = 0.0
    for upper in _BINS:
        own = [one for one in outcomes if lower <= one.probability < upper or (upper == 1.0 == one.probability)]
        if own:
            yield Bin(
                upper=upper,
                count=len(own),
                mean_probability=sum(one.probability for one in own) / len(own),
                observed_rate=sum(one.has_happened for one in own) / len(own),
            )
        lower = upper
