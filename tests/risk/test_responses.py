"""Responses over HTTP: several measures for each risk, and what they leave of it."""

from uuid import uuid4

import pytest

from tests.support.risk.example import DEAL, estimate, opened
from tests.support.risk.register import RESPONSE, SECOND, budgets, by_code, cost, counted, hear, recomputed, wish

TRIGGERED = {**RESPONSE, "strategy": "mitigate", "kind": "contingency", "trigger": "The bureau says so"}


async def plan(client, code="RSK-R04", **facts):
    row = await by_code(client, code)
    made = await client.post("/responses", json={**RESPONSE, "risk_id": row["id"], **facts})
    assert made.status_code == 201, made.text
    return made.json()


async def of_risk(client, code):
    row = await by_code(client, code)
    return (await client.get("/responses", params={"view": "full", "risk_id": row["id"], "sort": "code"})).json()[
        "items"
    ]


async def test_a_rule_proposes_a_preventive_and_a_contingency_measure(risk):
    contingency, preventive = await of_risk(risk, "RSK-R04")

    row = await by_code(risk, "RSK-R04")
    assert (preventive["code"], preventive["kind"], preventive["status"]) == ("RSK-R04-P", "preventive", "planned")
    assert (contingency["kind"], contingency["trigger_zh"]) == ("contingency", row["title_zh"])
    assert preventive["effect"]["leverage"] > 0
    assert row["inherent"]["probability"] == row["current"]["probability"] == row["probability"]
    assert row["residual"]["probability"] == pytest.approx(0.7 * row["probability"])
    assert [one["id"] for one in row["responses"]] == [contingency["id"], preventive["id"]]


async def test_what_is_implemented_is_in_the_current_assessment(risk):
    _, preventive = await of_risk(risk, "RSK-R04")
    await risk.act(f"/responses/{preventive['id']}/start")

    done = await risk.act(f"/responses/{preventive['id']}/implement")

    row = await by_code(risk, "RSK-R04")
    assert done.json()["status"] == "implemented"
    assert row["current"]["probability"] == row["residual"]["probability"] < row["inherent"]["probability"]
    assert row["current"]["impact_cost"] == row["inherent"]["impact_cost"]
    assert [one["freshness"] for one in await budgets(risk)] == ["fresh"]


async def test_a_new_measure_makes_the_budget_stale_and_the_next_one_smaller(risk):
    made = await plan(risk, probability_factor=0.5, strategy="mitigate")

    [stale] = await budgets(risk)
    budget = await recomputed(risk)

    assert (made["code"], made["origin"], made["cost"]["amount"]) == ("RSK-R04-01", "person", "500.00")
    assert (stale["freshness"], stale["reason"]["code"]) == ("recomputing", "register_changed")
    fact = counted(budget, "RSK-R04")
    assert fact["probability"] == pytest.approx(0.35 * fact["inherent_probability"], abs=1e-6)
    assert [one["code"] for one in fact["responses"]] == ["RSK-R04-P", "RSK-R04-C", "RSK-R04-01"]
    assert "Agree who pays" in fact["response"]["preventive"]
    assert float(budget["response_cost"]["amount"]) == float(stale["response_cost"]["amount"]) + 500


async def test_a_cancelled_measure_neither_costs_nor_helps_whatever_newer_baselines_propose(risk):
    _, preventive = await of_risk(risk, "RSK-R04")
    done = await risk.act(f"/responses/{preventive['id']}/cancel", {"reason": "No time"})

    await hear(risk, SECOND, estimate(SECOND))

    row = await by_code(risk, "RSK-R04")
    [newest, *_] = await budgets(risk)
    detail = (await risk.get(f"/risk-budgets/{newest['id']}")).json()
    assert (done.json()["status"], done.json()["status_reason"]) == ("cancelled", "No time")
    assert row["residual"]["probability"] == row["inherent"]["probability"]
    assert counted(detail, "RSK-R04")["probability"] == row["probability"]
    resumed = await risk.act(f"/responses/{preventive['id']}/resume")
    assert (resumed.json()["status"], resumed.json()["status_reason"]) == ("planned", None)


async def test_what_a_person_decided_on_a_measure_survives_a_newer_baseline(risk):
    _, preventive = await of_risk(risk, "RSK-R04")
    tag = {"If-Match": f'"{preventive["version"]}"'}
    changed = await risk.patch(
        f"/responses/{preventive['id']}", json={"cost": {"amount": "1.50", "currency": "CNY"}}, headers=tag
    )

    await hear(risk, SECOND, estimate(SECOND))

    _, kept = await of_risk(risk, "RSK-R04")
    assert changed.json()["decided"] == kept["decided"] == ["cost"]
    assert kept["cost"]["amount"] == "1.50"


