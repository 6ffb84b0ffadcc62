"""Fixtures of this folder's tests."""

import pytest


@pytest.fixture
async def service(start, tmp_path):
    async with start("proposal", documents_folder=tmp_path) as client:
        yield client


@pytest.fixture
async def client(service):
    return service
