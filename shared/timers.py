"""Work to be done at a moment, kept in the database: it survives a restart and happens once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
import structlog
from prometheus_client import Counter
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.context import Context
from shared.db import TENANT, Base, Database, context_of, is_away, is_infrastructure
from shared.tasks import Beat, Work, ended

log = structlog.get_logger()

FAILED = Counter("presales_timer_failures_total", "times that due work failed and was put off", ["kind"])

_SWEEP_SECONDS = 0.5
_BEAT_SECONDS = 5.0
_BACKOFF_SECONDS = (1, 5, 15, 60, 300)


class Timer(Base):
    """Work that waits for its moment. One for each kind and subject."""

    __tablename__ = "timer"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    kind: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[UUID] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    """The moment that was asked for."""
    next_at: Mapped[datetime] = mapped_column(index=True)
    """When it is tried: the same, or later after a failure."""
    actor: Mapped[str]
    correlation_id: Mapped[UUID]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class Due:
    """Work whose moment has come. `at` is the moment that was asked for: the work takes it as the present."""

    kind: str
    subject: UUID
    at: datetime
    database: Database
    """For work that shows its progress in transactions of their own."""


Handler = Callable[[Due, AsyncSession], Awaitable[None]]


async def set_timer(session: AsyncSession, kind: str, subject: UUID, at: datetime) -> None:
    """Have the work `kind` done for `subject` at that moment; a timer that is set already moves to it."""
    context = context_of(session)
    values = {
        "due_at": at,
        "next_at": at,
        "actor": context.actor,
        "correlation_id": context.correlation_id,
        "attempts": 0,
        "error": None,
    }
    timer = insert(Timer).values(kind=kind, subject=subject, **values)
    await session.execute(timer.on_conflict_do_update(index_elements=["tenant_id", "kind", "subject"], set_=values))


async def set_timers(
    session: AsyncSession, kind: str, subjects: sa.Select[UUID], at: datetime, *, apart: timedelta
) -> None:
    """Have the work `kind` done for each of `subjects`, each `apart` from the one before, the first at that moment.

    One statement, however many they are. A timer that is set already stays.
    """
    context, found = context_of(session), subjects.distinct().subquery()
    moment = sa.literal(at) + apart * (sa.func.row_number().over() - 1)
    values = {
        "kind": sa.literal(kind),
        "subject": found.c[0],
        "due_at": moment,
        "next_at": moment,
        "actor": sa.literal(context.actor),
        "correlation_id": sa.literal(context.correlation_id),
        "attempts": sa.literal(0),
    }
    timers = insert(Timer).from_select(list(values), sa.select(*values.values()))
    await session.execute(timers.on_conflict_do_nothing())


async def clear_timer(session: AsyncSession, kind: str, subject: UUID) -> None:
    """Have the work `kind` not done for `subject`; nothing happens when no timer is set."""
    own = (Timer.tenant_id == context_of(session).tenant, Timer.kind == kind, Timer.subject == subject)
    await session.execute(sa.delete(Timer).where(*own))


class Timers:
    """The work of one service that is done at a moment, by kind."""

    def __init__(self) -> None:
        self._by_kind: dict[str, Handler] = {}

    def __call__(self, kind: str) -> Callable[[Handler], Handler]:
        """Register the decorated function: `async def f(due, session)`, in one transaction with the timer's end."""

        def register(function: Handler) -> Handler:
            self._by_kind[kind] = function
            FAILED.labels(kind)
            return function

        return register

    def running_on(self, database: Database) -> Work:
        """The background task that does what is due, for as long as the service lives."""

        async def run(beat: Beat) -> None:
            while True:
                beat()
                working = asyncio.create_task(self.run_due(database))
                try:
                    while not working.done():
                        await asyncio.wait({working}, timeout=_BEAT_SECONDS)
                        beat()
                    working.result()
                except Exception as error:
                    if not is_infrastructure(error):
                        raise
                    log.warning("timers.waiting_for_database", error=str(error)[:200])
                finally:
                    await ended(working)
                await asyncio.sleep(_SWEEP_SECONDS)

        return run

    async def run_due(self, database: Database, at: datetime | None = None) -> int:
        """Do all that is due at `at`, the oldest first; returns how much was done. What fails is tried again later.

        Without `at`: what is due now by the database's clock, whatever the clocks of its replicas say.
        """
        done = 0
        for timer in await self._due(database, at):
            context = Context(tenant=timer.tenant_id, actor=timer.actor, correlation_id=timer.correlation_id)
            try:
                done += await self._do(database, context, timer, at)
            except Exception as error:
                if _is_locked(error):
                    continue
                if is_away(error):
                    raise
                FAILED.labels(timer.kind).inc()
                log.exception("timer.failed", kind=timer.kind, subject=str(timer.subject), tenant=timer.tenant_id)
                await _put_off(database, context, timer, at, error)
        return done

    async def _due(self, database: Database, at: datetime | None) -> list[Timer]:
        is_due = (Timer.next_at <= _moment(at), Timer.kind.in_(self._by_kind))
        due = sa.select(Timer).where(*is_due).order_by(Timer.next_at)
        async with AsyncSession(database.machinery, expire_on_commit=False) as session:
            return list(await session.scalars(due.limit(100)))

    async def _do(self, database: Database, context: Context, timer: Timer, at: datetime | None) -> int:
        async with database.transaction(context) as session:
            # Who changes a subject locks it and then moves its timer; here it is the other way round. We give way,
            # and look again at the next sweep: waiting for each other would end with an error for the caller.
            await session.execute(sa.text("SET LOCAL lock_timeout = '500ms'"))
            own = (*_key(timer), Timer.next_at <= _moment(at))
            # Another replica may be at it: then it is skipped here.
            kept = await session.scalar(sa.select(Timer.due_at).where(*own).with_for_update(skip_locked=True))
            if kept is None:
                return 0
            await session.execute(sa.delete(Timer).where(*own))
            with structlog.contextvars.bound_contextvars(
                timer=timer.kind, tenant=timer.tenant_id, correlation_id=str(timer.correlation_id)
            ):
                await self._by_kind[timer.kind](Due(timer.kind, timer.subject, kept, database), session)
                await session.flush()
        return 1


async def _put_off(database: Database, context: Context, timer: Timer, at: datetime | None, error: Exception) -> None:
    wait = timedelta(seconds=_BACKOFF_SECONDS[min(timer.attempts, len(_BACKOFF_SECONDS) - 1)])
    error_text = f"{type(error).__name__}: {error}"[:500]
    change = {"attempts": timer.attempts + 1, "next_at": _moment(at) + wait, "error": error_text}
    async with database.transaction(context) as session:
        await session.execute(sa.update(Timer).where(*_key(timer)).values(**change))


def _moment(at: datetime | None) -> sa.ColumnElement[datetime]:
    return sa.literal(at) if at else sa.func.now()


def _is_locked(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == "55P03"


def _key(timer: Timer) -> tuple[sa.ColumnElement[bool], ...]:
    return (Timer.tenant_id == timer.tenant_id, Timer.kind == timer.kind, Timer.subject == timer.subject)
