"""What estimating needs to know of an approved baseline."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.estimation.domain.function_points import Size

NOT_DELIVERED = "wont"
MUST = "must"


@dataclass(frozen=True, slots=True)
class Requirement:
    id: UUID
    code: str
    title: str
    kind: str
    priority: str
    group: str | None
    size: Size | None
    depends_on: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Baseline:
    """`deadline` is the earliest hard date by which the client wants delivery."""

    id: UUID
    requirements: tuple[Requirement, ...]
    industry: str | None
    currency: str
    region: str | None
    approved_on: date
    planned_start: date | None
    deadline: date | None

    @property
    def delivered(self) -> tuple[Requirement, ...]:
        """The requirements that are to be delivered, in the order of the baseline."""
        return tuple(need for need in self.requirements if need.priority != NOT_DELIVERED)
