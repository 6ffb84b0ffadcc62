"""Background work of a service: each task is restarted when it dies and shows by heartbeats that it lives."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from time import monotonic
from typing import Any, Protocol, TypeVar

import structlog
from prometheus_client import Counter

from shared.kernel.outages import noted_outage

log = structlog.get_logger()

RESTARTS = Counter("presales_task_restarts_total", "background tasks that died and were started again", ["task"])
SILENCE = 30.0
"""Seconds without a heartbeat after which a task counts as dead: longer than any single event takes."""

T = TypeVar("T")
_AGAIN_SECONDS = 1.0
_BEAT_SECONDS = 5.0
_END_SECONDS = 2.0
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_IS_WELL_AFTER = 60.0
"""Seconds after which a task that was started again counts as mended: the next pause is a short one."""


class Beat(Protocol):
    """A sign of life, with what keeps the task waiting at the moment, if anything does."""

    def __call__(self, trouble: str = "") -> None: ...


Work = Callable[[Beat], Awaitable[None]]
"""A task: `async def run(beat)`, which calls `beat()` each time round."""


async def ended(working: asyncio.Task[T]) -> None:
    """Let a task end by itself for a while, then cut it off: cut off while it connects, it left a connection behind.

    Whoever is cancelled meanwhile cuts it off at once: nobody would end it later.
    """
    if not working.done():
        try:
            await asyncio.wait({working}, timeout=_END_SECONDS)
        finally:
            await cut_off(working)


async def cut_off(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks until they have ended: `wait_for` of Python 3.11 may take one for its time running out."""
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=_AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)


async def whole(step: Coroutine[Any, Any, T]) -> T:
    """Await a short step that a cancellation does not cut in two: it takes effect at the step's end."""
    working = asyncio.create_task(step)
    try:
        return await asyncio.shield(working)
    finally:
        await ended(working)


async def regularly(work: Callable[[], Awaitable[object]], every: float, beat: Beat) -> None:
    """Do it at once and then every so many seconds, until cancelled; again soon where the database was away."""
    waited = every
    while True:
        beat()
        if waited >= every:
            try:
                await work()
                waited = 0.0
            except Exception as error:
                if not noted_outage(error):
                    raise
        await asyncio.sleep(_BEAT_SECONDS)
        waited += _BEAT_SECONDS


class Tasks:
    """Runs named tasks for as long as the service lives."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[None]] = {}
        self._beats: dict[str, float] = {}
        self._troubles: dict[str, str] = {}
        self._deaths: dict[str, str] = {}
        """Of tasks that died and did not show a sign of life since: what of."""

    def start(self, name: str, work: Work) -> None:
        self._beats[name] = monotonic()
        RESTARTS.labels(name)
        self._running[name] = asyncio.create_task(self._supervise(name, work), name=name)

    async def _supervise(self, name: str, work: Work) -> None:
        def beat(trouble: str = "") -> None:
            self._beats[name], self._troubles[name] = monotonic(), trouble
            self._deaths.pop(name, None)

        pause = _FIRST_PAUSE
        while True:
            began = monotonic()
            try:
                await work(beat)
            except Exception as error:
                RESTARTS.labels(name).inc()
                pause = _FIRST_PAUSE if monotonic() - began > _IS_WELL_AFTER else pause
                self._deaths[name] = (f"died: {type(error).__name__}: {error}")[:300]
                log.exception("task.died", task=name, again_in_seconds=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                return

    def dead(self) -> list[str]:
        """The tasks that ended, died, or gave no heartbeat for too long, each with its reason."""
        return [f"{name} {why}" for name in self._running if (why := self._why_dead(name))]

    def _why_dead(self, name: str) -> str | None:
        if name in self._deaths:
            return self._deaths[name]
        if self._running[name].done():
            return "ended"
        silence = monotonic() - self._beats[name]
        return f"gave no sign of life for {silence:.0f} s" if silence > SILENCE else None

    def troubles(self) -> list[str]:
        """The tasks that live and cannot do their work at the moment, each with what keeps it."""
        return [f"{name}: {trouble}" for name, trouble in self._troubles.items() if trouble]

    async def finish(self, names: list[str], within: float) -> None:
        """Wait for tasks that were told to end by themselves."""
        tasks = [self._running[name] for name in names if name in self._running]
        if tasks:
            await asyncio.wait(tasks, timeout=within)

    async def stop(self) -> None:
        await cut_off(*self._running.values())
