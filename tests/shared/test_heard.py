"""A database that was restored gets again what its consumers had acknowledged since, and only that."""

import shutil
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY

from shared.kernel.db import Database
from shared.kernel.messaging import parking
from shared.kernel.messaging.heard import Heard
from shared.kernel.messaging.tables import Inbox, ParkedEvent
from shared.kernel.problems import NotFound
from tests.conftest import eventually, migrations_in_thread
from tests.support.databases import dump, new_database, restore
from tests.support.shared.delivery import CONTEXT, counted, counting, is_counted, parked, running, say, waits_in_outbox


@pytest.fixture
def name(postgres):
    """A database of its own, that may be thrown away."""
    name = new_database(postgres, "requirements")
    migrations_in_thread("requirements", postgres.url(name, "requirements_owner"))
    return name


@pytest.fixture
def connected(postgres, name):
    @asynccontextmanager
    async def connected():
        database = Database(postgres.url(name, "requirements_app"), name="test")
        try:
            yield database
        finally:
            await database.close()

    return connected


@pytest.fixture
def at_work(connected, nats):
    """The service from its start to its end."""

    @asynccontextmanager
    async def at_work(*handlers, every=300):
        async with connected() as database, running(database, nats, *handlers, every=every) as stream:
            at_work.troubles = stream.tasks.troubles
            yield database

    return at_work


async def is_noted(database):
    """Whether it is written down up to where the service has heard."""
    async with database.machinery.connect() as connection:
        return await connection.scalar(sa.select(sa.func.count()).where(Inbox.tenant_id == "*")) > 0


async def said_and_counted(at_work, *, say_them, counted_then):
    async with at_work(counting("requirements-test")) as database:
        await say(database, count=say_them)
        assert await eventually(lambda: is_counted(database, counted_then))
        assert await eventually(lambda: is_noted(database))


async def test_what_was_acknowledged_after_the_dump_comes_again(postgres, name, at_work, connected):
    await said_and_counted(at_work, say_them=7, counted_then=7)
    kept = await dump(postgres, name)
    await said_and_counted(at_work, say_them=3, counted_then=10)

    await restore(postgres, name, kept)
    async with connected() as database:
        before = await counted(database)

    async with at_work(counting("requirements-test")) as database:
        assert await eventually(lambda: is_counted(database, 10))
    assert before == 7


async def test_a_database_that_is_restored_beneath_a_service_gets_it_too(postgres, name, at_work, connected):
    await said_and_counted(at_work, say_them=2, counted_then=2)
    kept = await dump(postgres, name)
    async with at_work(counting("requirements-test"), every=0.5) as database:
        await say(database, count=3)
        await eventually(lambda: is_counted(database, 5))

        await restore(postgres, name, kept)

        async with connected() as anew:
            assert await eventually(lambda: is_counted(anew, 5))


async def test_a_stream_that_was_made_anew_is_heard_from_its_beginning(postgres, name, at_work, nats):
    await said_and_counted(at_work, say_them=3, counted_then=3)
    kept = await dump(postgres, name)
    nats.kill()
    shutil.rmtree(nats.store)
    nats.start()
    await said_and_counted(at_work, say_them=1, counted_then=4)

    await restore(postgres, name, kept)

    await said_and_counted(at_work, say_them=0, counted_then=4)


async def test_a_producer_that_is_behind_what_it_has_said_notices_until_it_says_something(postgres, name, at_work):
    found = REGISTRY.get_sample_value("presales_database_behind_total")
    async with at_work() as database:
        await say(database, count=2)
        await eventually(lambda: is_said(database))
    kept = await dump(postgres, name)
    async with at_work(every=0.2) as database:
        await say(database)
        await eventually(lambda: is_said(database))
    assert REGISTRY.get_sample_value("presales_database_behind_total") == found

    await restore(postgres, name, kept)

    async with at_work(every=0.2) as database:
        await eventually(lambda: is_true(at_work.troubles))
        [trouble] = at_work.troubles()
        await say(database)
        await eventually(lambda: is_true(lambda: not at_work.troubles()))
    assert "presales reconcile" in trouble
    assert REGISTRY.get_sample_value("presales_database_behind_total") == found + 1


async def is_true(told):
    return bool(told())


async def is_said(database):
    return await waits_in_outbox(database) == 0


async def test_who_starts_again_hears_nothing_twice(at_work):
    heard = []
    await said_and_counted(at_work, say_them=4, counted_then=4)

    async with at_work(counting("requirements-test", fails=heard.append)) as database:
        await say(database)
        await eventually(lambda: is_counted(database, 5))

    assert len(heard) == 1


async def test_what_was_given_up_stays_so_when_it_is_delivered_again(at_work):
    def refuses(_event):
        raise NotFound(kind="client", id="x")

    async with at_work(counting("requirements-test", fails=refuses)) as database:
        await eventually(lambda: is_noted(database))
        await say(database)
        [event] = await eventually(lambda: parked(database))
        async with database.transaction(CONTEXT) as session:
            await parking._resolve(session, await session.get(ParkedEvent, event.id), "discarded", "wrong")

    async with at_work(counting("requirements-test")) as database:
        await say(database, count=2)
        assert await eventually(lambda: is_counted(database, 2))
        [event] = await parked(database)
        async with database.machinery.connect() as connection:
            heard = await connection.scalar(sa.select(sa.func.count()).where(Inbox.tenant_id != "*"))

        assert await counted(database) == 2

    assert (event.status, heard) == ("discarded", 3)


async def test_without_consumers_there_is_nothing_to_prove():
    assert Heard(None, None, []).is_proven
