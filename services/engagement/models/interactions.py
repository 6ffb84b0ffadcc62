"""Talks with the client."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.engagement.models.contacts import Contact
from services.engagement.models.projections import InOpportunity
from shared.kernel.base import Resource
from shared.kernel.clock import now
from shared.kernel.problems import Problem
from shared.kernel.search import Searched, search_index
from shared.kernel.states import AllowedAction, StateMachine, Transition
from shared.language.do_not_contact import MustNotBeContacted


class Direction(StrEnum):
    """Who started the talk: the client (`inbound`) or we (`outbound`)."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Sentiment(StrEnum):
    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class Interaction(Searched, InOpportunity):
    """A talk with the client, and what it led to."""

    __tablename__ = "interaction"
    searched = ("subject", "agenda", "notes", "next_step")

    opportunity_id: Mapped[UUID]
    channel: Mapped[str]
    direction: Mapped[str]
    occurred_at: Mapped[datetime]
    contact_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    participants: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    """Names of those who are no contacts: our own people, guests."""
    subject: Mapped[str]
    agenda: Mapped[str | None]
    notes: Mapped[str | None]
    sentiment: Mapped[str | None]
    next_step: Mapped[str | None]
    requirement_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    """Requirements that this talk created or changed."""
    attachments: Mapped[list[Any]] = mapped_column(server_default="[]")
    """References to files: name, sha256, size_bytes, url."""
    needs_answer: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    """The client waits for our answer: a response clock runs."""
    priority: Mapped[str] = mapped_column(server_default="normal")
    in_reply_to: Mapped[UUID | None]
    """The talk that this one answers or goes on from."""

    machine = StateMachine(
        "interaction",
        tuple(Transition(action, ("recorded",), "recorded") for action in ("change", "hear_needs", "reply")),
        doors={"hear_needs": "POST /interactions/{}/needs", "reply": "POST /interactions"},
    )

    def actions(self, contacts: Iterable[Contact], closed: Problem | None) -> list[AllowedAction]:
        """What can be done now, and why the rest cannot: a reply would disturb somebody, the opportunity is closed."""
        left_alone = sorted(contact.name for contact in contacts if not contact.may_be_contacted(now()))
        blocked: dict[str, Problem] = {"reply": MustNotBeContacted(names=", ".join(left_alone))} if left_alone else {}
        return self.machine.allowed("recorded", blocked, barred=closed)

    __table_args__ = (
        search_index("interaction"),
        sa.Index("ix_interaction_opportunity_id_occurred_at", "opportunity_id", "occurred_at", "id"),
        sa.Index("ix_interaction_requirement_ids", "requirement_ids", postgresql_using="gin"),
    )


class Need(Resource):
    """Something that the client said and that should become a requirement or a change request."""

    __tablename__ = "need"

    opportunity_id: Mapped[UUID] = mapped_column(index=True)
    interaction_id: Mapped[UUID | None] = mapped_column(index=True)
    clarification_id: Mapped[UUID | None] = mapped_column(index=True)
    """The question whose answer it was heard in, when it was no talk."""
    statement: Mapped[str]
    """Our interpretation."""
    client_words: Mapped[str | None]
    speaker: Mapped[str | None]
    wants: Mapped[str]
    """requirement or change_request."""
    kind: Mapped[str | None]
    priority: Mapped[str | None]
    requirement_id: Mapped[UUID | None]
    """What it became, once the requirements service has told."""
