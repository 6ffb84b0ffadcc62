"""Journeys and the live feed over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.insights.schemas.event_types import EventTypes
from shared.kernel.asked import Several
from shared.kernel.pages import View


class FeedQuery(BaseModel):
    """Which events: of one opportunity, of types that begin with one of `type`, after a position."""

    model_config = ConfigDict(extra="forbid")

    opportunity_id: UUID | None = None
    type: EventTypes = None
    after: Annotated[int | None, Field(ge=0, le=2**62, description="position of the last event seen")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class FeedEvent(BaseModel):
    """An event in its CloudEvents form, with its position in the log."""

    position: int
    event: dict[str, Any]


class FeedPage(BaseModel):
    """The next events; ask again with `after` = `next_after`."""

    items: list[FeedEvent]
    next_after: int


class ReasonOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    code: str
    message: str
    message_zh: str
    actions: list[str]


class StepOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    step: str
    state: str
    epoch: int | None
    revision: int | None
    since: datetime | None
    seconds_after_approval: float | None
    by: str | None
    resource_id: str | None
    reason: ReasonOut | None


Status = Literal["open", "running", "waiting_person", "blocked", "stalled", "done", "cancelled"]


class JourneyItem(BaseModel):
    """A journey in a list: where an opportunity is, and why it does not go on; its steps are at its own address."""

    opportunity_id: UUID
    code: str | None
    title: str | None
    client_name: str | None
    status: Status
    waits_for: str | None
    reason: ReasonOut | None
    outcome: str | None
    updated_at: datetime


class JourneyOut(JourneyItem):
    """Where an opportunity is, what it waits for, and why it does not go on."""

    steps: list[StepOut]


class JourneyQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: Several[Status] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str | None, Field(max_length=400)] = None
    view: View = "list"


class Rebuilt(BaseModel):
    journeys: int
    outcomes: int
