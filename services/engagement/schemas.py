"""What the engagement service takes and shows over HTTP."""

from datetime import datetime, timedelta
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from services.engagement.models import Channel, Direction, Sentiment
from shared.db import now
from shared.pages import PageQuery, ResourceOut
from shared.validation import KEEP, Line, Moment, Text, rule

Language = Literal["zh", "en"]
Mail = Annotated[
    str, Field(pattern=r"^[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+$", max_length=254), AfterValidator(str.lower)
]
Phone = Annotated[str, Field(pattern=r"^[+(]?[0-9][0-9 ()/.+-]{3,29}$", examples=["+86 21 5888 0000"])]
Ids = Annotated[list[UUID], Field(max_length=200)]

NO_ADDRESS = rule(
    "address_missing",
    "the preferred channel needs its address: mail or phone",
    "首选渠道须有相应的地址：mail 或 phone",
)
IN_FUTURE = rule("in_future", "lies in the future", "晚于当前时间")
TWICE = rule("named_twice", "names the same one twice", "重复列出同一项")

_CLOCK_SKEW = timedelta(minutes=5)


def _past(moment: datetime) -> datetime:
    if moment > now() + _CLOCK_SKEW:
        raise ValueError(IN_FUTURE)
    return moment


def _distinct(ids: list[UUID]) -> list[UUID]:
    if len(set(ids)) < len(ids):
        raise ValueError(TWICE)
    return ids


Past = Annotated[Moment, AfterValidator(_past)]
DistinctIds = Annotated[Ids, AfterValidator(_distinct)]
Names = Annotated[list[Line], Field(max_length=100)]


class In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ContactIn(In):
    opportunity_id: UUID
    name: Line
    position: Line | None = None
    organisation: Line | None = None
    mail: Mail | None = None
    phone: Phone | None = None
    preferred_channel: Channel | None = None
    language: Language = "zh"
    do_not_contact: bool = False

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        address = {Channel.MAIL: self.mail, Channel.PHONE: self.phone}
        if self.preferred_channel in address and not address[self.preferred_channel]:
            raise ValueError(NO_ADDRESS)
        return self


class ContactPatch(In):
    name: Line = KEEP
    position: Line | None = None
    organisation: Line | None = None
    mail: Mail | None = None
    phone: Phone | None = None
    preferred_channel: Channel | None = None
    language: Language = KEEP
    do_not_contact: bool = KEEP


class ContactOut(ResourceOut):
    opportunity_id: UUID
    name: str
    position: str | None
    organisation: str | None
    mail: str | None
    phone: str | None
    preferred_channel: str | None
    language: str
    do_not_contact: bool
    do_not_contact_since: datetime | None


class ContactQuery(PageQuery):
    sortable = ("created_at", "updated_at", "name")

    opportunity_id: UUID | None = None
    q: Annotated[str | None, Field(min_length=1, max_length=100, description="words in name or organisation")] = None


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
