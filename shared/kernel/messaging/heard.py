"""Proof that this database has the effect of all that its consumers acknowledged; what it lacks is delivered again.

A database that was restored is behind the broker, which never delivers again what was acknowledged. So the place up to
which each durable consumer has acknowledged is noted in the database itself, as a row of the inbox under the durable's
name: what a dump says of it is true of that dump. The durable begins again after that place, and the inbox keeps what
the database has after all without effect (docs/decisions/0063).
"""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID, uuid5

import sqlalchemy as sa
import structlog
from prometheus_client import Counter
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.kernel.db import NOBODY
from shared.kernel.messaging.consumer import Consumer
from shared.kernel.messaging.stream import Standing, Stream
from shared.kernel.messaging.tables import Inbox

log = structlog.get_logger()

BEGAN_AGAIN = Counter("presales_consumers_began_again_total", "durables whose database was behind what they had heard")

_MARKS = UUID("6f1c7a52-5d0b-4a9e-9d57-4f2f1e0c8a63")
"""The namespace of the ids of marks, which stand where others have that of an event."""


class Heard:
    """The durables of one service, compared with its database at start and every few minutes."""

    def __init__(self, engine: AsyncEngine, stream: Stream, consumers: Sequence[Consumer]) -> None:
        self._engine, self._stream, self._consumers = engine, stream, consumers
        self.is_proven = not consumers
        """Whether every durable was seen and compared since this process began."""

    async def prove(self) -> None:
        """Note where each durable stands, or have it begin again where this database is behind it."""
        names = [name for consumer in self._consumers for name in consumer.handlers.durables]
        found = await asyncio.gather(*(self._stream.standing(name) for name in names))
        standings = {name: standing for name, standing in zip(names, found, strict=True) if standing}
        async with self._engine.begin() as connection:
            noted = await self._noted(connection, standings)
            is_behind = not self.is_proven or await self._has_forgotten(connection)
            again = {
                name: noted[name]
                for name, standing in standings.items()
                if is_behind and name in noted and noted[name] < standing.acknowledged
            }
            await self._note(connection, {name: one for name, one in standings.items() if name not in again})
        for name, place in again.items():
            await self._stream.begin_again(name, place + 1)
            BEGAN_AGAIN.inc()
            log.info("consumer.began_again", consumer=name, after=place, acknowledged=standings[name].acknowledged)
        self.is_proven = len(standings) == len(names)

    async def _has_forgotten(self, connection: AsyncConnection) -> bool:
        """Whether what this process handled last is not there any more: the database was restored beneath it."""
        handled = {consumer.handlers.durable: consumer.newest for consumer in self._consumers if consumer.newest}
        last = sa.tuple_(Inbox.consumer, Inbox.event_id).in_(list(handled.items()))
        kept = set(await connection.scalars(sa.select(Inbox.consumer).where(last))) if handled else set()
        return kept < set(handled)

    async def _noted(self, connection: AsyncConnection, standings: Mapping[str, Standing]) -> dict[str, int]:
        """Up to where this database has heard, of the durables that it knows; 0 of one that was made anew since."""
        marks = sa.select(Inbox.consumer, Inbox.event_id, Inbox.stream_seq).where(
            Inbox.consumer.in_(list(standings)), Inbox.tenant_id == NOBODY
        )
        noted: dict[str, int] = {}
        for name, mark, place in await connection.execute(marks):
            noted[name] = place if mark == _mark(standings[name]) else noted.get(name, 0)
        return noted

    async def _note(self, connection: AsyncConnection, standings: Mapping[str, Standing]) -> None:
        rows = [
            {"consumer": name, "event_id": _mark(one), "tenant_id": NOBODY, "stream_seq": one.acknowledged}
            for name, one in sorted(standings.items())
        ]
        if rows:
            told = insert(Inbox).values(rows)
            place = {"stream_seq": told.excluded.stream_seq, "processed_at": sa.func.now()}
            await connection.execute(told.on_conflict_do_update(index_elements=["consumer", "event_id"], set_=place))


def _mark(standing: Standing) -> UUID:
    """Of a durable as it was made: one that was made anew, as in another stream, counts from its beginning."""
    return uuid5(_MARKS, standing.made)
