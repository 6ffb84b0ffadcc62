"""Client rooms over HTTP: what we see of them, and what the client does."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.proposal.models.rooms import Room
from services.proposal.schemas.fields import Language, Mail, WordsOut
from services.proposal.schemas.solutions import RequirementCode
from shared.kernel.asked import Several
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Line, Moment, Text, rule
from shared.language.letterhead import Ask
from shared.language.money import Money

IN_PAST = rule("in_past", "must lie in the future", "须晚于当前时间")
SectionCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]


class RoomIn(In):
    proposal_id: UUID
    recipient_name: Line
    recipient_mail: Mail | None = None
    language: Annotated[Language | None, Field(description="the proposal's, when left out")] = None
    sections: Annotated[
        list[SectionCode] | None,
        Field(
            min_length=1,
            max_length=60,
            description="all that the proposal shows, when left out; with only some of them there are no documents",
        ),
    ] = None
    may_answer: Annotated[bool, Field(description="whether the client accepts or declines here")] = True
    expires_at: Annotated[Moment | None, Field(description="the end of the offer's validity, when left out")] = None


class RenewIn(In):
    expires_at: Moment


class ReceiptOut(BaseModel):
    """That something was opened by the holder of the link."""

    model_config = ConfigDict(from_attributes=True)

    what: str
    first_at: datetime
    last_at: datetime
    times: int


class RoomQuestionOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    section: str | None
    requirement_code: str | None
    question: str
    created_at: datetime
    clarification_id: UUID | None
    answer: str | None
    answered_at: datetime | None


class RoomOut(ResourceOut):
    opportunity_id: UUID
    proposal_id: UUID
    version_label: str
    recipient_name: str
    recipient_mail: str | None
    language: str
    sections: list[str]
    may_answer: bool
    status: Annotated[str, Field(description="open, expired, revoked, closed")]
    expires_at: datetime
    revoked_at: datetime | None
    revoked_because: str | None
    answer: str | None
    answered_at: datetime | None
    answered_by: str | None
    receipts: list[ReceiptOut]
    questions: list[RoomQuestionOut]
    allowed_actions: list[AllowedAction]

    @model_validator(mode="before")
    @classmethod
    def _of_row(cls, row: object) -> object:
        if not isinstance(row, Room):
            return row
        own = cls.model_fields.keys() - {"version_label"}
        return {**{name: getattr(row, name) for name in own}, "version_label": row.proposal.version_label}


class RoomMade(RoomOut):
    link: Annotated[str, Field(description="shown once: send it to the recipient")]


class RoomQuery(PageQuery):
    opportunity_id: Several[UUID] = None
    proposal_id: UUID | None = None


class SectionShown(BaseModel):
    code: str
    title: str
    title_zh: str
    opened_at: Annotated[datetime | None, Field(description="first time")]


class FileShown(BaseModel):
    id: UUID
    language: str
    media_type: str
    file_name: str
    size_bytes: int
    sha256: str


class RequirementShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    code: str
    title: str


class AskedShown(BaseModel):
    id: UUID
    section: str | None
    requirement_code: str | None
    question: str
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None


class RoomShown(BaseModel):
    """What the holder of a link sees first."""

    id: UUID
    title: str
    client_name: str
    company: Annotated[WordsOut, Field(description="who makes the offer")]
    ask: Annotated[Ask | None, Field(description="whom the client may ask: by the branding, else our owner")]
    has_logo: Annotated[bool, Field(description="whether it has one, at `/logo`")]
    recipient_name: str
    code: str
    version_label: str
    language: str
    price_incl_tax: Annotated[
        Money | None, Field(description="null where neither a section says it nor an answer is wanted")
    ]
    submitted_on: date
    valid_until: date
    proposal_status: Annotated[str, Field(description="submitted, accepted, declined, expired")]
    expires_at: datetime
    sections: list[SectionShown]
    files: list[FileShown]
    requirements: Annotated[list[RequirementShown], Field(description="that a question may name; none unless shown")]
    questions: list[AskedShown]
    may_answer: bool
    answered_at: datetime | None
    answered_by: str | None


class RoomQuestionIn(In):
    question: Text
    section: SectionCode | None = None
    requirement_code: Annotated[
        RequirementCode | None, Field(description="requirement of the proposal that it is about")
    ] = None


class RoomAcceptance(In):
    name: Annotated[Line, Field(description="who accepts for the client")]


class RoomRefusal(In):
    name: Annotated[Line, Field(description="who declines for the client")]
    reason: Text


class RoomAnswered(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    answer: str
    answered_at: datetime
    answered_by: str
