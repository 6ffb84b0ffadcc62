"""A database that only reads (a standby after a switch, a full disk) is an outage: told as one, and nothing is parked."""

from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import nats as nats_py
import pytest

from shared.kernel.db import Database
from shared.kernel.messaging.stream import NAME
from tests.conftest import eventually, migrations_in_thread
from tests.support.databases import new_database
from tests.support.shared.delivery import counting, is_counted, parked, running, say, waits_in_outbox


@pytest.fixture
async def own(postgres):
    """A database of its own: its name, and its URL for the service."""
    name = new_database(postgres, "requirements")
    migrations_in_thread("requirements", postgres.url(name, "requirements_owner"))
    return name, postgres.url(name, "requirements_app")


@asynccontextmanager
async def only_reading(postgres, name):
    """What a switch to a standby does: sessions end, new ones may only read; at the end they may write again."""
    admin = await asyncpg.connect(postgres.url("postgres").replace("+asyncpg", ""))
    await admin.execute(f'alter database "{name}" set default_transaction_read_only = on')
    await admin.fetch("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
    try:
        yield
    finally:
        await admin.execute(f'alter database "{name}" reset default_transaction_read_only')
        await admin.close()


async def test_it_is_an_outage_that_ends_by_itself(start, postgres, own):
    name, url = own
    async with start("requirements", clean=False, database_url=url) as client:
        assert (await client.post("/clients", json={"name": "x"})).status_code == 201

        async with only_reading(postgres, name):
            refused = [await client.post("/clients", json={"name": "y"}) for _ in range(2)]
            seen = await client.get("/clients")
            ready = await client.get("http://service/readyz")

        written = [await client.post("/clients", json={"name": "z"}) for _ in range(2)]
        mended = await client.get("http://service/readyz")

    assert [one.status_code for one in refused] == [503, 503]
    assert refused[1].headers["Content-Type"] == "application/problem+json"
    assert int(refused[1].headers["Retry-After"]) > 0
    assert (seen.status_code, len(seen.json()["items"])) == (200, 1)
    assert (ready.status_code, ready.json()["checks"]["database"]) == (503, "only reads")
    # the session that was refused is let go; the next one may write
    assert written[-1].status_code == 201
    assert mended.json()["checks"]["database"] == "ok"


async def test_sessions_that_ended_say_nothing_of_the_server(start, postgres, own):
    name, url = own
    async with start("requirements", clean=False, database_url=url) as client:
        assert (await client.get("http://service/readyz")).status_code == 200
        admin = await asyncpg.connect(postgres.url("postgres").replace("+asyncpg", ""))
        await admin.fetch("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
        await admin.close()

        ready = await client.get("http://service/readyz")

    assert (ready.status_code, ready.json()["checks"]["database"]) == (200, "ok")


async def test_events_wait_for_it_to_write_again(postgres, own, nats):
    name, url = own
    database = Database(url, name="test")
    on = counting("requirements-test")
    await say(database, count=2)
    async with running(database, nats):
        await eventually(lambda: are_published(database))
    async with AsyncExitStack() as stack:
        async with only_reading(postgres, name):
            stream = await stack.enter_async_context(running(database, nats, on))
            await eventually(lambda: are_in_flight(stream, next(iter(on.durables))), within=30)

        await eventually(lambda: is_counted(database, 2), within=30)
        assert await parked(database) == []
    await database.close()


async def are_published(database):
    return await waits_in_outbox(database) == 0


async def are_in_flight(stream, durable):
    """Both events were delivered and neither was acknowledged."""
    if not stream.is_connected:
        return False
    try:
        return (await stream.client.jetstream().consumer_info(NAME, durable)).num_ack_pending == 2
    except nats_py.errors.Error:
        return False
