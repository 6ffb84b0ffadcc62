"""What the estimation service says of projects that are over."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.kernel.events import Event
from shared.language.money import Money


class PastProjectRecorded(Event):
    """What an estimated project took in the end; once more when it is corrected, with a higher `revision`."""

    type: ClassVar[str] = "estimation.past_project.recorded.v1"
    past_project_id: UUID
    revision: int
    estimate_id: UUID
    is_excluded: bool
    """Left out of calibration, for a reason of its own."""
    size: float
    size_unit: str
    effort_days: float
    estimated_effort_days: float | None
    estimated_effort_p80_days: float | None
    cost: Money | None
    estimated_cost: Money | None
    """Base cost before risk."""
    estimated_cost_p80: Money | None
    duration_months: float | None
    started_on: date | None
    finished_on: date | None
