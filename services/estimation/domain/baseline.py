"""What estimating needs to know of an approved baseline."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.estimation.domain.amount_range import AmountRange
from services.estimation.domain.function_points import Size

NOT_DELIVERED = "wont"
MUST = "must"


@dataclass(frozen=True, slots=True)
class Fit:
    """How our products meet a requirement: the verdict, what is missing, and the days that somebody judged for it."""

    verdict: str
    gap: str | None
    gap_effort_days: AmountRange | None


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
    fit: Fit | None = None
    """None where nobody has compared it with a product: it is then made from nothing."""
    warranty_months: int | None = None
    """The warranty that it asks for."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """`deadline` is the earliest hard date by which the client wants delivery."""

    opportunity_id: UUID
    """Ids of lines and items come from it: what stays the same from baseline to baseline keeps its id, and with it its
    random numbers in the risk simulation, so that two budgets differ by what changed and not by chance."""
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
