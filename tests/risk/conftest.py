"""Fixtures of this folder's tests."""

import pytest

from tests.support.risk.example import estimate, opened
from tests.support.risk.register import FIRST, hear


@pytest.fixture
async def risk(start):
    """The service, which has heard of an opportunity, its first baseline and the estimate of that."""
    async with start("risk") as client:
        await hear(client, opened(), FIRST, estimate(FIRST))
        yield client
