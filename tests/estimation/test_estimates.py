"""Estimates: made by events, seen over HTTP."""

import json
from decimal import Decimal

import pytest
from jsonschema import Draft202012Validator

from services.estimation.handlers import on
from shared.kernel.context import new_id
from shared.kernel.messaging import outbox
from shared.language.events.estimation import EstimateCompleted, EstimatePriced
from tests.support.estimation.estimates import COMPLETED, PRICED, estimates, priced, told
from tests.support.estimation.events import (
    DEAL,
    approved,
    closed,
    hear,
    rate_card,
    rates,
    requirement,
    risk_budget,
    withdrawn,
)

FAILED, SUPERSEDED = "estimation.estimate.failed.v1", "estimation.estimate.superseded.v1"


async def test_an_approved_baseline_is_estimated_and_the_event_says_everything(estimation):
    await hear(estimation, approved(), on=on)

    [estimate] = await estimates(estimation, opportunity_id=str(DEAL))
    [event] = await told(estimation, COMPLETED)
    assert (estimate["status"], estimate["freshness"], estimate["revision"]) == ("completed", "fresh", 1)
    assert estimate["id"] == event["estimate_id"]
    assert estimate["basis"] == event["basis"]
    assert event["planned_start"] == "2027-01-04"
    assert event["parameter_set"] == "csbmk-202510-2"
    assert len(event["concerns_digest"]) == 64
    assert {line["kind"] for line in event["lines"]} == {"requirement", "standing"}
    assert [method["method"] for method in event["methods"]] == ["three_point", "function_points"]
    assert {role for phase in event["phases"] for role in phase["role_days"]} == set(event["team"])
    Draft202012Validator(EstimateCompleted.model_json_schema(mode="serialization")).validate(event)


async def test_the_parts_of_the_event_add_up(estimation):
    await hear(estimation, approved(), on=on)

    [event] = await told(estimation, COMPLETED)
    labour, lines = Decimal(event["labour_cost"]["amount"]), event["lines"]
    assert sum(Decimal(line["cost"]) for line in lines) == labour
    assert sum(Decimal(phase["cost"]) for phase in event["phases"]) == labour
    assert round(sum(line["expected_days"] for line in lines), 2) == event["effort_days"]
    assert round(sum(phase["effort_days"] for phase in event["phases"]), 2) == event["effort_days"]
    for phase in event["phases"]:
        assert round(sum(line["phase_days"].get(phase["phase"], 0) for line in lines), 2) == phase["effort_days"]
    parts = [Decimal(event[name]["amount"]) for name in ("labour_cost", "material_cost", "financial_cost")]
    assert sum(parts) == Decimal(event["base_cost"]["amount"])
    assert sum(Decimal(item["amount"]) for item in event["cost_items"]) == parts[1] + parts[2]


async def test_a_risk_budget_prices_the_estimate(estimation):
    estimate = await priced(estimation, approved(budget="900000.00"))

    [event] = await told(estimation, PRICED)
    price = estimate["price"]
    assert (estimate["status"], event["risk_revision"]) == ("priced", 1)
    assert (price["tax_rate"], price["margin_rate"]) == (0.06, 0.15)
    assert sum(Decimal(line["amount"]) for line in price["price_lines"]) == Decimal(price["price_incl_tax"]["amount"])
    assert 0 <= price["budget_probability"] <= 1
    assert sum(Decimal(part["amount"]) for part in event["milestones"]) == Decimal(event["price_incl_tax"]["amount"])
    baseline = Decimal(event["total_budget"]["amount"]) - Decimal(event["management_reserve"]["amount"])
    assert sum(Decimal(month["planned"]) for month in event["months"]) == baseline
    assert sum(Decimal(phase["total"]) for phase in event["phases"]) == baseline
    assert {phase["phase"]: phase["contingency"] for phase in event["phases"]}["build"] == "20000.00"
    Draft202012Validator(EstimatePriced.model_json_schema(mode="serialization")).validate(event)


