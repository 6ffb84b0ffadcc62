"""Matrices and policies: versions in force for a tenant or for one opportunity, and what follows them."""

import pytest

from tests.conftest import said
from tests.support.risk.example import DEAL, estimate, opened
from tests.support.risk.published import case
from tests.support.risk.register import SECOND, budgets, by_code, hear, recomputed, revise
from tests.support.risk.waiting import wait

THREE = {"name": "Three by three", "probability": ["0.1", "0.5", "0.9"], "impact": ["0.1", "0.4", "0.8"],
         "probability_bounds": [0.3, 0.7], "cost_bounds": [0.05, 0.2], "time_bounds": [0.05, 0.2],
         "low": "0.10", "high": "0.30"}  # fmt: skip


async def active(client, collection="risk-matrices"):
    [row] = (await client.get(f"/{collection}", params={"status": "active", "view": "full"})).json()["items"]
    return row


async def test_a_tenant_starts_with_the_printed_matrix(risk):
    shipped = await active(risk)

    printed = case("risk", "pmbok-matrix")
    assert (shipped["is_shipped"], shipped["number"]) == (True, 1)
    assert shipped["scores"] == printed["expected"]["matrix"]
    assert shipped["probability"][::-1] == printed["inputs"]["probability"]
    assert shipped["impact"] == printed["inputs"]["impact"]


async def test_the_matrix_can_rank_the_smaller_expected_value_higher(risk):
    inversion = case("risk", "rating-inversion")
    items = [
        {"key": one["id"], "probability": one["p"], "cost_share": one["impact_pct"]}
        for one in inversion["inputs"]["risks"]
    ]

    x, y = (await risk.post(f"/risk-matrices/{(await active(risk))['id']}/place", json={"items": items})).json()[
        "items"
    ]

    wanted = inversion["expected"]
    assert (float(x["score"]), float(y["score"])) == (wanted["score_x"], wanted["score_y"])
    assert x["expected_cost_share"] == pytest.approx(wanted["emv_fraction_x"], abs=1e-9)
    assert y["expected_cost_share"] == pytest.approx(wanted["emv_fraction_y"], abs=1e-9)


async def test_every_open_risk_is_rated_by_the_new_matrix(risk):
    before = await by_code(risk, "RSK-R04")

    made = await revise(risk, THREE)

    after = await by_code(risk, "RSK-R04")
    assert (made["number"], made["status"], made["scope_bounds"]) == (2, "active", [0.05, 0.2])
    assert (before["probability_level"], after["probability_level"]) == (3, 2)
    assert after["score"] in {float(score) for row in made["scores"] for score in row}
    assert len((await risk.get("/risk-matrices")).json()["items"]) == 2


async def test_a_budget_keeps_the_matrix_that_it_was_rated_by(risk):
    [old] = await budgets(risk)
    await revise(risk, THREE)

    told = await recomputed(risk)

    new, _ = await budgets(risk)
    maps = [(await risk.get(f"/risk-budgets/{one['id']}/heat-map")).json() for one in (old, new)]
    assert [len(one["cells"]) for one in maps] == [25, 9]
    assert sum(cell["count"] for cell in maps[1]["cells"]) == 2
    assert (told["matrix"]["probability"], told["matrix"]["ratings"][2]) == (
        ["0.1", "0.5", "0.9"],
        ["low", "high", "high"],
    )
    assert (old["freshness"], new["contingency"]) == ("fresh", old["contingency"])


@pytest.mark.parametrize("size", range(3, 8))
async def test_the_heat_maps_of_the_register_are_as_large_as_the_matrix(risk, size):
    steps = [round((n + 1) / (size + 1), 2) for n in range(size)]
    levels, bounds = [str(step) for step in steps], steps[1:]
    await revise(risk, {**THREE, "probability": levels, "impact": levels, "probability_bounds": bounds,
                        "cost_bounds": bounds, "time_bounds": bounds})  # fmt: skip

    maps = (await risk.get("/risks/heat-maps", params={"opportunity_id": str(DEAL)})).json()

    for name in ("inherent", "current", "residual"):
        assert len(maps[name]) == size * size
        assert sorted(code for cell in maps[name] for code in cell["codes"]) == ["RSK-CON-001", "RSK-R04"]
    total = {name: sum(float(cell["expected_value"]) for cell in maps[name]) for name in ("inherent", "residual")}
    assert total["residual"] < total["inherent"]


