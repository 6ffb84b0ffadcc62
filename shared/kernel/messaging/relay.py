"""From the outbox to the stream: whoever commits wakes the relay; one lock keeps the order with several replicas."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import nats.errors
import sqlalchemy as sa
import structlog
from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.kernel.clock import now
from shared.kernel.messaging import large
from shared.kernel.messaging.envelope import MAX_BYTES
from shared.kernel.messaging.stream import Message, PublishRefused, Stream
from shared.kernel.messaging.tables import Outbox
from shared.kernel.outages import noted_outage
from shared.kernel.tasks import Beat, whole

log = structlog.get_logger()

PUBLISHED = Counter("presales_events_published_total", "events stored in the stream")

LOCK = 0x50524553
"""Held in its database while events leave: by one relay of a service, or by a backup that keeps them in."""
_SWEEP_SECONDS, _AGAIN_SECONDS = 3.0, 1.0
"""Until the next look where nobody woke us: another process may have committed and died, or a look has failed."""
_MOST_ROWS, _MOST_BYTES = 200, 4 * 1024 * 1024
WAITING = (Outbox.published_at.is_(None), Outbox.failed.is_(None))
"""Which events are not in the stream yet."""

_LOCKED = (
    sa.select(sa.func.pg_try_advisory_xact_lock(LOCK).label("is_ours"))
    .where(sa.exists(sa.select(Outbox.id).where(*WAITING)))
    .cte("locked")
)
_FIRST = (
    sa.select(
        Outbox.id,
        Outbox.event_id,
        Outbox.subject,
        Outbox.headers,
        sa.case((sa.func.octet_length(Outbox.payload) <= MAX_BYTES, Outbox.payload)).label("payload"),
    )
    .where(*WAITING, _LOCKED.c.is_ours)
    .order_by(Outbox.id)
    .limit(_MOST_ROWS)
    .with_for_update()
    .lateral("first")
)
_LOCKED_WITH_FIRST = sa.select(_LOCKED.c.is_ours, _FIRST).select_from(_LOCKED.outerjoin(_FIRST, sa.true()))
"""No row where nothing waits: an idle service then has asked once. Else one that says whose the lock is, or, where it
is ours, what waits.

What was seen before the lock was got may have been published by who had it: each row is locked too, and so looked at
again as it is now. What is larger than a message is read when its turn has come: two hundred of them are too much.
"""


class Relay:
    """Moves committed events to the stream, in the order of the outbox."""

    def __init__(self, engine: AsyncEngine, stream: Stream) -> None:
        self._engine, self._stream = engine, stream
        self._woken = asyncio.Event()
        self._is_more = False
        """Whether the last batch left something behind; what is committed later wakes the relay by itself."""

    def wake(self) -> None:
        """Something was committed: publish now, not at the next sweep."""
        self._woken.set()

    async def run(self, beat: Beat) -> None:
        """Publish until cancelled. Sweeps every few seconds, in case another process committed."""
        trouble = ""
        while True:
            beat(trouble)
            self._woken.clear()
            pause = _AGAIN_SECONDS
            try:
                while await whole(self.drain()) and self._is_more:
                    beat()
                trouble = trouble if not self._stream.is_proven else ""
                pause = _SWEEP_SECONDS if self._stream.is_proven else _AGAIN_SECONDS
            except PublishRefused as refused:
                trouble = f"refused: {refused}"
                log.error("relay.refused", error=str(refused), code=refused.code)
                await asyncio.sleep(1)
            except (nats.errors.Error, TimeoutError) as error:
                # What a user may not do is not answered at all: the refusal comes beside it.
                trouble = self._stream.last_error or str(error) or type(error).__name__
                log.warning("relay.waiting_for_nats", error=trouble)
                self._stream.is_proven = False
                await asyncio.sleep(0.25)
            except Exception as error:
                if not noted_outage(error):
                    raise
                await asyncio.sleep(0.25)
            try:
                async with asyncio.timeout(pause * random.uniform(0.8, 1.2)):  # noqa: S311
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def drain(self) -> int:
        """Publish one batch; returns how many: 0 when nothing waits or the stream is in doubt.

        1 also for a lock that is busy, and for a large event whose parts are not all there yet.
        """
        if not (self._stream.is_connected and self._stream.is_proven):
            return 0
        async with self._engine.begin() as connection:
            rows = (await connection.execute(_LOCKED_WITH_FIRST)).all()
            if rows and not rows[0].is_ours:
                await asyncio.sleep(random.uniform(0.005, 0.02))  # noqa: S311
                self._is_more = True
                return 1
            waiting = [row for row in rows if row.id]
            if not waiting:
                return 0
            if waiting[0].payload is None:
                messages, keys = await self._large(connection, waiting[0]), [waiting[0].id]
                self._is_more = True
            else:
                messages, keys = self._batch(waiting)
            before = len(messages) - len(keys)
            try:
                sequences = (await self._stream.publish(messages, atomically=not before))[before:]
            except PublishRefused as refused:
                if not refused.is_permanent:
                    raise
                return await self._set_aside_refused(connection, messages, keys)
            self._is_more = self._is_more or len(sequences) < len(keys)
            if not sequences:
                return 1
            values = sa.values(sa.column("id", sa.BigInteger), sa.column("seq", sa.BigInteger), name="v").data(
                list(zip(keys, sequences, strict=False))
            )
            await connection.execute(
                sa.update(Outbox).where(Outbox.id == values.c.id).values(published_at=now(), stream_seq=values.c.seq)
            )
        PUBLISHED.inc(len(sequences))
        return len(sequences)

    def _batch(self, rows: Sequence[Any]) -> tuple[list[Message], list[int]]:
        """As many as go together, with their keys."""
        messages: list[Message] = []
        size = 0
        for row in rows:
            if row.payload is None:
                break
            size += len(row.payload)
            if messages and size > _MOST_BYTES:
                break
            messages.append(Message(row.event_id, row.subject, row.headers, row.payload))
        self._is_more = len(messages) < len(rows) or len(rows) == _MOST_ROWS
        return messages, [row.id for row in rows[: len(messages)]]

    async def _large(self, connection: AsyncConnection, row: Any) -> list[Message]:
        """The parts of a large event, and the event after them."""
        payload = (await connection.scalars(sa.select(Outbox.payload).where(Outbox.id == row.id))).one()
        parts, event = large.divide(payload, row.subject, row.event_id)
        return [
            *(Message(f"{row.event_id}.{number}", place, {}, part) for number, (place, part) in enumerate(parts, 1)),
            Message(row.event_id, row.subject, row.headers, event),
        ]

    async def _set_aside_refused(self, connection: AsyncConnection, messages: list[Message], keys: list[int]) -> int:
        """Find what can never be stored and mark it, so that it does not hold up those behind it."""
        for key, message in zip(keys, messages, strict=True):
            try:
                [sequence] = await self._stream.publish([message])
                change = {"published_at": now(), "stream_seq": sequence}
            except PublishRefused as refused:
                if not refused.is_permanent:
                    raise
                log.error("relay.set_aside", event_id=str(message.id), error=str(refused))
                change = {"failed": str(refused)}
            await connection.execute(sa.update(Outbox).where(Outbox.id == key).values(**change))
        return len(messages)
