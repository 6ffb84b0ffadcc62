"""Clarifications over HTTP."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.engagement.models.clarifications import Party
from services.engagement.models.contacts import Channel
from services.engagement.models.response_clocks import SubjectKind, Urgency
from services.engagement.schemas.fields import DistinctIds, Past, PlannedMoment
from services.engagement.schemas.interactions import LinkedRequirement, NeedIn, NeedOut
from shared.kernel.asked import Several, SeveralNames
from shared.kernel.pages import ResourceOut, SearchQuery
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Line, Patch, Text, rule

NOT_THE_CLIENT = rule(
    "holds_up_by_client",
    "only a question that the client owes an answer to can hold up our own",
    "只有由客户答复的问题才能暂停我方的答复计时",
)


class HeldUp(In):
    """What we cannot answer before the client has answered this: its response clock stands meanwhile."""

    kind: SubjectKind
    id: UUID


class ClarificationBase(In):
    question: Text
    context: Text | None = None
    requirement_ids: Annotated[DistinctIds, Field(description="requirements that the answer matters to")] = []
    owed_by: Annotated[Party, Field(description="who owes the answer")]
    owner: Annotated[Line | None, Field(description="name of the person who owes it")] = None
    contact_id: Annotated[UUID | None, Field(description="the client's person: whom we ask, or who asks")] = None
    channel: Channel | None = None
    priority: Urgency = Urgency.NORMAL
    due_at: PlannedMoment | None = None
    interaction_id: Annotated[UUID | None, Field(description="the talk in which it came up")] = None
    holds_up: HeldUp | None = None

    @model_validator(mode="after")
    def _waits_for_client(self) -> Self:
        if self.holds_up and self.owed_by != Party.CLIENT:
            raise ValueError(NOT_THE_CLIENT)
        return self


class ClarificationIn(ClarificationBase):
    opportunity_id: UUID


class ClarificationPatch(
    Patch, of=ClarificationIn, without={"owed_by", "interaction_id", "holds_up", "opportunity_id"}
):
    pass


class AnswerIn(In):
    answer: Text
    answered_by: Annotated[Line | None, Field(description="you, when left out")] = None
    answered_at: Annotated[Past | None, Field(description="now, when left out")] = None


class AcceptIn(In):
    needs: Annotated[
        list[NeedIn], Field(max_length=50, description="requirements or change requests that the answer asks for")
    ] = []


class ClarificationOut(ResourceOut):
    opportunity_id: UUID
    code: str
    question: str
    context: str | None
    requirement_ids: list[UUID]
    owed_by: str
    owner: str | None
    contact_id: UUID | None
    channel: str | None
    priority: str
    due_at: datetime | None
    interaction_id: UUID | None
    holds_up: HeldUp | None
    status: str
    is_open: Annotated[bool, Field(description="open on a must-have requirement, it blocks approval of a baseline")]
    is_overdue: bool
    overdue_since: datetime | None
    asked_at: datetime | None
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None
    settled_at: datetime | None
    note: str | None
    requirements: list[LinkedRequirement]
    suspect_requirement_ids: Annotated[
        list[UUID], Field(description="linked requirements that changed since somebody last looked")
    ]
    is_suspect: bool
    blocks_approval: Annotated[bool, Field(description="open, and linked to a requirement that must be met")]
    needs: list[NeedOut]
    allowed_actions: list[AllowedAction]


class ClarificationQuery(SearchQuery):
    sortable = ("created_at", "updated_at", "due_at", "code")

    opportunity_id: Several[UUID] = None
    status: Several[Literal["draft", "asked", "answered", "accepted", "reopened", "withdrawn"]] = None
    owed_by: Several[Party] = None
    owner: SeveralNames = None
    priority: Several[Urgency] = None
    interaction_id: UUID | None = None
    is_open: bool | None = None
    overdue: bool | None = None
    suspect: Annotated[bool | None, Field(description="whether a linked requirement changed since")] = None
    requirement_id: Annotated[UUID | None, Field(description="linked to this requirement")] = None
