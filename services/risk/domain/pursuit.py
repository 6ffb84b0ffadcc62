"""Whether an opportunity is still worth pursuing: what it may bring against what it still costs to get it.

Expected value = win probability x expected margin - remaining cost of the pursuit. What was spent is spent: it is no
reason to go on or to stop (sunk cost; Raiffa, *Decision Analysis*, 1968).
"""

from dataclasses import dataclass
from decimal import Decimal

NEEDS = ("win_probability", "expected_margin", "remaining_cost")


@dataclass(frozen=True, slots=True)
class Prospect:
    """What is known of a pursuit; amounts in one currency."""

    win_probability: float | None
    expected_margin: Decimal | None
    remaining_cost: Decimal | None

    @property
    def missing(self) -> tuple[str, ...]:
        """What nobody has said yet."""
        return tuple(name for name in NEEDS if getattr(self, name) is None)

    @property
    def expected_value(self) -> Decimal | None:
        """None while something is missing."""
        if self.win_probability is None or self.expected_margin is None or self.remaining_cost is None:
            return None
        return Decimal(str(self.win_probability)) * self.expected_margin - self.remaining_cost

    @property
    def break_even_probability(self) -> float | None:
        """The win probability from which it pays; None while the margin or the cost is missing, or nothing is won."""
        if not self.expected_margin or self.expected_margin < 0 or self.remaining_cost is None:
            return None
        return float(self.remaining_cost / self.expected_margin)


def remaining(planned: Decimal, spent_then: Decimal, spent_now: Decimal) -> Decimal:
    """What of a plan for the rest is left after what was spent since; an overspent plan leaves nothing."""
    return max(planned - max(spent_now - spent_then, Decimal(0)), Decimal(0))
