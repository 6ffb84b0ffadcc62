"""The database of a service: one transaction per request or event, and the tenant that it is for."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Annotated, Any, TypeVar, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import sqlalchemy as sa
from fastapi import Depends, Request
from prometheus_client import Gauge
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session as UnitOfWork
from sqlalchemy.orm import object_session

from shared.kernel.added import write_added
from shared.kernel.audit import record
from shared.kernel.auth import Principal, current_principal
from shared.kernel.base import DEFAULT_TIME_ZONE, Base, Resource
from shared.kernel.clock import note_moment
from shared.kernel.context import Context
from shared.kernel.outages import READ_ONLY, state_of
from shared.kernel.problems import NotFound, PreconditionFailed
from shared.kernel.settings import ServiceSettings

# The row is asked for by what `set_config` returns, so that it is looked for once the tenant is set.
_SERVE = """
WITH served AS MATERIALIZED (SELECT set_config('app.tenant', $1, true) AS tenant){also}
SELECT (SELECT time_zone FROM tenant_calendar WHERE tenant_id = served.tenant) AS time_zone,
       clock_timestamp() AS moment{found}
FROM served
"""
_SERVE_ONLY = _SERVE.format(also="", found="")
NOBODY = "*"
"""No tenant has this name."""
EVERY_TENANT = {"app.tenant": NOBODY}
"""The setting of connections that see the outbox, the inbox and the timers of all tenants (docs/decisions/0046)."""

_VANISHED = {"tcp_keepalives_idle": "10s", "tcp_keepalives_interval": "5s", "tcp_keepalives_count": "3"}
"""Of every session: one whose machine has vanished ends within half a minute, and its locks with it."""

REQUESTS = {
    "statement_timeout": "30s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "60s",
    "tcp_user_timeout": "30s",
}
"""How long PostgreSQL bears with a session of a request or an event: some compute while their transaction is open.

Who waits for a lock is told to come back, soon enough for the others to get a connection.
"""

MACHINERY = {
    "statement_timeout": "4s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "4s",
    "tcp_user_timeout": "4s",
}
"""The same for relay and reconciler, whose locks every replica waits for, and for what is done apart: a frozen process
loses them in seconds.

Longer than one publication may take, which is waited for within a transaction.
"""

_POOL_WAITING = Gauge("presales_pool_waiting", "requests and events that wait for a connection to the database")

sa.event.listen(UnitOfWork, "before_flush", record)

B = TypeVar("B", bound=Base)
R = TypeVar("R", bound=Resource)
S = TypeVar("S", bound=ServiceSettings)


class Database:
    """One service's database.

    `on_commit` is called after each transaction that published events, `on_timer` after each that set timers, with the
    earliest moment that it set one to.
    """

    def __init__(self, url: str, *, name: str, pool_size: int = 8, settings: ServiceSettings | None = None) -> None:
        self.engine = _engine(url, pool_size, application_name=name, **REQUESTS)
        self.machinery = _engine(url, 2, application_name=f"{name}-relay", **MACHINERY, **EVERY_TENANT)
        """For what moves the events and starts the timers of all tenants, and for nothing that a caller asks."""
        self._beside = _engine(url, 1, application_name=f"{name}-apart", **MACHINERY)
        self.anew = _engine(url, 0, application_name=f"{name}-health", **MACHINERY)
        """For asking how the server is: by a session of its own each time, as one that was kept may be of another."""
        info = {"settings": settings, "database": self}
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, info=info)
        self.on_commit: Callable[[], None] = lambda: None
        self.on_timer: Callable[[datetime], None] = lambda _moment: None

    @asynccontextmanager
    async def transaction(self, context: Context) -> AsyncIterator[AsyncSession]:
        """A transaction that sees and writes only `context.tenant`'s rows; commits at the end or rolls back."""
        async with self.unserved() as session:
            await serve(session, context)
            yield session

    @asynccontextmanager
    async def unserved(self) -> AsyncIterator[AsyncSession]:
        """The same for nobody yet: until it is said whom it is for (`serve`), it sees nothing."""
        async with self._sessions() as session:
            async with session.begin():
                yield session
            if session.info.get("has_published"):
                self.on_commit()
            if first := session.info.get("first_timer"):
                self.on_timer(first)

    @asynccontextmanager
    async def apart(self, context: Context) -> AsyncIterator[AsyncSession]:
        """A transaction beside the one under way, for a moment: what it changes stays, whatever becomes of the other.

        It has connections of its own: whoever holds one of the others would wait for those who hold the rest.
        """
        async with AsyncSession(self._beside, expire_on_commit=False) as session, session.begin():
            await serve(session, context)
            yield session

    def connections_in_use(self) -> dict[str, int]:
        """By pool: so many connections are at work."""
        pools = {"requests": self.engine, "machinery": self.machinery, "apart": self._beside}
        return {name: cast(sa.QueuePool, engine.pool).checkedout() for name, engine in pools.items()}

    async def close(self) -> None:
        await self.engine.dispose()
        await self.machinery.dispose()
        await self._beside.dispose()


def _engine(url: str, pool_size: int, **server_settings: str) -> AsyncEngine:
    engine = create_async_engine(
        url,
        **({"pool_size": pool_size, "max_overflow": 4, "pool_timeout": 5} if pool_size else {"poolclass": sa.NullPool}),
        json_serializer=lambda value: orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode(),
        json_deserializer=orjson.loads,
        connect_args={
            "server_settings": {"jit": "off", **_VANISHED, **server_settings},
            "timeout": 5,
        },
    )
    sa.event.listen(engine.sync_engine, "handle_error", _let_go)
    return engine