async def test_the_budget_plan_is_one_get(estimation):
    estimate = await priced(estimation)

    budget = (await estimation.get(f"/estimates/{estimate['id']}/budget")).json()

    assert [phase["phase"] for phase in budget["phases"]] == [
        "requirements", "design", "build", "test", "deployment", "warranty",
    ]  # fmt: skip
    assert budget["months"][0]["month"] == "2027-01"
    assert [milestone["code"] for milestone in budget["milestones"]] == [
        "signing", "design", "acceptance-test", "go-live", "warranty-end",
    ]  # fmt: skip
    assert budget["peak_funding"]["currency"] == "CNY"


async def test_there_is_no_budget_plan_before_the_price(estimation):
    await hear(estimation, approved(), on=on)
    [estimate] = await estimates(estimation)

    early = await estimation.get(f"/estimates/{estimate['id']}/budget", headers={"Accept-Language": "zh"})

    assert (early.status_code, early.json()["code"]) == (409, "not_priced_yet")
    assert "风险预算" in early.json()["detail"]


async def test_the_lines_come_in_pages_in_the_order_of_the_wbs(estimation):
    await hear(estimation, approved(), on=on)
    [estimate] = await estimates(estimation)
    path = f"/estimates/{estimate['id']}/lines"

    first = (await estimation.get(path, params={"limit": 5})).json()
    rest = (await estimation.get(path, params={"limit": 5, "cursor": first["next_cursor"]})).json()
    standing = (await estimation.get(path, params={"kind": "standing"})).json()
    strange = await estimation.get(path, params={"cursor": "nonsense"})

    codes = [line["code"] for line in first["items"] + rest["items"]]
    assert codes == ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5"]
    assert rest["next_cursor"] is None
    assert len(standing["items"]) == 5
    assert (strange.status_code, strange.json()["errors"][0]["code"]) == (422, "wrong_cursor")


async def test_cost_and_margin_are_for_those_who_may_see_cost(estimation):
    estimate = await priced(estimation, approved(budget="900000.00"))
    pia = estimation.as_("pia", "presales")

    shown = (await pia.get(f"/estimates/{estimate['id']}")).json()
    [listed] = await estimates(pia)
    lines = (await pia.get(f"/estimates/{estimate['id']}/lines")).json()["items"]
    budget = (await pia.get(f"/estimates/{estimate['id']}/budget")).json()

    hidden = ("labour_cost", "material_cost", "financial_cost", "base_cost", "daily_burn", "cost_items")
    of_price = (
        "base_cost", "contingency", "risk_response_cost", "management_reserve", "total_budget", "margin_rate",
        "peak_funding", "budget_probability", "price_lines",
    )  # fmt: skip
    for answer in (shown, listed):
        assert {answer[name] for name in hidden} == {None}
        assert {answer["price"][name] for name in of_price} == {None}
        assert {phase["cost"] for phase in answer["phases"]} == {None}
        assert answer["price"]["price_incl_tax"] == estimate["price"]["price_incl_tax"]
    assert {line[name] for line in lines for name in ("daily_cost", "cost")} == {None}
    assert lines[0]["expected_days"] > 0
    assert (budget["months"], budget["peak_funding"], budget["phases"][0]["labour"]) == (None, None, None)
    assert budget["milestones"][0]["amount"]
    assert (await pia.get("/rate-cards")).status_code == 403


async def test_a_missing_rate_fails_the_estimate_and_names_role_and_date(start):
    async with start("estimation") as client:
        await client.post("/rate-cards", json=rate_card(rates=rates(without=["architect"])))

        await hear(client, approved(), on=on)

        [estimate], [event] = await estimates(client), await told(client, FAILED)
        assert (estimate["status"], estimate["freshness"], estimate["base_cost"]) == ("failed", "stale", None)
        reason = event["reason"]
        assert estimate["reason"] == reason
        assert (reason["code"], reason["retryable"]) == ("unknown_role_rate", True)
        assert "architect" in reason["message"]
        assert "2027-01-04" in reason["message_zh"]
        assert reason["actions"] == ["add_rate", "recompute_estimate"]
        assert await told(client, COMPLETED) == []


