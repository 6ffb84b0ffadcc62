"""Gauges of what a service has before it, taken when `/metrics` is read: between two looks they cost nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import Any

import sqlalchemy as sa
import structlog
from prometheus_client import Gauge

from shared.kernel.clock import now
from shared.kernel.db import Database
from shared.kernel.messaging.parking import IS_PARKED, PARKED
from shared.kernel.messaging.relay import WAITING
from shared.kernel.messaging.stream import Stream
from shared.kernel.messaging.tables import Outbox
from shared.kernel.outages import note_outage
from shared.kernel.timers import Timer

log = structlog.get_logger()

AGE = Gauge("presales_outbox_age_seconds", "age of the oldest event that is not in the stream yet")
DATABASE = Gauge("presales_database_up", "1 when the database answered the last look")
NATS = Gauge("presales_nats_connected", "1 when there is a connection to NATS")
POOL = Gauge("presales_pool_in_use", "connections to the database at work", ["pool"])
PENDING = Gauge("presales_consumer_pending", "events that the stream has not delivered yet", ["durable"])
ACK_PENDING = Gauge("presales_consumer_ack_pending", "events delivered and not acknowledged", ["durable"])
REDELIVERED = Gauge("presales_consumer_redelivered", "of these, delivered more than once", ["durable"])

Measures = Mapping[Gauge, sa.ScalarSelect[Any]]
"""Gauges with what counts them, over all tenants: of what `Database.machinery` sees."""

_DUE = Timer.next_at < sa.func.now()
OF_OUTBOX: Measures = {
    Gauge("presales_parked_events", "events set aside that wait for somebody to retry or discard them"): (
        sa.select(sa.func.count()).select_from(PARKED).where(*IS_PARKED).scalar_subquery()
    ),
    Gauge("presales_outbox_waiting", "events that are not in the stream yet"): (
        sa.select(sa.func.count()).select_from(Outbox).where(*WAITING).scalar_subquery()
    ),
}
OF_TIMERS: Measures = {
    Gauge("presales_timers_overdue", "work whose moment has passed and that nobody has begun"): (
        sa.select(sa.func.count()).select_from(Timer).where(_DUE).scalar_subquery()
    ),
    Gauge("presales_timers_late_seconds", "how long the first of it has waited"): (
        sa.select(sa.func.coalesce(sa.extract("epoch", sa.func.now() - sa.func.min(Timer.next_at)), 0))
        .where(_DUE)
        .scalar_subquery()
    ),
}
"""Of services that have timers: of the others they stay 0."""
_OLDEST = sa.select(Outbox.created_at).where(*WAITING).order_by(Outbox.id).limit(1).scalar_subquery()

_ANSWER_SECONDS = 2.0
_LEAST_SECONDS = 1.0
"""Several who look within this time see the same."""


class Measurements:
    """The gauges of one service, and of the durables that it hears by: those alone it may ask NATS about."""

    def __init__(self, database: Database, stream: Stream, durables: Sequence[str], measures: Measures) -> None:
        self._database, self._stream, self._durables = database, stream, durables
        self._measures = {**OF_OUTBOX, **measures}
        self._statement = sa.select(_OLDEST, *self._measures.values())
        self._oldest: datetime | None = None
        """When the oldest event that waits was committed, as last seen."""
        self._taken_at = float("-inf")
        for durable in durables:
            for gauge in (PENDING, ACK_PENDING, REDELIVERED):
                gauge.labels(durable)

    async def take(self) -> None:
        """Look at the database, its pools and NATS, each for a moment. While one is away its gauges stay as they were.

        But the age of the outbox: it grows on.
        """
        if monotonic() - self._taken_at < _LEAST_SECONDS:
            return
        self._taken_at = monotonic()
        for pool, count in self._database.connections_in_use().items():
            POOL.labels(pool).set(count)
        NATS.set(self._stream.is_connected)
        await asyncio.gather(self._look_at_database(), *map(self._look_at_durable, self._durables))

    async def _look_at_database(self) -> None:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS), self._database.machinery.connect() as connection:
                self._oldest, *counts = (await connection.execute(self._statement)).one()
        except (OSError, TimeoutError, sa.exc.SQLAlchemyError) as error:
            note_outage(error)
            DATABASE.set(0)
        else:
            DATABASE.set(1)
            for gauge, count in zip(self._measures, counts, strict=True):
                gauge.set(count)
        AGE.set((now() - self._oldest).total_seconds() if self._oldest else 0)

    async def _look_at_durable(self, durable: str) -> None:
        if lag := await self._stream.lag_of(durable):
            PENDING.labels(durable).set(lag.pending)
            ACK_PENDING.labels(durable).set(lag.ack_pending)
            REDELIVERED.labels(durable).set(lag.redelivered)
