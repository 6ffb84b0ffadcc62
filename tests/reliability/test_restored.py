"""Databases that are restored one by one, by hand, while NATS has forgotten nothing."""

import asyncio

import asyncpg
import pytest

from shared.kernel.db import EVERY_TENANT
from tests.conftest import eventually
from tests.support.databases import dump, in_database, restore
from tests.support.reliability.load import settled
from tests.support.system.commands import run

_HEALED_SECONDS = 30.0


@pytest.fixture
def command(system):
    urls = {f"PRESALES_MIGRATION_URL_{name.upper()}": url for name, url in system.owner_urls.items()}
    keys = ("--keys", str(system.nats.keys), "--nats", system.nats.url)
    return lambda name, *arguments: run("presales", name, *arguments, *keys, **urls)


async def approve(load, count):
    return [await load.approve(*await load.prepare()) for _ in range(count)]


async def approve_now(load, baseline):
    """As it is now: its version is beyond that which others have heard of."""
    seen = await load.get("wang", f"/baselines/{baseline}")
    answer = await load.post("wang", f"/baselines/{baseline}/approve", headers={"If-Match": f'"{seen["version"]}"'})
    assert answer["status"] == "approved"


async def kept(system, service):
    """A dump of a service's database as it is now."""
    await asyncio.to_thread(system.services[service].stop)
    name = await dump(system.postgres, service)
    await asyncio.to_thread(system.services[service].start)
    return name


async def put_back(system, dumps):
    for service in dumps:
        await asyncio.to_thread(system.services[service].stop)
    for service, name in dumps.items():
        await restore(system.postgres, service, name)
    for service in dumps:
        await asyncio.to_thread(system.services[service].start)


async def count(system, service, table):
    connection = await asyncpg.connect(system.owner_urls[service].replace("+asyncpg", ""), server_settings=EVERY_TENANT)
    try:
        return await connection.fetchval(f"select count(*) from {table}")
    finally:
        await connection.close()


async def test_services_that_are_behind_hear_again_what_they_lost(system, load):
    """Ten approvals; estimation is as it was after seven of them, risk after eight, insights after nine."""
    dumps, whole = {}, {}
    await approve(load, 7)
    for service in ("estimation", "risk", "insights"):
        await settled(system, _HEALED_SECONDS)
        dumps[service] = await kept(system, service)
        await approve(load, 1)
    await settled(system, _HEALED_SECONDS)
    for service in dumps:
        whole[service] = await count(system, service, "inbox")

    await put_back(system, dumps)

    for service, events in whole.items():
        await eventually(lambda: has(system, service, "inbox", events), within=_HEALED_SECONDS)  # noqa: B023
    await settled(system, _HEALED_SECONDS)


async def test_a_producer_that_is_behind_goes_on_after_what_others_have_heard(system, load, command):
    """Two approvals are lost: one of a baseline that is there again, one of an opportunity that is approved before."""
    first = await load.approve(*await load.prepare())
    waiting = await load.prepare()
    await settled(system, _HEALED_SECONDS)
    before = await kept(system, "requirements")
    await load.approve(*waiting)
    body = {"opportunity_id": first.opportunity_id, "title": "Second"}
    second = await load.post("lin", "/baselines", body)
    await load.post("lin", f"/baselines/{second['id']}/submit", headers={"If-Match": f'"{second["version"]}"'})
    await load.approve(first.opportunity_id, second["id"])
    await settled(system, _HEALED_SECONDS)

    await put_back(system, {"requirements": before})
    told = await asyncio.to_thread(command, "reconcile")

    assert told.returncode == 0, told.stderr
    assert f"opportunity {first.opportunity_id} of demo goes on after epoch 2: baseline 1 counts again" in told.stdout
    assert f"opportunity {waiting[0]} of demo goes on after epoch 1: nothing counts" in told.stdout
    assert "× requirements.baseline.approved.v1, since" in told.stdout
    await approve_now(load, waiting[1])
    await settled(system, _HEALED_SECONDS)
    assert "goes on after" not in (await asyncio.to_thread(command, "reconcile")).stdout


