"""Tables of the insights service: the log of all events, and the journeys, outcomes and work folded from it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.kernel.base import TENANT, Base


class LoggedEvent(Base):
    """An event as it was heard. `position` grows in the order of commits, so that a reader never misses one."""

    __tablename__ = "logged_event"

    position: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    tenant_id: Mapped[str] = mapped_column(server_default=TENANT)
    event_id: Mapped[UUID] = mapped_column(unique=True)
    type: Mapped[str]
    opportunity_id: Mapped[UUID]
    time: Mapped[datetime]
    aggregate_id: Mapped[UUID]
    sequence: Mapped[int] = mapped_column(sa.BigInteger)
    actor: Mapped[str]
    correlation_id: Mapped[UUID]
    causation_id: Mapped[UUID | None]
    traceparent: Mapped[str]
    data: Mapped[dict[str, Any]]

    __table_args__ = (
        sa.Index("ix_logged_event_tenant", "tenant_id", "position"),
        sa.Index("ix_logged_event_opportunity", "tenant_id", "opportunity_id", "position"),
        sa.Index("ix_logged_event_aggregate", "tenant_id", "aggregate_id", "type"),
    )


class LogHead(Base):
    """The last position given; its row lock makes writers of the log take turns."""

    __tablename__ = "log_head"

    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(sa.BigInteger)


class JourneyRow(Base):
    """The folded journey of one opportunity; can be thrown away and made again from the log."""

    __tablename__ = "journey"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    opportunity_id: Mapped[UUID] = mapped_column(primary_key=True)
    folded: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(server_default="open")
    """As `status.view` says it, to be asked for; `stalled` is `running` here, for a time that has passed."""
    stalls_at: Mapped[datetime | None]
    """When a journey that is running has stalled, if nothing is heard of it until then."""
    code: Mapped[str | None]
    title: Mapped[str | None]
    owner: Mapped[str | None]
    """Of the opportunity: subject of a person."""
    is_over: Mapped[bool] = mapped_column(server_default="false")
    """Whether the opportunity is closed."""

    __table_args__ = (
        sa.Index("ix_journey_updated_at", "tenant_id", "updated_at", "opportunity_id"),
        sa.Index("ix_journey_status", "tenant_id", "status", "updated_at", "opportunity_id"),
    )


class RecordedOutcome(Base):
    """What was told last of how an opportunity ended; can be thrown away and made again from the log."""

    __tablename__ = "recorded_outcome"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    opportunity_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    decided_on: Mapped[date]
    told: Mapped[dict[str, Any]]
    """The data of `proposal.outcome.recorded`."""

    __table_args__ = (sa.Index("ix_recorded_outcome_decided_on", "tenant_id", "decided_on", "opportunity_id"),)


class Person(Base):
    """Who a subject is, as several sources say it."""

    __tablename__ = "person"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    subject: Mapped[str] = mapped_column(primary_key=True)
    told: Mapped[dict[str, Any]]
    """By source, as `domain.person` names them: what it says."""


class WorkItem(Base):
    """Something that waits, or waited, for somebody, as `domain.work_item` says; can be made again from the log."""

    __tablename__ = "work_item"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    slot: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    opportunity_id: Mapped[UUID]
    place: Mapped[int] = mapped_column(sa.BigInteger)
    """The greatest that was heard of: only a greater one takes its place."""
    is_open: Mapped[bool]
    kind: Mapped[str | None]
    """None, as the next ones, where nothing is to be done."""
    code: Mapped[str | None]
    title: Mapped[str | None]
    title_zh: Mapped[str | None]
    why: Mapped[str | None]
    why_zh: Mapped[str | None]
    owner: Mapped[str | None]
    roles: Mapped[list[str] | None] = mapped_column(ARRAY(sa.Text))
    besides: Mapped[list[str] | None] = mapped_column(ARRAY(sa.Text))
    blocks: Mapped[bool | None]
    since: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    path: Mapped[str | None]
    part_of: Mapped[str | None]

    __table_args__ = (sa.Index("ix_work_item_open", "tenant_id", "owner", "kind", postgresql_where=sa.text("is_open")),)
