"""Background tasks: started again when they die, and what keeps them is told."""

import asyncio
from itertools import pairwise

import pytest

from shared.kernel import tasks
from shared.kernel.tasks import Tasks, cut_off
from tests.conftest import eventually


@pytest.fixture
async def running(monkeypatch):
    monkeypatch.setattr(tasks, "_FIRST_PAUSE", 0.02)
    running = Tasks()
    yield running
    await running.stop()


async def test_a_task_that_dies_is_named_with_its_reason_and_started_again_later_and_later(running):
    started = []

    async def die(beat):
        started.append(asyncio.get_running_loop().time())
        beat()
        raise RuntimeError("no such thing")

    running.start("relay", die)
    await eventually(lambda: happened(started, 4))

    assert running.dead() == ["relay died: RuntimeError: no such thing"]
    pauses = [after - before for before, after in pairwise(started)]
    assert all(pause >= 0.02 * 2**number for number, pause in enumerate(pauses))


async def happened(started, count):
    return len(started) >= count


async def test_a_task_that_lives_again_is_not_named(running):
    died = []

    async def die_once(beat):
        if not died:
            died.append(True)
            raise RuntimeError
        beat()
        await asyncio.sleep(60)

    running.start("relay", die_once)

    async def is_well():
        return died and not running.dead()

    assert await eventually(is_well)


async def test_what_keeps_a_task_is_told_until_it_goes_on(running):
    goes_on = asyncio.Event()

    async def wait(beat):
        beat("nothing answers")
        await goes_on.wait()
        beat()
        await asyncio.sleep(60)

    running.start("relay", wait)
    await asyncio.sleep(0)
    before = running.troubles()
    goes_on.set()
    await asyncio.sleep(0.01)

    assert (before, running.troubles(), running.dead()) == (["relay: nothing answers"], [], [])


async def test_a_task_that_is_silent_or_over_is_named(running, monkeypatch):
    async def be_silent(_beat):
        await asyncio.sleep(60)

    async def end(_beat):
        """It has nothing to do."""

    running.start("silent", be_silent)
    running.start("over", end)
    monkeypatch.setattr(tasks, "SILENCE", 0.01)
    await asyncio.sleep(0.02)

    assert running.dead() == ["silent gave no sign of life for 0 s", "over ended"]


async def test_a_task_that_takes_a_cancellation_for_something_else_is_cancelled_again():
    async def stubborn():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(60)

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)

    await asyncio.wait_for(cut_off(task), 10)

    assert task.done()