async def test_dumps_of_six_moments_are_brought_in_step_and_the_next_approval_works(system, load, command):
    dumps, waiting = {}, [await load.prepare() for _ in range(2)]
    for service in ("requirements", "engagement", "estimation", "risk", "proposal", "insights"):
        dumps[service] = await kept(system, service)
        if service in {"requirements", "risk"}:
            await load.approve(*waiting[len(dumps) // 4])
    await settled(system, _HEALED_SECONDS)

    await put_back(system, dumps)
    await settled_enough(system)
    told = await asyncio.to_thread(command, "reconcile")
    assert told.returncode == 0, told.stderr
    for _, baseline in waiting:
        await approve_now(load, baseline)
    await approve(load, 1)

    await settled(system, _HEALED_SECONDS)


async def test_what_a_service_lacks_is_delivered_again_while_it_runs(system, load, command):
    await approve(load, 1)
    await settled(system, _HEALED_SECONDS)
    await asyncio.sleep(6)  # what was said just now may be on its way
    async with in_database(system.postgres, "estimation") as connection:
        newest = (
            "select event_id from inbox where consumer = 'estimation-requirements' order by stream_seq desc limit 2"
        )
        lost = await connection.fetch(f"delete from inbox where event_id in ({newest}) returning event_id")
        there = "select count(*) from inbox where event_id = any($1)"

        told = await asyncio.to_thread(command, "reconcile")

        assert (
            "estimation lacked 2 events of estimation-requirements-requirements-requirement-recorded-v1" in told.stdout
        )
        await eventually(lambda: is_two(connection.fetchval(there, [row[0] for row in lost])))


async def test_what_went_since_it_was_old_is_not_forgotten(system, load, command):
    """An outbox keeps what it said of parked events (`pruning.py`): its first row is no sign of how far it goes back."""
    await approve(load, 1)
    await settled(system, _HEALED_SECONDS)
    before = await asyncio.to_thread(command, "reconcile")
    async with in_database(system.postgres, "requirements") as outbox:
        rows = "select id, event_id from outbox where published_at is not null order by id desc limit 2"
        parked, gone = await outbox.fetch(rows)
        long_ago = "created_at = now() - interval '200 days'"
        await outbox.execute(f"update outbox set {long_ago}, aggregate_type = 'parked_event' where id = $1", parked[0])
        await outbox.execute("delete from outbox where id = $1", gone[0])
    async with in_database(system.postgres, "insights") as log:
        await log.execute("set session_replication_role = replica")  # what was heard is never changed
        old = "update logged_event set time = now() - interval '100 days' where event_id = $1"
        assert await log.execute(old, gone[1]) == "UPDATE 1"

    after = await asyncio.to_thread(command, "reconcile")

    assert (before.returncode, after.returncode) == (0, 0), after.stderr
    assert forgotten(after) == forgotten(before)


async def test_a_copy_that_was_damaged_and_a_link_that_is_missing_are_heard_again(system, load, command):
    approval = await load.approve(*await load.prepare())
    await settled(system, _HEALED_SECONDS)
    of_deal = f"opportunity_id = '{approval.opportunity_id}'"
    async with in_database(system.postgres, "engagement") as engagement:
        wrong, gone = await engagement.fetch(f"select id from known_requirement where {of_deal} order by id limit 2")
        await engagement.execute("update known_requirement set code = 'WRONG' where id = $1", wrong[0])
        await engagement.execute("delete from known_requirement where id = $1", gone[0])
    async with in_database(system.postgres, "estimation") as estimation:
        facts = """facts = jsonb_set(facts, '{content_hash}', '"other"')"""
        await estimation.execute(f"update heard_baseline set {facts} where baseline_id = $1", approval.baseline_id)
    async with in_database(system.postgres, "risk") as risk:
        await risk.execute("delete from risk_heard_baseline where baseline_id = $1", approval.baseline_id)
        # a transaction that a disk did not keep, of which the note that it was heard is there
        await risk.execute(f"delete from outbox where aggregate_id in (select id from risk_budget where {of_deal})")
        await risk.execute(f"delete from risk_budget where {of_deal}")

    named = await asyncio.to_thread(command, "verify")
    repaired = await asyncio.to_thread(command, "verify", "--repair")
    again = await asyncio.to_thread(command, "verify")

    assert named.returncode == 1
    for what in (wrong[0], gone[0], approval.baseline_id):
        assert str(what) in named.stdout
    assert "engagement hears requirements.requirement.recorded.v1 again: " in repaired.stdout
    assert (repaired.returncode, again.returncode) == (0, 0), again.stdout


async def test_what_no_event_heals_is_named_and_left(system, load, command):
    approval = await load.approve(*await load.prepare())
    await settled(system, _HEALED_SECONDS)
    async with in_database(system.postgres, "estimation") as estimation:
        price = "select jsonb_set(price, '{tax,amount}', '\"0.01\"') from estimate e where e.id = estimate.id"
        damage = f"update estimate set price = ({price}) where baseline_id = $1"
        kept = await estimation.fetchval("select price from estimate where baseline_id = $1", approval.baseline_id)
        await estimation.execute(damage, approval.baseline_id)

        told = await asyncio.to_thread(command, "verify", "--repair")

        await estimation.execute("update estimate set price = $2 where baseline_id = $1", approval.baseline_id, kept)
    assert told.returncode == 1
    assert "not by hearing again: a price with tax is the price and the tax: estimate" in told.stdout


def forgotten(told):
    return [line for line in told.stdout.splitlines() if line.startswith("requirements does not know any more")]


async def is_two(asked):
    return await asked == 2


async def settled_enough(system):
    """Everybody has heard again what NATS holds."""
    await eventually(lambda: has(system, "insights", "inbox", 1), within=_HEALED_SECONDS)
    await asyncio.sleep(5)


async def has(system, service, table, at_least):
    return await count(system, service, table) >= at_least
