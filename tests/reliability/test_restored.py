"""Databases that are restored one by one, by hand, while NATS has forgotten nothing."""

import asyncio

import asyncpg
import pytest

from deploy import invariants
from shared.kernel.db import EVERY_TENANT
from tests.conftest import eventually
from tests.support.databases import dump, restore
from tests.support.reliability.load import Load, throwaway_system

_HEALED_SECONDS = 30.0


@pytest.fixture(scope="module")
def system():
    with throwaway_system(rate_limit="1000000") as system:
        asyncio.run(_enter_rates(system))
        yield system


async def _enter_rates(system):
    load = Load(system.url, system.issuer)
    await load.rates()
    await load.close()


@pytest.fixture
async def load(system):
    load = Load(system.url, system.issuer, requirements=3)
    yield load
    await load.close()


async def approve(load, count):
    return [await load.approve(*await load.prepare()) for _ in range(count)]


async def settled(system):
    broken = await invariants.broken(system.owner_urls, within=_HEALED_SECONDS)
    assert broken == [], broken


async def kept(system, service):
    """A dump of a service's database as it is now."""
    await asyncio.to_thread(system.services[service].stop)
    name = await dump(system.postgres, service)
    await asyncio.to_thread(system.services[service].start)
    return name


async def put_back(system, dumps):
    for service in dumps:
        await asyncio.to_thread(system.services[service].stop)
    for service, name in dumps.items():
        await restore(system.postgres, service, name)
    for service in dumps:
        await asyncio.to_thread(system.services[service].start)


async def count(system, service, table):
    connection = await asyncpg.connect(system.owner_urls[service].replace("+asyncpg", ""), server_settings=EVERY_TENANT)
    try:
        return await connection.fetchval(f"select count(*) from {table}")
    finally:
        await connection.close()


async def test_services_that_are_behind_hear_again_what_they_lost(system, load):
    """Ten approvals; estimation is as it was after seven of them, risk after eight, insights after nine."""
    dumps, whole = {}, {}
    await approve(load, 7)
    for service in ("estimation", "risk", "insights"):
        await settled(system)
        dumps[service] = await kept(system, service)
        await approve(load, 1)
    await settled(system)
    for service in dumps:
        whole[service] = await count(system, service, "inbox")

    await put_back(system, dumps)

    for service, events in whole.items():
        await eventually(lambda: has(system, service, "inbox", events), within=_HEALED_SECONDS)  # noqa: B023
    await settled(system)
    assert await count(system, "estimation", "estimate where status = 'priced'") == 10


async def has(system, service, table, at_least):
    return await count(system, service, table) >= at_least
