"""Saying that something happened: the event becomes a row in the transaction of the change itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.kernel.added import add_at_end
from shared.kernel.base import Resource
from shared.kernel.clock import now
from shared.kernel.context import new_id
from shared.kernel.db import context_of
from shared.kernel.events import Event
from shared.kernel.messaging import envelope
from shared.kernel.messaging.large import MOST_BYTES
from shared.kernel.messaging.tables import Outbox
from shared.kernel.problems import EventTooLarge


@dataclass(frozen=True, slots=True)
class Passing:
    """An aggregate that nobody stores: only its events exist. `version` orders them."""

    id: UUID
    version: int
    __tablename__: str = "scenario"


async def publish(session: AsyncSession, event: Event, about: Resource | Passing) -> UUID:
    """Have `event` about the aggregate `about` (whose version orders it) in the outbox; returns the event's id.

    It leaves for NATS once the transaction has committed. Two events about one version of an aggregate are refused
    by the database, as it commits. Raises `EventTooLarge`.
    """
    [event_id] = await publish_all(session, [(event, about)])
    return event_id


async def publish_of(session: AsyncSession, kind: type[Event], row: Resource, /, **others: Any) -> UUID:
    """As `publish`, the event of this `kind` about `row` as it is stored now: `kind.of(row, **others)`.

    The row's id is the event's `<table>_id`.
    """
    await session.flush()
    key = f"{row.__tablename__}_id"
    own = {key: row.id} if key in kind.model_fields else {}
    return await publish(session, kind.of(row, **own, **others), about=row)


async def publish_all(session: AsyncSession, said: Sequence[tuple[Event, Resource | Passing]]) -> list[UUID]:
    """As `publish`, for many events at once, in their order."""
    await session.flush()
    context, time = context_of(session), now()
    rows: list[dict[str, Any]] = []
    for event, about in said:
        event_id = new_id()
        payload = envelope.encode(
            event, context, event_id=event_id, aggregate_id=about.id, sequence=about.version, time=time
        )
        if len(payload) > MOST_BYTES:
            raise EventTooLarge(kind=about.__tablename__, size=len(payload), limit=MOST_BYTES)
        rows.append(
            {
                "event_id": event_id,
                "tenant_id": context.tenant,
                "aggregate_type": about.__tablename__,
                "aggregate_id": about.id,
                "aggregate_seq": about.version,
                "subject": envelope.subject(context.tenant, event.type, event.opportunity_id),
                "headers": {"Content-Type": envelope.CONTENT_TYPE, "traceparent": context.traceparent},
                "payload": payload,
                "created_at": time,
            }
        )
    add_at_end(session.sync_session, Outbox, rows)
    session.info["has_published"] = True
    return [row["event_id"] for row in rows]