async def test_a_rate_that_is_not_in_force_fails_the_estimate(start):
    async with start("estimation") as client:
        await client.post("/rate-cards", json=rate_card(valid_to="2026-12-31"))

        await hear(client, approved(), on=on)

        [event] = await told(client, FAILED)
        assert event["reason"]["code"] == "rate_not_in_force_on_date"


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (approved(requirements=[requirement(1, priority="wont")]), "nothing_to_estimate"),
        (approved(requirements=[requirement(1, "sorcery")]), "kind_without_parameters"),
        (approved(planned_start="9999-12-31"), "start_out_of_reach"),
    ],
)
async def test_what_cannot_be_estimated_fails_with_its_reason_in_both_languages(estimation, event, code):
    await hear(estimation, event, on=on)

    [failed] = await told(estimation, FAILED)
    assert failed["reason"]["code"] == code
    assert failed["reason"]["message"] != failed["reason"]["message_zh"]


async def test_an_estimate_too_large_to_tell_fails_with_nothing_half_written(estimation, monkeypatch):
    # What is too large in earnest takes long to compute.
    monkeypatch.setattr(outbox, "MOST_BYTES", 1024 * 1024)
    long = [requirement(number, title="需" * 300) for number in range(900)]

    await hear(estimation, approved(requirements=long), on=on)

    [estimate] = await estimates(estimation)
    lines = (await estimation.get(f"/estimates/{estimate['id']}/lines")).json()["items"]
    assert (estimate["status"], estimate["reason"]["code"], lines) == ("failed", "event_too_large", [])
    assert [event["reason"]["code"] for event in await told(estimation)] == ["event_too_large"]


async def test_recomputing_after_the_rate_is_there_makes_the_next_revision(start):
    async with start("estimation") as client:
        card = (await client.post("/rate-cards", json=rate_card(rates=rates(without=["architect"])))).json()
        await hear(client, approved(), on=on)
        [failed] = await estimates(client)
        chen = client.as_("chen", "estimator")

        still = await chen.act(f"/estimates/{failed['id']}/recompute")
        await chen.patch(f"/rate-cards/{card['id']}", json={"rates": rates()}, headers={"If-Match": '"1"'})
        again = await chen.act(f"/estimates/{failed['id']}/recompute")

        assert (still.status_code, still.json()["code"]) == (422, "unknown_role_rate")
        assert (again.status_code, again.json()["revision"], again.json()["status"]) == (201, 2, "completed")
        assert again.headers["Location"] == f"/v1/estimates/{again.json()['id']}"
        [new, old] = await estimates(client)
        assert (new["id"], old["status"], old["reason"]["code"]) == (again.json()["id"], "superseded", "estimate_newer")
        assert [event["revision"] for event in await told(client, SUPERSEDED)] == [1]
        [completed] = await told(client, COMPLETED)
        await hear(client, risk_budget(completed), on=on)
        assert (await estimates(client))[0]["status"] == "priced"


async def test_only_the_newest_estimate_can_be_recomputed_and_it_says_so(estimation):
    await hear(estimation, approved(), approved(2), on=on)
    new, old = await estimates(estimation)

    refused = await estimation.act(f"/estimates/{old['id']}/recompute", **{"Accept-Language": "zh"})

    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
    action, *_ = old["allowed_actions"]
    assert (action["action"], action["is_allowed"], action["reason"]["code"]) == (
        "recompute",
        False,
        "illegal_transition",
    )
    assert new["allowed_actions"][0]["is_allowed"]


async def test_recomputing_needs_the_permission_and_the_version_seen(estimation):
    await hear(estimation, approved(), on=on)
    [estimate] = await estimates(estimation)
    path = f"/estimates/{estimate['id']}/recompute"

    viewer = await estimation.as_("vera", "viewer").act(path)
    blind = await estimation.post(path)
    stale = await estimation.post(path, headers={"If-Match": '"9"'})

    assert (viewer.status_code, blind.status_code, stale.status_code) == (403, 428, 412)


