"""What was refused: an action on a resource that somebody may not do, or that a rule stands against, is audited too."""

import re
from collections import Counter
from time import time
from uuid import UUID

import sqlalchemy as sa
import structlog
from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError

from shared.kernel.audit import AuditEntry
from shared.kernel.auth import CALLER
from shared.kernel.context import Context
from shared.kernel.db import Database
from shared.kernel.problems import Problem

log = structlog.get_logger()

_REFUSALS = {403, 409, 412}
_ACTION = re.compile(r"/v1/([a-z-]+)/\{(\w+)\}/([a-z-]+)")
"""The path of a route that does something to a resource: `/v1/proposals/{proposal_id}/approve`."""
_MOST_OF_CALLER, _MOST_OF_TENANT = 20, 200
"""Entries a minute, of each process. Whoever is refused more often is trying something, and fills no table."""


class Refusals:
    """Notes refusals, so many a minute; the last one that is noted says that there may be more."""

    def __init__(self) -> None:
        self._minute = 0
        self._counts: Counter[tuple[str, str]] = Counter()

    async def note(self, request: Request, problem: Problem) -> None:
        """Record the refusal in a transaction of its own: that of the request is undone."""
        path = _ACTION.fullmatch(getattr(request.scope.get("route"), "path", ""))
        caller = CALLER.get()
        if not path or not caller or request.method != "POST" or problem.status not in _REFUSALS:
            return
        left = self._left(caller.tenant, caller.subject)
        if left < 0:
            return
        try:
            key = UUID(request.path_params[path[2]])
        except ValueError:
            return
        told = {"action": path[3], "status": problem.status, "code": problem.code, "detail": problem.detail("en")}
        context = Context(
            tenant=caller.tenant,
            actor=caller.subject,
            traceparent=request.state.traceparent,
            request_id=request.state.request_id,
        )
        database: Database = request.app.state.database
        known = sa.select(AuditEntry.kind).where(AuditEntry.resource_id == key).limit(1)
        try:
            async with database.transaction(context) as session:
                session.add(
                    AuditEntry(
                        actor=caller.subject,
                        action="refuse",
                        kind=await session.scalar(known) or path[1],
                        resource_id=key,
                        request_id=context.request_id,
                        trace_id=context.trace_id,
                        after=told if left else {**told, "more_are_not_noted": True},
                    )
                )
        except (SQLAlchemyError, OSError) as error:
            log.warning("refusal.not_noted", error=str(error)[:200], **told)

    def _left(self, tenant: str, subject: str) -> int:
        """How many more may be noted in this minute after this one; below 0 when this one is too many."""
        minute = int(time() // 60)
        if minute != self._minute:
            self._minute = minute
            self._counts.clear()
        own, all_ = (tenant, subject), (tenant, "")
        if self._counts[own] >= _MOST_OF_CALLER or self._counts[all_] >= _MOST_OF_TENANT:
            return -1
        self._counts[own] += 1
        self._counts[all_] += 1
        return min(_MOST_OF_CALLER - self._counts[own], _MOST_OF_TENANT - self._counts[all_])