async def test_secondary_risks_lower_the_return(risk):
    brought = (await risk.post("/risks", json=wish(probability=0.5, impact_cost=cost(100, 100, 100)))).json()

    alone = await plan(risk, probability_factor=0.5, strategy="mitigate")
    tag = {"If-Match": f'"{alone["version"]}"'}
    seen = await risk.patch(f"/responses/{alone['id']}", json={"secondary_risk_ids": [brought["id"]]}, headers=tag)

    effect = seen.json()["effect"]
    assert effect["expected_value_secondary"]["amount"] == "50.00"
    assert effect["leverage"] == pytest.approx(alone["effect"]["leverage"] - 50 / 500, abs=1e-3)


async def test_before_there_is_an_estimate_an_effect_cannot_be_measured(start):
    async with start("risk") as client:
        await hear(client, opened())
        row = (await client.post("/risks", json=wish(responses=[RESPONSE]))).json()

        [measure] = await of_risk(client, "RSK-001")

        assert (measure["effect"], row["response_return"]) == (None, None)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"strategy": "exploit"}, "wrong_strategy"),
        ({"probability_factor": 1.5}, "wrong_factor"),
        ({"kind": "contingency"}, "no_trigger"),
        ({"strategy": "accept"}, "wrong_acceptance"),
        ({"acceptance": "active"}, "wrong_acceptance"),
        ({"cost": {"amount": "-1", "currency": "CNY"}}, "negative_amount"),
        ({"cost": {"amount": "NaN", "currency": "CNY"}}, "not_finite"),
        ({"probability_factor": "much"}, "wrong_type"),
        ({"statement": "a\x00b"}, "null_character"),
    ],
)
async def test_a_wrong_measure_is_refused(risk, facts, code):
    row = await by_code(risk, "RSK-R04")

    refused = await risk.post("/responses", json={**RESPONSE, "risk_id": row["id"], **facts})

    assert (refused.status_code, [one["code"] for one in refused.json()["errors"]]) == (422, [code])


async def test_measures_of_others_risks_are_not_found(risk):
    row = await by_code(risk, "RSK-R04")
    stranger = risk.as_("eve", "admin", tenant="other")
    _, preventive = await of_risk(risk, "RSK-R04")

    answers = [
        await risk.post("/responses", json={**RESPONSE, "risk_id": str(uuid4())}),
        await risk.post("/responses", json={**RESPONSE, "risk_id": row["id"], "secondary_risk_ids": [str(uuid4())]}),
        await risk.post("/responses", json={**RESPONSE, "risk_id": row["id"], "secondary_risk_ids": [row["id"]]}),
        await stranger.post("/responses", json={**RESPONSE, "risk_id": row["id"]}),
        await stranger.get(f"/responses/{preventive['id']}"),
        await stranger.post(f"/responses/{preventive['id']}/start", headers={"If-Match": '"1"'}),
    ]

    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert (await stranger.get("/responses")).json()["items"] == []


async def test_a_foreign_currency_and_a_stale_version_are_refused(risk):
    row = await by_code(risk, "RSK-R04")
    _, preventive = await of_risk(risk, "RSK-R04")
    dollars = {**RESPONSE, "risk_id": row["id"], "cost": {"amount": "1", "currency": "USD"}}

    foreign = await risk.post("/responses", json=dollars)
    late = await risk.patch(f"/responses/{preventive['id']}", json={"owner": "wei"}, headers={"If-Match": '"99"'})

    assert (foreign.status_code, foreign.json()["code"]) == (422, "other_currency")
    assert (late.status_code, late.json()["current_version"]) == (412, preventive["version"])


async def test_what_is_over_cannot_be_changed(risk):
    _, preventive = await of_risk(risk, "RSK-R04")
    done = (await risk.act(f"/responses/{preventive['id']}/implement")).json()

    late = await risk.patch(
        f"/responses/{done['id']}", json={"owner": "wei"}, headers={"If-Match": f'"{done["version"]}"'}
    )
    again = await risk.act(f"/responses/{done['id']}/cancel", {"reason": "不再需要"})

    assert (late.status_code, late.json()["code"]) == (409, "response_is_over")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    cancel = next(one for one in done["allowed_actions"] if one["action"] == "cancel")
    assert (cancel["is_allowed"], cancel["reason"]["code"]) == (False, "illegal_transition")


async def test_measures_can_be_filtered(risk):
    made = await plan(risk, **TRIGGERED, owner="wei")

    found = await risk.get("/responses", params={"opportunity_id": str(DEAL), "kind": "contingency", "owner": "wei"})

    assert [one["id"] for one in found.json()["items"]] == [made["id"]]