async def test_recomputing_uses_the_rates_and_the_parameter_set_in_force(estimation):
    await hear(estimation, approved(), on=on)
    [before] = await estimates(estimation)
    wish = {
        "name": "house-1", "title": "Our margin", "changes": {"commerce": {"margin_rate": "0.25"}},
        "provenance": [{"part": "commerce: margin", "source": "Board, November 2026", "standing": "assumed"}],
    }  # fmt: skip
    assert (await estimation.post("/parameter-sets", json=wish)).status_code == 201

    after = (await estimation.act(f"/estimates/{before['id']}/recompute")).json()

    assert (before["parameter_set"], after["parameter_set"]) == ("csbmk-202510-2", "house-1")
    completed = (await told(estimation, COMPLETED))[-1]
    await hear(estimation, risk_budget(completed), on=on)
    assert (await estimates(estimation))[0]["price"]["margin_rate"] == 0.25


async def test_a_newer_baseline_supersedes_and_a_withdrawal_voids(estimation):
    await priced(estimation)
    await hear(estimation, approved(2), on=on)

    statuses = [(one["basis"]["epoch"], one["status"]) for one in await estimates(estimation)]
    await hear(estimation, withdrawn(3), on=on)
    [newest, _] = await estimates(estimation)

    assert statuses == [(2, "completed"), (1, "superseded")]
    assert (newest["status"], newest["freshness"], newest["reason"]["code"]) == ("superseded", "stale", "baseline_void")
    assert [event["superseded_by_epoch"] for event in await told(estimation, SUPERSEDED)] == [2, 3]


async def test_closing_the_opportunity_voids_its_estimates_and_no_others(estimation):
    other = new_id()
    await hear(estimation, approved(), approved(deal=other), closed(2), on=on)

    [gone] = await estimates(estimation, opportunity_id=str(DEAL))
    [kept] = await estimates(estimation, opportunity_id=str(other))

    assert (gone["status"], kept["status"]) == ("superseded", "completed")


@pytest.mark.parametrize(
    "query",
    [{"colour": "red"}, {"sort": "colour"}, {"limit": 0}, {"cursor": "x"}, {"status": "lovely"}, {"revision": 0}],
)
async def test_an_unknown_filter_sort_or_cursor_is_refused(estimation, query):
    answer = await estimation.get("/estimates", params=query)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_estimates_are_found_by_what_they_are(estimation):
    await hear(estimation, approved(), approved(2), on=on)

    found = {
        "status": await estimates(estimation, status="superseded"),
        "baseline": await estimates(estimation, baseline_id=str(approved(2).baseline_id)),
        "limit": await estimates(estimation, limit=1),
    }

    assert {name: [one["basis"]["epoch"] for one in rows] for name, rows in found.items()} == {
        "status": [1],
        "baseline": [2],
        "limit": [2],
    }


async def test_another_tenant_sees_nothing(estimation):
    estimate = await priced(estimation)
    stranger = estimation.as_("eve", "admin", tenant="other")

    assert await estimates(stranger) == []
    for path in ("", "/lines", "/budget"):
        assert (await stranger.get(f"/estimates/{estimate['id']}{path}")).status_code == 404


async def test_a_list_carries_key_figures_and_cost_only_for_who_may_see_it(estimation):
    await hear(estimation, approved(), on=on)

    [item] = (await estimation.get("/estimates")).json()["items"]
    [full] = (await estimation.get("/estimates?view=full")).json()["items"]
    one = (await estimation.get(f"/estimates/{item['id']}")).json()
    [hidden] = (await estimation.as_("lin", "presales").get("/estimates")).json()["items"]

    assert full == one
    assert len(json.dumps(item, ensure_ascii=False)) < 2000
    shared = item.keys() & one.keys()
    assert {name: item[name] for name in shared} == {name: one[name] for name in shared}
    assert (item["price_incl_tax"], item["base_cost"] is not None) == (None, True)
    assert hidden == {**item, "base_cost": None}
