"""Work to be done at a moment, kept in the database: it survives a restart and happens once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import sqlalchemy as sa
import structlog
from prometheus_client import Counter
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.kernel.base import TENANT, Base
from shared.kernel.clock import now
from shared.kernel.context import Context
from shared.kernel.db import Database, context_of
from shared.kernel.outages import is_away, is_infrastructure, note_outage, noted_outage
from shared.kernel.tasks import Beat, Work, cut_off, ended
from shared.kernel.tracing import span

log = structlog.get_logger()

FAILED = Counter("presales_timer_failures_total", "times that due work failed and was put off", ["kind"])

_SWEEP_SECONDS = 3.0
"""Until the next look where nothing is known to be due: another process may have set a timer, and died since."""
_AGAIN_SECONDS = 0.5
"""The same where a look had to give way, or has failed."""
_LEAST_SECONDS = 0.01
_MOST_DUE = 100
_BEAT_SECONDS = 5.0
_BACKOFF_SECONDS = (1, 5, 15, 60, 300)
_LEASE = timedelta(seconds=15)
"""How long nobody else takes up slow work; whoever does it asks for more in time."""


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
    attempts: int
    """How often it was tried before."""


Ending = Callable[[AsyncSession], Awaitable[Exception | None]]
"""What is kept of slow work, in the transaction that ends its timer, or what it is tried again for."""
Slow = Callable[[], Awaitable[Ending | None]]
"""What is left to be done once the transaction is over, and returns its ending if it has one. It may be done twice:
whoever did it may have died, or been away, before it was noted."""
Handler = Callable[[AsyncSession, Due], Awaitable[Slow | None]]


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
    _note_set(session, at)


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
    _note_set(session, at)


def _note_set(session: AsyncSession, at: datetime) -> None:
    session.info["first_timer"] = min(at, session.info.get("first_timer", at))


async def clear_timer(session: AsyncSession, kind: str, subject: UUID) -> None:
    """Have the work `kind` not done for `subject`; nothing happens when no timer is set."""
    own = (Timer.tenant_id == context_of(session).tenant, Timer.kind == kind, Timer.subject == subject)
    await session.execute(sa.delete(Timer).where(*own))


class Timers:
    """The work of one service that is done at a moment, by kind; of slow work, at most so many at once."""

    def __init__(self, *, slow_at_once: int = 1) -> None:
        self._by_kind: dict[str, Handler] = {}
        self._slow: set[str] = set()
        self._slow_at_once = slow_at_once

    def __call__(self, kind: str, *, is_slow: bool = False) -> Callable[[Handler], Handler]:
        """Register a command, `timers(kind)(command)`, or the function below it as a decorator.

        Either is `async def f(session, due)`, called in one transaction with the timer's end.

        One that `is_slow` returns what is left to be done after that transaction, or None for nothing. Nobody waits
        for it, it holds no lock meanwhile, and when its process dies another takes it up when the lease has ended.
        """

        def register(function: Handler) -> Handler:
            self._by_kind[kind] = function
            FAILED.labels(kind)
            if is_slow:
                self._slow.add(kind)
            return function

        return register

    def running_on(self, database: Database) -> Work:
        """The background task that does what is due, for as long as the service lives."""

        async def run(beat: Beat) -> None:
            slow: set[asyncio.Task[int]] = set()
            woken = asyncio.Event()
            database.on_timer = partial(_wake_at, asyncio.get_running_loop(), woken)
            try:
                while True:
                    beat()
                    woken.clear()
                    pause = _AGAIN_SECONDS
                    working = asyncio.create_task(self._sweep(database, None, slow))
                    try:
                        while not working.done():
                            await asyncio.wait({working}, timeout=_BEAT_SECONDS)
                            beat()
                        _, pause = working.result()
                    except Exception as error:
                        if not noted_outage(error):
                            raise
                    finally:
                        await ended(working)
                    await _pause(woken, slow, pause)
            finally:
                for task in slow:
                    task.cancel()  # its lease ends, and another replica takes it up
                await asyncio.gather(*map(ended, slow))

        return run

    async def run_due(self, database: Database, at: datetime | None = None) -> int:
        """Do all that is due at `at`, the oldest first; returns how much was done. What fails is tried again later.

        Without `at`: what is due now by the database's clock, whatever the clocks of its replicas say.
        """
        done, slow = 0, set[asyncio.Task[int]]()
        while True:
            now_done, _ = await self._sweep(database, at, slow)
            done += now_done
            if not slow:
                return done
            done += sum(await asyncio.gather(*slow))
            slow.clear()

    async def _sweep(self, database: Database, at: datetime | None, slow: set[asyncio.Task[int]]) -> tuple[int, float]:
        """Do what is due, or put it among `slow`, where it is slow, while there is room.

        Returns how much was done, and after how many seconds to look again.
        """
        done = 0
        timers, pause = await self._due(database, at, is_full=len(slow) >= self._slow_at_once)
        for timer in timers:
            if timer.kind in self._slow and len(slow) >= self._slow_at_once:
                continue
            context = Context(tenant=timer.tenant_id, actor=timer.actor, correlation_id=timer.correlation_id)
            try:
                found = await self._do(database, context, timer, at)
            except Exception as error:
                if _is_locked(error):
                    pause = min(pause, _AGAIN_SECONDS)
                    continue
                if is_away(error):
                    raise
                _note_failure(timer, error)
                await _put_off(database, context, timer, _moment(at), error)
                continue
            if isinstance(found, int):
                done += found
            else:
                slow.add(asyncio.create_task(_finish(database, context, timer, at, found)))
        return done, pause

    async def _due(self, database: Database, at: datetime | None, *, is_full: bool) -> tuple[list[Timer], float]:
        """What is due, the oldest first, and after how many seconds there may be more."""
        kinds = self._by_kind.keys() - self._slow if is_full else self._by_kind.keys()
        # Told by the database's clock, which decides what is due: by ours we might come too early again and again.
        seconds = sa.extract("epoch", Timer.next_at - _moment(at))
        soon = sa.select(Timer, seconds).where(
            Timer.next_at <= _moment(at) + timedelta(seconds=_SWEEP_SECONDS), Timer.kind.in_(kinds)
        )
        async with AsyncSession(database.machinery, expire_on_commit=False) as session:
            found = (await session.execute(soon.order_by(Timer.next_at).limit(_MOST_DUE))).all()
        due = [timer for timer, wait in found if wait <= 0]
        if len(due) == _MOST_DUE:
            return due, 0
        return due, next((float(wait) for _, wait in found[len(due) :]), _SWEEP_SECONDS)

    async def _do(self, database: Database, context: Context, timer: Timer, at: datetime | None) -> int | Slow:
        """Whether it was done, or what is left of it."""
        async with database.transaction(context) as session:
            kept: datetime | None = await session.scalar(_taken(timer, at))
            if kept is None:
                return 0
            with structlog.contextvars.bound_contextvars(
                timer=timer.kind, tenant=timer.tenant_id, correlation_id=str(timer.correlation_id)
            ):
                due = Due(timer.kind, timer.subject, kept, database, timer.attempts)
                with span(timer.kind, "INTERNAL", context.traceparent, None):
                    slow = await self._by_kind[timer.kind](session, due)
                    await session.flush()
            if slow is None:
                return 1
            # A process that dies of it has tried it too.
            values = {name: getattr(timer, name) for name in ("kind", "subject", "actor", "correlation_id", "error")}
            values |= {"due_at": kept, "next_at": _latest(at) + _LEASE, "attempts": timer.attempts + 1}
            await session.execute(insert(Timer).values(**values))
        timer.due_at = kept
        return slow


def _wake_at(loop: asyncio.AbstractEventLoop, woken: asyncio.Event, at: datetime) -> None:
    """A timer was set: look at its moment, where no sweep comes before."""
    seconds = (at - now()).total_seconds()
    if seconds < _SWEEP_SECONDS:
        loop.call_later(max(seconds, 0), woken.set)


async def _pause(woken: asyncio.Event, slow: set[asyncio.Task[int]], seconds: float) -> None:
    """Until the next sweep: at once when a timer was set or room became free for slow work."""
    waking = asyncio.create_task(woken.wait())
    try:
        over, _ = await asyncio.wait(
            {waking, *slow}, timeout=max(seconds, _LEAST_SECONDS), return_when=asyncio.FIRST_COMPLETED
        )
        slow -= over
    finally:
        await cut_off(waking)


async def _finish(database: Database, context: Context, timer: Timer, at: datetime | None, slow: Slow) -> int:
    """Do slow work while its lease is renewed, and end its timer; how much was done. Raises nothing."""
    ours = (*_key(timer), Timer.due_at == timer.due_at)  # not when it was set anew meanwhile
    working = asyncio.ensure_future(slow())
    with structlog.contextvars.bound_contextvars(
        timer=timer.kind, tenant=timer.tenant_id, correlation_id=str(timer.correlation_id)
    ):
        try:
            while not working.done():
                await asyncio.wait({working}, timeout=_LEASE.total_seconds() / 3)
                if not working.done():
                    lease = {"next_at": _latest(at) + _LEASE}
                    await _renew(database, context, sa.update(Timer).where(*ours).values(lease))
            ending = working.result()
            async with database.transaction(context) as session:
                again = await ending(session) if ending else None
                if again is None:
                    await session.execute(sa.delete(Timer).where(*ours))
            if again:
                raise again
        except Exception as error:  # noqa: BLE001 (logged, and tried again)
            _note_failure(timer, error)
            with suppress(Exception):  # the database is away: the lease ends by itself
                await _put_off(database, context, timer, _latest(at), error)
            return 0
        finally:
            await ended(working)
    return 1


async def _renew(database: Database, context: Context, lease: sa.Update) -> None:
    try:
        await _change(database, context, lease)
    except Exception as error:  # the work goes on; somebody else may do it too
        if not is_infrastructure(error):
            raise


async def _change(database: Database, context: Context, statement: sa.Executable) -> None:
    async with database.transaction(context) as session:
        await session.execute(statement)


def _note_failure(timer: Timer, error: Exception) -> None:
    FAILED.labels(timer.kind).inc()
    if is_away(error):
        note_outage(error)
        return
    log.exception("timer.failed", kind=timer.kind, subject=str(timer.subject), tenant=timer.tenant_id)


async def _put_off(
    database: Database, context: Context, timer: Timer, moment: sa.ColumnElement[datetime], error: Exception
) -> None:
    wait = timedelta(seconds=_BACKOFF_SECONDS[min(timer.attempts, len(_BACKOFF_SECONDS) - 1)])
    error_text = f"{type(error).__name__}: {error}"[:500]
    change = {"attempts": timer.attempts + 1, "next_at": moment + wait, "error": error_text}
    ours = (*_key(timer), Timer.due_at == timer.due_at)
    await _change(database, context, sa.update(Timer).where(*ours).values(**change))
    database.on_timer(now() + wait)


def _taken(timer: Timer, at: datetime | None) -> sa.Executable:
    """Take a timer away, whose moment is returned, unless another replica is at it or it was moved.

    Who changes a subject locks it and then moves its timer; here it is the other way round. So we wait half a second
    for a lock from here on, give way, and look again: waiting for each other would end with an error for the caller.
    """
    free = sa.select(Timer.subject).where(*_key(timer), Timer.next_at <= _moment(at)).with_for_update(skip_locked=True)
    patience = sa.func.set_config("lock_timeout", "500ms", True)
    taken = sa.delete(Timer).where(*_key(timer), Timer.subject.in_(free)).returning(Timer.due_at, patience)
    return taken.execution_options(synchronize_session=False)


def _moment(at: datetime | None) -> sa.ColumnElement[datetime]:
    return sa.literal(at) if at else sa.func.now()


def _latest(at: datetime | None) -> sa.ColumnElement[datetime]:
    """The same, or the present where slow work took until after it."""
    return sa.func.greatest(_moment(at), sa.func.now())


def _is_locked(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == "55P03"


def _key(timer: Timer) -> tuple[sa.ColumnElement[bool], ...]:
    return (Timer.tenant_id == timer.tenant_id, Timer.kind == timer.kind, Timer.subject == timer.subject)
