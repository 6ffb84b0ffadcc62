"""What every service has at its edge: health, idempotency under concurrency, parking over the API, logs with ids."""

import asyncio
import re
from contextlib import AsyncExitStack
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa
import structlog

from deploy import bus
from deploy.embedded import Nats, free_port
from services.requirements.handlers import on
from shared.kernel.clock import now
from shared.kernel.context import Context, new_id
from shared.kernel.http import IdempotencyKey
from shared.kernel.messaging import Handlers, parking
from shared.kernel.messaging.envelope import decode, encode
from shared.kernel.messaging.handlers import UnknownEvent
from shared.kernel.service import create_app
from shared.language.events.requirements import OpportunityClosed
from tests.conftest import SEED, TENANT, envelope, eventually, said, serving


async def health(client):
    return await client.get("http://service/readyz")


async def test_a_service_without_nats_is_degraded_but_serves(requirements):
    ready = await health(requirements)
    made = await requirements.post("/clients", json={"name": "x"})

    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    checks = ready.json()["checks"]
    assert (checks["database"], checks["tasks"]) == ("ok", "ok")
    assert checks["nats"].startswith("not connected")
    assert made.status_code == 201


async def test_a_service_with_everything_is_ready(start, broker):
    async with start("requirements", broker=broker) as client:

        async def is_ready():
            return (await health(client)).json()["status"] == "ready"

        assert await eventually(is_ready)


@pytest.mark.parametrize(
    ("seed", "why"), [("SEED", "Authorization Violation"), ("not a seed", "ErrInvalidSeed"), ("", "")]
)
async def test_a_key_that_nats_does_not_take_is_named_in_readiness(start, broker, seed, why):
    seed = {"SEED": SEED}.get(seed, seed)
    async with start("requirements", broker=broker, nats_user_seed=seed) as client:

        async def is_named():
            ready = await health(client)
            assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
            return why in ready.json()["checks"]["nats"].removeprefix("not connected")

        assert await eventually(is_named)


async def test_what_a_service_may_not_hear_is_named_in_readiness(start, tmp_path):
    durables = bus.declared()["requirements"]
    [missing] = [name for name in durables if name.startswith("requirements-engagement-engagement-need")]
    server = Nats(tmp_path, free_port(), durables={"requirements": {**durables, missing: "elsewhere.>"}})
    server.start()
    try:
        async with start("requirements", broker=server) as client:

            async def is_named():
                ready = (await health(client)).json()
                return ready["status"] == "degraded" and missing in ready["checks"]["nats"]

            assert await eventually(is_named, within=20)
    finally:
        server.kill()


async def test_how_long_events_wait_and_that_none_is_parked_is_told_while_nats_is_away(requirements):
    client = (await requirements.post("/clients", json={"name": "x"})).json()["id"]
    made = await requirements.post("/opportunities", json={"client_id": client, "title": "x", "currency": "CNY"})
    assert made.status_code == 201, made.text
    await asyncio.sleep(0.05)

    told = (await requirements.get("http://service/metrics")).text

    assert float(re.search(r"^presales_outbox_age_seconds (.+)$", told, re.MULTILINE)[1]) > 0.04
    for counter in ("presales_events_parked_total", "presales_events_handled_total"):
        assert f'{counter}{{consumer="requirements-proposals"}}' in told
    assert 'presales_task_restarts_total{task="relay"}' in told
    assert 'presales_http_requests_total{method="POST",route="/v1/clients",status="500"} 0.0' in told
    assert 'presales_timer_failures_total{kind="' in told


async def test_a_dead_background_task_shows_in_readiness(start, broker):
    async with start("requirements", broker=broker) as client:

        async def is_ready():
            return (await health(client)).json()["status"] == "ready"

        await eventually(is_ready)
        client.app.state.tasks._running["relay"].cancel()
        await asyncio.sleep(0.05)
        ready = await health(client)

    assert (ready.status_code, ready.json()["checks"]["tasks"]) == (503, "relay ended")


async def test_a_service_whose_connections_are_all_taken_asks_to_come_back(requirements, monkeypatch):
    engine = requirements.app.state.database.engine
    monkeypatch.setattr(engine.pool, "_timeout", 0.05)
    async with AsyncExitStack() as taken:
        for _ in range(engine.pool.size() + engine.pool._max_overflow):
            await taken.enter_async_context(engine.connect())

        busy = await requirements.get("/clients")

    assert (busy.status_code, busy.json()["code"], busy.headers["Retry-After"]) == (503, "unavailable", "2")


