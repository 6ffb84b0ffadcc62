"""The JetStream stream: one connection, and acknowledged publishing in atomic batches."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import nats
import structlog
from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, RawStreamMsg
from nats.js.errors import NotFoundError

from shared.kernel.context import new_id
from shared.kernel.messaging.envelope import PREFIX
from shared.kernel.settings import tls_of
from shared.kernel.tasks import Beat, cut_off

log = structlog.get_logger()

NAME = "PRESALES"
STREAM_KEEPS = timedelta(days=400)
"""What was published longer ago than this the stream lets go. Inboxes remember longer: see `pruning.py`."""
ACK_SECONDS = 30
"""After so long the server delivers again what is not acknowledged."""
_DUPLICATE_IN_BATCH = 10201
_TIMEOUT = 5.0
_PUBLISH_SECONDS = 3.0
"""Within the time that PostgreSQL bears with a relay which waits: see `shared.kernel.db.MACHINERY`."""
_LAG_SECONDS = 2.0
"""For what is only looked at: whoever reads /metrics does not wait long."""
_LOOK_SECONDS = 1.0
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 15.0


def inbox_prefix(user: str) -> str:
    """Under which a user receives answers; it may read no other's."""
    return f"_INBOX_{user}"


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


class PublishRefused(Exception):
    """NATS answered a publication with an error."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error.get("description", "refused"))
        self.code: int = error.get("err_code", 0)

    @property
    def is_permanent(self) -> bool:
        """Whether this message can never be stored, whatever the server's state: it is too large."""
        return self.code == 10054  # noqa: PLR2004 (JSStreamMessageExceedsMaximumErr)


@dataclass(frozen=True, slots=True)
class Message:
    """One event to publish, or a part of one.

    `Nats-Msg-Id` is its id, so a repetition within the window is stored once.
    """

    id: UUID | str
    subject: str
    headers: dict[str, str]
    payload: bytes


class Lag(NamedTuple):
    """Events that a durable consumer has before it."""

    pending: int
    """Not delivered yet."""
    ack_pending: int
    """Delivered and not acknowledged: in hand, or refused and coming again."""
    redelivered: int
    """Of those, delivered more than once."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a durable consumer stands: when it was made, and up to which place in the stream all is acknowledged."""

    made: str
    acknowledged: int


class NoStream(Exception):
    """NATS is there, the stream is not: administration makes it, services may not."""

    def __init__(self) -> None:
        super().__init__(f"the stream {NAME} is not there; `presales setup` makes it")


