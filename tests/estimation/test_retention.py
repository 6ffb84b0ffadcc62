"""Scenarios that nobody took up are deleted when they are old, and the audit trail says so."""

from functools import partial

import pytest
import sqlalchemy as sa

from services.estimation.commands.retention import prune_scenarios
from services.estimation.handlers import on, on_scenarios
from services.estimation.models.scenarios import Scenario
from shared.kernel.messaging.pruning import RETENTION, Pruner, serving
from shared.language.events.proposal import ScenarioScheduled
from tests.conftest import TENANT
from tests.support.estimation.estimates import begun, told
from tests.support.estimation.events import DEAL, approved, hear, risk_budget

KEEP = 180


@pytest.fixture
async def scenario(estimation):
    await priced(estimation, approved())
    return await begun(estimation)


async def priced(client, event):
    await hear(client, event, on=on)
    await hear(client, risk_budget((await told(client, "estimation.estimate.completed.v1"))[-1]), on=on)


async def aged(client, *tables, days=KEEP + 1):
    async with client.app.state.database.machinery.begin() as there:
        await there.execute(serving(TENANT))
        for table in tables:
            await there.execute(sa.text(f"UPDATE {table} SET updated_at = updated_at - make_interval(days => {days})"))


async def prune(client):
    own = {"scenario": partial(prune_scenarios, client.app.state.settings)}
    database = client.app.state.database
    return (await Pruner(database.machinery, client.app.state.settings.keep_events, own).prune())["scenario"]


async def scenarios(client):
    return (await client.get(f"/scenarios?opportunity_id={DEAL}")).json()["items"]


async def test_a_scenario_of_an_estimate_that_counts_stays_however_old_it_is(estimation, scenario):
    await aged(estimation, "scenario", "estimate")

    assert await prune(estimation) == 0
    assert [one["id"] for one in await scenarios(estimation)] == [scenario["id"]]


@pytest.mark.usefixtures("scenario")
@pytest.mark.parametrize("young", ["scenario", "estimate"])
async def test_it_stays_until_it_and_what_replaced_its_estimate_are_old(estimation, young):
    await priced(estimation, approved(2))
    await aged(estimation, *{"scenario", "estimate"} - {young})
    while_young = await prune(estimation)
    await aged(estimation, young)

    assert (while_young, await prune(estimation), await scenarios(estimation)) == (0, 1, [])


async def test_one_that_somebody_takes_up_again_stays(estimation, scenario):
    await priced(estimation, approved(2))
    await aged(estimation, "scenario", "estimate")
    rebased = await estimation.act(f"/scenarios/{scenario['id']}/rebase")

    assert (rebased.status_code, await prune(estimation)) == (200, 0)


async def test_the_audit_trail_says_that_it_went_and_a_late_answer_is_of_nobody(estimation, scenario):
    run = (await told(estimation, "estimation.scenario.estimated.v1"))[-1]["scenario_id"]
    await priced(estimation, approved(2))
    await aged(estimation, "scenario", "estimate")
    await prune(estimation)

    late = ScenarioScheduled(
        opportunity_id=DEAL, scenario_id=run, start="2027-01-04", finish="2027-09-30", p80_finish="2027-10-29"
    )
    await hear(estimation, late, on=on_scenarios)

    entries = (await estimation.get(f"/audit-entries?resource_id={scenario['id']}")).json()
    assert (await estimation.get(f"/scenarios/{scenario['id']}")).status_code == 404
    told_last = next(one for one in entries["items"] if one["action"] == "delete")
    assert (told_last["actor"], told_last["kind"]) == (RETENTION, Scenario.__tablename__)


@pytest.mark.usefixtures("scenario")
async def test_many_go_some_at_a_time(estimation):
    async with estimation.app.state.database.machinery.begin() as there:
        await there.execute(serving(TENANT))
        columns = [column.name for column in Scenario.__table__.columns if column.name not in {"id", "run_id"}]
        copies = sa.text(
            f"INSERT INTO scenario (id, run_id, {', '.join(columns)}) SELECT gen_random_uuid(), gen_random_uuid(),"
            f" {', '.join(columns)} FROM scenario, generate_series(1, 120)"
        )
        await there.execute(copies)
    await priced(estimation, approved(2))
    await aged(estimation, "scenario", "estimate")

    assert await prune(estimation) == 121
