"""People at the client, and who wants to be left alone."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Resource
from shared.problems import Problem
from shared.search import Searched, search_index


class Channel(StrEnum):
    PHONE = "phone"
    MAIL = "mail"
    MEETING = "meeting"
    CHAT = "chat"


class MustNotBeContacted(Problem):
    status = 409
    title = ("This person does not want to be contacted", "联系人要求勿扰")
    en = "{names}: do not contact. Only what the client started, or what came before that wish, can be recorded."
    zh = "{names}：已要求勿扰。只能登记由客户发起，或在该要求之前发生的沟通。"


class Contact(Searched, Resource):
    """A person at the client, in one opportunity."""

    __tablename__ = "contact"
    searched = ("name", "position", "organisation", "mail")

    opportunity_id: Mapped[UUID] = mapped_column(index=True)
    name: Mapped[str]
    position: Mapped[str | None]
    organisation: Mapped[str | None]
    mail: Mapped[str | None]
    phone: Mapped[str | None]
    preferred_channel: Mapped[str | None]
    language: Mapped[str]
    do_not_contact_since: Mapped[datetime | None]
    """When the person asked to be left alone."""

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id", "mail"), search_index("contact"))

    @property
    def do_not_contact(self) -> bool:
        return self.do_not_contact_since is not None

    def may_be_contacted(self, at: datetime) -> bool:
        """Whether we might start a talk with this person at that time."""
        return self.do_not_contact_since is None or at < self.do_not_contact_since
