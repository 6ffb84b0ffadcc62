"""Background work of a service: each task is restarted when it dies and shows by heartbeats that it lives."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from time import monotonic
from typing import Any, TypeVar

import structlog
from prometheus_client import Counter

log = structlog.get_logger()

RESTARTS = Counter("presales_task_restarts_total", "background tasks that died and were started again", ["task"])
SILENCE = 30.0
"""Seconds without a heartbeat after which a task counts as dead: longer than any single event takes."""

T = TypeVar("T")
_END_SECONDS = 2.0

Work = Callable[[Callable[[], None]], Awaitable[None]]
"""A task: `async def run(beat)`, which calls `beat()` each time round."""


async def ended(working: asyncio.Task[T]) -> None:
    """Let a task end by itself for a while, then cut it off: cut off while it connects, it left a connection behind."""
    if not working.done():
        await asyncio.wait({working}, timeout=_END_SECONDS)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def whole(step: Coroutine[Any, Any, T]) -> T:
    """Await a short step that a cancellation does not cut in two: it takes effect at the step's end."""
    working = asyncio.create_task(step)
    try:
        return await asyncio.shield(working)
    finally:
        await ended(working)


class Tasks:
    """Runs named tasks for as long as the service lives."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[None]] = {}
        self._beats: dict[str, float] = {}

    def start(self, name: str, work: Work) -> None:
        self._beats[name] = monotonic()
        self._running[name] = asyncio.create_task(self._supervise(name, work), name=name)

    async def _supervise(self, name: str, work: Work) -> None:
        def beat() -> None:
            self._beats[name] = monotonic()

        while True:
            try:
                await work(beat)
            except Exception:
                RESTARTS.labels(name).inc()
                log.exception("task.died", task=name)
                await asyncio.sleep(1)
            else:
                return

    def silent(self) -> list[str]:
        """Names of the tasks that ended or gave no heartbeat for too long."""
        return [
            name for name, task in self._running.items() if task.done() or monotonic() - self._beats[name] > SILENCE
        ]

    async def finish(self, names: list[str], within: float) -> None:
        """Wait for tasks that were told to end by themselves."""
        tasks = [self._running[name] for name in names if name in self._running]
        if tasks:
            await asyncio.wait(tasks, timeout=within)

    async def stop(self) -> None:
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
