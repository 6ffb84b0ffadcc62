"""Fixtures of this folder's tests."""

import pytest

from deploy.embedded import Nats, free_port
from shared.kernel.db import Database
from tests.conftest import empty
from tests.support.shared.delivery import counting


@pytest.fixture
async def database(postgres):
    await empty(postgres, "requirements")
    database = Database(postgres.service_url("requirements"), name="test")
    yield database
    await database.close()


@pytest.fixture
def nats(tmp_path):
    hears = counting("requirements-test").durables | counting("requirements-late").durables
    server = Nats(tmp_path, free_port(), durables={"requirements": hears})
    server.start()
    yield server
    server.kill()


@pytest.fixture
async def requirements(start):
    async with start("requirements") as client:
        yield client


@pytest.fixture
async def engagement(start):
    async with start("engagement") as client:
        yield client
