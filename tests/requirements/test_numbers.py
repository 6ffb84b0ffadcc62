"""Numbers that people say: who gets one does not hold up those who come next."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from services.requirements.commands.records import open_opportunity
from services.requirements.schemas.opportunities import OpportunityIn
from shared.kernel.context import Context
from tests.conftest import TENANT

CONTEXT = Context(tenant=TENANT, actor="ann")


@pytest.fixture
async def ann(start):
    async with start("requirements") as client:
        yield client


async def a_client(ann):
    made = await ann.post("/clients", json={"name": "City of Leeds"})
    assert made.status_code == 201, made.text
    return made.json()["id"]


async def test_an_opportunity_that_is_being_recorded_holds_up_no_other(ann):
    client_id = await a_client(ann)
    async with ann.app.state.database.transaction(CONTEXT) as hangs:
        first = await open_opportunity(hangs, OpportunityIn(title="hangs", client_id=client_id, currency="GBP"))

        async with asyncio.timeout(20):
            second = await ann.post(
                "/opportunities", json={"title": "goes on", "client_id": client_id, "currency": "GBP"}
            )

    assert second.status_code == 201, second.text
    assert [first.code[-4:], second.json()["code"][-4:]] == ["0001", "0002"]


async def test_what_waits_for_a_lock_is_told_to_come_back(ann):
    client_id = await a_client(ann)
    made = await ann.post("/opportunities", json={"title": "x", "client_id": client_id, "currency": "GBP"})
    wish = {"opportunity_id": made.json()["id"], "title": "Search", "statement": "By name.", "kind": "functional"}
    assert (await ann.post("/requirements", json=wish)).status_code == 201
    async with ann.app.state.database.transaction(CONTEXT) as hangs:
        await (await hangs.connection()).exec_driver_sql("select * from opportunity for update")

        async with asyncio.timeout(25):
            refused = await ann.post("/requirements", json=wish)

    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert refused.headers["Retry-After"] == "2"
    assert refused.headers["Content-Type"] == "application/problem+json"


async def test_health_is_asked_where_no_request_waits(ann):
    await ann.get("http://service/readyz")
    async with AsyncExitStack() as stack:
        for _ in range(12):  # as many as there are
            await stack.enter_async_context(ann.app.state.database.transaction(CONTEXT))

        health = await ann.get("http://service/readyz")

    assert health.json()["checks"]["database"] == "ok"
    assert health.status_code == 200
