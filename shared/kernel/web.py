"""Problems as HTTP answers, and the ids of each request: what services and the gateway have in common."""

import asyncio
import time
from collections import Counter as Count
from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from prometheus_client import Counter, Histogram, disable_created_metrics
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kernel import problems
from shared.kernel.auth import CALLER, LinkLeadsNowhere
from shared.kernel.context import new_id, next_span
from shared.kernel.problems import Problem
from shared.kernel.tracing import note_request
from shared.kernel.validation import field_errors

log = structlog.get_logger()

disable_created_metrics()  # type: ignore[no-untyped-call]  # when each series began: a third more lines, which nobody asks for
REQUESTS = Counter("presales_http_requests_total", "HTTP requests", ["method", "route", "status"])
SECONDS = Histogram(
    "presales_http_request_seconds",
    "HTTP request duration",
    ["method", "route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


_ONCE = frozenset(
    {
        b"authorization", b"content-length", b"content-type", b"host", b"idempotency-key", b"if-match",
        b"last-event-id", b"traceparent", b"x-request-id",
    }
)  # fmt: skip
"""Headers that have one value here. Readers differ in which of two they take: the first, the last, both."""

_LOOKED_AT = frozenset({"/livez", "/readyz", "/metrics"})
"""What machines ask every few seconds."""


def refuse_repeated(given: Mapping[bytes, bytes], headers: Sequence[tuple[bytes, bytes]]) -> None:
    """Raises `HeaderRepeated` where `headers`, which are `given` by name, have one twice that may be once."""
    if len(given) == len(headers):
        return
    names = Count(name for name, _ in headers if name in _ONCE)
    for name, times in names.items():
        if times > 1:
            raise problems.HeaderRepeated(header=name.decode())


def count_from_zero(router: APIRouter) -> None:
    """Have a count for each route before the first request: what begins at one never rises, to an alert."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            for method in route.methods or ():
                begin_counting(method, route.path)


def begin_counting(method: str, route: str) -> None:
    """Show the failures of a route that alerts look for, of which there are none yet.

    Its durations begin with its first request: there are six times as many series of them.
    """
    for status in (500, 503):
        REQUESTS.labels(method, route, status)


def count_request(method: str, route: str, status: int, started: float) -> float:
    """Count a request that `time.perf_counter` saw begin; returns how many seconds it took."""
    seconds = time.perf_counter() - started
    REQUESTS.labels(method, route, status).inc()
    SECONDS.labels(method, route).observe(seconds)
    return seconds


def problem_response(request: Request, problem: Problem) -> JSONResponse:
    """`problem` as application/problem+json in the caller's language."""
    language = problems.language_of(request.headers.get("accept-language"))
    trace = getattr(request.state, "traceparent", "00-" + "0" * 32)
    return JSONResponse(
        problem.render(language, instance=request.url.path, trace_id=trace.split("-")[1]),
        status_code=problem.status,
        headers={**problem.headers(), "Content-Language": language},
        media_type="application/problem+json",
    )


def problem_of(error: BaseException, here: str) -> Problem:
    """What a request is answered that ended with `error` before its answer began. Cut off as we stop, it may repeat."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, asyncio.CancelledError):
        return problems.Unavailable(what=here)
    log.error("request.failed", error=str(error)[:300], exc_info=error)
    return problems.InternalError()


def answer_problems(
    app: FastAPI,
    *kinds: type[Exception],
    other: Callable[[Exception], Problem | None] | None = None,
    told: Callable[[Request, Problem], Awaitable[None]] | None = None,
) -> None:
    """Answer exceptions of these kinds as problems; `other` knows those that are not of the web framework.

    `told` is called with each before it is answered.
    """

    async def refused(request: Request, error: Exception) -> Response:
        problem = _of_framework(request, error) or (other(error) if other else None)
        if problem is None:
            log.error("request.failed", path=request.url.path, error=str(error)[:300], exc_info=error)
            problem = problems.InternalError()
        elif told:
            await told(request, problem)
        return problem_response(request, problem)

    for kind in kinds:
        app.add_exception_handler(kind, refused)


def _of_framework(request: Request, error: Exception) -> Problem | None:
    path = request.url.path
    caller = CALLER.get()
    match error:
        case Problem():
            return LinkLeadsNowhere() if type(error) is problems.NotFound and caller and caller.is_link else error
        case RequestValidationError():
            return _invalid(error)
        case HTTPException(status_code=404):
            return problems.NoSuchPath(path=path)
        case HTTPException(status_code=405):
            return problems.MethodNotAllowed(path=path, method=request.method)
        case HTTPException(status_code=400):
            return problems.Malformed(why="it cannot be read")
        case _:
            return None


def _invalid(error: RequestValidationError) -> Problem:
    findings = error.errors()
    broken = next((finding for finding in findings if finding["type"] == "json_invalid"), None)
    if broken:
        return problems.Malformed(why=broken.get("ctx", {}).get("error", "syntax error"))
    return problems.Invalid(field_errors(findings))


class RequestScope:
    """Gives each request its ids, logs it and measures it. Pure ASGI: it adds some 20 µs, not a task per request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        came_with = headers.get(b"traceparent", b"").decode("latin-1")
        traceparent = next_span(came_with)
        request_id = headers.get(b"x-request-id", b"").decode("latin-1")[:100] or str(new_id())
        scope.setdefault("state", {}).update(traceparent=traceparent, request_id=request_id)
        structlog.contextvars.bind_contextvars(request_id=request_id, trace_id=traceparent.split("-")[1])
        started, status, is_started = time.perf_counter(), 500, False

        async def send_with_ids(message: Message) -> None:
            nonlocal status, is_started
            if message["type"] == "http.response.start":
                status, is_started = message["status"], True
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"x-request-id", request_id.encode("latin-1")),
                    (b"traceparent", traceparent.encode()),
                ]
            await send(message)

        try:
            refuse_repeated(headers, scope["headers"])
            await self.app(scope, receive, send_with_ids)
        except (Exception, asyncio.CancelledError) as error:
            if is_started:
                raise
            answer = problem_response(Request(scope), problem_of(error, "This service"))
            await answer(scope, receive, send_with_ids)
            if isinstance(error, asyncio.CancelledError):
                raise
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            seconds = count_request(scope["method"], route, status, started)
            if route not in _LOOKED_AT:
                note_request(scope["method"], route, status, traceparent, came_with, seconds=seconds)
            level = log.debug if route in _LOOKED_AT else log.info
            level(
                "request.done",
                method=scope["method"],
                path=scope["path"],
                status=status,
                ms=round(seconds * 1000, 1),
            )
            structlog.contextvars.clear_contextvars()
            CALLER.set(None)