class Stream:
    """The connection of one process to the stream `PRESALES`, as the NATS user `user`.

    `urls` are separated by commas: any server of a cluster will do.
    """

    def __init__(self, urls: str, *, user: str, seed: str, ca: str | None = None) -> None:
        self._tls = tls_of(ca)
        self._urls, self._user, self._seed = [url.strip() for url in urls.split(",")], user, seed
        self.client = Client()
        self.connections = 0
        """Grows with each connection and reconnection: pulls from before are gone."""
        self.last_error = ""
        """What NATS refused last, or why it cannot be reached."""
        self.is_proven = False
        """Whether the stream was seen to hold what it acknowledged, since the last doubt. Nothing is published
        before: what follows a loss would hide it."""

    @property
    def is_connected(self) -> bool:
        return self.client.is_connected

    @property
    def state(self) -> str:
        """`ok`, or that it is not connected and why."""
        if self.is_connected:
            return "ok"
        return f"not connected: {self.last_error}" if self.last_error else "not connected"

    async def run(self, beat: Beat) -> None:
        """Stay connected until cancelled, also when the connection was closed for good (a key was withdrawn)."""
        pause = _FIRST_PAUSE
        while True:
            beat()
            if self.client.is_connected or self.client.is_reconnecting:
                pause = _FIRST_PAUSE
                await asyncio.sleep(_LOOK_SECONDS)
                continue
            connecting = asyncio.create_task(self.connect())
            try:
                while not connecting.done():
                    await asyncio.wait({connecting}, timeout=_LOOK_SECONDS)
                    beat()
                connecting.result()
            except Exception as error:
                # A key that is none, a URL that is none: the service serves on, and says what keeps its events.
                self.last_error = _said(error)
                log.exception("nats.not_connected", again_in_seconds=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            finally:
                await cut_off(connecting)

    async def connect(self) -> None:
        """Connect, however long the server takes to come up; reconnects by itself after that."""

        async def reconnected() -> None:
            self._begin("nats.reconnected")

        async def disconnected() -> None:
            log.warning("nats.disconnected")

        async def failed(error: Exception) -> None:
            if (said := _said(error)) != self.last_error:
                log.warning("nats.error", error=said)
            self.last_error = said

        client = Client()
        await client.connect(
            self._urls,
            name=self._user,
            nkeys_seed_str=self._seed,
            inbox_prefix=inbox_prefix(self._user).encode(),
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.25,  # type: ignore[arg-type]  # any number of seconds
            connect_timeout=2,
            ping_interval=10,
            max_outstanding_pings=2,
            pending_size=8 * 1024 * 1024,
            tls=self._tls,
            error_cb=failed,
            disconnected_cb=disconnected,
            reconnected_cb=reconnected,
        )
        self.client = client
        self._begin("nats.connected")

    def _begin(self, event: str) -> None:
        self.connections += 1
        self.is_proven, self.last_error = False, ""
        log.info(event)

    async def publish(self, messages: Sequence[Message], *, atomically: bool = True) -> list[int]:
        """Store them in order and return their stream sequences; an event stored before keeps its sequence.

        What is not to be stored `atomically` stays where time runs out, so that publishing it again goes further. Where
        time runs out before the last, the answer is that much shorter. Raises `PublishRefused`, or
        `TimeoutError` / a NATS error when the server does not answer: then any prefix may have been stored, and
        publishing the same again is safe.
        """
        stored: list[int] = []
        try:
            async with asyncio.timeout(_PUBLISH_SECONDS):
                if len(messages) > 1 and atomically:
                    try:
                        return await self._publish_atomically(messages)
                    except PublishRefused as refused:
                        # One of them was stored before (a crash between publishing and noting it): the whole batch is
                        # refused, so go one by one; the known ones answer with their first sequence.
                        if refused.code != _DUPLICATE_IN_BATCH:
                            raise
                for message in messages:
                    sequence = await self._acknowledged(message, {})
                    stored.append(sequence)
        except TimeoutError:
            if not stored:
                raise
        return stored

    async def _publish_atomically(self, messages: Sequence[Message]) -> list[int]:
        batch = str(new_id())
        for number, message in enumerate(messages[:-1], 1):
            headers = {
                **message.headers,
                "Nats-Msg-Id": str(message.id),
                "Nats-Batch-Id": batch,
                "Nats-Batch-Sequence": str(number),
            }
            await self.client.publish(message.subject, message.payload, headers=headers)
        commit = {"Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(len(messages)), "Nats-Batch-Commit": "1"}
        last = await self._acknowledged(messages[-1], commit)
        return list(range(last - len(messages) + 1, last + 1))

    async def _acknowledged(self, message: Message, headers: dict[str, str]) -> int:
        answer = await self.client.request(
            message.subject,
            message.payload,
            timeout=_PUBLISH_SECONDS,
            headers={**message.headers, "Nats-Msg-Id": str(message.id), **headers},
        )
        acknowledgement = json.loads(answer.data)
        if "error" in acknowledgement:
            raise PublishRefused(acknowledgement["error"])
        sequence: int = acknowledgement["seq"]
        return sequence

    async def last_on(self, subject: str) -> tuple[int, str] | None:
        """Sequence and `Nats-Msg-Id` of the newest event on a subject, or None. Raises `NoStream`."""
        message = await self._newest_on(subject)
        if message is None:
            return None
        return message.seq or 0, (message.headers or {}).get("Nats-Msg-Id", "")

    async def newest_said(self) -> bytes | None:
        """The body of the newest event that the stream has of this user's service, or None. Raises `NoStream`."""
        return await self.body_on(f"{PREFIX}.*.{self._user}.>")

    async def body_on(self, subject: str) -> bytes | None:
        """What the newest message on a subject says, or None. Raises `NoStream`."""
        message = await self._newest_on(subject)
        return None if message is None else message.data or b""

    async def _newest_on(self, subject: str) -> RawStreamMsg | None:
        try:
            # By subject, since a user may be allowed its own subjects; a sequence would read everybody's.
            return await self.client.jetstream(timeout=_TIMEOUT).get_last_msg(NAME, subject, direct=True)
        except NotFoundError:
            return None
        except nats.errors.NoRespondersError:
            raise NoStream from None

    async def consume(self, durable: str, subjects: str) -> None:
        """Make a durable consumer of these subjects if it is not there. Raises `NoStream`."""
        config = ConsumerConfig(
            # With a name the filter is part of the request's subject: that is what permissions speak of.
            name=durable,
            durable_name=durable,
            filter_subject=subjects,
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_SECONDS,
            max_deliver=-1,
            max_ack_pending=1000,
        )
        try:
            await self.client.jetstream(timeout=_TIMEOUT).add_consumer(NAME, config)
        except NotFoundError:
            raise NoStream from None

    async def standing(self, durable: str) -> Standing | None:
        """Where a durable consumer stands; None where there is none."""
        try:
            consumer = await self.client.jetstream(timeout=_TIMEOUT).consumer_info(NAME, durable)
        except NotFoundError:
            return None
        return Standing(consumer.created.isoformat(), consumer.ack_floor.stream_seq if consumer.ack_floor else 0)

    async def begin_again(self, durable: str, place: int) -> None:
        """Have a durable consumer deliver from this place in the stream on, whatever it has acknowledged.

        It stays the same consumer: whoever pulls by it need not know. nats-server 2.14 or newer does it.
        """
        subject = f"$JS.API.CONSUMER.RESET.{NAME}.{durable}"
        answer = await self.client.request(subject, json.dumps({"seq": place}).encode(), timeout=_TIMEOUT)
        if error := json.loads(answer.data).get("error"):
            raise PublishRefused(error)

    async def waiting_for(self, durable: str) -> int | None:
        """Events that a durable consumer has not acknowledged yet; None when nobody can say at the moment."""
        lag = await self.lag_of(durable)
        return lag and lag.pending + lag.ack_pending

    async def lag_of(self, durable: str) -> Lag | None:
        """What a durable consumer has before it; None when nobody can say at the moment."""
        if not self.is_connected:
            return None
        try:
            consumer = await self.client.jetstream(timeout=_LAG_SECONDS).consumer_info(NAME, durable)
        except (nats.errors.Error, TimeoutError):
            return None
        return Lag(consumer.num_pending or 0, consumer.num_ack_pending or 0, consumer.num_redelivered or 0)

    async def close(self) -> None:
        """Close at once; `drain()` would wait its whole timeout when the server is away."""
        if self.client.is_connected or self.client.is_reconnecting:
            try:
                async with asyncio.timeout(2):
                    await self.client.close()
            except (TimeoutError, nats.errors.Error):
                log.warning("nats.close_timed_out")
