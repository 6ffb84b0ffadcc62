"""People at the client, and who wants to be left alone."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from services.engagement.models.projections import InOpportunity
from shared.kernel.clock import now
from shared.kernel.problems import Problem
from shared.kernel.search import Searched, search_index
from shared.kernel.states import AllowedAction, StateMachine, Transition
from shared.language.do_not_contact import MustNotBeContacted


class Channel(StrEnum):
    PHONE = "phone"
    MAIL = "mail"
    MEETING = "meeting"
    CHAT = "chat"


class ContactRole(StrEnum):
    DECISION_MAKER = "decision_maker"
    INFLUENCER = "influencer"
    USER = "user"
    PROCUREMENT = "procurement"
    TECHNICAL = "technical"
    FINANCE = "finance"
    GATEKEEPER = "gatekeeper"
    OTHER = "other"


class Contact(Searched, InOpportunity):
    """A person at the client, in one opportunity."""

    __tablename__ = "contact"
    searched = ("name", "position", "organisation", "mail", "chat")

    name: Mapped[str]
    role: Mapped[str | None]
    position: Mapped[str | None]
    organisation: Mapped[str | None]
    mail: Mapped[str | None]
    phone: Mapped[str | None]
    chat: Mapped[str | None]
    """Where the person chats: `WeChat zhoumin`."""
    meeting: Mapped[str | None]
    """Where meetings are held: a room, a standing link."""
    preferred_channel: Mapped[str | None]
    time_zone: Mapped[str | None]
    language: Mapped[str]
    consent: Mapped[dict[str, Any] | None]
    """Consent to be contacted: `state` (given, withdrawn), `at`, `how`; None when nobody asked."""
    do_not_contact_since: Mapped[datetime | None]
    """When the person asked to be left alone."""

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id", "mail"), search_index("contact"))

    @property
    def do_not_contact(self) -> bool:
        return self.do_not_contact_since is not None

    @property
    def left_alone_since(self) -> datetime | None:
        """Since when we may not start a talk: the wish not to be contacted, or the withdrawal of consent."""
        withdrawn = self.consent and self.consent["state"] == "withdrawn" and datetime.fromisoformat(self.consent["at"])
        return min((moment for moment in (self.do_not_contact_since, withdrawn) if moment), default=None)

    def may_be_contacted(self, at: datetime) -> bool:
        """Whether we might start a talk with this person at that time."""
        return self.left_alone_since is None or at < self.left_alone_since

    machine = StateMachine(
        "contact",
        tuple(Transition(action, ("known",), "known") for action in ("contact", "change", "delete")),
        doors={"contact": "POST /interactions"},
    )

    def actions(self, closed: Problem | None) -> list[AllowedAction]:
        """Whether we may start a talk with the person now, and whether the record can change; it can always go."""
        blocked: dict[str, list[Problem]] = {"contact": [closed], "change": [closed]} if closed else {"contact": []}
        if not self.may_be_contacted(now()):
            blocked["contact"].append(MustNotBeContacted(names=self.name))
        return self.machine.allowed("known", blocked)


def refuse_to_disturb(contacts: Iterable[Contact], at: datetime) -> None:
    """Raises `MustNotBeContacted` when we start something at `at` with somebody who wants to be left alone."""
    left_alone = sorted(contact.name for contact in contacts if not contact.may_be_contacted(at))
    if left_alone:
        raise MustNotBeContacted(names=", ".join(left_alone))
