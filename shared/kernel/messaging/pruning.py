"""What was said and heard long ago is let go, so that a service that works for years stays as large as its work.

An event may be delivered again for as long as an outbox or the stream has it, and must find its inbox row then. So a
row of the outbox goes once it is in the stream and older than the retention, from which on the reconciler does not
publish it again either; a row of the inbox outlives both (docs/decisions/0067).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
import structlog
from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from shared.kernel.context import Context
from shared.kernel.db import NOBODY
from shared.kernel.messaging.stream import STREAM_KEEPS
from shared.kernel.messaging.tables import Inbox, Outbox, ParkedEvent
from shared.kernel.tasks import Beat, regularly

log = structlog.get_logger()

PRUNED = Counter("presales_pruned_total", "rows that were older than their retention and went", ["table"])

Prunes = Callable[[AsyncConnection, str, Sequence[str]], Awaitable[int]]
"""Lets some old rows of a tenant go, in a transaction that sees its rows alone; returns how many, 0 when none is left.

It is told the tenant, and all tenants: what is shared is asked of each of them, `serving` it.
"""

_EVERY = 3600.0
_MOST_ROWS, _PAUSE_SECONDS = 500, 0.05
"""Of one statement, which is over in some milliseconds, and the pause for others until the next."""
_MOST_RESOURCES = 50
"""The same, where each leaves an entry in the audit trail."""
RETENTION = "retention"
"""Who let a resource go, in the audit trail."""
_MARGIN = timedelta(days=7)
"""How much longer than it must an inbox remembers: what is late, such as a relay that waited, is within it."""
_LOCK = 0x5052554E
_PLACE: sa.ColumnClause[Any] = sa.literal_column("ctid")
"""Where a row is: of one that is locked it does not change, and no index is needed to find it."""


def remembers(keep: timedelta) -> timedelta:
    """For how long an inbox keeps what it heard, where outboxes keep what they said for `keep`.

    An event may be published again on the last day in its outbox, and then be delivered on its last day in the stream.
    """
    return keep + STREAM_KEEPS + _MARGIN


class Pruner:
    """Lets old rows of one service go: at its start and every hour, one replica at a time, some rows at a time."""

    def __init__(
        self, machinery: AsyncEngine, keep: timedelta, own: Mapping[str, Prunes] = MappingProxyType({})
    ) -> None:
        """`keep` is how long an outbox keeps what is in the stream; `own` is what this service alone has, by table."""
        self._engine = machinery
        self._messages = {"outbox": _of_outbox(keep), "inbox": _of_inbox(remembers(keep))}
        self._own = own
        for table in (*self._messages, *own):
            PRUNED.labels(table)

    async def run(self, beat: Beat) -> None:
        """Prune until cancelled."""
        await regularly(lambda: self.prune(beat), _EVERY, beat)

    async def prune(self, beat: Beat | None = None) -> dict[str, int]:
        """Let go all that may go, or all that another replica leaves; returns how many rows, by table."""
        pruned = dict.fromkeys((*self._messages, *self._own), 0)
        for table, delete in self._messages.items():
            pruned[table] = await self._prune_all(table, beat, partial(_execute, delete))
        tenants = await self._tenants() if self._own else ()
        for table, own in self._own.items():
            for tenant in tenants:
                pruned[table] += await self._prune_all(table, beat, _of_tenant(own, tenant, tenants))
        if any(pruned.values()):
            log.info("pruned", **pruned)
        return pruned

    async def _prune_all(self, table: str, beat: Beat | None, some: Callable[[AsyncConnection], Awaitable[int]]) -> int:
        whole = 0
        while count := await self._prune_some(some):
            if beat:
                beat()
            PRUNED.labels(table).inc(count)
            whole += count
            await asyncio.sleep(_PAUSE_SECONDS)
        return whole

    async def _prune_some(self, some: Callable[[AsyncConnection], Awaitable[int]]) -> int:
        async with self._engine.begin() as connection:
            if not await connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_LOCK))):
                return 0
            return await some(connection)

    async def _tenants(self) -> Sequence[str]:
        async with self._engine.connect() as connection:
            return (await connection.scalars(_TENANTS)).all()


_TENANTS = sa.text(
    "SELECT tenant_id FROM audit_seal WHERE number = 1 UNION SELECT * FROM audited_tenants("
    "(SELECT coalesce(max(recorded_before), to_timestamp(0)) FROM audit_seal), 'infinity') ORDER BY 1"
)
"""All that ever changed a resource: each has a first seal soon, and until then an entry that is not sealed yet."""


def serving(tenant: str) -> sa.Executable:
    """Have the rest of a transaction of the machinery see the rows of that tenant alone."""
    return sa.select(sa.func.set_config("app.tenant", tenant, True))


async def delete_some(connection: AsyncConnection, tenant: str, some: sa.Select[Any]) -> int:
    """Delete the first of these resources of a tenant that nobody is at, each with its entry in the audit trail."""
    async with AsyncSession(connection, join_transaction_mode="create_savepoint") as session:
        session.info["context"] = Context(tenant=tenant, actor=RETENTION)
        rows = (await session.scalars(some.limit(_MOST_RESOURCES).with_for_update(skip_locked=True))).all()
        for row in rows:
            await session.delete(row)
        await session.commit()
    return len(rows)


def _of_tenant(own: Prunes, tenant: str, tenants: Sequence[str]) -> Callable[[AsyncConnection], Awaitable[int]]:
    async def prune(connection: AsyncConnection) -> int:
        await connection.execute(serving(tenant))
        return await own(connection, tenant, tenants)

    return prune


async def _execute(some: sa.Delete, connection: AsyncConnection) -> int:
    return (await connection.execute(some)).rowcount


def _of_outbox(keep: timedelta) -> sa.Delete:
    """The oldest that are in the stream. Only the first rows are looked at: ids are in the order of time.

    What was said of parked events stays: it is few, and what is parked now is counted by it (`measuring.py`).
    """
    goes = (Outbox.failed.is_(None), Outbox.aggregate_type != ParkedEvent.__tablename__)
    first = sa.select(Outbox.id).where(*goes).order_by(Outbox.id).limit(_MOST_ROWS)
    old = (
        Outbox.id.in_(first.scalar_subquery()),
        Outbox.published_at.is_not(None),
        Outbox.created_at < sa.func.now() - keep,
    )
    return _delete(Outbox, sa.select(_PLACE).select_from(Outbox).where(*old))


def _of_inbox(keep: timedelta) -> sa.Delete:
    """The oldest, but not the notes up to where durables have heard (`heard.py`)."""
    old = (Inbox.processed_at < sa.func.now() - keep, Inbox.tenant_id != NOBODY)
    rows = sa.select(_PLACE).select_from(Inbox).where(*old)
    return _delete(Inbox, rows.order_by(Inbox.processed_at).limit(_MOST_ROWS))


def _delete(table: type[Outbox | Inbox], rows: sa.Select[tuple[Any]]) -> sa.Delete:
    """Those rows, but none that somebody else is at: it is looked at again the next time."""
    free = sa.func.array(rows.with_for_update(skip_locked=True).scalar_subquery())
    return sa.delete(table).where(_PLACE == sa.func.any(free))  # noqa: SIM300 (ANY stands on the right)
