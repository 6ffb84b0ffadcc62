"""Who changed what, when, and from which request: written with every change of a resource, in its transaction."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from shared.kernel.added import add_at_end
from shared.kernel.base import TENANT, AppendOnly, Base, Resource
from shared.kernel.clock import now
from shared.kernel.context import Context, new_id


class AuditEntry(AppendOnly, Base):
    """One change."""

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
    """When its transaction began, by the database's clock: the order of the seals (`shared.kernel.seals`)."""

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


def record(session: Session, *_flush: object) -> None:
    """Have an entry for each change that `session` has not written yet: before each flush, for one."""
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
            entry = {
                "id": new_id(),
                "at": now(),
                "actor": context.actor,
                "action": action,
                "kind": row.__tablename__,
                "resource_id": row.id,
                "request_id": context.request_id,
                "trace_id": context.trace_id,
                "causation_id": context.causation_id,
                "before": before,
                "after": after,
            }
            add_at_end(session, AuditEntry, [entry])


_IDS, _VERSIONS = sa.bindparam("ids", type_=ARRAY(sa.Uuid)), sa.bindparam("versions", type_=ARRAY(sa.Integer))


async def set_on_all(session: AsyncSession, rows: Sequence[Resource], **values: Any) -> None:
    """Set `values` on all of `rows`, which are of one table, in one statement: new version, moment, entry here each.

    A flush sends every row that has a version alone, as the driver does not tell how many rows each part of a batch
    found: a thousand rows would be a thousand journeys to the database.
    Rows that have these values stay as they are. Raises `StaleDataError` when somebody else changed one of them since
    it was read.
    """
    await session.flush()
    changed = [row for row in rows if any(getattr(row, name) != value for name, value in values.items())]
    if not changed:
        return
    with session.no_autoflush:
        for row in changed:
            for name, value in values.items():
                setattr(row, name, value)
        record(session.sync_session)
        at = now()
        told = {"ids": [row.id for row in changed], "versions": [row.version for row in changed]}
        found = await session.execute(_statement(type(changed[0]), {**values, "updated_at": at}), told)
        versions: dict[UUID, int] = {row.id: row.version for row in found}
        if len(versions) != len(changed):
            raise StaleDataError(f"{len(changed) - len(versions)} of {len(changed)} rows were changed by somebody else")
        for row in changed:
            for name, value in (values | {"updated_at": at, "version": versions[row.id]}).items():
                set_committed_value(row, name, value)


def _statement(model: type[Resource], moved: dict[str, Any]) -> sa.Executable:
    known = sa.func.unnest(_IDS, _VERSIONS).table_valued("id", "version", name="known").render_derived()
    table = sa.inspect(model).local_table
    if not isinstance(table, sa.Table):
        raise TypeError(f"{model.__name__} has no table")
    return (
        sa.update(table)
        .where(table.c.id == known.c.id, table.c.version == known.c.version)
        .values(version=table.c.version + 1, **moved)
        .returning(table.c.id, table.c.version)
    )
