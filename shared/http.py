"""The HTTP edge of a service: ETag, If-Match, Idempotency-Key, request and trace ids, and problems as answers."""

import hashlib
import json
import re
import time
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
import structlog
from fastapi import Depends, FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from prometheus_client import Counter, Histogram
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import problems
from shared.auth import Principal, current_principal
from shared.context import new_id, next_span
from shared.db import TENANT, Base, Session, is_infrastructure, now
from shared.problems import Problem
from shared.validation import field_errors

log = structlog.get_logger()

REQUESTS = Counter("presales_http_requests_total", "HTTP requests", ["method", "route", "status"])
SECONDS = Histogram("presales_http_request_seconds", "HTTP request duration", ["method", "route"])


class IdempotencyKey(Base):
    """The first answer to a POST, kept so that a repeated one gets the same."""

    __tablename__ = "idempotency_key"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)


_RESOURCE = re.compile(rb'\{"id":"[0-9a-f-]{36}","version":(\d+)')
_KEPT_HEADERS = ("content-type", "location", "etag")


class Route(APIRoute):
    """A route whose answer has an ETag, and that answers a repeated POST with the answer it gave before."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint = super().get_route_handler()

        async def handle(request: Request) -> Response:
            response = await endpoint(request)
            resource = _RESOURCE.match(response.body)
            if resource:
                response.headers["ETag"] = f'"{resource[1].decode()}"'
            key = request.headers.get("idempotency-key")
            session: AsyncSession | None = getattr(request.state, "session", None)
            if key and request.method == "POST" and session:
                await _remember(session, key, await _fingerprint(request), response)
            return response

        return handle


async def _fingerprint(request: Request) -> str:
    said = f"{request.state.subject}\0{request.url.path}\0".encode() + await request.body()
    return hashlib.sha256(said).hexdigest()


async def _remember(session: AsyncSession, key: str, fingerprint: str, response: Response) -> None:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    await session.execute(
        insert(IdempotencyKey).values(
            key=key,
            request_hash=fingerprint,
            status=response.status_code,
            headers=headers,
            body=bytes(response.body),
        )
    )


class _Replay(Exception):
    def __init__(self, kept: IdempotencyKey) -> None:
        self.answer = Response(kept.body, kept.status, {**kept.headers, "Idempotency-Replayed": "true"})


async def answer_once(
    session: Session, request: Request, principal: Annotated[Principal, Depends(current_principal)]
) -> None:
    """Make a POST with an `Idempotency-Key` happen once; every POST route of a service has this dependency."""
    key = request.headers.get("idempotency-key")
    if not key or request.method != "POST":
        return
    if len(key) > 200:  # noqa: PLR2004
        error = problems.FieldError(
            "header idempotency-key", "too_long", "has 200 characters at most", "最多 200 个字符"
        )
        raise problems.Invalid([error])
    lock = sa.func.hashtextextended(sa.func.current_setting("app.tenant").concat(key), 0)
    if not await session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(lock))):
        raise problems.IdempotencyKeyInUse(key=key)
    request.state.subject = principal.subject
    kept = await session.scalar(sa.select(IdempotencyKey).where(IdempotencyKey.key == key))
    if kept is None:
        return
    if kept.request_hash != await _fingerprint(request):
        raise problems.IdempotencyKeyReused(key=key)
    raise _Replay(kept)


def _if_match(
    if_match: Annotated[str | None, Header(alias="If-Match", description="ETag of the version you saw")] = None,
) -> int:
    if if_match is None:
        raise problems.PreconditionRequired
    match = re.fullmatch(r'(?:W/)?"(\d{1,9})"', if_match.strip())
    if match is None:
        error = problems.FieldError(
            "header if-match", "wrong_format", 'must be an ETag such as "3"', '必须是 ETag,如 "3"'
        )
        raise problems.Invalid([error])
    return int(match[1])


SeenVersion = Annotated[int, Depends(_if_match)]
"""The version in `If-Match`: needed by every PATCH, DELETE and action."""


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


def answer_problems(app: FastAPI) -> None:
    """Answer every refusal and failure of `app` as a problem."""

    async def refused(request: Request, error: Exception) -> Response:
        return problem_response(request, _problem(request, error))

    async def replayed(_request: Request, error: Exception) -> Response:
        answer: Response = error.answer  # type: ignore[attr-defined]
        return answer

    for kind in (
        Problem,
        RequestValidationError,
        HTTPException,
        IntegrityError,
        StaleDataError,
        DBAPIError,
        OSError,
    ):
        app.add_exception_handler(kind, refused)
    app.add_exception_handler(_Replay, replayed)


def _problem(request: Request, error: Exception) -> Problem:
    path = request.url.path
    match error:
        case Problem():
            problem = error
        case RequestValidationError():
            problem = _invalid(error)
        case IntegrityError():
            problem = _integrity(error)
        case StaleDataError():
            problem = problems.PreconditionFailed(current=0)
        case HTTPException(status_code=404):
            problem = problems.NoSuchPath(path=path)
        case HTTPException(status_code=405):
            problem = problems.MethodNotAllowed(path=path, method=request.method)
        case HTTPException(status_code=400):
            problem = problems.Malformed(why="it cannot be read")
        case _ if is_infrastructure(error):
            log.warning("database.unavailable", error=str(error)[:300])
            problem = problems.Unavailable(what="The database")
        case _:
            log.error("request.failed", error=str(error)[:300], exc_info=error)
            problem = problems.InternalError()
    return problem


def _invalid(error: RequestValidationError) -> Problem:
    findings = error.errors()
    broken = next((finding for finding in findings if finding["type"] == "json_invalid"), None)
    if broken:
        return problems.Malformed(why=broken.get("ctx", {}).get("error", "syntax error"))
    return problems.Invalid(field_errors(findings))


def _integrity(error: IntegrityError) -> Problem:
    cause = error.orig.__cause__ if error.orig else None
    constraint = getattr(cause, "constraint_name", None) or "constraint"
    is_reference = getattr(cause, "sqlstate", "") == "23503"
    kind = problems.BrokenReference if is_reference else problems.AlreadyExists
    return kind(constraint=constraint)


class RequestScope:
    """Gives each request its ids, logs it and measures it. Pure ASGI: it adds some 20 µs, not a task per request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name: value for name, value in scope["headers"] if name in {b"traceparent", b"x-request-id"}}
        traceparent = next_span(headers.get(b"traceparent", b"").decode("latin-1"))
        request_id = headers.get(b"x-request-id", b"").decode("latin-1")[:100] or str(new_id())
        scope.setdefault("state", {}).update(traceparent=traceparent, request_id=request_id)
        structlog.contextvars.bind_contextvars(request_id=request_id, trace_id=traceparent.split("-")[1])
        started, status = time.perf_counter(), 500

        async def send_with_ids(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"x-request-id", request_id.encode("latin-1")),
                    (b"traceparent", traceparent.encode()),
                ]
            await send(message)

        try:
            await self.app(scope, receive, send_with_ids)
        except Exception:
            log.exception("request.failed", path=scope["path"])
            if status == 500:  # noqa: PLR2004
                answer = problem_response(Request(scope), problems.InternalError())
                await answer(scope, receive, send_with_ids)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            seconds = time.perf_counter() - started
            REQUESTS.labels(scope["method"], route, status).inc()
            SECONDS.labels(scope["method"], route).observe(seconds)
            level = log.debug if route.startswith(("/livez", "/readyz", "/metrics")) else log.info
            level(
                "request.done",
                method=scope["method"],
                path=scope["path"],
                status=status,
                ms=round(seconds * 1000, 1),
            )
            structlog.contextvars.clear_contextvars()


def located(response: Response, collection: str, key: UUID) -> None:
    """Say in `Location` where a created resource is."""
    response.headers["Location"] = f"/v1/{collection}/{key}"


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no spaces (RFC 8785 for the values that we use): equal values give equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
