"""Commitments over HTTP."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.engagement.models.clarifications import Party
from services.engagement.schemas.fields import DistinctIds, PlannedDay
from shared.kernel.asked import Several, SeveralNames
from shared.kernel.pages import ResourceOut, SearchQuery
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Line, Patch, Text, Why


class CommitmentIn(In):
    opportunity_id: UUID
    side: Annotated[Party, Field(description="who promised: us or the client")]
    statement: Line
    owner: Annotated[Line, Field(description="name of the person who does it")]
    contact_id: Annotated[UUID | None, Field(description="the client's person")] = None
    due_on: PlannedDay
    depends_on: Annotated[DistinctIds, Field(description="commitments that must be done before")] = []
    interaction_id: Annotated[UUID | None, Field(description="the talk that it was promised in")] = None
    clarification_id: UUID | None = None
    note: Text | None = None


class CommitmentPatch(Patch, of=CommitmentIn, without={"opportunity_id", "side", "interaction_id", "clarification_id"}):
    pass


class EndIn(In):
    note: Annotated[Text | None, Field(description="how it was done")] = None


class ReasonIn(In):
    reason: Why


class CommitmentOut(ResourceOut):
    opportunity_id: UUID
    code: str
    side: str
    statement: str
    owner: str
    contact_id: UUID | None
    due_on: date
    depends_on: list[UUID]
    interaction_id: UUID | None
    clarification_id: UUID | None
    survey_invitation_id: Annotated[UUID | None, Field(description="the client's bad mark that it follows up")]
    status: str
    is_overdue: bool
    overdue_since: datetime | None
    ended_at: datetime | None
    note: str | None
    allowed_actions: list[AllowedAction]


class CommitmentQuery(SearchQuery):
    sortable = ("created_at", "updated_at", "due_on")

    opportunity_id: Several[UUID] = None
    side: Several[Party] = None
    owner: SeveralNames = None
    status: Several[Literal["open", "done", "missed", "cancelled"]] = None
    interaction_id: UUID | None = None
    clarification_id: UUID | None = None
    survey_invitation_id: UUID | None = None
    overdue: Annotated[bool | None, Field(description="whether its day has passed and it is still open")] = None
    due_before: Annotated[date | None, Field(description="due on an earlier day")] = None
