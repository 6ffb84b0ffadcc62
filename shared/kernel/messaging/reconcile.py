"""Proof that NATS still holds what it acknowledged; what it lost is published again from the outbox.

JetStream is a delivery, the outbox is the record: a store that was wiped or rolled back is rebuilt from here, and the
inboxes of the consumers keep the repetition without effect.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import nats.errors
import sqlalchemy as sa
import structlog
from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.kernel.clock import now
from shared.kernel.messaging.consumer import Consumer
from shared.kernel.messaging.envelope import BadEnvelope, decode
from shared.kernel.messaging.heard import Heard
from shared.kernel.messaging.stream import STREAM_KEEPS, NoStream, PublishRefused, Stream
from shared.kernel.messaging.tables import Outbox
from shared.kernel.outages import noted_outage
from shared.kernel.tasks import Beat, whole

log = structlog.get_logger()

_LOOK_SECONDS = 0.1
"""How soon a reconnection is noticed: until it is reconciled, events wait."""

_MOST_ROWS = 5_000
"""In one statement: it ends well within the time that PostgreSQL bears with us, however much was lost."""

REPUBLISHED = Counter("presales_events_republished_total", "events that NATS had lost and that were published again")

BEHIND = Counter(
    "presales_database_behind_total", "times that the stream was found to have what this service does not know any more"
)

RECONCILED_AT = Gauge("presales_last_reconcile_timestamp_seconds", "when NATS was last seen to hold what it should")


_BEHIND = "NATS has events of this service that its database does not know: it was restored alone; `presales reconcile`"


class _Sent(NamedTuple):
    """A row of the outbox that the stream acknowledged."""

    stream_seq: int
    event_id: UUID
    subject: str


class Reconciler:
    """Compares the outbox with the stream at start, after each reconnection, and every few minutes; so the inbox."""

    def __init__(
        self,
        engine: AsyncEngine,
        stream: Stream,
        *,
        wake: Callable[[], None],
        every: float,
        consumers: Sequence[Consumer] = (),
        keep: timedelta = STREAM_KEEPS,
    ) -> None:
        self._engine, self._stream, self._wake, self._every = engine, stream, wake, every
        self._keep = keep
        self._is_kept = Outbox.created_at >= sa.func.now() - keep
        """What is older the stream may have let go, and its consumers too: it is not missed, nor published again."""
        self._heard = Heard(engine, stream, consumers)
        self._is_behind = False

    async def run(self, beat: Beat) -> None:
        """Reconcile until cancelled."""
        waited, trouble = 0.0, ""
        while True:
            beat(trouble)
            is_doubted = not (self._stream.is_proven and self._heard.is_proven)
            if self._stream.is_connected and (is_doubted or waited >= self._every):
                try:
                    await whole(self.reconcile())
                    await whole(self._heard.prove())
                    waited, trouble = 0.0, _BEHIND if self._is_behind else ""
                except (nats.errors.Error, TimeoutError, NoStream, PublishRefused) as error:
                    trouble = str(error) or self._stream.last_error or type(error).__name__
                    log.warning("reconcile.waiting_for_nats", error=trouble)
                except Exception as error:
                    if not noted_outage(error):
                        raise
            await asyncio.sleep(_LOOK_SECONDS)
            waited += _LOOK_SECONDS

    async def reconcile(self) -> int:
        """Queue again all that was published but is not in the stream; returns how many. Then publishing may go on."""
        await self._look_behind()
        newest = await self._published(Outbox.stream_seq.desc())
        if newest is None or await self._holds(newest):
            self._prove()
            return 0
        first_lost = await self._first_lost(newest.stream_seq)
        count = await self._queue_again(first_lost)
        REPUBLISHED.inc(count)
        log.error("reconcile.stream_lost_events", count=count, first_sequence=first_lost)
        self._prove()
        return count

    async def _look_behind(self) -> None:
        """Notice that the newest that the stream has of this service is not known here: it was put back alone.

        It is so until the service says something newer.
        """
        was_behind, self._is_behind = self._is_behind, await self._has_said_what_it_does_not_know()
        if self._is_behind and not was_behind:
            BEHIND.inc()
            log.error("reconcile.database_behind", what=_BEHIND)

    async def _has_said_what_it_does_not_know(self) -> bool:
        body = await self._stream.newest_said()
        try:
            event = decode(body) if body else None
        except BadEnvelope:
            return False  # somebody else's
        if event is None or event.time < now() - self._keep:  # the outbox may have let it go
            return False
        said = sa.select(sa.exists().where(Outbox.event_id == event.id))
        async with self._engine.connect() as connection:
            return not await connection.scalar(said)

    async def _queue_again(self, first_lost: int) -> int:
        """Queue all from that sequence on, in one transaction: what follows a loss would hide it. Returns how many."""
        lost = sa.select(Outbox.id).where(Outbox.stream_seq >= first_lost, self._is_kept).limit(_MOST_ROWS)
        some = sa.update(Outbox).where(Outbox.id.in_(lost)).values(published_at=None, stream_seq=None)
        count = 0
        async with self._engine.begin() as connection:
            while queued := (await connection.execute(some)).rowcount:
                count += queued
        return count

    def _prove(self) -> None:
        self._stream.is_proven = True
        RECONCILED_AT.set(now().timestamp())
        self._wake()

    async def _first_lost(self, newest: int) -> int:
        """Binary search by sequence: a store loses its tail, or everything. `newest` is lost."""
        low, high = 0, newest
        while low < high:
            middle = (low + high) // 2
            found = await self._published(Outbox.stream_seq, at_least=middle)
            if found and await self._holds(found):
                low = found.stream_seq + 1
            else:
                high = middle
        return low

    async def _holds(self, row: _Sent) -> bool:
        """Whether the stream has this event, or a later one on its subject: a loss takes the later ones first."""
        last = await self._stream.last_on(row.subject)
        if last is None:
            return False
        sequence, event_id = last
        return sequence > row.stream_seq or (sequence, event_id) == (row.stream_seq, str(row.event_id))

    async def _published(self, order: Any, *, at_least: int = 0) -> _Sent | None:
        """The first in that order that was published, at that sequence or a later one."""
        own = sa.select(Outbox.stream_seq, Outbox.event_id, Outbox.subject).where(
            Outbox.stream_seq >= at_least, self._is_kept
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(own.order_by(order).limit(1))).one_or_none()
        return _Sent(row.stream_seq or 0, row.event_id, row.subject) if row else None
