"""Who changed what, when, and from which request: written with every change of a resource, in its transaction."""

import hashlib
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, Session, mapped_column

from shared.context import Context, new_id
from shared.db import TENANT, Base, Resource, now


class AuditEntry(Base):
    """One change, never edited: a trigger refuses UPDATE and DELETE."""

    __tablename__ = "audit_entry"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    tenant_id: Mapped[str] = mapped_column(server_default=TENANT)
    at: Mapped[datetime] = mapped_column(default=now)
    actor: Mapped[str]
    action: Mapped[str]
    kind: Mapped[str]
    resource_id: Mapped[UUID]
    request_id: Mapped[str]
    trace_id: Mapped[str]
    causation_id: Mapped[UUID | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=sa.func.now(), index=True)
    """When its transaction began, by the database's clock: the order of the seals (`shared.seals`)."""

    __table_args__ = (sa.Index("ix_audit_entry_resource", "tenant_id", "resource_id", "id"),)


_UNTOLD = {"tenant_id", "version", "updated_at", "created_at", "created_by", "search"}


_MOST_BYTES = 4096
"""A larger value is recorded by its digest: the row itself, or the next entry, has it in full."""


def _told(value: object) -> object:
    if isinstance(value, bytes):
        return _digest(value)
    if not isinstance(value, str | dict | list | tuple | set | Decimal | UUID | datetime | date):
        return value.value if isinstance(value, Enum) else value
    text = orjson.dumps(value, default=_plain)
    return _digest(text) if len(text) > _MOST_BYTES else orjson.loads(text)


def _digest(value: bytes) -> dict[str, object]:
    return {"sha256": hashlib.sha256(value).hexdigest(), "size_bytes": len(value)}


def _plain(value: object) -> object:
    return list(value) if isinstance(value, set) else str(value)


def _changes(row: Resource, action: str) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    state = sa.inspect(row)
    for column in state.mapper.column_attrs:
        if column.key in _UNTOLD:
            continue
        history = state.attrs[column.key].history
        if action == "create":
            after[column.key] = _told(getattr(row, column.key))
        elif action == "delete":
            before[column.key] = _told(getattr(row, column.key))
        elif history.has_changes():
            before[column.key] = _told(history.deleted[0]) if history.deleted else None
            after[column.key] = _told(history.added[0]) if history.added else None
    return before or None, after or None


@event.listens_for(Session, "before_flush")
def _record(session: Session, _flush: object, _instances: object) -> None:
    context: Context | None = session.info.get("context")
    if context is None:
        return
    for action, rows in (("create", session.new), ("update", session.dirty), ("delete", session.deleted)):
        for row in [row for row in rows if isinstance(row, Resource)]:
            if action == "create":
                row.id = row.id or new_id()
                row.created_by = row.created_by or context.actor
            before, after = _changes(row, action)
            if before is None and after is None:
                continue
            session.add(
                AuditEntry(
                    actor=context.actor,
                    action=action,
                    kind=row.__tablename__,
                    resource_id=row.id,
                    request_id=context.request_id,
                    trace_id=context.trace_id,
                    causation_id=context.causation_id,
                    before=before,
                    after=after,
                )
            )
