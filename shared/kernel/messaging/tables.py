"""The tables of messaging, the same in every service: outbox, inbox, and events that could not be taken in."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shared.kernel.base import TENANT, Base, Resource
from shared.kernel.clock import now


class Outbox(Base):
    """An event that was committed with its change. The record of what was said; NATS only delivers it."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(unique=True)
    tenant_id: Mapped[str]
    aggregate_type: Mapped[str]
    aggregate_id: Mapped[UUID]
    aggregate_seq: Mapped[int] = mapped_column(sa.BigInteger)
    subject: Mapped[str]
    headers: Mapped[dict[str, Any]]
    payload: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(default=now)
    published_at: Mapped[datetime | None]
    stream_seq: Mapped[int | None] = mapped_column(sa.BigInteger)
    failed: Mapped[str | None]

    __table_args__ = (
        # Two writers cannot both say version 7: the order within an aggregate is a fact of the database.
        sa.UniqueConstraint("aggregate_type", "aggregate_id", "aggregate_seq"),
        sa.Index("ix_outbox_pending", "id", postgresql_where=sa.text("published_at IS NULL AND failed IS NULL")),
        sa.Index("ix_outbox_stream_seq", "stream_seq"),
    )


class Inbox(Base):
    """An event that had its effect here: written in the transaction of the effect, so that it has it once."""

    __tablename__ = "inbox"

    consumer: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = mapped_column(server_default=TENANT)
    """Empty for what was heard before the column was there."""
    stream_seq: Mapped[int] = mapped_column(sa.BigInteger)
    processed_at: Mapped[datetime] = mapped_column(server_default=sa.func.now(), index=True)


class ParkedEvent(Resource):
    """An event that a consumer refused or failed on; kept with its reason, waiting for retry or discard."""

    __tablename__ = "parked_event"

    consumer: Mapped[str]
    event_id: Mapped[str]
    """As sent: a malformed event may have no UUID."""
    event_type: Mapped[str]
    opportunity_id: Mapped[UUID | None]
    stream_seq: Mapped[int] = mapped_column(sa.BigInteger)
    deliveries: Mapped[int]
    status: Mapped[str] = mapped_column(server_default="parked", default="parked")
    """parked, retried, discarded."""
    code: Mapped[str]
    detail: Mapped[str]
    detail_zh: Mapped[str]
    body: Mapped[bytes]
    reason: Mapped[str | None]
    """Why it was discarded."""

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "consumer", "event_id"),
        sa.Index("ix_parked_event_status", "tenant_id", "status", "id"),
    )
