"""Fixtures of this folder's tests."""

from contextlib import asynccontextmanager

import httpx
import pytest

from gateway.app import build
from gateway.development import DevelopmentIssuer
from tests.conftest import serving


@pytest.fixture(scope="session")
def issuer(gateway_settings):
    return DevelopmentIssuer(gateway_settings().development_key)


@pytest.fixture
def gateway(start, gateway_settings):
    """`async with gateway() as client`: before the requirements service; the others do not answer."""

    @asynccontextmanager
    async def run(**knobs):
        async with start("requirements") as requirements, serving(requirements.app, is_started=True) as upstream:
            settings = gateway_settings(**{"requirements_url": upstream, **knobs})
            async with serving(build(settings), settings) as url, httpx.AsyncClient(base_url=url, timeout=30) as client:
                yield client

    return run
