"""From the stream to the handlers: a pull loop that survives restarts of NATS and PostgreSQL and parks what is poison.

It uses only the core of nats-py: `fetch()` of 2.16 stalls for seconds after an idle poll or a server restart
(docs/decisions/0004).
"""

import asyncio
import heapq
from collections.abc import Sequence
from time import monotonic
from uuid import UUID

import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from prometheus_client import Counter

from shared.kernel.db import Database
from shared.kernel.messaging import parking
from shared.kernel.messaging.envelope import BadEnvelope, Envelope, decode
from shared.kernel.messaging.handlers import Handlers
from shared.kernel.messaging.large import DataMissing, whole
from shared.kernel.messaging.pull import Pull
from shared.kernel.messaging.stream import NoStream, Stream
from shared.kernel.outages import is_away, is_contended, note_outage, noted_outage
from shared.kernel.problems import Problem
from shared.kernel.tasks import Beat

log = structlog.get_logger()

HANDLED = Counter("presales_events_handled_total", "events that had their effect", ["consumer"])
FAILED = Counter("presales_event_failures_total", "times that an event failed and was given back", ["consumer"])
PARKED = Counter("presales_events_parked_total", "events set aside with their reason", ["consumer"])

_BACKOFF = (1, 5, 15, 60, 300)
_HOLD_SECONDS = 10.0
"""Well within the time after which the server delivers again what is not acknowledged."""
_CRASH_LOOP = 20
"""Deliveries after which an event is parked unseen: it may be what kills the process."""


