"""What a scenario would need as a risk budget, with risks that count otherwise."""

import pytest

from services.risk.handlers import on_scenarios
from shared.language.events.estimation import ScenarioEstimated
from shared.language.events.risk import RiskOverride
from tests.conftest import envelope, said
from tests.support.risk.example import DEAL, estimate, key
from tests.support.risk.register import FIRST, budgets


async def budgeted(client, number, *overrides):
    """The risk budget that the stage answers to a scenario with these overrides."""
    event = ScenarioEstimated(
        opportunity_id=DEAL, scenario_id=key("run", number), baseline=FIRST, estimate=estimate(FIRST),
        risk_overrides=overrides,
    )  # fmt: skip
    await on_scenarios.handle(client.app.state.database, [envelope(event)])
    return (await said(client.app.state.database, "risk.scenario.budgeted.v1"))[-1].data["risk"]


async def test_without_overrides_it_is_the_budget_that_there_is(risk):
    [real] = await budgets(risk)

    found = await budgeted(risk, 1)

    assert (found["contingency"], found["percentiles"]) == (real["contingency"], real["percentiles"])


async def test_a_risk_counts_otherwise_or_not_at_all(risk):
    usual = await budgeted(risk, 1)
    [first, second] = usual["risks"]

    likelier = await budgeted(risk, 2, RiskOverride(risk_id=first["id"], probability=0.99, impact_factor=3))
    without = await budgeted(risk, 3, RiskOverride(risk_id=first["id"], is_excluded=True))
    after = await budgeted(risk, 4)

    told = {one["id"]: one for one in likelier["risks"]}
    assert told[first["id"]]["inherent_probability"] == 0.99
    assert told[first["id"]]["inherent_impact_cost"]["most_likely"] == pytest.approx(
        3 * first["inherent_impact_cost"]["most_likely"], abs=0.1
    )
    assert told[second["id"]]["expected_value"] == second["expected_value"]
    assert float(likelier["contingency"]["amount"]) > float(usual["contingency"]["amount"])
    assert [one["id"] for one in without["risks"]] == [second["id"]]
    assert after == {**usual, "risk_budget_id": after["risk_budget_id"], "estimate_id": after["estimate_id"]}
