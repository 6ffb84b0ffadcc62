"""What happens when the risk service hears of baselines and estimates, in any order."""

import random
from uuid import uuid5

import pytest
import sqlalchemy as sa

from services.risk.models.budgets import RiskBudget
from services.risk.models.risks import RegisteredRisk
from shared.kernel.context import Context
from shared.language.events.requirements import BaselineWithdrawn
from shared.language.events.risk import RiskBudgetCalculated
from tests.conftest import envelope, said
from tests.support.risk.example import DEAL, baseline, concern, estimate, opened
from tests.support.risk.register import SECOND, budgets, closed, hear, needs

CALCULATED, SUPERSEDED, FAILED = (
    f"risk.budget.{participle}.v1" for participle in ("calculated", "superseded", "failed")
)


FIRST = baseline(1, needs("REQ-010"), concerns=[concern()])


@pytest.fixture
async def risk(start):
    async with start("risk") as client:
        yield client


def withdrawn(epoch):
    return BaselineWithdrawn(opportunity_id=DEAL, baseline_id=uuid5(DEAL, f"baseline {epoch - 1}"),
                             baseline_number=epoch - 1, epoch=epoch, withdrawn_by="bob", reason="wrong scope")  # fmt: skip


async def told(client, *types):
    return await said(client.app.state.database, *types)


async def test_a_completed_estimate_gets_its_risk_budget(risk):
    await hear(risk, opened(), FIRST, estimate(FIRST))

    [event] = await told(risk)
    budget = RiskBudgetCalculated.model_validate(event.data)
    assert event.type == CALCULATED
    assert (budget.basis.epoch, budget.revision, budget.currency) == (1, 1, "CNY")
    assert {fact.code for fact in budget.risks} == {"RSK-CON-001", "RSK-R04"}
    assert sum(phase.amount for phase in budget.phases) == budget.contingency.amount > 0
    assert sum(fact.response.cost for fact in budget.risks) == budget.response_cost.amount > 0
    assert len(budget.curve) == 99
    assert budget.is_converged
    assert (await budgets(risk))[0]["contingency"] == event.data["contingency"]


async def test_the_estimate_may_come_before_its_baseline(risk):
    await hear(risk, estimate(FIRST))
    assert await told(risk) == []

    await hear(risk, FIRST)

    assert [event.type for event in await told(risk)] == [CALCULATED]


async def test_the_same_input_gives_the_same_event_again(start):
    heard = []
    for order in ((FIRST, estimate(FIRST)), (estimate(FIRST), FIRST)):
        async with start("risk") as client:
            await hear(client, *order)
            heard += await told(client)

    assert heard[0].data == heard[1].data


async def test_a_duplicate_changes_nothing(risk):
    letters = [envelope(FIRST), envelope(estimate(FIRST))]

    first, again = await hear(risk, *letters), await hear(risk, *letters)
    await hear(risk, FIRST, estimate(FIRST))

    assert (first, again) == (2, 0)
    assert len(await told(risk)) == len(await budgets(risk)) == 1


async def test_a_newer_baseline_makes_the_budget_stale_at_once(risk):
    await hear(risk, FIRST, estimate(FIRST))

    await hear(risk, SECOND)

    [budget] = await budgets(risk)
    assert (budget["status"], budget["freshness"], budget["reason"]["code"]) == (
        "calculated",
        "stale",
        "baseline_newer",
    )
    assert budget["reason"]["message_zh"]


async def test_its_own_budget_supersedes_the_older_one(risk):
    await hear(risk, FIRST, estimate(FIRST), SECOND, estimate(SECOND))

    newest, oldest = await budgets(risk)

    assert (newest["basis"]["epoch"], newest["status"], newest["freshness"]) == (2, "calculated", "fresh")
    assert (oldest["basis"]["epoch"], oldest["status"], oldest["freshness"]) == (1, "superseded", "stale")
    [event] = await told(risk, SUPERSEDED)
    assert (event.data["risk_budget_id"], event.data["superseded_by_epoch"]) == (oldest["id"], 2)


