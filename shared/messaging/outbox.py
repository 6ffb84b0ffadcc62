"""Saying that something happened: the event becomes a row in the transaction of the change itself."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.context import new_id
from shared.db import Resource, context_of, now
from shared.events import Event
from shared.messaging import envelope
from shared.messaging.tables import Outbox
from shared.problems import EventTooLarge


@dataclass(frozen=True, slots=True)
class Passing:
    """An aggregate that nobody stores: only its events exist. `version` orders them."""

    id: UUID
    version: int
    __tablename__: str = "scenario"


async def publish(session: AsyncSession, event: Event, about: Resource | Passing) -> UUID:
    """Write `event` about the aggregate `about` (whose version orders it) to the outbox; returns the event's id.

    It leaves for NATS once the transaction has committed. Two events about one version of an aggregate are refused
    by the database. Raises `EventTooLarge`.
    """
    await session.flush()
    context, event_id, time = context_of(session), new_id(), now()
    payload = envelope.encode(
        event, context, event_id=event_id, aggregate_id=about.id, sequence=about.version, time=time
    )
    if len(payload) > envelope.MAX_BYTES:
        raise EventTooLarge(kind=about.__tablename__, size=len(payload), limit=envelope.MAX_BYTES)
    await session.execute(
        insert(Outbox).values(
            event_id=event_id,
            tenant_id=context.tenant,
            aggregate_type=about.__tablename__,
            aggregate_id=about.id,
            aggregate_seq=about.version,
            subject=envelope.subject(context.tenant, event.type, event.opportunity_id),
            headers={"Content-Type": envelope.CONTENT_TYPE, "traceparent": context.traceparent},
            payload=payload,
            created_at=time,
        )
    )
    session.info["has_published"] = True
    return event_id
