"""Interactions over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.engagement.models.contacts import Channel
from services.engagement.models.interactions import Direction, Sentiment
from services.engagement.schemas.fields import DistinctIds, In, Names, Past
from shared.pages import PageQuery, ResourceOut
from shared.validation import KEEP, Line, Text


class InteractionIn(In):
    opportunity_id: UUID
    channel: Channel
    direction: Annotated[Direction, Field(description="who started it: the client (inbound) or we (outbound)")]
    occurred_at: Past
    contact_ids: DistinctIds = []
    participants: Annotated[Names, Field(description="names of those who are no contacts")] = []
    subject: Line
    notes: Text | None = None
    sentiment: Sentiment | None = None
    next_step: Text | None = None
    requirement_ids: Annotated[DistinctIds, Field(description="requirements that this talk created or changed")] = []


class InteractionPatch(In):
    channel: Channel = KEEP
    direction: Direction = KEEP
    occurred_at: Past = KEEP
    contact_ids: DistinctIds = KEEP
    participants: Names = KEEP
    subject: Line = KEEP
    notes: Text | None = None
    sentiment: Sentiment | None = None
    next_step: Text | None = None
    requirement_ids: DistinctIds = KEEP


class LinkedRequirement(BaseModel):
    """A requirement as the requirements service last told of it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    title: str
    status: str


class InteractionOut(ResourceOut):
    opportunity_id: UUID
    channel: str
    direction: str
    occurred_at: datetime
    contact_ids: list[UUID]
    participants: list[str]
    subject: str
    notes: str | None
    sentiment: str | None
    next_step: str | None
    requirement_ids: list[UUID]
    requirements: list[LinkedRequirement]


class InteractionQuery(PageQuery):
    sortable = ("created_at", "updated_at", "occurred_at")

    opportunity_id: UUID | None = None
    channel: Channel | None = None
    direction: Direction | None = None
    sentiment: Sentiment | None = None
    requirement_id: Annotated[UUID | None, Field(description="talks that created or changed this requirement")] = None
    contact_id: Annotated[UUID | None, Field(description="talks that this person took part in")] = None
    q: Annotated[str | None, Field(min_length=1, max_length=100, description="words in subject or notes")] = None