async def test_before_there_is_an_estimate_risks_have_no_place(start):
    async with start("risk") as client:
        await hear(client, opened())
        seen = (await client.get("/risks/heat-maps", params={"opportunity_id": str(DEAL)})).json()
        unknown = await client.get(
            "/risks/heat-maps", params={"opportunity_id": "5b1d0a52-7d0f-4c6e-9a51-2f1c55d1afff"}
        )

    assert sum(cell["count"] for cell in seen["current"]) == 0
    assert unknown.status_code == 404


async def test_expected_values_in_the_heat_maps_are_for_those_who_may_see_cost(risk):
    seen = await risk.as_("pia", "presales").get("/risks/heat-maps", params={"opportunity_id": str(DEAL)})

    assert {cell["expected_value"] for cell in seen.json()["current"]} == {None}


async def test_one_opportunity_may_have_a_matrix_of_its_own_until_it_is_retired(risk):
    own = await revise(risk, {**THREE, "opportunity_id": str(DEAL)})
    rated = (await by_code(risk, "RSK-R04"))["probability_level"]

    retired = await risk.act(f"/risk-matrices/{own['id']}/retire")
    await wait(risk, seconds=1)

    shipped = await active(risk)
    assert (rated, (await by_code(risk, "RSK-R04"))["probability_level"]) == (2, 3)
    assert (retired.json()["status"], shipped["is_shipped"]) == ("inactive", True)
    retire = next(one for one in shipped["allowed_actions"] if one["action"] == "retire")
    assert (retire["is_allowed"], retire["reason"]["code"]) == (False, "none_would_be_left")
    refused = await risk.act(f"/risk-matrices/{shipped['id']}/retire")
    assert (refused.status_code, refused.json()["code"]) == (409, "none_would_be_left")


async def test_an_earlier_version_can_be_put_in_force_again(risk):
    shipped = await active(risk)
    await revise(risk, THREE)

    again = await risk.act(f"/risk-matrices/{shipped['id']}/activate")

    assert (again.json()["status"], (await active(risk))["id"]) == ("active", shipped["id"])
    twice = await risk.act(f"/risk-matrices/{shipped['id']}/activate")
    assert (twice.status_code, twice.json()["code"]) == (409, "illegal_transition")


@pytest.mark.parametrize(
    ("facts", "pointer", "code"),
    [
        ({"probability": ["0.1", "0.9"]}, "/probability", "too_few"),
        ({"impact": [f"0.{n}" for n in range(1, 9)]}, "/impact", "too_many"),
        ({"probability": ["0.1", "0.9", "0.5"]}, "", "not_ascending"),
        ({"cost_bounds": [0.2, 0.2]}, "", "not_ascending"),
        ({"cost_bounds": [0.2]}, "", "wrong_count"),
        ({"probability_bounds": []}, "", "wrong_count"),
        ({"low": "0.3"}, "", "threshold_order"),
        ({"probability": ["0", "0.5", "0.9"]}, "/probability/0", "too_small"),
        ({"probability": ["NaN", "0.5", "0.9"]}, "/probability/0", "not_finite"),
        ({"decimals": 9}, "/decimals", "too_large"),
    ],
)
async def test_a_matrix_that_cannot_be_is_refused(risk, facts, pointer, code):
    refused = await risk.post("/risk-matrices", json={**THREE, **facts})

    assert refused.status_code == 422
    assert [(one["pointer"], one["code"]) for one in refused.json()["errors"]] == [(pointer, code)]


