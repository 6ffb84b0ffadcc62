"""Baselines and their differences over HTTP."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.requirements.schemas.opportunities import In, OfOpportunity
from shared.pages import ResourceOut
from shared.states import AllowedAction
from shared.validation import Line, Text


class BaselineIn(In):
    opportunity_id: UUID
    title: Line


class Note(In):
    reason: Text


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

    status: str | None = None
    number: int | None = None


class SnapshotOut(BaseModel):
    """The content of a baseline, as others get it in the event `requirements.baseline.approved`."""

    opportunity: dict[str, Any]
    requirements: list[dict[str, Any]]
    constraints: list[dict[str, Any]]
    concerns: list[dict[str, Any]]


class FieldChangeOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    field: str
    before: Any
    after: Any


class RequirementChangeOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    code: str
    title: str
    fields: list[FieldChangeOut]


class BaselineDiffOut(BaseModel):
    """What changed between two baselines of an opportunity."""

    model_config = ConfigDict(from_attributes=True)

    added: list[str]
    removed: list[str]
    changed: list[RequirementChangeOut]
    unchanged: int
