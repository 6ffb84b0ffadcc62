"""Fixtures of this folder's tests."""

import pytest


@pytest.fixture
async def insights(start):
    async with start("insights") as client:
        yield client
