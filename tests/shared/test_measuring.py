"""The gauges of a service, taken when somebody looks: each says what is so, and moves when that changes."""

import asyncio
import re
from datetime import timedelta

import pytest

from deploy.embedded import SERVICES
from shared.kernel import measuring
from shared.kernel.clock import now
from shared.kernel.context import Context, new_id
from shared.kernel.messaging import parking
from shared.kernel.timers import set_timer
from tests.conftest import TENANT, eventually, statements

PAUSE = 1.1
"""After which a look is taken anew."""


async def gauges(client):
    """All samples without labels, and with them by name and labels."""
    told = (await client.get("http://service/metrics")).text
    return {name: float(value) for name, value in re.findall(r"^(presales_\S+) (\S+)$", told, re.MULTILINE)}


async def test_what_waits_in_the_outbox_is_counted_while_nats_is_away(start):
    async with start("requirements") as client:
        before = await gauges(client)
        made = (await client.post("/clients", json={"name": "x"})).json()["id"]
        for title in "ab":
            answer = await client.post("/opportunities", json={"client_id": made, "title": title, "currency": "CNY"})
            assert answer.status_code == 201, answer.text
        await asyncio.sleep(PAUSE)
        after = await gauges(client)

    assert (before["presales_outbox_waiting"], before["presales_outbox_age_seconds"]) == (0, 0)
    assert after["presales_outbox_waiting"] >= 2
    assert after["presales_outbox_age_seconds"] > 1
    assert (after["presales_database_up"], after["presales_nats_connected"]) == (1, 0)


@pytest.mark.parametrize("service", SERVICES)
async def test_the_database_of_each_service_answers_the_look(start, service):
    async with start(service) as client:
        assert (await gauges(client))["presales_database_up"] == 1


async def test_work_that_nobody_begins_is_overdue(start):
    async with start("requirements") as client:
        context = Context(tenant=TENANT, actor="ann")
        before = await gauges(client)
        async with client.app.state.database.transaction(context) as session:
            await set_timer(session, "of-nobody", new_id(), now() - timedelta(seconds=50))
            await set_timer(session, "of-nobody", new_id(), now() + timedelta(days=1))
        await asyncio.sleep(PAUSE)
        after = await gauges(client)

    assert (before["presales_timers_overdue"], before["presales_timers_late_seconds"]) == (0, 0)
    assert after["presales_timers_overdue"] == 1
    assert after["presales_timers_late_seconds"] >= 50


async def test_connections_at_work_are_counted_and_who_waits_for_one(start):
    async with start("requirements") as client:
        engine = client.app.state.database.engine
        held = [await engine.connect() for _ in range(engine.pool.size() + engine.pool._max_overflow)]
        waiting = asyncio.create_task(client.get("/clients"))
        await asyncio.sleep(0.2)
        busy = await gauges(client)
        for connection in held:
            await connection.close()
        assert (await waiting).status_code == 200
        await asyncio.sleep(PAUSE)
        free = await gauges(client)

    assert (busy['presales_pool_in_use{pool="requests"}'], busy["presales_pool_waiting"]) == (len(held), 1)
    assert (free['presales_pool_in_use{pool="requests"}'], free["presales_pool_waiting"]) == (0, 0)


async def test_what_a_durable_has_before_it_is_told_of_each_that_the_service_hears_by(start, broker):
    async with start("requirements", broker=broker) as client:
        state = client.app.state
        durables = {durable for handlers in state.handlers.values() for durable in handlers.durables}

        async def reconciled():
            seen = await gauges(client)
            return (
                seen if seen["presales_nats_connected"] and seen["presales_last_reconcile_timestamp_seconds"] else None
            )

        seen = await eventually(reconciled)
        for name in ("pending", "ack_pending", "redelivered"):
            assert {f'presales_consumer_{name}{{durable="{durable}"}}' for durable in durables} <= seen.keys()
        assert state.stream.last_error == ""  # it may look at all of them


@pytest.mark.parametrize(("least_seconds", "looks"), [(0, 1), (3600, 0)])
async def test_a_look_is_one_statement_and_none_for_who_looks_again_at_once(start, monkeypatch, least_seconds, looks):
    async with start("proposal") as client:
        await gauges(client)
        monkeypatch.setattr(measuring, "_LEAST_SECONDS", least_seconds)
        with statements(client.app.state.database.machinery) as sent:
            told = await gauges(client)

    assert len([statement for statement in sent if "next_at" in statement and "outbox" in statement]) == looks
    assert told["presales_documents_waiting"] == 0
    assert told['presales_document_failures_total{format="pdf"}'] >= 0


async def test_a_parked_event_is_counted_until_it_is_resolved_whoever_its_tenant_is(start):
    async with start("requirements") as client:
        database = client.app.state.database
        for tenant in (TENANT, "other"):
            context = Context(tenant=tenant, actor="unknown")
            event = parking.Unhandled(tenant, str(new_id()), "unknown", None, 1, 1, b"{", context)
            await parking.park(database, "requirements-proposals", event, parking.NotAnEvent(why="nothing"))
        parked = await gauges(client)
        [one] = (await client.get("/parked-events")).json()["items"]
        done = await client.post(
            f"/parked-events/{one['id']}/discard", json={"reason": "no event"}, headers={"If-Match": '"1"'}
        )
        assert done.status_code == 200, done.text
        await asyncio.sleep(PAUSE)
        after = await gauges(client)

    assert (parked["presales_parked_events"], after["presales_parked_events"]) == (2, 1)
