"""Timers on the real database: done once, at their moment, in the tenant's transaction, and again after a failure."""

import asyncio
import contextlib
from datetime import timedelta

import sqlalchemy as sa

from services.requirements.models.opportunities import Client
from shared.kernel.clock import now
from shared.kernel.context import Context, new_id
from shared.kernel.db import Database, context_of
from shared.kernel.tasks import Tasks
from shared.kernel.timers import Timer, Timers, clear_timer, set_timer, set_timers
from tests.conftest import eventually

ANN = Context(tenant="acme", actor="ann")


def recording(done):
    timers = Timers()

    @timers("note")
    async def note(session, due):
        done.append((context_of(session).tenant, due.subject, due.at))
        session.add(Client(name=str(due.subject), language="en"))

    return timers


async def left(database):
    async with database.transaction(ANN) as session:
        return (await session.execute(sa.select(Timer.tenant_id, Timer.attempts, Timer.error))).all()


async def test_what_is_due_is_done_once_and_for_its_tenant(database):
    done, at, subject = [], now(), new_id()
    timers = recording(done)
    for tenant in ("acme", "other"):
        async with database.transaction(Context(tenant=tenant, actor="ann")) as session:
            await set_timer(session, "note", subject, at)

    early = await timers.run_due(database, at - timedelta(seconds=1))
    first = await timers.run_due(database, at)
    second = await timers.run_due(database, at)

    assert (early, first, second) == (0, 2, 0)
    assert sorted(done) == [("acme", subject, at), ("other", subject, at)]
    async with database.transaction(ANN) as session:
        assert (await session.scalars(sa.select(Client.name))).all() == [str(subject)]


async def test_a_timer_moves_when_it_is_set_again_and_goes_when_it_is_cleared(database):
    done, at, moved, cleared = [], now(), new_id(), new_id()
    timers = recording(done)
    async with database.transaction(ANN) as session:
        await set_timer(session, "note", moved, at)
        await set_timer(session, "note", moved, at + timedelta(hours=1))
        await set_timer(session, "note", cleared, at)
        await clear_timer(session, "note", cleared)

    now_done = await timers.run_due(database, at)
    later_done = await timers.run_due(database, at + timedelta(hours=1))

    assert (now_done, later_done) == (0, 1)
    assert [subject for _, subject, _ in done] == [moved]


async def test_timers_for_many_come_one_after_the_other_and_those_that_are_set_stay(database):
    done, at, hour = [], now(), timedelta(hours=1)
    timers = recording(done)
    names = [f"client {number}" for number in range(3)]
    async with database.transaction(ANN) as session:
        session.add_all([Client(name=name, language="en") for name in names])
        await session.flush()
        clients = sa.select(Client.id).where(Client.name.in_(names))
        known = set(await session.scalars(clients))
        await set_timers(session, "note", clients, at, apart=hour)
        await set_timers(session, "note", clients, at + 9 * hour, apart=hour)

    counts = [await timers.run_due(database, at + number * hour) for number in range(4)]

    assert counts == [1, 1, 1, 0]
    assert {subject for _, subject, _ in done} == known
    assert [moment for _, _, moment in done] == [at, at + hour, at + 2 * hour]


async def test_another_tenants_timer_is_not_cleared(database):
    at, subject = now(), new_id()
    async with database.transaction(ANN) as session:
        await set_timer(session, "note", subject, at)
    async with database.transaction(Context(tenant="other", actor="eve")) as session:
        await clear_timer(session, "note", subject)

    assert await recording([]).run_due(database, at) == 1


async def test_what_fails_leaves_nothing_and_is_tried_again_later(database):
    timers, at, tries = Timers(), now(), []

    @timers("fail")
    async def fail(session, due):
        session.add(Client(name="half done", language="en"))
        await session.flush()
        tries.append(due.at)
        if len(tries) == 1:
            raise RuntimeError("not today")

    async with database.transaction(ANN) as session:
        await set_timer(session, "fail", new_id(), at)

    first = await timers.run_due(database, at)
    waiting = await left(database)
    too_early = await timers.run_due(database, at)
    second = await timers.run_due(database, at + timedelta(seconds=2))

    assert (first, too_early, second) == (0, 0, 1)
    assert waiting == [("acme", 1, "RuntimeError: not today")]
    assert tries == [at, at]
    async with database.transaction(ANN) as session:
        assert (await session.scalars(sa.select(Client.name))).all() == ["half done"]