async def test_the_same_key_from_fifty_clients_makes_one(requirements):
    """Over real connections: each gets the one answer, or is told that it is under way."""
    headers = {"Authorization": requirements.headers["Authorization"], "Idempotency-Key": "k"}
    async with serving(requirements.app, is_started=True) as url, httpx.AsyncClient(headers=headers) as client:
        answers = await asyncio.gather(*(client.post(f"{url}/v1/clients", json={"name": "x"}) for _ in range(50)))
    listed = (await requirements.get("/clients")).json()["items"]

    assert len(listed) == 1
    assert {answer.json()["id"] for answer in answers if answer.status_code == 201} == {listed[0]["id"]}
    refused = [answer.json()["code"] for answer in answers if answer.status_code != 201]
    assert set(refused) <= {"idempotency_key_in_use"}


async def test_answers_to_repeated_requests_are_forgotten_after_a_week(requirements):
    database = requirements.app.state.database
    async with database.transaction(Context(TENANT, "ann")) as session:
        for key, days in (("old", 8), ("new", 6)):
            kept = {
                "request_hash": "x",
                "status": 201,
                "headers": {},
                "body": b"",
                "created_at": now() - timedelta(days),
            }
            session.add(IdempotencyKey(key=key, **kept))

    await requirements.post("/clients", json={"name": "x"}, headers={"Idempotency-Key": "newest"})

    async with database.transaction(Context(TENANT, "ann")) as session:
        assert set(await session.scalars(sa.select(IdempotencyKey.key))) == {"new", "newest"}


async def test_a_parked_event_is_listed_retried_and_discarded(requirements):
    database = requirements.app.state.database
    event = envelope(OpportunityClosed(opportunity_id=new_id(), outcome="won", reason=None, epoch=1))
    unhandled = parking.Unhandled.of(event, b"not an event any more", 1)
    reason = UnknownEvent(consumer=on.durable, event_type=event.type)
    await parking.park(database, on.durable, unhandled, reason)
    await parking.park(database, on.durable, unhandled, reason)

    [parked] = (await requirements.get("/parked-events", params={"view": "full", "status": "parked"})).json()["items"]
    retried = await requirements.act(f"/parked-events/{parked['id']}/retry")
    discarded = await requirements.act(f"/parked-events/{parked['id']}/discard", {"reason": "was a mistake"})
    again = await requirements.act(f"/parked-events/{parked['id']}/discard", {"reason": "twice"})

    assert (parked["code"], parked["payload"]) == ("unknown_event", "not an event any more")
    assert (retried.status_code, retried.json()["code"]) == (409, "retry_refused")
    assert (discarded.json()["status"], discarded.json()["reason"]) == ("discarded", "was a mistake")
    assert again.status_code == 409
    kinds = [told.type for told in await said(database)]
    assert kinds == ["platform.event.parked.v1", "platform.event.unparked.v1"]


async def test_a_parked_event_has_its_effect_when_it_is_retried(requirements):
    database = requirements.app.state.database
    handlers = Handlers("requirements-test")
    effects = []

    @handlers(OpportunityClosed)
    async def note(_session, event):
        effects.append(event.outcome)

    requirements.app.state.handlers[handlers.durable] = handlers
    event = OpportunityClosed(opportunity_id=new_id(), outcome="won", reason=None, epoch=1)
    context = Context(tenant=TENANT, actor="ann")
    body = encode(event, context, event_id=new_id(), aggregate_id=new_id(), sequence=1, time=now())
    unhandled = parking.Unhandled.of(decode(body), body, 1)
    await parking.park(database, handlers.durable, unhandled, parking.HandlingFailed(why="x"))
    [parked] = (await requirements.get("/parked-events")).json()["items"]

    retried = await requirements.act(f"/parked-events/{parked['id']}/retry")

    assert (retried.status_code, retried.json()["status"]) == (200, "retried")
    assert effects == ["won"]


async def test_logs_of_a_handler_name_event_and_correlation(requirements):
    handlers, seen = Handlers("requirements-logs"), {}

    @handlers(OpportunityClosed)
    async def note(_session, _event):
        seen.update(structlog.contextvars.get_contextvars())

    event = envelope(OpportunityClosed(opportunity_id=new_id(), outcome="won", reason=None, epoch=1))
    await handlers.handle(requirements.app.state.database, [event])

    assert seen["event_id"] == str(event.id)
    assert seen["correlation_id"] == str(event.correlation_id)
    assert seen["trace_id"] == event.traceparent.split("-")[1]


def test_a_route_without_a_permission_does_not_start(keys):
    from fastapi import APIRouter

    from shared.kernel.settings import ServiceSettings

    router = APIRouter(prefix="/v1/open")
    router.get("")(lambda: None)
    settings = ServiceSettings(
        database_url="postgresql+asyncpg://x@x/x",
        nats_url="nats://x",
        nats_user_seed="x",
        internal_public_key=keys.public,
    )

    with pytest.raises(RuntimeError, match="has no policy"):
        create_app("requirements", routers=[router], settings=settings)
