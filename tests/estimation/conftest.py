"""Fixtures of this folder's tests."""

import pytest

from tests.support.estimation.events import rate_card


@pytest.fixture
async def estimation(start):
    async with start("estimation") as client:
        made = await client.post("/rate-cards", json=rate_card())
        assert made.status_code == 201, made.text
        yield client