async def test_work_that_is_too_much_for_the_database_holds_up_nobody(database):
    done, at, subject = [], now(), new_id()
    timers = recording(done)

    @timers("endless")
    async def endless(session, _due):
        await session.execute(sa.text("set local statement_timeout = '5ms'"))
        await session.execute(sa.text("select pg_sleep(1)"))

    async with database.transaction(ANN) as session:
        await set_timer(session, "endless", new_id(), at - timedelta(hours=1))
        await set_timer(session, "note", subject, at)

    assert await timers.run_due(database, at) == 1
    assert [one[1] for one in done] == [subject]
    assert [(attempts, error[:9]) for _, attempts, error in await left(database)] == [(1, "DBAPIErro")]


async def test_two_replicas_do_it_once(database, postgres):
    other, at = Database(postgres.service_url("requirements"), name="other"), now()
    timers, running, go_on = Timers(), asyncio.Event(), asyncio.Event()

    @timers("slow")
    async def slow(_session, _due):
        running.set()
        await go_on.wait()

    async with database.transaction(ANN) as session:
        await set_timer(session, "slow", new_id(), at)

    first = asyncio.create_task(timers.run_due(database, at))
    await running.wait()
    second = await timers.run_due(other, at)
    go_on.set()

    assert (await first, second) == (1, 0)
    await other.close()


async def test_a_service_does_what_was_due_while_it_was_down(database):
    at, subject = now() - timedelta(hours=1), new_id()
    async with database.transaction(ANN) as session:
        await set_timer(session, "note", subject, at)
    done = []

    async def is_done():
        return done

    work = asyncio.create_task(recording(done).running_on(database)(lambda: None))
    await eventually(is_done)
    work.cancel()
    await asyncio.wait({work})

    assert done == [("acme", subject, at)]


async def test_who_holds_a_subject_and_moves_its_timer_is_not_kept_waiting_by_the_timer(database):
    timers, done, client = Timers(), [], new_id()

    @timers("note")
    async def note(session, due):
        await session.get(Client, due.subject, with_for_update=True)
        done.append(due.at)

    moment = now()
    async with database.transaction(ANN) as session:
        session.add(Client(id=client, name="x", language="en"))
        await set_timer(session, "note", client, moment)

    async with database.transaction(ANN) as session:
        await session.get(Client, client, with_for_update=True)
        working = asyncio.create_task(timers.run_due(database, moment))
        await asyncio.sleep(0.1)
        await set_timer(session, "note", client, moment + timedelta(hours=1))
    gave_way = await working

    assert (gave_way, done) == (0, [])
    assert await timers.run_due(database, moment + timedelta(hours=1)) == 1
    assert done == [moment + timedelta(hours=1)]


async def test_a_service_that_stops_lets_its_work_under_way_end_and_leaves_no_connection_behind(database):
    timers, running, go_on = Timers(), asyncio.Event(), asyncio.Event()

    @timers("note")
    async def note(session, due):
        running.set()
        await go_on.wait()
        session.add(Client(name=str(due.subject), language="en"))

    async with database.transaction(ANN) as session:
        await set_timer(session, "note", new_id(), now())

    work = asyncio.create_task(timers.running_on(database)(lambda: None))
    await running.wait()
    work.cancel()
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.wait({work})

    assert work.cancelled()
    assert database.engine.pool.checkedout() == 0
    assert await left(database) == []
    async with database.transaction(ANN) as session:
        assert len((await session.scalars(sa.select(Client.name))).all()) == 1


def slow_timers(slow, **knobs):
    timers = Timers(**knobs)

    @timers("slow", is_slow=True)
    async def begin(_session, due):
        async def work():
            await slow(due)

        return work

    return timers


async def wanted(database, count=1):
    at = now()
    async with database.transaction(ANN) as session:
        for _ in range(count):
            await set_timer(session, "slow", new_id(), at)
    return at


