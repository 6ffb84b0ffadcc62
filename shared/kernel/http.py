"""The HTTP edge of a service: ETag, If-Match, Idempotency-Key, request and trace ids, and problems as answers."""

import hashlib
import re
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from fastapi import Depends, FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from shared.kernel import problems
from shared.kernel.asked import parameters_of, refuse_unaccepted, refuse_unknown_parameters
from shared.kernel.auth import SCOPES, Principal, current_principal, door
from shared.kernel.base import TENANT, Base
from shared.kernel.clock import now
from shared.kernel.db import Session
from shared.kernel.outages import noted_outage
from shared.kernel.problems import Problem
from shared.kernel.refusals import Refusals
from shared.kernel.states import brief
from shared.kernel.web import answer_problems


class IdempotencyKey(Base):
    """The first answer to a POST, kept so that a repeated one gets the same."""

    __tablename__ = "idempotency_key"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    """Of who asked what; beside it, after a space, a permission that the answer shows more for."""
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)


_KEPT = timedelta(days=7)
"""How long a repeated POST gets the answer it got before."""
_SWEPT = 10
_BOUNDARY = re.compile(r"^multipart/form-data\b.*\bboundary=\"?([^\";,]+)", re.IGNORECASE)
_RESOURCE = re.compile(rb'\{"id":"([0-9a-f-]{36})","version":(\d+)')
_CREATED = 201
_KEPT_HEADERS = ("content-type", "location", "etag")
_SHOWS_MORE = "cost:read"
"""The permission whose holder finds more in an answer than others do."""


