"""After an opportunity is won its register lives on, and the budget that it was sold with stays as it is."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations
from uuid import UUID, uuid4

import pytest

from services.risk.handlers import on_baselines
from shared.language.events.proposal import ProposalSubmitted
from shared.language.events.requirements import OpportunityClosed
from shared.language.events.values import Basis
from shared.language.money import Money
from tests.conftest import envelope, said
from tests.support.risk.example import DEAL, estimate
from tests.support.risk.register import (
    FIRST,
    RESPONSE,
    SECOND,
    budgets,
    by_code,
    change,
    draw,
    happened,
    hear,
    recomputed,
    revise,
    wish,
)
from tests.support.risk.waiting import wait


def won(epoch=2):
    return OpportunityClosed(opportunity_id=DEAL, outcome="won", reason=None, epoch=epoch)


def offer(budget, revision=1):
    return ProposalSubmitted(
        opportunity_id=DEAL, proposal_id=uuid4(), revision=revision, content_hash="0", submitted_by="pia",
        basis=Basis(baseline_id=FIRST.baseline_id, baseline_number=1, epoch=1, content_hash=FIRST.content_hash),
        submitted_at=datetime.now(UTC), valid_until=datetime.now(UTC).date(), risk_budget_id=UUID(budget["id"]),
        price_incl_tax=Money.of(Decimal(1), "CNY"),
    )  # fmt: skip


async def standing(client):
    return {one["revision"]: (one["status"], one["freshness"]) for one in await budgets(client)}


async def test_what_happens_in_delivery_is_recorded_and_the_reserve_is_drawn_on(risk):
    await hear(risk, won())

    recorded = await risk.post("/risks", json=wish(responses=[RESPONSE]))
    row = await happened(risk)
    drawn = await draw(risk, 100, row)
    measure = await risk.post("/responses", json={**RESPONSE, "risk_id": recorded.json()["id"]})
    plan = await risk.post("/control-plans", json={"opportunity_id": str(DEAL), "title": "Control", "is_filled": True})

    assert [one.status_code for one in (recorded, drawn, measure, plan)] == [201] * 4
    assert (row["status"], row["outcome"]) == ("materialised", "happened")
    [group] = [one for one in (await risk.get("/risk-calibration")).json()["groups"] if one["name"] == row["category"]]
    assert (group["count"], group["happened"]) == (1, 1)


async def test_the_budget_that_was_won_with_stays_whatever_its_register_says(risk):
    [before] = await budgets(risk)
    await hear(risk, won())

    await change(risk, "RSK-R04", {"probability": 0.9})
    await revise(risk, {"name": "Bold", "confidence": 0.5}, "risk-policies")
    await hear(risk, SECOND, estimate(SECOND), estimate(FIRST, revision=2))
    await wait(risk, minutes=5)
    refused = await risk.act(f"/risk-budgets/{before['id']}/recompute", {})

    [after] = await budgets(risk)
    assert (after["status"], after["freshness"], after["reason"]["code"]) == ("calculated", "fresh", "won")
    assert after["total_reserve"] == before["total_reserve"]
    assert (refused.status_code, refused.json()["code"]) == (409, "sold_with_it")
    assert [(one["action"], one["is_allowed"]) for one in after["allowed_actions"]] == [("recompute", False)]
    for type_ in ("outdated", "superseded"):
        assert await said(risk.app.state.database, f"risk.budget.{type_}.v1") == []


async def test_a_change_that_is_about_to_be_taken_in_when_the_offer_is_won_is_not(risk):
    await change(risk, "RSK-R04", {"probability": 0.9})
    await hear(risk, won())

    await wait(risk, minutes=5)

    assert await standing(risk) == {1: ("calculated", "fresh")}


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_the_budget_of_the_offer_is_the_one_that_was_won_with_in_any_order(risk, order):
    await change(risk, "RSK-R04", {"probability": 0.9})
    await recomputed(risk)
    second, first = await budgets(risk)
    heard = [offer(first, revision=2), offer(second, revision=1), won()]

    await hear(risk, *(heard[place] for place in order))

    assert await standing(risk) == {1: ("calculated", "fresh"), 2: ("superseded", "stale")}
    row = await happened(risk)
    drawn = await draw(risk, 1, row)
    assert drawn.json()["risk_budget_id"] == first["id"]


async def test_an_offer_without_an_order_changes_nothing(risk):
    [budget] = await budgets(risk)

    await on_baselines.handle(risk.app.state.database, [envelope(offer(budget))])

    assert await standing(risk) == {1: ("calculated", "fresh")}
    [after] = await budgets(risk)
    assert after["reason"] is None
    assert (await by_code(risk, "RSK-R04"))["status"] == "candidate"
