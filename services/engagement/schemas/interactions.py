"""Interactions over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.engagement.models.clarifications import Party
from services.engagement.models.contacts import Channel
from services.engagement.models.interactions import Direction, Sentiment
from services.engagement.models.response_clocks import Urgency
from services.engagement.schemas.fields import DistinctIds, Names, Past, PlannedDay
from shared.kernel.asked import Several
from shared.kernel.pages import ResourceOut, SearchQuery
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Line, Patch, Text, rule

NOT_INBOUND = rule(
    "answer_not_ours",
    "only what the client started can need our answer",
    "只有客户发起的沟通才需要我方答复",
)
NO_STEP = rule("step_missing", "a commitment needs the next step that it promises", "登记承诺须填写下一步 next_step")


class AttachmentIn(In):
    """A reference to a file that is kept elsewhere."""

    name: Line
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    size_bytes: Annotated[int, Field(ge=0, le=100_000_000_000)]
    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s\x00]+$", max_length=2000)]


class NeedIn(In):
    """Something that the client said and that should become a requirement or a change request."""

    statement: Annotated[Text, Field(description="our interpretation")]
    client_words: Annotated[Text | None, Field(description="what the client said, word by word")] = None
    speaker: Line | None = None
    wants: Literal["requirement", "change_request"] = "requirement"
    kind: (
        Literal[
            "functional",
            "performance",
            "user",
            "interface",
            "security",
            "data",
            "operational",
            "compliance",
            "constraint",
        ]
        | None
    ) = None
    priority: Literal["must", "should", "could", "wont"] | None = None


class NeedOut(BaseModel):
    """`requirement_id` once the need has become a requirement."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    statement: str
    client_words: str | None
    speaker: str | None
    wants: str
    kind: str | None
    priority: str | None
    requirement_id: UUID | None


class StepIn(In):
    """Who does the next step, and until when: makes a commitment of it."""

    side: Party = Party.US
    owner: Annotated[Line | None, Field(description="you, when left out")] = None
    due_on: PlannedDay


class InteractionBase(In):
    opportunity_id: UUID
    channel: Channel
    direction: Annotated[Direction, Field(description="who started it: the client (inbound) or we (outbound)")]
    occurred_at: Past
    contact_ids: DistinctIds = []
    participants: Annotated[Names, Field(description="names of those who are no contacts")] = []
    subject: Line
    agenda: Text | None = None
    notes: Text | None = None
    sentiment: Sentiment | None = None
    next_step: Text | None = None
    requirement_ids: Annotated[DistinctIds, Field(description="requirements that this talk created or changed")] = []
    attachments: Annotated[list[AttachmentIn], Field(max_length=50)] = []
    needs_answer: Annotated[bool, Field(description="the client waits for our answer: a response clock runs")] = False
    priority: Annotated[Urgency, Field(description="of the answer")] = Urgency.NORMAL
    in_reply_to: Annotated[UUID | None, Field(description="the talk that this one answers or goes on from")] = None

    @model_validator(mode="after")
    def _answer_is_ours(self) -> Self:
        if self.needs_answer and self.direction == Direction.OUTBOUND:
            raise ValueError(NOT_INBOUND)
        return self


class InteractionIn(InteractionBase):
    needs: Annotated[list[NeedIn], Field(max_length=50, description="needs heard; each is told at once")] = []
    next_step_by: Annotated[StepIn | None, Field(description="makes a commitment of the next step")] = None

    @model_validator(mode="after")
    def _step(self) -> Self:
        if self.next_step_by and not self.next_step:
            raise ValueError(NO_STEP)
        return self


class InteractionPatch(Patch, of=InteractionIn, without={"opportunity_id", "in_reply_to", "needs", "next_step_by"}):
    pass


class LinkedRequirement(BaseModel):
    """A requirement as the requirements service last told of it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    title: str
    status: str


class InteractionOut(ResourceOut):
    """A talk, and what it led to: requirements, needs, commitments, clarifications."""

    opportunity_id: UUID
    channel: str
    direction: str
    occurred_at: datetime
    contact_ids: list[UUID]
    participants: list[str]
    subject: str
    agenda: str | None
    notes: str | None
    sentiment: str | None
    next_step: str | None
    requirement_ids: list[UUID]
    attachments: list[dict[str, Any]]
    needs_answer: bool
    priority: str
    in_reply_to: UUID | None
    requirements: list[LinkedRequirement]
    needs: list[NeedOut]
    commitment_ids: list[UUID]
    clarification_ids: list[UUID]
    allowed_actions: list[AllowedAction]


class ChangeOut(BaseModel):
    """One change: who, when, what it was before and after."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    actor: str
    action: str
    kind: str
    resource_id: UUID
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class InteractionQuery(SearchQuery):
    sortable = ("created_at", "updated_at", "occurred_at")

    opportunity_id: Several[UUID] = None
    channel: Several[Channel] = None
    direction: Several[Direction] = None
    sentiment: Several[Sentiment] = None
    needs_answer: bool | None = None
    in_reply_to: UUID | None = None
    requirement_id: Annotated[UUID | None, Field(description="talks that created or changed this requirement")] = None
    contact_id: Annotated[UUID | None, Field(description="talks that this person took part in")] = None
