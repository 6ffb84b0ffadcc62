"""The path of nearly every request: check the caller, stream to the service that owns the collection, stream back.

Pure ASGI with one long-lived aiohttp client: a FastAPI route with httpx costs fifteen times as much processor time.
"""

import asyncio
import re
import time
from collections.abc import Awaitable
from functools import partial

import aiohttp
import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from yarl import URL

from gateway.hedging import Budget, first_answer
from gateway.identity import AccessTokens, Caller, InternalTokens, TokenInAddress
from gateway.limits import RateLimits, network_of
from gateway.measuring import UPSTREAM_ERRORS, note_refused, templates
from gateway.routes import target
from gateway.settings import SERVICES, Settings
from shared.kernel.context import new_id, next_span
from shared.kernel.problems import TooLarge, Unauthenticated, Unavailable
from shared.kernel.server import stopping
from shared.kernel.tracing import note_request
from shared.kernel.web import count_request, problem_of, problem_response, refuse_repeated

log = structlog.get_logger()

_HOP_BY_HOP = {
    b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te", b"trailer",
    b"transfer-encoding", b"upgrade",
}  # fmt: skip
_NOT_PASSED_ON = _HOP_BY_HOP | {
    b"host",
    b"authorization",
    b"traceparent",
    b"x-request-id",
    b"cookie",
    b"content-length",
}
_NOT_PASSED_BACK = _HOP_BY_HOP | {b"date"}
"""The gateway dates its answers itself."""
_TOKEN = re.compile(rb"(?:^|(?<=&))(link|access_token)=([A-Za-z0-9_.%-]*)")
"""A token in an address."""
_READS = frozenset({"GET", "HEAD"})
_JUST_NOW = 4.0
"""Seconds for which whoever answered is taken to be well."""
_SMALL = 64 * 1024
"""An answer of this size is passed on in one piece."""
_SAFETY = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]

CLOSED = "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""What no page of ours needs: `default-src` covers none of it but the first."""
_POLICY = (b"content-security-policy", f"default-src 'none'; style-src 'unsafe-inline'; {CLOSED}".encode())
"""For what says no policy of its own; a picture that is opened by itself keeps its styles."""
_KEPT_NOWHERE = (b"cache-control", b"no-store")
"""For what the API answers without saying otherwise: it is about persons or prices, and rights change."""


class _BrokenOff(Exception):
    """The client left before its request was whole."""


