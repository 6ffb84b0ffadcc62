"""Asking again: what nobody answers may have been handed to a replica that stands still; another would answer it.

Hedged requests (Dean and Barroso, The Tail at Scale, 2013) within a budget, as gRPC throttles retries (proposal A6).
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Generic, Protocol, TypeVar, cast

from prometheus_client import Counter

from gateway.settings import SERVICES

ASKED_AGAIN = Counter(
    "presales_asked_again_total", "reads not answered in time, by what asking again did", ["upstream", "outcome"]
)
HELPED, IN_VAIN, SPARED = "helped", "in_vain", "spared"
for _service in SERVICES:
    for _outcome in (HELPED, IN_VAIN, SPARED):
        ASKED_AGAIN.labels(_service, _outcome)

_MOST = 5
"""How often a read is asked again: another connection may lead to the same replica until that has missed its probes."""


class Answer(Protocol):
    """What comes back; it is closed where another was faster."""

    def close(self) -> object: ...


A = TypeVar("A", bound=Answer)
Ask = Callable[[], Coroutine[Any, Any, A]]


class Budget:
    """How often a service is asked again: one that is slow must not be asked twice by everybody.

    Each question costs one, and gives it back when it was answered first: somebody stood still. Each read that was
    answered in time brings a tenth.
    """

    MOST = 50.0
    SHARE = 0.1

    def __init__(self, service: str) -> None:
        self.service, self._left = service, self.MOST

    def take(self) -> bool:
        """Whether one was left, which is taken."""
        is_left = self._left >= 1
        self._left -= is_left
        return is_left

    def give(self, count: float) -> None:
        self._left = min(self.MOST, self._left + count)


async def first_answer(ask: Ask[A], ask_anew: Ask[A], budget: Budget, *, after: float) -> A:
    """What `ask` brings, or `ask_anew`, begun `after` seconds without an answer; the slower is cut off.

    Answered in time it costs a timer and no task. Raises what `ask` raises where nobody answers.
    """
    race = _Race(ask_anew, budget, every=after / 4)
    timer = asyncio.get_running_loop().call_later(after, race.begin)
    try:
        answer = await ask()
    except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 (raised by the race, unless another answers)
        return await race.answer_after(error)
    finally:
        timer.cancel()
        race.end()
    if not race.is_on:
        budget.give(Budget.SHARE)
    return answer


class _Race(Generic[A]):
    """Of the task that made it, which asks, with another that asks anew; overtaken, the first is cancelled."""

    def __init__(self, ask: Ask[A], budget: Budget, *, every: float) -> None:
        self._ask, self._budget, self._every = ask, budget, every
        self._first = cast("asyncio.Task[Any]", asyncio.current_task())
        self._again: asyncio.Task[A | None] | None = None
        self._is_overtaken = False

    @property
    def is_on(self) -> bool:
        return self._again is not None

    def begin(self) -> None:
        self._again = asyncio.create_task(_again(self._ask, self._budget, every=self._every))
        self._again.add_done_callback(self._ended)

    def _ended(self, again: asyncio.Task[A | None]) -> None:
        if not again.cancelled() and again.result() is not None:
            self._is_overtaken = True
            self._first.cancel()

    async def answer_after(self, error: BaseException) -> A:
        """The answer of the other, where the first ended with `error`, which is raised if there is none."""
        if self._again is None or (isinstance(error, asyncio.CancelledError) and not self._is_overtaken):
            raise error
        self._again.remove_done_callback(self._ended)
        answer = await self._again
        if answer is None:
            raise error
        if self._is_overtaken and self._first.uncancel():  # somebody else wants it to end too
            answer.close()
            raise error
        return answer

    def end(self) -> None:
        if self._again:
            self._again.remove_done_callback(self._ended)
            self._again.cancel()


async def _again(ask: Ask[A], budget: Budget, *, every: float) -> A | None:
    """The first answer of some that are asked one after the other; None where none comes, or no budget is left."""
    asked: list[asyncio.Task[A]] = []
    answer = None
    try:
        while answer is None and len(asked) < _MOST and budget.take():
            asked.append(asyncio.create_task(ask()))
            answer = await _first_of(asked, within=every)
        answer = answer or await _first_of(asked, within=None)
    finally:
        ASKED_AGAIN.labels(budget.service, HELPED if answer else IN_VAIN if asked else SPARED).inc()
        budget.give(len(asked) if answer else 0)
        for one in asked:
            _cut_off(one, answer)
    return answer


async def _first_of(asked: Sequence[asyncio.Task[A]], *, within: float | None) -> A | None:
    pending = {one for one in asked if not one.done()}
    while pending:
        done, pending = await asyncio.wait(pending, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            return None
        answers = [one.result() for one in done if one.exception() is None]
        if answers:
            return answers[0]
    return None


def _cut_off(one: asyncio.Task[A], but: A | None) -> None:
    if not one.cancel() and one.exception() is None and one.result() is not but:
        one.result().close()