def _let_go(failed: sa.engine.ExceptionContext) -> None:
    """Connect anew after a session that may only read: after a switch to another server the old ones stay that way."""
    error = failed.sqlalchemy_exception
    failed.is_disconnect = failed.is_disconnect or (isinstance(error, DBAPIError) and state_of(error) == READ_ONLY)


async def serve(session: AsyncSession, context: Context) -> None:
    """Let `session` work for `context` from here on: row-level security then hides every other tenant."""
    if await _turn_to(session, context):
        await _say_tenant(session, context, _SERVE_ONLY)


async def serve_adding(session: AsyncSession, context: Context, rows: str, *values: Any) -> set[Any]:
    """As `serve`, and add rows in the same statement; returns the values of the one column `added` of what was added.

    `rows` is an INSERT … SELECT … FROM served … RETURNING … AS added with `values` from $2 on. Its rows have the tenant
    that `served.tenant` says: so PostgreSQL cannot make one, and hold it against row-level security, before it is set.
    """
    await _turn_to(session, context)
    also = _SERVE.format(also=f", adding AS ({rows})", found=", ARRAY(SELECT added FROM adding) AS added")
    return set((await _say_tenant(session, context, also, *values)).added)


async def _turn_to(session: AsyncSession, context: Context) -> bool:
    """Finish what was for another tenant; whether the database is to be told of this one."""
    if context.tenant == NOBODY:
        raise ValueError("no session works for every tenant")
    await session.flush()
    before: Context | None = session.info.get("context")
    is_other = before is None or before.tenant != context.tenant
    if before and is_other:
        await session.run_sync(write_added)
    session.info["context"] = context
    return is_other


async def _say_tenant(session: AsyncSession, context: Context, statement: str, *values: Any) -> Any:
    # Said by the driver's own words: it comes before everything else, and building a statement takes its time.
    with _POOL_WAITING.track_inprogress():
        connection = await session.connection()
    found = (await connection.exec_driver_sql(statement, (context.tenant, *values))).one()
    note_moment(found.moment)
    session.info["zone"] = ZoneInfo(found.time_zone or DEFAULT_TIME_ZONE)
    return found


@asynccontextmanager
async def taken_back(session: AsyncSession) -> AsyncIterator[None]:
    """What is done within is undone at its end, events too: for looking at what would be."""
    attempt = await session.begin_nested()
    try:
        yield
    finally:
        await attempt.rollback()


def apart(session: AsyncSession) -> AbstractAsyncContextManager[AsyncSession]:
    """A transaction beside that of `session`, for a moment: see `Database.apart`."""
    database: Database = session.info["database"]
    return database.apart(context_of(session))


def context_of(session: AsyncSession) -> Context:
    """What `session` works for."""
    context: Context = session.info["context"]
    return context


def viewer_of(row: Resource) -> str | None:
    """Who is shown `row`: whom its session works for. None for a row without a session."""
    session = object_session(row)
    return session.info["context"].actor if session else None


def settings_of(session: AsyncSession, kind: type[S]) -> S:
    """The settings, of class `kind`, of the service that `session` belongs to: how a handler gets at them."""
    settings = session.info["settings"]
    if not isinstance(settings, kind):
        raise TypeError(f"the settings of this service are {type(settings).__name__}, not {kind.__name__}")
    return settings


async def _request_session(
    request: Request, principal: Annotated[Principal, Depends(current_principal)]
) -> AsyncIterator[AsyncSession]:
    context = Context(
        tenant=principal.tenant,
        actor=principal.subject,
        traceparent=request.state.traceparent,
        request_id=request.state.request_id,
    )
    database: Database = request.app.state.database
    async with database.transaction(context) as session:
        request.state.session = session
        yield session


# scope="function": the commit happens before the answer is sent. With FastAPI's default the answer goes first, and a
# client would be told 200 for a commit that then fails.
Session = Annotated[AsyncSession, Depends(_request_session, scope="function")]


async def load(session: AsyncSession, model: type[R], key: UUID, *, version: int | None = None) -> R:
    """The resource with this id, locked for change. Raises `NotFound`, or `PreconditionFailed` for another version."""
    row = await session.get(model, key, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(kind=model.__tablename__, id=key)
    if version is not None and row.version != version:
        raise PreconditionFailed(current=row.version)
    return row


async def locked_or_made(session: AsyncSession, kept: sa.Select[B], new: Insert) -> B:
    """The one row that `kept` selects, locked for change; the first time it is made by `new`.

    It is there nearly always, and then this is one statement.
    """
    locked = kept.with_for_update().execution_options(populate_existing=True)
    row = await session.scalar(locked)
    if row is None:
        made = new.on_conflict_do_nothing().returning(kept.column_descriptions[0]["entity"])
        row = await session.scalar(made) or (await session.scalars(locked)).one()
    return row


async def one_at_a_time(session: AsyncSession, *what: object) -> None:
    """Wait until nobody else of the tenant is at `what`, and keep others from it until the transaction ends."""
    name = sa.func.current_setting("app.tenant").concat("".join(f"/{one}" for one in what))
    await session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(name, 0))))


async def find(session: AsyncSession, model: type[R], key: UUID) -> R:
    """The resource with this id, to read. Raises `NotFound`."""
    row = await session.get(model, key)
    if row is None:
        raise NotFound(kind=model.__tablename__, id=key)
    return row