async def test_slow_work_is_done_outside_of_any_transaction_and_keeps_no_other_timer_waiting(database):
    open_meanwhile, noted, running, go_on = [], [], asyncio.Event(), asyncio.Event()

    async def slow(_due):
        open_meanwhile.append(database.engine.pool.checkedout())
        running.set()
        await go_on.wait()

    timers = slow_timers(slow)

    @timers("note")
    async def note(_session, due):
        noted.append(due.subject)

    await wanted(database)
    work = asyncio.create_task(timers.running_on(database)(lambda: None))
    await running.wait()
    async with database.transaction(ANN) as session:
        await set_timer(session, "note", new_id(), now())

    async def is_noted():
        return noted

    await eventually(is_noted)
    assert open_meanwhile == [0]
    assert len(await left(database)) == 1
    go_on.set()

    async def is_over():
        return await left(database) == []

    await eventually(is_over)
    work.cancel()
    await asyncio.wait({work})


async def test_two_replicas_share_slow_work_and_each_is_done_once(database, postgres):
    other, done = Database(postgres.service_url("requirements"), name="other"), []

    async def slow(due):
        await asyncio.sleep(0.02)
        done.append(due.subject)

    timers = slow_timers(slow, slow_at_once=2)
    at = await wanted(database, 7)

    counts = await asyncio.gather(timers.run_due(database, at), timers.run_due(other, at))

    assert sum(counts) == 7
    assert min(counts) > 0
    assert len(done) == len(set(done)) == 7
    await other.close()


async def test_a_service_that_stops_leaves_no_slow_work_behind(database):
    running, ended = asyncio.Event(), []

    async def slow(_due):
        running.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(True)

    await wanted(database)
    others, tasks = asyncio.all_tasks(), Tasks()
    tasks.start("timers", slow_timers(slow).running_on(database))
    await running.wait()
    await tasks.stop()

    assert ended == [True]
    assert asyncio.all_tasks() <= others
    assert database.engine.pool.checkedout() == 0
    assert [attempts for _, attempts, _ in await left(database)] == [1]


async def test_slow_work_of_a_process_that_died_is_taken_up_when_its_lease_has_ended(database):
    tried = []

    async def slow(due):
        tried.append(due.attempts)
        if len(tried) == 1:
            raise asyncio.CancelledError  # as a process that is gone: nothing is noted

    timers = slow_timers(slow)
    at = await wanted(database)

    with contextlib.suppress(asyncio.CancelledError):
        await timers.run_due(database, at)
    early = await timers.run_due(database, at + timedelta(seconds=5))
    late = await timers.run_due(database, at + timedelta(minutes=1))

    assert (early, late) == (0, 1)
    assert tried == [0, 1]
    assert await left(database) == []


async def test_slow_work_that_fails_is_put_off_with_its_reason(database):
    tries = []

    async def slow(due):
        tries.append(due.attempts)
        if len(tries) == 1:
            raise RuntimeError("no paper")

    timers = slow_timers(slow)
    at = await wanted(database)

    first = await timers.run_due(database, at)
    waiting = await left(database)
    later = await timers.run_due(database, at + timedelta(seconds=30))

    assert (first, later) == (0, 1)
    assert waiting == [("acme", 1, "RuntimeError: no paper")]
    assert tries == [0, 1]


async def test_what_slow_work_keeps_is_kept_as_its_timer_ends_or_it_is_tried_again(database):
    timers, tries = Timers(), []

    @timers("slow", is_slow=True)
    async def begin(_session, due):
        async def end(session):
            tries.append(due.attempts)
            session.add(Client(name=f"try {len(tries)}", language="en"))
            if len(tries) == 2:
                raise RuntimeError("not kept")
            return RuntimeError("half is missing") if len(tries) == 1 else None

        async def work():
            return end

        return work

    at = await wanted(database)

    counts = [await timers.run_due(database, at + timedelta(minutes=number)) for number in range(3)]

    assert (counts, tries) == ([0, 0, 1], [0, 1, 2])
    assert await left(database) == []
    async with database.transaction(ANN) as session:
        assert sorted(await session.scalars(sa.select(Client.name))) == ["try 1", "try 3"]


