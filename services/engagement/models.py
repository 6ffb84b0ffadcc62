"""Tables and rules of the engagement service."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import TENANT, Base, Resource
from shared.problems import NotFound, Problem


class Channel(StrEnum):
    PHONE = "phone"
    MAIL = "mail"
    MEETING = "meeting"
    CHAT = "chat"


class Direction(StrEnum):
    """Who started the talk: the client (`inbound`) or we (`outbound`)."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Sentiment(StrEnum):
    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class UnknownOpportunity(NotFound):
    """Also said of an opportunity whose opening has not been heard yet: events take a moment."""

    title = ("No such opportunity here", "此处没有该商机")
    en = "No opportunity with id {id} is known here; if it was opened a moment ago, repeat the request."
    zh = "此处未知标识为 {id} 的商机；若刚刚创建，请稍后重试。"


class NotOfThisOpportunity(Problem):
    status = 422
    title = ("Not of this opportunity", "不属于该商机")
    en = "{count} reference(s) are not of opportunity {opportunity_id}; each is named in `errors`."
    zh = "有 {count} 处引用不属于商机 {opportunity_id}，`errors` 逐一指明。"


class MustNotBeContacted(Problem):
    status = 409
    title = ("This person does not want to be contacted", "联系人要求勿扰")
    en = "{names}: do not contact. Only what the client started, or what came before that wish, can be recorded."
    zh = "{names}：已要求勿扰。只能登记由客户发起，或在该要求之前发生的沟通。"


class Contact(Resource):
    """A person at the client, in one opportunity."""

    __tablename__ = "contact"

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

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id", "mail"),)

    @property
    def do_not_contact(self) -> bool:
        return self.do_not_contact_since is not None

    def may_be_contacted(self, at: datetime) -> bool:
        """Whether we might start a talk with this person at that time."""
        return self.do_not_contact_since is None or at < self.do_not_contact_since


class Interaction(Resource):
    """A talk with the client, and what it led to."""

    __tablename__ = "interaction"

    opportunity_id: Mapped[UUID]
    channel: Mapped[str]
    direction: Mapped[str]
    occurred_at: Mapped[datetime]
    contact_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    participants: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    """Names of those who are no contacts: our own people, guests."""
    subject: Mapped[str]
    notes: Mapped[str | None]
    sentiment: Mapped[str | None]
    next_step: Mapped[str | None]
    requirement_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    """Requirements that this talk created or changed."""

    __table_args__ = (
        sa.Index("ix_interaction_opportunity_id_occurred_at", "opportunity_id", "occurred_at", "id"),
        sa.Index("ix_interaction_requirement_ids", "requirement_ids", postgresql_using="gin"),
    )


class KnownOpportunity(Base):
    """An opportunity that the requirements service told of."""

    __tablename__ = "known_opportunity"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    id: Mapped[UUID] = mapped_column(primary_key=True)


class KnownRequirement(Base):
    """A requirement as the requirements service last told of it; `version` orders what it told."""

    __tablename__ = "known_requirement"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    opportunity_id: Mapped[UUID]
    code: Mapped[str]
    title: Mapped[str]
    status: Mapped[str]
    version: Mapped[int]