class Consumer:
    """The handlers of one purpose with the durable consumers, one for each event type, that they hear by."""

    def __init__(self, stream: Stream, handlers: Handlers, database: Database) -> None:
        self._stream, self.handlers, self._database = stream, handlers, database
        self.newest: UUID | None = None
        """The event that was handled last."""
        durables = handlers.durables
        # Each may fill a batch; together they stay few enough to be handled well within ACK_SECONDS.
        most = max(2, handlers.batch, min(256, handlers.batch * 4) // max(1, len(durables)))
        self._pulls = {name: Pull(stream, name, subjects, most=most) for name, subjects in durables.items()}
        self._buffer: list[tuple[int, int, Msg]] = []
        """A heap by place in the stream, so that what several consumers bring is handled in its order."""
        self._count = 0
        self._arrived = asyncio.Event()
        self._alone = 0
        """So many of those buffered are handled one by one: one of them made a batch fail."""
        self._client: Client | None = None
        self._subscription: Subscription | None = None
        self._inbox = ""
        self._seen_connections = -1
        self._held_at = 0.0
        self._is_stopping = False
        HANDLED.labels(handlers.durable)
        FAILED.labels(handlers.durable)
        PARKED.labels(handlers.durable)

    async def run(self, beat: Beat) -> None:
        """Consume until `stop`; then give back what is buffered."""
        try:
            while not self._is_stopping:
                beat("; ".join(pull.trouble for pull in self._pulls.values() if pull.trouble))
                await self._keep_pulling()
                if self._buffer:
                    count = 1 if self._alone else min(len(self._buffer), self.handlers.batch)
                    self._alone = max(self._alone - 1, 0)
                    await self._process([self._next() for _ in range(count)])
                else:
                    await self._wait(0.25)
        finally:
            await self._give_back()

    def stop(self) -> None:
        """Finish the batch under way, then end `run`."""
        self._is_stopping = True
        self._arrived.set()

    async def _receive(self, message: Msg) -> None:
        status = (message.headers or {}).get("Status") if not message.reply else None
        if status is None:
            self._pulls[message.metadata.consumer].received()
            self._keep(message)
            self._arrived.set()
            return
        durable, token = message.subject.removeprefix(self._inbox + ".").split(".")
        if self._pulls[durable].told(token, status):
            self._arrived.set()

    def _keep(self, message: Msg) -> None:
        self._count += 1
        heapq.heappush(self._buffer, (message.metadata.sequence.stream, self._count, message))

    def _next(self) -> Msg:
        message = heapq.heappop(self._buffer)[2]
        self._pulls[message.metadata.consumer].buffered -= 1
        return message

    async def _wait(self, seconds: float) -> None:
        self._arrived.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._arrived.wait()
        except TimeoutError:
            return

    async def _keep_pulling(self) -> None:
        """Have pulls under way whenever the server is there."""
        if not self._stream.is_connected:
            return
        try:
            if self._seen_connections != self._stream.connections:
                await self._subscribe()
            if due := [pull for pull in self._pulls.values() if pull.is_due]:
                await asyncio.gather(*(pull.renew(self._inbox) for pull in due))
        except (nats.errors.Error, TimeoutError) as error:
            log.warning("consumer.waiting", consumer=self.handlers.durable, error=str(error) or type(error).__name__)
            await self._wait(0.5)

    async def _subscribe(self) -> None:
        for pull in self._pulls.values():
            pull.forget()
        if self._client is not self._stream.client:
            self._forget_buffer()  # what came over a connection that was closed for good cannot be acknowledged
            self._client, self._inbox = self._stream.client, self._stream.client.new_inbox()
            self._subscription = await self._client.subscribe(f"{self._inbox}.*.*", cb=self._receive)
        self._seen_connections = self._stream.connections

    def _forget_buffer(self) -> None:
        self._buffer.clear()
        for pull in self._pulls.values():
            pull.buffered = 0

    async def _process(self, messages: Sequence[Msg]) -> None:
        events: list[tuple[Msg, Envelope]] = []
        for message in messages:
            event = await self._read(message)
            if event is None:
                continue
            if message.metadata.num_delivered >= _CRASH_LOOP:
                await self._park(message, event, parking.DeliveredTooOften(count=message.metadata.num_delivered))
            else:
                events.append((message, event))
        if events:
            await self._handle(events)

    async def _read(self, message: Msg) -> Envelope | None:
        """The event, from here on as if its data had come with it; None where it was set aside or given back."""
        try:
            message.data = await whole(self._stream, message.data, message.subject)
            event = decode(message.data).at(message.metadata.sequence.stream)
            parking.check_subject(event, message.subject)
        except BadEnvelope as wrong:
            await self._park_by_subject(message, parking.NotAnEvent(why=str(wrong)[:500]))
        except Problem as wrong:
            await self._park_by_subject(message, wrong)
        except (DataMissing, NoStream, nats.errors.Error, TimeoutError) as error:
            if message.metadata.num_delivered > len(_BACKOFF):
                await self._park_by_subject(message, parking.HandlingFailed.of(error))
            else:
                await self._give_back_failed(message, error)
        else:
            return event
        return None

    async def _handle(self, events: Sequence[tuple[Msg, Envelope]]) -> None:
        try:
            fresh = await self.handlers.handle(self._database, [event for _, event in events])
        except Exception as error:  # noqa: BLE001 (every failure has its way on: redelivery or parking)
            await self._recover(events, error)
            return
        self.newest = events[-1][1].id
        for message, _ in events:
            await message.ack()
        HANDLED.labels(self.handlers.durable).inc(fresh)

    async def _recover(self, events: Sequence[tuple[Msg, Envelope]], error: Exception) -> None:
        if is_away(error):
            # No fault of theirs: given back and delivered again, they would soon count as what kills the process.
            note_outage(error)
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
        elif attempt > len(_BACKOFF) and not is_contended(error):
            await self._park(message, event, parking.HandlingFailed.of(error))
        else:
            await self._give_back_failed(message, error)

    async def _give_back_failed(self, message: Msg, error: Exception) -> None:
        FAILED.labels(self.handlers.durable).inc()
        event_id = (message.headers or {}).get("Nats-Msg-Id")
        log.exception("event.failed", consumer=self.handlers.durable, event_id=event_id, exc_info=error)
        await message.nak(delay=_BACKOFF[min(message.metadata.num_delivered, len(_BACKOFF)) - 1])

    def _put_back(self, events: Sequence[tuple[Msg, Envelope]]) -> None:
        for message, _ in events:
            self._pulls[message.metadata.consumer].buffered += 1
            self._keep(message)

    async def _hold(self) -> None:
        """Tell the server now and then that what is buffered is not lost."""
        if monotonic() - self._held_at > _HOLD_SECONDS:
            self._held_at = monotonic()
            for _, _, message in list(self._buffer):
                await message.in_progress()

    async def _park(self, message: Msg, event: Envelope, reason: Problem) -> None:
        await self._set_aside(
            message, parking.Unhandled.of(event, message.data, message.metadata.num_delivered), reason
        )

    async def _park_by_subject(self, message: Msg, reason: Problem) -> None:
        """Set aside what says nothing that can be believed: all that is known of it is where it was published."""
        unhandled = parking.Unhandled.by_subject(
            message.subject, message.data, message.metadata.sequence.stream, message.metadata.num_delivered
        )
        await self._set_aside(message, unhandled, reason)

    async def _set_aside(self, message: Msg, unhandled: parking.Unhandled, reason: Problem) -> None:
        try:
            await parking.park(self._database, self.handlers.durable, unhandled, reason)
        except Exception as error:
            if not noted_outage(error):
                log.exception("event.not_parked", consumer=self.handlers.durable)
            await message.nak(delay=5)
            return
        await message.term()
        PARKED.labels(self.handlers.durable).inc()
        log.error(
            "event.parked",
            consumer=self.handlers.durable,
            event_id=unhandled.event_id,
            code=reason.code,
            detail=reason.detail("en"),
        )

    async def _give_back(self) -> None:
        subscription, self._subscription = self._subscription, None
        self._client, self._seen_connections = None, -1
        if subscription is None:
            return
        try:
            await subscription.unsubscribe()
            while self._buffer:
                await self._next().nak()
            await self._stream.client.flush(timeout=2)
        except (nats.errors.Error, TimeoutError) as error:
            log.warning("consumer.not_given_back", error=str(error) or type(error).__name__)
        self._forget_buffer()
