"""What the engagement service says of the support it gives: requests, hours, trainings, proofs, plans, satisfaction."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.events import Event


class SupportRequestRecorded(Event):
    """Support was asked for, or a request took a step; `version` orders its records."""

    type: ClassVar[str] = "engagement.support_request.recorded.v1"
    support_request_id: UUID
    code: str
    title: str
    domain: str
    """technical, project_management, risk_control, after_sales."""
    kind: str
    """consulting, training, guidance."""
    priority: str
    status: str
    """requested, triaged, assigned, in_progress, delivered, rated, closed, declined."""
    requester: str
    assignee: str | None
    needed_by: date | None
    waits_for: str | None
    """client or requester, who owe us something first."""
    escalation_level: int
    times_reopened: int
    rating: int | None
    """1 to 5, of the requester."""
    requirement_ids: tuple[UUID, ...]
    version: int


class HoursRecorded(Event):
    """Hours on an opportunity were recorded, corrected or voided (0 hours); `version` orders an entry's records.

    It tells roles, not persons, and no cost.
    """

    type: ClassVar[str] = "engagement.hours.recorded.v1"
    time_entry_id: UUID
    role: str
    worked_on: date
    hours: float
    activity: str
    support_request_id: UUID | None
    version: int
