"""What the client accepted is frozen: estimate, price, budget plan and analyses stay as they are."""

from datetime import timedelta

import pytest

from services.estimation.handlers import on
from services.estimation.timers import timers
from shared.kernel.clock import now
from tests.support.estimation.estimates import told
from tests.support.estimation.events import DEAL, answered, approved, closed, hear, rate_card, risk_budget

COMPLETED, SUPERSEDED = "estimation.estimate.completed.v1", "estimation.estimate.superseded.v1"
OUTDATED = "estimation.estimate.outdated.v1"
SERVERS = {
    "opportunity_id": str(DEAL), "kind": "hardware", "name": "Servers", "phase": "build",
    "unit_cost": {"amount": "25000.00", "currency": "CNY"},
}  # fmt: skip


async def priced(client):
    await hear(client, approved(), on=on)
    completed = (await told(client, COMPLETED))[-1]
    await hear(client, risk_budget(completed), on=on)
    return await seen(client, completed["estimate_id"])


async def seen(client, key):
    return (await client.get(f"/estimates/{key}")).json()


async def plan_of(client, key):
    plans = (await client.get("/budget-plans", params={"view": "full", "opportunity_id": str(DEAL)})).json()["items"]
    [plan] = [plan for plan in plans if plan["estimate_id"] == key]
    return plan


@pytest.mark.parametrize("ending", ["accepted, then won", "won alone"])
async def test_what_was_won_stays_with_its_price_whatever_changes_afterwards(estimation, ending):
    before = await priced(estimation)
    plan = await plan_of(estimation, before["id"])
    await hear(estimation, *([answered(before["id"])] if ending != "won alone" else []), on=on)
    await hear(estimation, closed(2, outcome="won"), on=on)

    card = (await estimation.get("/rate-cards")).json()["items"][0]
    rates = [{**rate, "daily_cost": {"amount": "9999.00", "currency": "CNY"}} for rate in rate_card()["rates"]]
    changed = await estimation.patch(
        f"/rate-cards/{card['id']}", json={"rates": rates}, headers={"If-Match": f'"{card["version"]}"'}
    )
    assert changed.status_code == 200, changed.text
    await hear(estimation, risk_budget((await told(estimation, COMPLETED))[-1], 2, contingency="90000.00"), on=on)
    after = await seen(estimation, before["id"])

    assert (after["status"], after["freshness"], after["reason"]) == ("accepted", "fresh", None)
    assert after["price"] == before["price"]
    assert (await plan_of(estimation, before["id"]))["months"] == plan["months"]
    assert (await plan_of(estimation, before["id"]))["freshness"] == "fresh"
    assert await told(estimation, SUPERSEDED) == await told(estimation, OUTDATED) == []
    assert not any(action["is_allowed"] for action in after["allowed_actions"])


async def test_an_accepted_estimate_is_not_computed_again(estimation):
    before = await priced(estimation)
    await hear(estimation, answered(before["id"]), closed(2, outcome="won"), on=on)

    refused = await estimation.act(f"/estimates/{before['id']}/recompute")
    await estimation.post("/cost-items", json=SERVERS)
    await timers.run_due(estimation.app.state.database, now() + timedelta(minutes=1))

    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
    assert len(await told(estimation, COMPLETED)) == 1


async def test_actuals_come_back_after_it_was_won(estimation):
    before = await priced(estimation)
    await hear(estimation, answered(before["id"]), closed(2, outcome="won"), on=on)

    answer = await estimation.act(
        f"/estimates/{before['id']}/record-actuals", {"effort_days": 120, "finished_on": "2028-03-01"}
    )

    assert answer.status_code == 201, answer.text
    assert answer.json()["estimated_effort_days"] == before["effort_days"]


async def test_what_was_lost_counts_no_longer(estimation):
    before = await priced(estimation)

    await hear(estimation, answered(before["id"], "declined"), closed(2), on=on)

    assert (await seen(estimation, before["id"]))["status"] == "superseded"


async def test_a_change_after_the_acceptance_makes_an_estimate_beside_the_accepted_one(estimation):
    first = await priced(estimation)
    await hear(estimation, answered(first["id"]), on=on)

    await hear(estimation, approved(2), on=on)
    second = (await told(estimation, COMPLETED))[-1]
    beside = [(await seen(estimation, key))["status"] for key in (first["id"], second["estimate_id"])]
    await hear(estimation, answered(second["estimate_id"]), on=on)

    assert beside == ["accepted", "completed"]
    assert (await seen(estimation, first["id"]))["status"] == "superseded"
    assert (await seen(estimation, second["estimate_id"]))["status"] == "accepted"


async def test_an_offer_that_was_superseded_meanwhile_may_be_the_accepted_one(estimation):
    first = await priced(estimation)
    await hear(estimation, approved(2), on=on)

    await hear(estimation, answered(first["id"]), closed(3, outcome="won"), on=on)

    second = (await told(estimation, COMPLETED))[-1]["estimate_id"]
    assert (await seen(estimation, first["id"]))["freshness"] == "fresh"
    assert (await seen(estimation, second))["status"] == "superseded"
