"""Baselines and their differences over HTTP."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.requirements.schemas.opportunities import OfOpportunity
from services.requirements.schemas.requirements import FieldChangeOut
from shared.kernel.asked import Several
from shared.kernel.pages import ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Line, Why


class BaselineIn(In):
    opportunity_id: UUID
    title: Line


class Note(In):
    reason: Why


class BaselineOut(ResourceOut):
    opportunity_id: UUID
    number: int
    title: str
    status: str
    epoch: int | None
    content_hash: str
    requirement_count: int
    submitted_by: str | None
    reviewed_by: str | None
    reviewed_at: datetime | None
    review_note: str | None
    allowed_actions: list[AllowedAction]


class BaselineQuery(OfOpportunity):
    sortable = ("created_at", "updated_at", "number")

    status: Several[Literal["draft", "in_review", "approved", "rejected", "withdrawn", "superseded"]] = None
    number: int | None = None


class SnapshotOut(BaseModel):
    """The content of a baseline, as others get it in the event `requirements.baseline.approved`."""

    opportunity: dict[str, Any]
    requirements: list[dict[str, Any]]
    constraints: list[dict[str, Any]]
    concerns: list[dict[str, Any]]
    fits: list[dict[str, Any]] = []


class RequirementChangeOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    code: str
    title: str
    fields: list[FieldChangeOut]


class PartChangeOut(BaseModel):
    """A constraint, concern or fit verdict that differs; `change` is added, removed or changed."""

    model_config = ConfigDict(from_attributes=True)

    part: str
    label: str
    change: str
    fields: list[FieldChangeOut]


class BaselineDiffOut(BaseModel):
    """What changed between two baselines of an opportunity."""

    model_config = ConfigDict(from_attributes=True)

    others: list[PartChangeOut]
    opportunity: list[FieldChangeOut]

    added: list[str]
    removed: list[str]
    changed: list[RequirementChangeOut]
    unchanged: int
