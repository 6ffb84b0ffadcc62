"""A whole system for the tests of a file, and clients of it."""

import asyncio

import pytest

from tests.support.reliability.load import Load, throwaway_system


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
