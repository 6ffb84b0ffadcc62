"""One estimating method's answer."""

from dataclasses import dataclass
from uuid import UUID

LEAST_DAYS = 0.01
"""No work takes less."""


@dataclass(frozen=True, slots=True)
class Method:
    """One method's answer in person-days, with the range that holds with 80 % confidence (P10 to P90)."""

    method: str
    """three_point, function_points, productivity_model, analogy, cocomo_ii or expert."""
    effort_days: float
    low_days: float
    high_days: float
    note: str
    note_zh: str
    source_ids: tuple[UUID, ...] = ()
    """Of the model, or of the past projects, that it is from."""
    p80_days: float | None = None
    """Not exceeded with 80 % confidence, where the method says so itself."""

    def contradicts(self, other: "Method") -> bool:
        """Whether neither answer is within the other's range."""
        return not (
            self.low_days <= other.effort_days <= self.high_days
            or other.low_days <= self.effort_days <= other.high_days
        )
