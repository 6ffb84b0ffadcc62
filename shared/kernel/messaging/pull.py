"""One durable consumer of the stream: what was asked of it and what it still owes."""

import json
from time import monotonic

import nats.errors
import structlog

from shared.kernel.messaging.stream import NAME, NoStream, Stream

log = structlog.get_logger()

_HEARTBEAT = 5.0
_PULL_SECONDS = 60.0
_SOON, _LATER = 0.5, 5.0


class Pull:
    """Keeps a pull of at most `most` messages under way for one durable consumer."""

    def __init__(self, stream: Stream, durable: str, subjects: str, *, most: int) -> None:
        self._stream, self.durable, self._subjects, self._most = stream, durable, subjects, most
        self.buffered = 0
        """Messages that came and are not handled yet."""
        self.trouble = ""
        """What keeps the consumer from being there."""
        self._expected = 0
        """Messages that the pull under way may still bring."""
        self._token = 0
        self._last_frame = 0.0
        self._is_gone = True
        self._again_at = 0.0

    def forget(self) -> None:
        """The connection is another one: the server knows nothing of the pull, and perhaps not of the consumer."""
        self._expected, self._is_gone, self._again_at = 0, True, 0.0

    def received(self) -> None:
        """A message of this consumer came."""
        self._last_frame = monotonic()
        self._expected -= 1
        self.buffered += 1

    def told(self, token: str, status: str) -> bool:
        """A status came for the pull `token`; whether something is to be done about it."""
        self._last_frame = monotonic()
        if token != str(self._token) or status == "100":
            return False
        # 404, 408: the pull has ended. 409, 503: so has the consumer, or the stream, or the server's leadership.
        self._expected = 0
        self._is_gone = self._is_gone or status not in {"404", "408"}
        return True

    @property
    def is_due(self) -> bool:
        """Whether the consumer is to be made, or to be asked for more: half of what may be here is handled."""
        if self._expected > 0 and monotonic() - self._last_frame > 2.5 * _HEARTBEAT:
            self._expected = 0
        if self._is_gone:
            return monotonic() >= self._again_at
        return self._expected <= 0 and self.buffered <= self._most // 2

    async def renew(self, inbox: str) -> None:
        """See that the consumer is there, and ask it for messages."""
        try:
            if self._is_gone:
                await self._stream.consume(self.durable, self._subjects)
        except (nats.errors.Error, NoStream) as error:
            self._put_off(str(error), _SOON)
        except TimeoutError:
            # What a user may not do is not answered at all: the refusal comes beside it.
            self._put_off(self._stream.last_error or "no answer", _LATER)
        else:
            self._is_gone, self.trouble = False, ""
            await self._ask(inbox)

    def _put_off(self, why: str, seconds: float) -> None:
        self.trouble, self._again_at = f"{self.durable}: {why}", monotonic() + seconds
        log.warning("consumer.waiting", consumer=self.durable, error=why)

    async def _ask(self, inbox: str) -> None:
        self._token += 1
        self._expected, self._last_frame = self._most, monotonic()
        request = {
            "batch": self._most,
            "expires": int(_PULL_SECONDS * 1e9),
            "idle_heartbeat": int(_HEARTBEAT * 1e9),
        }
        await self._stream.client.publish(
            f"$JS.API.CONSUMER.MSG.NEXT.{NAME}.{self.durable}",
            json.dumps(request).encode(),
            reply=f"{inbox}.{self.durable}.{self._token}",
        )
