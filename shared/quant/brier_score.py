"""How good stated probabilities were, once one knows what happened.

Brier score: mean of (probability - outcome)^2 (G. W. Brier 1950, Monthly Weather Review 78); 0 is perfect, always
saying 0.5 gives 0.25. It is compared with that of a forecaster who always says the observed rate: skill = 1 - score /
reference (A. H. Murphy 1973, Journal of Applied Meteorology 12).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from shared.quant.share import Share

ENOUGH = 10
"""Outcomes from which a score says something; below that chance decides."""

_BOUNDS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What was said before, 0 … 1, and whether it happened."""

    probability: float
    has_happened: bool
    about: UUID | None = None
    """What it was said of."""


@dataclass(frozen=True, slots=True)
class Forecasts:
    """At least one forecast whose outcome is known."""

    known: tuple[Forecast, ...]

    @property
    def count(self) -> int:
        return len(self.known)

    @property
    def happened(self) -> int:
        return sum(one.has_happened for one in self.known)

    @property
    def observed(self) -> Share:
        return Share(self.happened, self.count)

    @property
    def observed_rate(self) -> float:
        return self.happened / self.count

    @property
    def mean_probability(self) -> float:
        return sum(one.probability for one in self.known) / self.count


@dataclass(frozen=True, slots=True)
class Bin(Forecasts):
    """Forecasts that said about the same: at least `lower` and below `upper`, which the last bin includes."""

    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Scored(Forecasts):
    """Forecasts with their Brier score."""

    @property
    def brier_score(self) -> float:
        return sum((one.probability - one.has_happened) ** 2 for one in self.known) / self.count

    @property
    def reference_score(self) -> float:
        """Of who always says the observed rate."""
        return self.observed_rate * (1 - self.observed_rate)

    @property
    def skill(self) -> float | None:
        """Above 0: better than always saying the observed rate. None when all or none happened."""
        return 1 - self.brier_score / self.reference_score if self.reference_score > 0 else None

    @property
    def is_enough(self) -> bool:
        return self.count >= ENOUGH

    @property
    def bins(self) -> tuple[Bin, ...]:
        """The reliability table; bins that hold nothing are left out."""
        return tuple(Bin(own, *bounds) for bounds in pairwise(_BOUNDS) if (own := self._in(*bounds)))

    def _in(self, lower: float, upper: float) -> tuple[Forecast, ...]:
        last = _BOUNDS[-1]
        return tuple(one for one in self.known if lower <= one.probability < upper or upper == last == one.probability)


def scored(forecasts: Iterable[Forecast]) -> Scored | None:
    """The score of these forecasts; None without any."""
    known = tuple(forecasts)
    return Scored(known) if known else None
