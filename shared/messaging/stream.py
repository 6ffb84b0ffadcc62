"""The JetStream stream: one connection, the stream's configuration, and acknowledged publishing in atomic batches."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import nats
import structlog
from nats.aio.client import Client
from nats.js.api import DiscardPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from shared.context import new_id

log = structlog.get_logger()

NAME = "PRESALES"
SUBJECTS = "presales.>"
_DUPLICATE_IN_BATCH = 10201
_TIMEOUT = 5.0
_PUBLISH_SECONDS = 3.0
"""Within the time that PostgreSQL bears with a relay which waits: see `shared.db.MACHINERY`."""


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
    """One event to publish: `Nats-Msg-Id` is its id, so a repetition within the window is stored once."""

    id: UUID
    subject: str
    headers: dict[str, str]
    payload: bytes


class Stream:
    """The connection of one process to the stream `PRESALES`."""

    def __init__(self, url: str, *, client_name: str, replicas: int = 1, user_seed: str | None = None) -> None:
        self._url, self._name, self._replicas, self._seed = url, client_name, replicas, user_seed
        self.client = Client()
        self.reconnects = 0
        """Grows with each reconnection: pulls from before are gone."""
        self.is_proven = False
        """Whether the stream was seen to hold what it acknowledged, since the last doubt. Nothing is published
        before: what follows a loss would hide it."""

    @property
    def is_connected(self) -> bool:
        return self.client.is_connected

    async def connect(self) -> None:
        """Connect, however long the server takes to come up; reconnects by itself for ever after."""

        async def reconnected() -> None:
            self.reconnects += 1
            self.is_proven = False
            log.info("nats.reconnected")

        async def disconnected() -> None:
            log.warning("nats.disconnected")

        async def failed(error: Exception) -> None:
            log.warning("nats.error", error=str(error) or type(error).__name__)

        options: dict[str, Any] = {"nkeys_seed_str": self._seed} if self._seed else {}
        await self.client.connect(
            self._url,
            name=self._name,
            inbox_prefix=f"_INBOX_{self._name}".encode(),
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.25,  # type: ignore[arg-type]  # any number of seconds
            connect_timeout=2,
            ping_interval=10,
            max_outstanding_pings=2,
            pending_size=8 * 1024 * 1024,
            error_cb=failed,
            disconnected_cb=disconnected,
            reconnected_cb=reconnected,
            **options,
        )

    async def ensure(self) -> None:
        """Make the stream if it is not there; leave an existing one as the operator configured it."""
        js = self.client.jetstream(timeout=_TIMEOUT)
        try:
            await js.stream_info(NAME)
        except NotFoundError:
            await js.add_stream(
                StreamConfig(
                    name=NAME,
                    subjects=[SUBJECTS],
                    storage=StorageType.FILE,
                    num_replicas=self._replicas,
                    max_age=400 * 86_400,
                    max_bytes=20 * 1024**3,
                    # A full stream refuses, so that the outbox waits: dropping the oldest would lose events silently.
                    discard=DiscardPolicy.NEW,
                    max_msg_size=4 * 1024**2,
                    duplicate_window=600,
                    allow_direct=True,
                    allow_atomic=True,
                    deny_delete=True,
                )
            )
            log.info("stream.created", stream=NAME)

    async def publish(self, messages: Sequence[Message]) -> list[int]:
        """Store them in order and return their stream sequences; an event stored before keeps its sequence.

        Where time runs out before the last, the answer is that much shorter. Raises `PublishRefused`, or
        `TimeoutError` / a NATS error when the server does not answer: then any prefix may have been stored, and
        publishing the same again is safe.
        """
        stored: list[int] = []
        try:
            async with asyncio.timeout(_PUBLISH_SECONDS):
                if len(messages) > 1:
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

    async def id_at(self, sequence: int) -> str | None:
        """The `Nats-Msg-Id` stored at this sequence, or None when nothing is there."""
        js = self.client.jetstream(timeout=_TIMEOUT)
        try:
            message = await js.get_msg(NAME, sequence)
        except NotFoundError:
            return None
        return (message.headers or {}).get("Nats-Msg-Id")

    async def waiting_for(self, durable: str) -> int | None:
        """Events that a durable consumer has not acknowledged yet; None when nobody can say at the moment."""
        if not self.is_connected:
            return None
        try:
            consumer = await self.client.jetstream(timeout=_TIMEOUT).consumer_info(NAME, durable)
        except (nats.errors.Error, TimeoutError):
            return None
        return (consumer.num_pending or 0) + (consumer.num_ack_pending or 0)

    async def close(self) -> None:
        """Close at once; `drain()` would wait its whole timeout when the server is away."""
        if self.client.is_connected or self.client.is_reconnecting:
            try:
                async with asyncio.timeout(2):
                    await self.client.close()
            except (TimeoutError, nats.errors.Error):
                log.warning("nats.close_timed_out")
