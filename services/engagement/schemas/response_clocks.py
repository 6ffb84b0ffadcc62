"""Response policies and clocks over HTTP."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.engagement.domain.business_time import BusinessCalendar
from services.engagement.models.response_clocks import Purpose, ResponseClock, SubjectKind, Urgency
from shared.kernel.asked import Several, SeveralNames
from shared.kernel.from_row import from_row
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Why

Minutes = Annotated[int, Field(ge=1, le=200_000, description="working minutes")]


class ResponsePolicyIn(In):
    subject_kind: SubjectKind
    priority: Urgency
    first_minutes: Minutes
    following_minutes: Minutes
    resolution_minutes: Minutes | None = None
    due_soon_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.75
    calendar_id: Annotated[UUID | None, Field(description="the shipped calendar when left out")] = None


class ResponsePolicyOut(ResourceOut):
    subject_kind: str
    priority: str
    revision: int
    first_minutes: int
    following_minutes: int
    resolution_minutes: int | None
    due_soon_fraction: float
    calendar_id: UUID
    is_shipped: bool
    superseded_at: datetime | None


class ResponsePolicyQuery(PageQuery):
    sortable = ("created_at", "updated_at", "subject_kind", "priority", "revision")

    subject_kind: Several[SubjectKind] = None
    priority: Several[Urgency] = None
    is_in_force: Annotated[bool | None, Field(description="only the revisions that count for new clocks")] = None


class PauseIn(In):
    reason: Annotated[Why, Field(description="what the client owes")]


class PauseOut(BaseModel):
    since: datetime
    until: datetime | None
    reason: str


class ResponseClockOut(ResourceOut):
    """A clock as it shows now; minutes are working minutes, without the time that the client owed."""

    opportunity_id: UUID
    subject_kind: str
    subject_id: UUID
    subject_label: str
    owner: str | None
    purpose: str
    priority: str
    policy_id: UUID
    calendar_id: UUID
    state: str
    started_at: datetime
    pauses: list[PauseOut]
    target_minutes: int
    elapsed_minutes: float
    remaining_minutes: Annotated[float, Field(description="negative when it is late")]
    due_at: datetime | None
    due_soon_at: datetime | None
    neared_at: datetime | None
    breached_at: datetime | None
    stopped_at: datetime | None
    allowed_actions: list[AllowedAction]

    @classmethod
    def of(cls, clock: ResponseClock, calendar: BusinessCalendar, at: datetime) -> "ResponseClockOut":
        shown = clock.reading(calendar, at)
        minute = timedelta(minutes=1)
        figures = {"elapsed_minutes": shown.elapsed / minute, "remaining_minutes": shown.remaining / minute}
        return from_row(cls, clock, **figures)


class ResponseClockQuery(PageQuery):
    sortable = ("created_at", "updated_at", "due_at", "started_at")

    opportunity_id: Several[UUID] = None
    subject_kind: Several[SubjectKind] = None
    subject_id: UUID | None = None
    purpose: Several[Purpose] = None
    priority: Several[Urgency] = None
    owner: SeveralNames = None
    state: Several[Literal["running", "paused", "met", "breached", "cancelled"]] = None
    is_open: Annotated[bool | None, Field(description="whether an answer is still owed")] = None