class Proxy:
    """The gateway as an ASGI application; `own` answers what is not a service's."""

    def __init__(self, own: ASGIApp, settings: Settings, access: AccessTokens, internal: InternalTokens) -> None:
        self._own, self._settings, self._access, self._internal = own, settings, access, internal
        self._upstreams = {service: settings.upstream(service) for service in SERVICES}
        self._limits = RateLimits(
            settings.rate_window_seconds,
            default=settings.rate_limit,
            tenant=settings.rate_limit_per_tenant,
            address=settings.rate_limit_per_address,
        )
        self._templates = templates()
        self._budgets = {service: Budget(service) for service in SERVICES}
        self._client: aiohttp.ClientSession | None = None
        self._anew: aiohttp.ClientSession | None = None
        """For what is asked again: over a connection that was answered just now, or a new one."""

    async def open(self) -> None:
        """Open the clients: once, when the event loop runs."""
        self._client = self._session(aiohttp.TCPConnector(limit=0, keepalive_timeout=30))
        self._anew = self._session(aiohttp.TCPConnector(limit=0, keepalive_timeout=_JUST_NOW))

    def _session(self, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=connector,
            # between two parts of an answer too: longer than the heartbeat of the live feed
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=3, sock_read=self._settings.answer_seconds),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent", "Accept-Encoding", "Accept", "Content-Type"),
        )

    async def close(self) -> None:
        for session in (self._client, self._anew):
            if session:
                await session.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._own(scope, receive, send)
            return
        given = dict(scope["headers"])
        request_id = given.get(b"x-request-id", b"")[:100] or str(new_id()).encode()
        came_with = given.get(b"traceparent", b"").decode("latin-1")
        traceparent = next_span(came_with)
        route = self._templates.of(scope["path"])
        scope.setdefault("state", {}).update(
            traceparent=traceparent, request_id=request_id.decode("latin-1"), route=route
        )
        extra = [*_SAFETY, (b"x-request-id", request_id), (b"traceparent", traceparent.encode())]
        if self._settings.environment == "production":
            extra.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))
        usual = (_POLICY, _KEPT_NOWHERE) if scope["path"].startswith("/v1/") else (_POLICY,)
        started, status = time.perf_counter(), 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = {name for name, _ in extra}
                headers = [(name, value) for name, value in message.get("headers", ()) if name not in own]
                said = {name for name, _ in headers}
                headers += [one for one in usual if one[0] not in said]
                message = {**message, "headers": headers + extra}
            await send(message)

        try:
            refuse_repeated(given, scope["headers"])
            await self._answer(scope, given, receive, send_marked, extra)
        except _BrokenOff:
            log.info("request.broken_off", path=scope["path"])
        except (Exception, asyncio.CancelledError) as error:
            if status:
                raise
            await problem_response(Request(scope), problem_of(error, "The gateway"))(scope, receive, send_marked)
            if isinstance(error, asyncio.CancelledError):
                raise
        finally:
            if status:
                _note(scope, status, started, came_with)

    async def _answer(
        self, scope: Scope, given: dict[bytes, bytes], receive: Receive, send: Send, extra: list[tuple[bytes, bytes]]
    ) -> None:
        path: str = scope["path"]
        extra.append((b"ratelimit-policy", self._limits.policies))
        self._limits.count(address=network_of(scope["client"][0] if scope["client"] else ""))
        if not path.startswith("/v1/"):
            await self._own(scope, receive, send)
            return
        caller = await self._caller(scope, given)
        extra.append((b"ratelimit", self._limits.count(default=caller.account, tenant=caller.tenant)))
        found = target(path)
        if found is None or path.endswith("/overview"):
            scope["state"]["caller"] = caller
            await self._own(scope, receive, send)
            return
        await self._forward(scope, caller, *found, receive, send)

    async def _caller(self, scope: Scope, given: dict[bytes, bytes]) -> Caller:
        try:
            return await self._known_caller(scope, given)
        except Unauthenticated as refused:
            note_refused(refused, is_absent=not given.get(b"authorization"))
            raise

    async def _known_caller(self, scope: Scope, given: dict[bytes, bytes]) -> Caller:
        """By the `Authorization` header; for a calendar, which sends none, by the `link` of its feed's address."""
        header = given.get(b"authorization")
        match = _TOKEN.search(scope["query_string"])
        if match is None:
            return await self._access.caller((header or b"").decode("latin-1"))
        if header is not None or match[0] != scope["query_string"] or scope["method"] != "GET" or match[1] != b"link":
            raise TokenInAddress
        scope["query_string"] = b""
        return await self._access.follower(match[2].decode("latin-1"))

    async def _forward(  # one request and its answer, in order
        self, scope: Scope, caller: Caller, service: str, path: str, receive: Receive, send: Send
    ) -> None:
        if self._client is None or self._anew is None:
            raise Unavailable(what="The gateway")
        is_upload = scope["method"] == "POST" and path == "/v1/imports"
        limit = self._settings.upload_limit_bytes if is_upload else self._settings.body_limit_bytes
        body = await _body(receive, limit)
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in scope["headers"]
            if name not in _NOT_PASSED_ON
        ]
        headers += [
            ("Authorization", f"Bearer {self._internal.token(caller, service)}"),
            ("traceparent", scope["state"]["traceparent"]),
            ("X-Request-ID", scope["state"]["request_id"]),
        ]
        raw_path = scope["raw_path"].decode("latin-1") if path == scope["path"] else path
        query = scope["query_string"].decode("latin-1")
        url = URL(f"{self._upstreams[service]}{raw_path}{'?' if query else ''}{query}", encoded=True)
        asked = (scope["method"], url, headers, body)
        ask, anew = partial(_asked, self._client, *asked), partial(_asked, self._anew, *asked)
        after = self._settings.ask_again_seconds
        may_be_asked_again = scope["method"] in _READS and scope["state"]["route"] not in self._templates.files
        try:
            if after and may_be_asked_again:
                answer = await first_answer(ask, anew, self._budgets[service], after=after)
            else:
                answer = await ask()
            async with answer:
                await _pass_back(answer, receive, send)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            UPSTREAM_ERRORS.labels(service).inc()
            log.warning("upstream.unavailable", upstream=service, error=str(error) or type(error).__name__)
            raise Unavailable(what=f"The {service} service") from None


async def _asked(
    session: aiohttp.ClientSession, method: str, url: URL, headers: list[tuple[str, str]], body: bytes
) -> aiohttp.ClientResponse:
    return await session.request(method, url, headers=headers, data=body or None, allow_redirects=False)


def _note(scope: Scope, status: int, started: float, came_with: str) -> None:
    route = scope["state"]["route"]
    seconds = count_request(scope["method"], route, status, started)
    if route.startswith("/v1/"):
        note_request(scope["method"], route, status, scope["state"]["traceparent"], came_with, seconds=seconds)


async def _body(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _BrokenOff
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise TooLarge(limit=limit)
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


async def _pass_back(answer: aiohttp.ClientResponse, receive: Receive, send: Send) -> None:
    headers = [(name.lower(), value) for name, value in answer.raw_headers if name.lower() not in _NOT_PASSED_BACK]
    # A small one is read first: where it breaks off, nothing was said yet.
    is_small = answer.content_length is not None and answer.content_length <= _SMALL
    small = await answer.read() if is_small else b""
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.content_type == "text/event-stream":
        await _until_gone(_stream(answer, send), receive)
        if stopping.is_set():
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    elif is_small:
        await send({"type": "http.response.body", "body": small})
    else:
        await _stream(answer, send)


async def _stream(answer: aiohttp.ClientResponse, send: Send) -> None:
    async for part in answer.content.iter_any():
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_gone(streaming: Awaitable[None], receive: Receive) -> None:
    """Stream until the upstream ends, the client leaves or we stop: a feed has no end of its own."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    tasks = [asyncio.ensure_future(waiting) for waiting in (streaming, gone(), stopping.wait())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