class Route(APIRoute):
    """A route whose answer has an ETag, and that answers a repeated POST with the answer it gave before.

    What is created by a POST to its collection has its address in `Location`. A GET ignores nothing that is asked: not
    a parameter that it does not know, nor the form that is wanted.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint = super().get_route_handler()
        known = parameters_of(self.dependant)
        forms = self.responses.get(200, {}).get("content", {})
        creates = self.status_code == _CREATED and "{" not in self.path

        async def handle(request: Request) -> Response:
            response = await endpoint(request)
            if isinstance(response, StreamingResponse):
                return response
            resource = _RESOURCE.match(response.body)
            if resource:
                key, version = resource[1].decode(), resource[2].decode()
                response.headers["ETag"] = f'"{version}"'
                if creates:  # or will have created: some answer 202 first
                    response.headers.setdefault("Location", f"{self.path}/{key}")
            key = request.headers.get("idempotency-key")
            session: AsyncSession | None = getattr(request.state, "session", None)
            if key and request.method == "POST" and session:
                await _remember(session, key, request.state.asked, response)
            return response

        async def asked(request: Request) -> Response:
            refuse_unknown_parameters(request, known)
            is_brief = "view" in known and request.query_params.get("view") != "full"
            with brief() if is_brief else nullcontext():
                response = await handle(request)
            refuse_unaccepted(request, response, forms)
            return response

        return asked if "GET" in (self.methods or ()) else handle


async def _fingerprint(request: Request, subject: str) -> str:
    asked = f"{request.url.path}?{request.url.query}"
    said = f"{subject}\0{asked}\0".encode() + await request.body()
    # a form that is sent again has another boundary
    boundary = _BOUNDARY.search(request.headers.get("content-type", ""))
    return hashlib.sha256(said.replace(boundary[1].encode("latin-1"), b"") if boundary else said).hexdigest()


async def _remember(session: AsyncSession, key: str, asked: str, response: Response) -> None:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    # one goes for each that comes, and some more; another request may be at the same ones
    at = now()
    old = sa.select(IdempotencyKey.key).where(IdempotencyKey.created_at < at - _KEPT)
    some = old.limit(_SWEPT).with_for_update(skip_locked=True)
    swept = sa.delete(IdempotencyKey).where(IdempotencyKey.key.in_(some)).cte("swept")
    kept = {"request_hash": asked, "status": response.status_code, "headers": headers, "body": bytes(response.body)}
    await session.execute(insert(IdempotencyKey).values(key=key, created_at=at, **kept).add_cte(swept))


class _Replay(Exception):
    def __init__(self, kept: IdempotencyKey) -> None:
        self.answer = Response(kept.body, kept.status, {**kept.headers, "Idempotency-Replayed": "true"})


async def answer_once(
    session: Session, request: Request, principal: Annotated[Principal, Depends(current_principal)]
) -> None:
    """Make a POST with an `Idempotency-Key` happen once; every POST route of a service has this dependency.

    It comes before the route's own `may`, so that whoever lost the permission is refused here: what was answered once
    is not shown again to those who may not have it now.
    """
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
    # now, while nobody has read the body away
    fingerprint = await _fingerprint(request, principal.subject)
    request.state.asked = f"{fingerprint} {_SHOWS_MORE}" if principal.may(_SHOWS_MORE) else fingerprint
    kept = await session.scalar(sa.select(IdempotencyKey).where(IdempotencyKey.key == key))
    if kept is None:
        return
    for scope in SCOPES[door(request.method, request.scope["route"].path)]:
        principal.require(scope)
    same, _, shows_more = kept.request_hash.partition(" ")
    if same != fingerprint:
        raise problems.IdempotencyKeyReused(key=key)
    if shows_more:
        principal.require(shows_more)
    raise _Replay(kept)


def _if_match(
    if_match: Annotated[str | None, Header(alias="If-Match", description="ETag of the version you saw")] = None,
) -> int:
    if if_match is None:
        raise problems.PreconditionRequired
    match = re.fullmatch(r'(?:W/)?"(\d{1,9})"', if_match.strip())
    if match is None:
        error = problems.FieldError(
            "header if-match", "wrong_format", 'must be an ETag such as "3"', '必须是 ETag，如 "3"'
        )
        raise problems.Invalid([error])
    return int(match[1])


SeenVersion = Annotated[int, Depends(_if_match)]
"""The version in `If-Match`: needed by every PATCH, DELETE and action."""


def answer_service_problems(app: FastAPI) -> None:
    """Answer every refusal and failure of a service as a problem, and a repeated POST as before."""

    async def replayed(_request: Request, error: Exception) -> Response:
        answer: Response = error.answer  # type: ignore[attr-defined]
        return answer

    framework = (Problem, RequestValidationError, HTTPException)
    database = (IntegrityError, StaleDataError, DBAPIError, NoConnectionFree, OSError)
    answer_problems(app, *framework, *database, other=_of_database, told=Refusals().note)
    app.add_exception_handler(_Replay, replayed)


_NUL = {"22P05", "22021"}
"""PostgreSQL's refusals of a NUL character, in JSON and in text: what no schema looked at."""


def _of_database(error: Exception) -> Problem | None:
    match error:
        case IntegrityError():
            return _integrity(error)
        case StaleDataError():
            return problems.PreconditionFailed(current=0)
        case DBAPIError() if str(getattr(error.orig, "sqlstate", "")) in _NUL:
            return problems.Malformed(why="a text in it holds the character NUL")
        case _ if noted_outage(error):
            return problems.Unavailable(what="The database")
        case _:
            return None


def _integrity(error: IntegrityError) -> Problem:
    cause = error.orig.__cause__ if error.orig else None
    constraint = getattr(cause, "constraint_name", None) or "constraint"
    if getattr(cause, "sqlstate", "") == "23503":
        return problems.BrokenReference(constraint=constraint)
    table = getattr(cause, "table_name", None) or ""
    return problems.AlreadyExists(kind=table or "row", fields=", ".join(_fields_of(table, constraint)))


def _fields_of(table: str, constraint: str) -> list[str]:
    """The fields that must differ: under row-level security PostgreSQL names the constraint, not its key."""
    known = Base.metadata.tables.get(table)
    unique: list[Any] = [*known.constraints, *known.indexes] if known is not None else []
    named = next((one for one in unique if one.name == constraint), None)
    return [column.name for column in named.columns if column.name != "tenant_id"] if named else [constraint]


def located(response: Response, collection: str, key: UUID) -> None:
    """Say in `Location` where a resource is that was created elsewhere than at its collection."""
    response.headers["Location"] = f"/v1/{collection}/{key}"