async def test_slow_work_that_is_wanted_again_while_it_is_done_is_done_again(database):
    done = []

    async def slow(due):
        done.append(due.at)
        if len(done) == 1:
            async with database.transaction(ANN) as session:
                await set_timer(session, "slow", due.subject, due.at + timedelta(minutes=1))

    timers = slow_timers(slow)
    at = await wanted(database)

    first = await timers.run_due(database, at)
    second = await timers.run_due(database, at + timedelta(minutes=1))

    assert (first, second, len(done)) == (1, 1, 2)


HOUR = 3600.0


@contextlib.asynccontextmanager
async def running(timers, database):
    work = asyncio.create_task(timers.running_on(database)(lambda: None))
    try:
        yield
    finally:
        work.cancel()
        await asyncio.wait({work})


async def test_a_timer_is_done_at_its_moment_whenever_the_next_sweep_would_be(database, monkeypatch):
    monkeypatch.setattr("shared.kernel.timers._SWEEP_SECONDS", HOUR)
    done = []

    async def is_done():
        return done

    async with running(recording(done), database):
        for wait in (timedelta(), timedelta(seconds=0.2)):
            await asyncio.sleep(0.1)
            at = now() + wait
            async with database.transaction(ANN) as session:
                await set_timer(session, "note", new_id(), at + timedelta(minutes=9))
                await set_timer(session, "note", new_id(), at)

            [(_, _, moment)] = await eventually(is_done)
            done.clear()

            assert moment == at
            assert now() >= at


async def test_a_timer_that_another_process_set_is_known_from_the_sweep_before(database, postgres, monkeypatch):
    monkeypatch.setattr("shared.kernel.timers._SWEEP_SECONDS", HOUR)
    other, done, at = Database(postgres.service_url("requirements"), name="other"), [], now() + timedelta(seconds=0.3)
    async with other.transaction(ANN) as session:
        await set_timer(session, "note", new_id(), at)
    await other.close()

    async def is_done():
        return done

    async with running(recording(done), database):
        [(_, _, moment)] = await eventually(is_done)

    assert moment == at
    assert now() >= at


async def test_what_failed_is_tried_again_at_its_moment_whenever_the_next_sweep_would_be(database, monkeypatch):
    monkeypatch.setattr("shared.kernel.timers._SWEEP_SECONDS", HOUR)
    monkeypatch.setattr("shared.kernel.timers._BACKOFF_SECONDS", (0.2,))
    timers, tries = Timers(), []

    @timers("fail")
    async def fail(_session, _due):
        tries.append(now())
        if len(tries) == 1:
            raise RuntimeError("not today")

    async def is_over():
        return len(tries) == 2

    async with running(timers, database):
        async with database.transaction(ANN) as session:
            await set_timer(session, "fail", new_id(), now())
        await eventually(is_over)

    assert await left(database) == []


async def test_slow_work_that_found_no_room_is_begun_when_there_is_some(database, monkeypatch):
    monkeypatch.setattr("shared.kernel.timers._SWEEP_SECONDS", HOUR)
    done = []

    async def slow(due):
        await asyncio.sleep(0.05)
        done.append(due.subject)

    async def is_over():
        return await left(database) == []

    await wanted(database, 3)
    async with running(slow_timers(slow), database):
        await eventually(is_over)

    assert len(set(done)) == len(done) == 3


async def test_who_gave_way_to_whoever_holds_a_subject_looks_again_soon(database, monkeypatch):
    monkeypatch.setattr("shared.kernel.timers._SWEEP_SECONDS", HOUR)
    timers, tries, done, client = Timers(), [], [], new_id()

    @timers("note")
    async def note(session, due):
        tries.append(due.at)
        await session.get(Client, due.subject, with_for_update=True)
        done.append(due.at)

    async def is_tried_twice():
        return len(tries) > 1

    async def is_done():
        return done

    async with database.transaction(ANN) as session:
        session.add(Client(id=client, name="x", language="en"))
        await set_timer(session, "note", client, now())

    async with contextlib.AsyncExitStack() as work:
        async with database.transaction(ANN) as session:
            await session.get(Client, client, with_for_update=True)
            await work.enter_async_context(running(timers, database))
            await eventually(is_tried_twice)
        await eventually(is_done)

    assert len(done) == 1
