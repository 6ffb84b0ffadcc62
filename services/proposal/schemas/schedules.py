"""Schedules over HTTP."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.proposal.models.schedules import Derived
from services.proposal.schemas.networks import ScheduleNetwork
from services.proposal.schemas.plans import PlanOut
from shared.kernel.asked import Several
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction, Reason
from shared.kernel.validation import In, Why


class ScheduleBasisOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    baseline_id: UUID
    baseline_number: int
    epoch: int
    estimate_id: UUID
    estimate_revision: int
    risk_budget_id: UUID
    risk_revision: int


class PlanHead(ResourceOut):
    """What schedules and resource plans show alike."""

    opportunity_id: UUID
    code: str
    revision: Annotated[int, Field(description="counts the schedules of an opportunity")]
    status: str
    freshness: str
    stale_reason: Reason | None
    basis: ScheduleBasisOut
    is_edited: Annotated[bool, Field(description="whether persons changed what was drafted")]
    currency: str
    agreed_by: str | None
    agreed_at: datetime | None
    note: str | None
    allowed_actions: list[AllowedAction]

    @model_validator(mode="before")
    @classmethod
    def _of_row(cls, row: Any) -> Any:
        if not isinstance(row, Derived):
            return row
        shown = {name: getattr(row, name) for name in cls.model_fields if name != "basis"}
        return {**shown, "basis": ScheduleBasisOut.model_validate(row)}


class ScheduleOut(PlanHead):
    start: date
    finish: date
    p50_finish: date
    p80_finish: date
    duration_days: int
    task_count: int
    conflict_count: int


class ScheduleDetailOut(ScheduleOut):
    """A schedule with all its tasks: `network` is what persons edit, `plan` what is computed from it."""

    network: ScheduleNetwork
    plan: PlanOut


class ChangeOut(BaseModel):
    """What a rebase did with a task or another part of the network; values as in `network`."""

    part: Annotated[str, Field(description="tasks, phases, calendars or network")]
    kind: Annotated[str, Field(description="added, removed, taken, kept, left_out or bridged")]
    id: str
    field: str | None
    old: Any
    new: Any


class RebasedOut(BaseModel):
    schedule: ScheduleDetailOut
    changes: list[ChangeOut]


class RemarkOut(BaseModel):
    """What an import could not take over as it was."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    about: Annotated[str, Field(description="name of the task or calendar")]
    en: str
    zh: str


class ImportedScheduleOut(BaseModel):
    schedule: ScheduleDetailOut
    remarks: list[RemarkOut]


class FeedIn(In):
    valid_days: Annotated[int, Field(ge=1, le=731, description="how long the link is good for")] = 365


class FeedOut(BaseModel):
    """The link is shown once: whoever has it sees the dates."""

    url: Annotated[str, Field(description="for a calendar program")]
    expires_at: datetime


class WithdrawIn(In):
    reason: Why


class ScheduleQuery(PageQuery):
    sortable = ("created_at", "updated_at", "revision", "finish")

    opportunity_id: Several[UUID] = None
    status: Several[Literal["draft", "agreed", "superseded"]] = None
    freshness: Several[Literal["fresh", "stale"]] = None
    code: str | None = None
