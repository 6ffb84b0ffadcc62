"""Fixtures of this folder's tests."""

import pytest


@pytest.fixture
async def risk(start):
    async with start("risk") as client:
        yield client