async def test_a_newer_estimate_of_the_same_baseline_supersedes_too(risk):
    await hear(risk, FIRST, estimate(FIRST, revision=2), estimate(FIRST, revision=1))

    newest, oldest = await budgets(risk)

    assert [(one["estimate_revision"], one["status"]) for one in (newest, oldest)] == [
        (2, "calculated"),
        (1, "superseded"),
    ]


@pytest.mark.parametrize("nothing", [withdrawn(2), closed(2)])
async def test_what_was_withdrawn_or_closed_does_not_count(risk, nothing):
    await hear(risk, FIRST, estimate(FIRST), nothing)

    [budget] = await budgets(risk)

    assert (budget["status"], budget["reason"]["code"]) == ("superseded", "baseline_void")
    assert [event.data["superseded_by_epoch"] for event in await told(risk, SUPERSEDED)] == [2]


async def test_candidates_that_have_lost_their_cause_say_so(risk):
    await hear(risk, FIRST, estimate(FIRST), SECOND, estimate(SECOND))

    register = (await risk.get("/risks", params={"view": "full", "sort": "code"})).json()["items"]

    assert {row["code"]: row["is_proposed"] for row in register} == {
        "RSK-CON-001": False, "RSK-R04": True, "RSK-R14": True,
    }  # fmt: skip
    assert [row["requirement_codes"] for row in register if row["code"] == "RSK-R04"] == [["REQ-010", "REQ-011"]]


async def state(client):
    """All that a schedule may end in: budgets, register, and what was said of which budget."""
    async with client.app.state.database.transaction(Context(tenant="acme", actor="test")) as session:
        budgets = (await session.scalars(sa.select(RiskBudget).order_by(RiskBudget.position))).all()
        risks = (await session.scalars(sa.select(RegisteredRisk).order_by(RegisteredRisk.code))).all()
        skipped = {"created_at", "created_by", "updated_at", "version"}

        def row(one):
            return {c.key: getattr(one, c.key) for c in sa.inspect(type(one)).column_attrs if c.key not in skipped}

        tables = [row(one) for one in (*budgets, *risks)]
    events = sorted((event.type, event.data.get("risk_budget_id", "")) for event in await told(client))
    return tables, events


@pytest.mark.parametrize("seed", range(12))
async def test_any_order_and_repetition_of_events_ends_in_the_same_state(start, seed):
    story = [opened(), FIRST, estimate(FIRST), estimate(FIRST, revision=2), withdrawn(2), baseline(3, needs("REQ-011")),
             estimate(baseline(3, needs("REQ-011")), days=25.0)]  # fmt: skip
    async with start("risk") as client:
        await hear(client, *story)
        expected = await state(client)
    letters = [envelope(event) for event in story]
    schedule = [*letters, *random.Random(seed).choices(letters, k=4)]
    random.Random(seed).shuffle(schedule)

    async with start("risk") as client:
        await hear(client, *schedule)

        tables, events = await state(client)

    assert tables == expected[0]
    assert events == expected[1]


async def test_an_unusable_estimate_fails_with_its_reason_in_both_languages(risk):
    await hear(risk, FIRST, estimate(FIRST, spread=(1.5, 0.95, 0.7)))

    [event] = await told(risk)
    [budget] = await budgets(risk)
    assert event.type == FAILED
    assert event.data["reason"]["code"] == "unusable_estimate"
    assert "lines.0.effort_days" in event.data["reason"]["message"]
    assert "lines.0.effort_days" in event.data["reason"]["message_zh"]
    assert (budget["status"], budget["contingency"], budget["percentiles"]) == (
        "failed",
        None,
        None,
    )
    curve = await risk.get(f"/risk-budgets/{budget['id']}/curve")
    assert (curve.status_code, curve.json()["code"]) == (409, "no_figures")


async def test_a_corrected_estimate_takes_the_place_of_a_failed_one(risk):
    await hear(risk, FIRST, estimate(FIRST, spread=(1.5, 0.95, 0.7)), estimate(FIRST, revision=2))

    newest, failed = await budgets(risk)

    assert (newest["status"], newest["freshness"], failed["status"]) == ("calculated", "fresh", "failed")
