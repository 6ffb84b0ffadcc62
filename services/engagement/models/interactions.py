"""Talks with the client."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Resource
from shared.search import Searched, search_index


class Direction(StrEnum):
    """Who started the talk: the client (`inbound`) or we (`outbound`)."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Sentiment(StrEnum):
    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class Interaction(Searched, Resource):
    """A talk with the client, and what it led to."""

    __tablename__ = "interaction"
    searched = ("subject", "notes", "next_step")

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
        search_index("interaction"),
        sa.Index("ix_interaction_opportunity_id_occurred_at", "opportunity_id", "occurred_at", "id"),
        sa.Index("ix_interaction_requirement_ids", "requirement_ids", postgresql_using="gin"),
    )
