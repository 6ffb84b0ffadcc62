"""HTTP/1.1 as it is spoken to us: no head and no body without end, and none that is sent for ever.

uvicorn leaves all of this to a server in front. What breaks a limit is answered here, before an application sees it.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from shared.kernel.problems import Problem, TooLarge, language_of

_SLOWEST = 4096
"""Bytes per second that a body has to come with."""
_LINGER_SECONDS = 2.0


class HeadersTooLarge(Problem):
    status = 431
    title = ("The headers are too large", "请求头过大")
    en = "Address and headers may have {limit} bytes at most."
    zh = "网址与请求头合计最多 {limit} 字节。"


class RequestTooSlow(Problem):
    status = 408
    title = ("The request did not arrive", "请求未及时到达")
    en = "A request has {seconds} s to arrive, and longer only while its body goes on coming; send it again."
    zh = "请求须在 {seconds} 秒内到达（请求体持续传输时可延长），请重新发送。"


class NotHttp(Problem):
    status = 400
    title = ("Not valid HTTP", "不是有效的 HTTP 请求")
    en = "What came is not a request of HTTP/1.1, or contradicts itself."
    zh = "收到的内容不是有效的 HTTP/1.1 请求，或自相矛盾。"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may have and take."""

    head_bytes: int
    body_bytes: int
    seconds: float


class LimitedProtocol(HttpToolsProtocol):
    """uvicorn's protocol within limits. A request that comes in one piece costs it a few comparisons."""

    def __init__(self, *, limits: Limits, **given: Any) -> None:
        super().__init__(**given)
        self._limits = limits
        self._overhead = 0
        """Bytes since the last that were of a body: of a head, of trailers, of the frames of chunks."""
        self._body = self._body_then = 0
        self._is_in_head = self._is_coming = self._is_refused = False
        self._problem: Problem | None = None
        self._clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unwatch()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        self._overhead += len(data)
        super().data_received(data)
        if self._is_refused:
            return
        if self._overhead > self._limits.head_bytes:
            self._refuse(HeadersTooLarge(limit=self._limits.head_bytes))
        elif self._is_coming:
            self._watch()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head = self._is_coming = True
        self._body = self._body_then = 0

    def on_headers_complete(self) -> None:
        if self._overhead > self._limits.head_bytes:  # with what came behind it
            size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
            if size > self._limits.head_bytes:
                self._stop(HeadersTooLarge(limit=self._limits.head_bytes))
        super().on_headers_complete()
        self._is_in_head = False
        self._overhead = 0

    def on_body(self, body: bytes) -> None:
        self._overhead = 0
        self._body += len(body)
        if self._body > self._limits.body_bytes:
            self._stop(TooLarge(limit=self._limits.body_bytes))
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._overhead = 0
        self._is_coming = False
        self._unwatch()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (uvicorn's words)
        self._refuse(self._problem or NotHttp())

    def _stop(self, problem: Problem) -> None:
        """Refuse from within the parser, which must not go on: it calls `send_400_response` for any error."""
        self._problem = problem
        raise problem

    def _watch(self) -> None:
        if self._clock is None:
            self._body_then = self._body
            self._clock = self.loop.call_later(self._limits.seconds, self._late)

    def _unwatch(self) -> None:
        if self._clock:
            self._clock.cancel()
            self._clock = None

    def _late(self) -> None:
        self._clock = None
        is_going_on = self._body - self._body_then >= _SLOWEST * self._limits.seconds
        if is_going_on or self.flow.read_paused:  # we do not take what it has
            self._watch()
        elif self._is_coming:
            self._refuse(RequestTooSlow(seconds=self._limits.seconds))
        else:  # it never said anything
            self.transport.close()

    def _refuse(self, problem: Problem) -> None:
        self._is_refused = True
        self._unwatch()
        self._unset_keepalive_if_required()
        cycle = self.cycle
        is_open = cycle is not None and not cycle.response_complete
        # An earlier request is being answered, or this one was: another answer would be taken for something else's.
        is_said = cycle is not None and (is_open if self._is_in_head else cycle.response_started)
        if is_open:
            cycle.disconnected = True
            cycle.message_event.set()
        if self.transport.is_closing():
            return
        if is_said:
            self.transport.close()
            return
        self.transport.write(self._rendered(problem))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        # Closed at once, with more on its way, the connection would be reset and the answer lost: read on, for nothing.
        self.flow.resume_reading()
        self._clock = self.loop.call_later(_LINGER_SECONDS, self.transport.abort)

    def _rendered(self, problem: Problem) -> bytes:
        given = dict(self.headers or ())
        language = language_of(given.get(b"accept-language", b"").decode("latin-1"))
        path = self.scope.get("path", "") if self.scope and not self._is_in_head else ""
        body = json.dumps(problem.render(language, instance=path, trace_id="0" * 32), ensure_ascii=False).encode()
        own = [
            (b"content-type", b"application/problem+json"),
            (b"content-language", language.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        lines = [name + b": " + value + b"\r\n" for name, value in [*self.server_state.default_headers, *own]]
        return STATUS_LINE[problem.status] + b"".join(lines) + b"\r\n" + body
