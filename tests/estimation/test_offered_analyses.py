"""Economic analyses that are meant for the client: what is said of them, and when."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
import pyxirr

from services.estimation.handlers import on
from tests.conftest import said
from tests.support.estimation.economics import COMPLETED, analysed, priced
from tests.support.estimation.events import answered, approved, hear, requirement, risk_budget

OFFERED = "estimation.economic_analysis.offered.v1"
WITHDRAWN = "estimation.economic_analysis.withdrawn.v1"
PRICED = "estimation.estimate.priced.v1"
OWN = [{"code": "operation", "name": "Operation", "name_zh": "运维", "annual_amount": "20000", "growth_rate": 0.03}]


async def told(client, kind=OFFERED):
    return [event.data for event in await said(client.app.state.database, kind)]


async def offered(client, **assumptions):
    made = await analysed(client, **assumptions)
    answer = await client.act(f"/economic-analyses/{made['id']}/offer")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_what_is_offered_is_said_with_its_flows_and_figures(estimation):
    await priced(estimation)

    made = await offered(estimation, costs=OWN)

    [event] = await told(estimation)
    results = made["results"]
    assert (made["status"], event["version"]) == ("offered", made["version"])
    assert event["price"]["amount"] == made_price(await told(estimation, PRICED))
    net = [Decimal(one["benefits"]) - Decimal(one["price"]) - Decimal(one["own_costs"]) for one in event["flows"]]
    assert sum(Decimal(one["price"]) for one in event["flows"]) == Decimal(event["price"]["amount"])
    assert sum(Decimal(one["discounted"]) for one in event["flows"]) == Decimal(event["net_present_value"])
    worth = sum(float(one) / 1.08 ** flow["time_years"] for one, flow in zip(net, event["flows"], strict=True))
    assert round(worth, 2) == float(event["net_present_value"]) == float(results["net_present_value"])
    first, day = next(at for at, one in enumerate(net) if one), date.fromisoformat(event["start"])
    days = [day.toordinal() + round(flow["time_years"] * 365) for flow in event["flows"][first:]]
    rate = pyxirr.xirr([date.fromordinal(one) for one in days], list(map(float, net[first:])))
    assert event["internal_rate"] == pytest.approx(rate, abs=1e-9)
    assert {one["code"]: one["total"] for one in event["streams"]} == {
        "clerks": "900000.00", "operation": "106182.72", "price": event["price"]["amount"],
    }  # fmt: skip
    names = {"return_on_investment", "payback_years", "discounted_payback_years", "benefit_cost_ratio", "discount_rate"}
    assert {name: event[name] for name in names} == {name: results[name] for name in names}


def made_price(prices):
    return prices[-1]["price_excl_tax"]["amount"]


async def test_assumptions_are_said_in_words_of_both_languages(estimation):
    await priced(estimation)

    await offered(estimation, costs=OWN, price_timing="start", price_includes_tax=True)

    [event] = await told(estimation)
    en, zh = (" ".join(one[language] for one in event["assumptions"]) for language in ("en", "zh"))
    assert "Benefit – Fewer clerks: CNY 180,000.00 a year from year 1 to year 5." in en
    assert "客户自有支出——运维：第 1 至 5 年每年 20,000.00 元，逐年增长 3%。" in zh
    assert "including tax counts in full at the start" in en
    assert "（含税）于期初一次计入" in zh
    assert "discounted at a rate of 8% a year" in en
    assert Decimal(event["flows"][0]["price"]) == Decimal(event["price"]["amount"])


async def test_scenarios_sensitivity_and_simulation_are_said_too(estimation):
    await priced(estimation)
    spread = {"distribution": "triangular", "optimistic": 0.6, "most_likely": 1, "pessimistic": 1.2}

    made = await offered(
        estimation,
        scenarios=[{"name": "bad", "name_zh": "悲观", "probability": 0.3, "drivers": {"clerks": 0.4}},
                   {"name": "base", "probability": 0.7, "drivers": {}}],
        uncertain=[{"driver": "clerks", "estimate": spread}],
        samples=500,
    )  # fmt: skip

    [event] = await told(estimation)
    results = made["results"]
    assert [(one["name"], one["name_zh"]) for one in event["scenarios"]] == [("bad", "悲观"), ("base", "base")]
    assert event["simulation"]["p50"] == results["simulation"]["percentiles"]["p50"]
    assert [one["driver"] for one in event["sensitivity"]] == [bar["driver"] for bar in results["sensitivity"]]
    assert {one["name_zh"] for one in event["sensitivity"]} >= {"减少人工", "报价", "折现率"}


async def test_a_newer_price_is_said_after_the_case_that_counts_on_it(estimation):
    await priced(estimation)
    made = await offered(estimation)

    await hear(estimation, approved(2, [requirement(n) for n in range(6)]), on=on)
    await hear(estimation, risk_budget((await told(estimation, COMPLETED))[-1]), on=on)

    before, after = await told(estimation)
    assert after["price"]["amount"] == made_price(await told(estimation, PRICED)) != before["price"]["amount"]
    assert (after["basis"]["epoch"], after["offered_at"]) == (2, before["offered_at"])
    assert after["version"] > before["version"]
    order = [event.type for event in await said(estimation.app.state.database, OFFERED, PRICED)]
    assert order == [PRICED, OFFERED, OFFERED, PRICED]
    assert (await estimation.get(f"/economic-analyses/{made['id']}")).json()["status"] == "offered"


async def test_another_that_is_offered_takes_its_place(estimation):
    await priced(estimation)
    first = await offered(estimation)

    second = await offered(estimation, discount_rate=0.1)

    listed = (await estimation.get("/economic-analyses", params={"status": "offered"})).json()["items"]
    assert [one["id"] for one in listed] == [second["id"]]
    assert [one["economic_analysis_id"] for one in await told(estimation, WITHDRAWN)] == [first["id"]]


async def test_what_is_changed_while_it_is_offered_is_said_anew(estimation):
    await priced(estimation)
    made = await offered(estimation)
    body = {"assumptions": {**made["assumptions"], "discount_rate": 0.2}}

    await estimation.patch(f"/economic-analyses/{made['id']}", json=body, headers={"If-Match": f'"{made["version"]}"'})

    before, after = await told(estimation)
    assert (before["discount_rate"], after["discount_rate"]) == (0.08, 0.2)
    assert after["version"] > before["version"]


async def test_it_is_taken_back_by_withdrawing_and_by_deleting(estimation):
    await priced(estimation)
    made = await offered(estimation)

    back = (await estimation.act(f"/economic-analyses/{made['id']}/withdraw")).json()
    again = (await estimation.act(f"/economic-analyses/{made['id']}/offer")).json()
    gone = await estimation.delete(f"/economic-analyses/{made['id']}", headers={"If-Match": f'"{again["version"]}"'})

    assert (back["status"], back["offered_at"], gone.status_code) == ("draft", None, 204)
    versions = [event["version"] for event in await told(estimation, WITHDRAWN)]
    assert versions == sorted(versions)
    assert len(versions) == 2
    assert versions[-1] > again["version"]


async def test_our_side_and_what_is_stale_are_not_for_the_client_and_say_why(estimation):
    await priced(estimation)
    ours = await analysed(estimation, "supplier")
    theirs = await analysed(estimation)
    await hear(estimation, approved(2, [requirement(n) for n in range(6)]), on=on)

    refused = [await estimation.act(f"/economic-analyses/{one['id']}/offer") for one in (ours, theirs)]

    assert [(one.status_code, one.json()["code"]) for one in refused] == [
        (409, "of_our_side"), (409, "analysis_is_stale"),
    ]  # fmt: skip
    stale = (await estimation.get(f"/economic-analyses/{theirs['id']}")).json()
    offer = next(one for one in stale["allowed_actions"] if one["action"] == "offer")
    assert (offer["is_allowed"], offer["reason"]["code"]) == (False, "analysis_is_stale")
    assert await told(estimation) == []


async def test_offering_twice_and_withdrawing_what_is_not_offered_are_conflicts(estimation):
    await priced(estimation)
    made = await offered(estimation)

    twice = await estimation.act(f"/economic-analyses/{made['id']}/offer")
    await estimation.act(f"/economic-analyses/{made['id']}/withdraw")
    none = await estimation.act(f"/economic-analyses/{made['id']}/withdraw")

    assert [(one.status_code, one.json()["code"]) for one in (twice, none)] == [(409, "illegal_transition")] * 2


async def test_the_case_that_the_client_accepted_stays_and_no_other_takes_its_place(estimation):
    estimate, case = await priced(estimation), await offered(estimation)
    other = await analysed(estimation)
    await hear(estimation, answered(UUID(estimate["id"])), on=on)
    path = f"/economic-analyses/{case['id']}"

    tag = {"If-Match": (await estimation.get(path)).headers["ETag"]}
    refused = [
        await estimation.act(f"{path}/withdraw"),
        await estimation.patch(path, json={"name": "Another"}, headers=tag),
        await estimation.delete(path, headers=tag),
        await estimation.act(f"/economic-analyses/{other['id']}/offer"),
    ]

    assert [(one.status_code, one.json()["code"]) for one in refused] == [(409, "analysis_was_accepted")] * 4
    shown = (await estimation.get(path)).json()
    assert (shown["status"], shown["name"]) == ("offered", case["name"])
    assert not any(one["is_allowed"] for one in shown["allowed_actions"])
    assert not await told(estimation, WITHDRAWN)


async def test_a_case_that_was_accepted_goes_on_with_a_newer_price(estimation):
    estimate, case = await priced(estimation), await offered(estimation)
    await hear(estimation, answered(UUID(estimate["id"])), on=on)

    await priced(estimation, approved(epoch=2))

    withdrawn = await estimation.act(f"/economic-analyses/{case['id']}/withdraw")
    assert (withdrawn.status_code, withdrawn.json()["status"]) == (200, "draft"), withdrawn.text
