"""From the stream to the handlers: a pull loop that survives restarts of NATS and PostgreSQL and parks what is poison.

It uses only the core of nats-py: `fetch()` of 2.16 stalls for seconds after an idle poll or a server restart
(docs/decisions/0004).
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic

import nats.errors
import structlog
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from prometheus_client import Counter

from shared.db import Database, is_away
from shared.messaging import parking
from shared.messaging.envelope import BadEnvelope, Envelope, decode
from shared.messaging.handlers import Handlers
from shared.messaging.stream import NAME, Stream
from shared.problems import Problem

log = structlog.get_logger()

HANDLED = Counter("presales_events_handled_total", "events that had their effect", ["consumer"])
PARKED = Counter("presales_events_parked_total", "events set aside with their reason", ["consumer"])

_HEARTBEAT = 2.0
_PULL_SECONDS = 20.0
_BACKOFF = (1, 5, 15, 60, 300)
_ACK_SECONDS = 30
_HOLD_SECONDS = 10.0
"""Well within the time after which the server delivers again what is not acknowledged."""
_CRASH_LOOP = 20
"""Deliveries after which an event is parked unseen: it may be what kills the process."""


class Consumer:
    """One durable consumer of the stream, with its handlers."""

    def __init__(self, stream: Stream, handlers: Handlers, database: Database) -> None:
        self._stream, self._handlers, self._database = stream, handlers, database
        self._buffer: deque[Msg] = deque()
        self._arrived = asyncio.Event()
        self._prefetch = min(256, handlers.batch * 4)
        self._alone = 0
        """So many of those buffered are handled one by one: one of them made a batch fail."""
        self._inbox = ""
        self._token = 0
        self._expected = 0
        """Messages that the pull under way may still bring."""
        self._last_frame = 0.0
        self._held_at = 0.0
        self._is_gone = True
        self._seen_reconnects = -1
        self._is_stopping = False

    async def run(self, beat: Callable[[], None]) -> None:
        """Consume until `stop`; then give back what is buffered."""
        client = self._stream.client
        self._inbox = client.new_inbox()
        subscription = await client.subscribe(f"{self._inbox}.*", cb=self._receive)
        try:
            while not self._is_stopping:
                beat()
                await self._keep_pulling()
                if self._buffer:
                    count = 1 if self._alone else min(len(self._buffer), self._handlers.batch)
                    self._alone = max(self._alone - 1, 0)
                    await self._process([self._buffer.popleft() for _ in range(count)])
                else:
                    await self._wait(0.25)
        finally:
            await self._give_back(subscription)

    def stop(self) -> None:
        """Finish the batch under way, then end `run`."""
        self._is_stopping = True
        self._arrived.set()

    async def _receive(self, message: Msg) -> None:
        self._last_frame = monotonic()
        status = (message.headers or {}).get("Status") if not message.reply else None
        if status is None:
            self._expected -= 1
            self._buffer.append(message)
            self._arrived.set()
        elif message.subject == f"{self._inbox}.{self._token}" and status != "100":
            # 404, 408: the pull has ended. 409, 503: so has the consumer, or the stream, or the server's leadership.
            self._expected = 0
            self._is_gone = self._is_gone or status not in {"404", "408"}
            self._arrived.set()

    async def _wait(self, seconds: float) -> None:
        self._arrived.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._arrived.wait()
        except TimeoutError:
            return

    async def _keep_pulling(self) -> None:
        """Have a pull under way whenever the buffer is half empty and the server is there."""
        if not self._stream.is_connected:
            self._expected = 0
            return
        if self._seen_reconnects != self._stream.reconnects:
            # Pulls from before the reconnection are forgotten by the server.
            self._seen_reconnects, self._expected, self._is_gone = self._stream.reconnects, 0, True
        if self._expected > 0 and monotonic() - self._last_frame > 2.5 * _HEARTBEAT:
            self._expected = 0
        try:
            if self._is_gone:
                await self._ensure()
            if self._expected <= 0 and len(self._buffer) <= self._prefetch // 2:
                await self._pull()
        except (nats.errors.Error, TimeoutError) as error:
            log.warning("consumer.waiting", consumer=self._handlers.durable, error=str(error) or type(error).__name__)
            await self._wait(0.5)

    async def _ensure(self) -> None:
        await self._stream.ensure()
        await self._stream.client.jetstream(timeout=5).add_consumer(
            NAME,
            ConsumerConfig(
                durable_name=self._handlers.durable,
                filter_subjects=self._handlers.subjects,
                deliver_policy=DeliverPolicy.ALL,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=_ACK_SECONDS,
                max_deliver=-1,
                max_ack_pending=1000,
            ),
        )
        self._is_gone = False

    async def _pull(self) -> None:
        self._token += 1
        self._expected = self._prefetch
        self._last_frame = monotonic()
        request = {
            "batch": self._prefetch,
            "expires": int(_PULL_SECONDS * 1e9),
            "idle_heartbeat": int(_HEARTBEAT * 1e9),
        }
        await self._stream.client.publish(
            f"$JS.API.CONSUMER.MSG.NEXT.{NAME}.{self._handlers.durable}",
            json.dumps(request).encode(),
            reply=f"{self._inbox}.{self._token}",
        )

    async def _process(self, messages: Sequence[Msg]) -> None:
        events: list[tuple[Msg, Envelope]] = []
        for message in messages:
            try:
                event = decode(message.data).at(message.metadata.sequence.stream)
            except BadEnvelope as wrong:
                await self._park_unreadable(message, wrong)
                continue
            if message.metadata.num_delivered >= _CRASH_LOOP:
                await self._park(message, event, parking.DeliveredTooOften(count=message.metadata.num_delivered))
            else:
                events.append((message, event))
        if events:
            await self._handle(events)

    async def _handle(self, events: Sequence[tuple[Msg, Envelope]]) -> None:
        try:
            fresh = await self._handlers.handle(self._database, [event for _, event in events])
        except Exception as error:  # noqa: BLE001 (every failure has its way on: redelivery or parking)
            await self._recover(events, error)
            return
        for message, _ in events:
            await message.ack()
        HANDLED.labels(self._handlers.durable).inc(fresh)

    async def _recover(self, events: Sequence[tuple[Msg, Envelope]], error: Exception) -> None:
        if is_away(error):
            # No fault of theirs: given back and delivered again, they would soon count as what kills the process.
            log.warning("consumer.database_away", consumer=self._handlers.durable, error=str(error)[:200])
            self._put_back(events)
            await self._hold()
            await self._wait(0.5)
            return
        if len(events) > 1:
            self._put_back(events)
            self._alone = len(events)
            return
        [(message, event)] = events
        attempt = message.metadata.num_delivered
        if isinstance(error, Problem):
            await self._park(message, event, error)
        elif attempt > len(_BACKOFF):
            await self._park(message, event, parking.HandlingFailed(why=f"{type(error).__name__}: {error}"[:500]))
        else:
            log.exception("event.failed", consumer=self._handlers.durable, event_id=str(event.id), exc_info=error)
            await message.nak(delay=_BACKOFF[attempt - 1])

    def _put_back(self, events: Sequence[tuple[Msg, Envelope]]) -> None:
        self._buffer.extendleft(message for message, _ in reversed(events))

    async def _hold(self) -> None:
        """Tell the server now and then that what is buffered is not lost."""
        if monotonic() - self._held_at > _HOLD_SECONDS:
            self._held_at = monotonic()
            for message in list(self._buffer):
                await message.in_progress()

    async def _park(self, message: Msg, event: Envelope, reason: Problem) -> None:
        await self._set_aside(
            message, parking.Unhandled.of(event, message.data, message.metadata.num_delivered), reason
        )

    async def _park_unreadable(self, message: Msg, wrong: BadEnvelope) -> None:
        unhandled = parking.Unhandled.unreadable(
            message.subject, message.data, message.metadata.sequence.stream, message.metadata.num_delivered
        )
        await self._set_aside(message, unhandled, parking.NotAnEvent(why=str(wrong)[:500]))

    async def _set_aside(self, message: Msg, unhandled: parking.Unhandled, reason: Problem) -> None:
        try:
            await parking.park(self._database, self._handlers.durable, unhandled, reason)
        except Exception:
            log.exception("event.not_parked", consumer=self._handlers.durable)
            await message.nak(delay=5)
            return
        await message.term()
        PARKED.labels(self._handlers.durable).inc()
        log.error(
            "event.parked",
            consumer=self._handlers.durable,
            event_id=unhandled.event_id,
            code=reason.code,
            detail=reason.detail("en"),
        )

    async def _give_back(self, subscription: Subscription) -> None:
        try:
            await subscription.unsubscribe()
            while self._buffer:
                await self._buffer.popleft().nak()
            await self._stream.client.flush(timeout=2)
        except (nats.errors.Error, TimeoutError) as error:
            log.warning("consumer.not_given_back", error=str(error) or type(error).__name__)