async def test_a_new_policy_makes_budgets_stale_and_counts_in_the_next(risk):
    [before] = await budgets(risk)

    made = await revise(
        risk, {"name": "Bold", "confidence": 0.5, "management_reserve_rate": "0.1", "correlation_within": 0.6}, "risk-policies"
    )  # fmt: skip

    [stale] = await budgets(risk)
    assert (made["confidence"], made["samples"], made["correlation_across"]) == (0.5, 10_000, 0.1)
    assert (stale["freshness"], stale["reason"]["code"], stale["reason"]["actions"]) == (
        "recomputing", "policy_changed", ["recompute"],
    )  # fmt: skip
    budget = await recomputed(risk)
    assert budget["confidence"] == 0.5
    assert float(budget["contingency"]["amount"]) < float(before["contingency"]["amount"])
    assert (await budgets(risk))[0]["freshness"] == "fresh"


async def test_after_a_policy_that_is_taken_back_the_next_budget_is_the_same_and_fresh_for_all_who_were_told(risk):
    await revise(risk, {"name": "Bold", "confidence": 0.5}, "risk-policies")
    [first] = (await risk.get("/risk-policies", params={"status": "inactive"})).json()["items"]

    await risk.act(f"/risk-policies/{first['id']}/activate")
    await wait(risk, seconds=1)
    [waiting] = await budgets(risk)
    await wait(risk, minutes=1)

    newest, oldest = await budgets(risk)
    assert (waiting["freshness"], waiting["reason"]["code"]) == ("recomputing", "policy_changed")
    assert (newest["freshness"], newest["reason"], newest["confidence"]) == ("fresh", None, 0.8)
    assert newest["total_reserve"] == oldest["total_reserve"]


async def test_budgets_follow_another_matrix_since_their_ratings_do(risk):
    before = await told(risk)
    await revise(risk, THREE)

    await wait(risk, minutes=1)

    [outdated] = await said(risk.app.state.database, "risk.budget.outdated.v1")
    assert outdated.data["reason"]["code"] == "policy_changed"
    assert [risk["probability_level"] for risk in before["risks"]] == [3, 2]
    after = await told(risk)
    assert (after["revision"], [risk["probability_level"] for risk in after["risks"]]) == (2, [2, 1])
    assert after["contingency"] == before["contingency"]


async def told(client):
    """The newest budget as its event tells it."""
    return (await said(client.app.state.database, "risk.budget.calculated.v1"))[-1].data


async def test_what_a_person_asked_for_beside_the_policy_holds_for_later_revisions(risk):
    await recomputed(risk, confidence=0.9)
    await revise(risk, {"name": "Careful", "confidence": 0.7, "management_reserve_rate": "0.2"}, "risk-policies")

    await recomputed(risk)

    newest = (await budgets(risk))[0]
    assert (newest["confidence"], newest["management_reserve_rate"]) == (0.9, "0.2")


async def test_a_new_estimate_is_budgeted_by_the_policy_in_force(risk):
    await revise(risk, {"name": "Bold", "confidence": 0.5}, "risk-policies")

    await hear(risk, SECOND, estimate(SECOND))

    [*_, budget] = await said(risk.app.state.database, "risk.budget.calculated.v1")
    assert (budget.data["basis"]["epoch"], budget.data["confidence"]) == (2, 0.5)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"confidence": 1.2}, "too_large"),
        ({"correlation_within": 0.1, "correlation_across": 0.2}, "corr_out_of_range"),
        ({"correlation_within": 1.5}, "too_large"),
        ({"samples": 10}, "too_small"),
        ({"management_reserve_rate": "1.5"}, "too_large"),
        ({"colour": "red"}, "unknown_field"),
    ],
)
async def test_a_policy_that_cannot_be_is_refused(risk, facts, code):
    refused = await risk.post("/risk-policies", json={"name": "Wrong", **facts})

    assert (refused.status_code, [one["code"] for one in refused.json()["errors"]]) == (422, [code])


async def test_settings_are_a_tenants_own_and_for_those_who_may(risk):
    made = await revise(risk, THREE)
    stranger = risk.as_("eve", "admin", tenant="other")

    assert (await active(stranger))["is_shipped"]
    assert (await stranger.get(f"/risk-matrices/{made['id']}")).status_code == 404
    assert (await stranger.post("/risk-matrices", json={**THREE, "opportunity_id": str(DEAL)})).status_code == 404
    for collection in ("risk-matrices", "risk-policies"):
        refused = await risk.as_("pia", "presales").post(f"/{collection}", json=THREE)
        assert refused.status_code == 403
