"""Contacts over HTTP."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.engagement.models.contacts import Channel
from services.engagement.schemas.fields import In, Language, Mail, Phone
from shared.pages import PageQuery, ResourceOut
from shared.validation import KEEP, Line, rule

NO_ADDRESS = rule(
    "address_missing",
    "the preferred channel needs its address: mail or phone",
    "首选渠道须有相应的地址：mail 或 phone",
)


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
