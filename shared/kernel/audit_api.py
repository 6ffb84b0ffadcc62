"""Reading the audit entries of a service: `/v1/audit-entries`."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from shared.kernel import cursor as cursors
from shared.kernel.asked import Several, not_allowed
from shared.kernel.audit import AuditEntry
from shared.kernel.auth import Principal, may
from shared.kernel.base import Base, Resource
from shared.kernel.db import Session
from shared.kernel.http import Route
from shared.kernel.pages import Page

router = APIRouter(prefix="/v1/audit-entries", tags=["operations"], route_class=Route)


class AuditEntryOut(BaseModel):
    """One change: who, what, when, from which request."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    at: datetime
    actor: str
    action: str
    kind: str
    resource_id: UUID
    request_id: str
    trace_id: str
    causation_id: UUID | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class AuditQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    resource_id: UUID | None = None
    actor: str | None = None
    kind: Several[str] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str | None, Field(max_length=400)] = None


def _kinds() -> list[str]:
    """What this service records changes of: its resources, by the names of their tables."""
    return sorted(one.class_.__tablename__ for one in Base.registry.mappers if issubclass(one.class_, Resource))


@router.get("", operation_id="listAuditEntries")
async def list_audit_entries(
    query: Annotated[AuditQuery, Query()], session: Session, _caller: Annotated[Principal, may("audit-entries:read")]
) -> Page[AuditEntryOut]:
    """Changes, newest first. Ids are in order of time, so the lists of several services merge by id."""
    if query.kind and set(query.kind) - set(kinds := _kinds()):
        raise not_allowed("?kind", kinds)
    statement = sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(query.limit + 1)
    for name in ("resource_id", "actor", "kind"):
        wanted = getattr(query, name)
        if wanted is not None:
            column = getattr(AuditEntry, name)
            statement = statement.where(column.in_(wanted) if isinstance(wanted, list) else column == wanted)
    if query.cursor:
        [last] = cursors.decode(query.cursor, 1)
        try:
            statement = statement.where(AuditEntry.id < UUID(str(last)))
        except ValueError:
            raise cursors.wrong() from None
    rows = (await session.scalars(statement)).all()
    items = [AuditEntryOut.model_validate(row) for row in rows[: query.limit]]
    more = len(rows) > query.limit
    return Page(items=items, next_cursor=cursors.encode([str(items[-1].id)]) if more else None)
