"""Contacts over HTTP."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.engagement.models.contacts import Channel, ContactRole
from services.engagement.schemas.fields import Language, Mail, Past, Phone, TimeZone
from shared.kernel.asked import Several
from shared.kernel.pages import ResourceOut, SearchQuery
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Line, Patch, rule

NO_ADDRESS = rule(
    "address_missing",
    "the preferred channel needs its address: mail or phone",
    "首选渠道须有相应的地址：mail 或 phone",
)


class ConsentIn(In):
    """Consent to be contacted, as the person gave or withdrew it."""

    state: Literal["given", "withdrawn"]
    at: Past
    how: Annotated[Line, Field(description="the form, mail or talk in which it was said")]


class ContactIn(In):
    opportunity_id: UUID
    name: Line
    role: ContactRole | None = None
    position: Line | None = None
    organisation: Line | None = None
    mail: Mail | None = None
    phone: Phone | None = None
    chat: Line | None = None
    meeting: Line | None = None
    preferred_channel: Channel | None = None
    time_zone: TimeZone | None = None
    language: Language = "zh"
    consent: ConsentIn | None = None
    do_not_contact: bool = False

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        address = {Channel.MAIL: self.mail, Channel.PHONE: self.phone}
        if self.preferred_channel in address and not address[self.preferred_channel]:
            raise ValueError(NO_ADDRESS)
        return self


class ContactPatch(Patch, of=ContactIn, without={"opportunity_id"}):
    pass


class ConsentOut(BaseModel):
    state: str
    at: datetime
    how: str


class ContactOut(ResourceOut):
    opportunity_id: UUID
    name: str
    role: str | None
    position: str | None
    organisation: str | None
    mail: str | None
    phone: str | None
    chat: str | None
    meeting: str | None
    preferred_channel: str | None
    time_zone: str | None
    language: str
    consent: ConsentOut | None
    do_not_contact: bool
    do_not_contact_since: datetime | None
    allowed_actions: list[AllowedAction]


class ContactQuery(SearchQuery):
    sortable = ("created_at", "updated_at", "name")

    opportunity_id: Several[UUID] = None
    role: Several[ContactRole] = None
