"""Probability-impact matrices, 3 to 7 levels a side (PMBOK Guide, 5th ed., figure 11-10 and table 11-1)."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

SIZES = range(3, 8)


def _decimals(numbers: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(number) for number in numbers.split())


@dataclass(frozen=True, slots=True)
class Matrix:
    """Values of the levels from 1 up, the bounds between them, and the scores from which a risk is high or still low.

    A bound belongs to the level above it. Impact is a share: of the base cost, the duration, the scope, the quality.
    """

    probability: tuple[Decimal, ...]
    impact: tuple[Decimal, ...]
    probability_bounds: tuple[float, ...]
    cost_bounds: tuple[float, ...]
    time_bounds: tuple[float, ...]
    scope_bounds: tuple[float, ...]
    quality_bounds: tuple[float, ...]
    low: Decimal
    high: Decimal
    decimals: int = 2
    """To which a score is rounded, half up."""

    def probability_level(self, probability: float) -> int:
        """Level of a probability 0…1."""
        return bisect_right(self.probability_bounds, probability) + 1

    def impact_level(
        self, cost_share: float, *, time_share: float, scope_share: float = 0.0, quality_share: float = 0.0
    ) -> int:
        """Level 1… of an impact, the gravest of the objectives; for an opportunity of the gain."""
        shares = (cost_share, time_share, scope_share, quality_share)
        scales = (self.cost_bounds, self.time_bounds, self.scope_bounds, self.quality_bounds)
        return 1 + max(bisect_right(bounds, abs(share)) for bounds, share in zip(scales, shares, strict=True))

    def score(self, probability_level: int, impact_level: int) -> Decimal:
        """Probability x impact of two levels, half up as the book prints it: floats would give 0.01 for 0.015."""
        product = self.probability[probability_level - 1] * self.impact[impact_level - 1]
        return product.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP)

    def rating(self, score: Decimal) -> str:
        """`low`, `moderate` or `high`."""
        if score >= self.high:
            return "high"
        return "low" if score <= self.low else "moderate"


PMBOK = Matrix(
    probability=_decimals("0.10 0.30 0.50 0.70 0.90"),
    impact=_decimals("0.05 0.10 0.20 0.40 0.80"),
    probability_bounds=(0.20, 0.40, 0.60, 0.80),
    cost_bounds=(0.01, 0.10, 0.20, 0.40),
    time_bounds=(0.01, 0.05, 0.10, 0.20),
    scope_bounds=(0.01, 0.05, 0.15, 0.40),
    quality_bounds=(0.01, 0.05, 0.15, 0.40),
    low=Decimal("0.05"),
    high=Decimal("0.18"),
)
"""The guide's printed scales; below one percent an impact counts as insignificant.

Of scope and quality the guide prints words ("minor areas affected", "reduction unacceptable"); the shares are ours.
"""


@dataclass(frozen=True, slots=True)
class Placed:
    """A risk as the heat map needs it."""

    code: str
    probability_level: int
    impact_level: int
    expected_value: Decimal


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: the matrix can rank a smaller expected value above a larger one, so both are shown."""

    probability_level: int
    impact_level: int
    score: Decimal
    rating: str
    count: int
    expected_value: Decimal
    codes: tuple[str, ...]


def heat_map(risks: Iterable[Placed], matrix: Matrix = PMBOK) -> list[Cell]:
    """Every cell, the most probable row first and the smallest impact first in it; empty ones have count 0."""
    cells: dict[tuple[int, int], list[Placed]] = defaultdict(list)
    for risk in risks:
        cells[risk.probability_level, risk.impact_level].append(risk)
    return [
        _cell(probability, impact, cells[probability, impact], matrix)
        for probability in range(len(matrix.probability), 0, -1)
        for impact in range(1, len(matrix.impact) + 1)
    ]


def _cell(probability: int, impact: int, risks: list[Placed], matrix: Matrix) -> Cell:
    score = matrix.score(probability, impact)
    return Cell(
        probability_level=probability,
        impact_level=impact,
        score=score,
        rating=matrix.rating(score),
        count=len(risks),
        expected_value=sum((risk.expected_value for risk in risks), Decimal(0)),
        codes=tuple(sorted(risk.code for risk in risks)),
    )
