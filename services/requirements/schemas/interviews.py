"""Interviews, quotes and confirmations over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.requirements.schemas.discovery import Recipient
from services.requirements.schemas.opportunities import Code, OfOpportunity
from services.requirements.schemas.requirements import MOST_SOURCES, RequirementWish, Source
from shared.kernel.asked import Several
from shared.kernel.pages import ResourceOut, SearchQuery
from shared.kernel.states import AllowedAction
from shared.kernel.validation import KEEP, In, Line, Moment, Patch, Text


class Participant(In):
    name: Line
    position: Line | None = None
    side: Literal["client", "us"] = "client"
    stakeholder_id: UUID | None = None


class QuoteIn(In):
    """What somebody said, in their own words."""

    speaker: Line
    text: Text
    topic: Line | None = None


class QuotesIn(In):
    items: Annotated[list[QuoteIn], Field(min_length=1, max_length=200)]


class InterviewIn(In):
    opportunity_id: UUID
    kind: Literal["interview", "workshop", "site_visit"] = "interview"
    title: Line
    held_at: Moment
    place: Line | None = None
    participants: Annotated[list[Participant], Field(max_length=100)] = []
    notes: Text | None = None
    quotes: Annotated[list[QuoteIn], Field(max_length=200)] = []


class InterviewPatch(Patch, of=InterviewIn, without={"opportunity_id", "quotes"}):
    participants: Annotated[list[Participant], Field(max_length=100)] = KEEP


class QuotedRequirement(RequirementWish):
    quote_id: UUID
    sources: Annotated[list[Source], Field(max_length=MOST_SOURCES - 1, description="beside the quote itself")] = []


class QuotedRequirements(In):
    """Our interpretation of what was said: each becomes a draft requirement with the quote as its source."""

    items: Annotated[list[QuotedRequirement], Field(min_length=1, max_length=200)]


class QuoteOut(BaseModel):
    id: UUID
    speaker: str
    text: str
    topic: str | None
    requirement_ids: list[UUID]


class InterviewOut(ResourceOut):
    opportunity_id: UUID
    code: str
    kind: str
    title: str
    held_at: datetime
    place: str | None
    participants: list[dict[str, Any]]
    notes: str | None
    quotes: list[QuoteOut]
    allowed_actions: list[AllowedAction]


class InterviewQuery(OfOpportunity, SearchQuery):
    sortable = ("created_at", "updated_at", "held_at")

    kind: Several[Literal["interview", "workshop", "site_visit"]] = None


class ConfirmationIn(Recipient):
    requirement_codes: Annotated[list[Code], Field(min_length=1, max_length=100)]


class OutcomeOut(BaseModel):
    """What the client said to a requirement; `reason` where the answer could not be taken as it is."""

    requirement_id: UUID
    code: str
    answer: Literal["confirm", "change"]
    comment: str | None
    is_taken: bool
    reason: str | None


class ConfirmationOut(ResourceOut):
    opportunity_id: UUID
    requirement_ids: list[UUID]
    recipient_name: str
    recipient_mail: str | None
    language: str
    expires_at: datetime
    status: str
    answered_at: datetime | None
    outcome: list[OutcomeOut]
    allowed_actions: list[AllowedAction]


class ConfirmationMade(ConfirmationOut):
    """The link is shown once: it is the client's key."""

    link: str


class ConfirmationQuery(OfOpportunity):
    state: Annotated[
        Several[Literal["sent", "answered", "withdrawn"]],
        Field(description="a sent one expires by itself and stays sent"),
    ] = None
    has_untaken: Annotated[
        bool | None, Field(description="the client confirmed wording that had changed meanwhile: to be asked again")
    ] = None
