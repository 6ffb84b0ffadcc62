"""Economic analyses over HTTP, and how they follow the price."""

from datetime import date
from decimal import Decimal

import pytest
import pyxirr

from services.estimation.handlers import on
from shared.kernel.context import new_id
from tests.conftest import said
from tests.support.estimation.economics import COMPLETED, analysed, priced, wish
from tests.support.estimation.events import approved, hear, requirement, risk_budget


async def test_the_clients_case_is_its_benefits_against_the_price_as_it_is_paid(estimation):
    await priced(estimation)

    found = (await analysed(estimation, horizon_years=5))["results"]

    plan = (await estimation.get("/budget-plans?view=full")).json()["items"][0]
    start = date.fromisoformat(plan["start"])
    net, gross = (Decimal(plan[name]["amount"]) for name in ("price_excl_tax", "price_incl_tax"))
    flows = [(date(start.year + year, start.month, start.day), 180_000.0) for year in range(1, 6)]
    flows += [
        (date.fromisoformat(one["due"]), -float(Decimal(one["amount"]) * net / gross)) for one in plan["milestones"]
    ]
    flows.append((start, 0.0))
    dates, amounts = zip(*flows, strict=True)
    assert float(found["dated"]["net_present_value"]) == pytest.approx(pyxirr.xnpv(0.08, dates, amounts), abs=0.01)
    assert found["dated"]["rate_of_return"]["nearest_to_zero"] == pytest.approx(pyxirr.xirr(dates, amounts), abs=1e-6)
    assert found["rate_of_return"]["value"] == pytest.approx(pyxirr.xirr(dates, amounts), rel=0.01)
    assert float(found["net_present_value"]) == pytest.approx(float(found["dated"]["net_present_value"]), rel=0.01)
    assert float(found["flows"][-1]["cumulative"]) == pytest.approx(sum(amounts), abs=0.02)
    assert found["benefit_cost_ratio"] > 1
    even = {one["driver"]: one["value"] for one in found["break_even"]}
    assert even["price"] == pytest.approx(found["benefit_cost_ratio"], rel=1e-6)
    assert found["supplier"] is None


async def test_everything_that_is_asked_for_is_answered(estimation):
    await priced(estimation)

    found = (
        await analysed(
            estimation,
            horizon_years=6,
            discount_rate=0.05,
            rate_basis="real",
            inflation_rate=0.02,
            costs=[{"code": "operation", "name": "Operation", "amounts": ["0", "20000", "21000"]}],
            sensitivity=[{"driver": "price", "low": 0.9, "high": 1.2}],
            two_way={"driver": "price", "values": [0.9, 1, 1.1], "other": "clerks", "other_values": [0.8, 1.2]},
            scenarios=[
                {"name": "bad", "probability": 0.3, "drivers": {"clerks": 0.4, "delay_years": 1}},
                {"name": "base", "probability": 0.7, "drivers": {}},
            ],
            uncertain=[
                {"driver": "clerks", "estimate": {"distribution": "triangular", "optimistic": 0.6, "most_likely": 1,
                                                  "pessimistic": 1.2}},
                {"driver": "discount_rate", "estimate": {"distribution": "uniform", "optimistic": 0.05,
                                                         "pessimistic": 0.1}},
            ],
            samples=2000,
            seed=42,
        )
    )["results"]  # fmt: skip

    assert (found["nominal_rate"], found["real_rate"]) == (pytest.approx(0.071), 0.05)
    assert [bar["driver"] for bar in found["sensitivity"]] == ["price"]
    assert found["two_way"]["net_present_values"][1][0] != found["two_way"]["net_present_values"][1][1]
    bad, base = (Decimal(one["net_present_value"]) for one in found["outlook"]["scenarios"])
    assert base == Decimal(found["net_present_value"]) > bad
    expected = bad * Decimal("0.3") + base * Decimal("0.7")
    assert abs(Decimal(found["outlook"]["expected_net_present_value"]) - expected) < Decimal("0.02")
    percentiles = [Decimal(found["simulation"]["percentiles"][f"p{percent}"]) for percent in (5, 50, 95)]
    assert percentiles == sorted(percentiles)
    assert 0 <= found["simulation"]["probability_negative"] <= 1
    again = (await estimation.get("/economic-analyses?view=full")).json()["items"][0]["results"]
    assert again == found


async def test_our_side_is_the_price_against_what_it_costs(estimation):
    estimate = await priced(estimation)

    found = (await analysed(estimation, "supplier", win_probability=0.4, bid_cost="12000"))["results"]

    plan = (await estimation.get("/budget-plans?view=full")).json()["items"][0]
    ours = found["supplier"]
    price = estimate["price"]
    margin = Decimal(price["price_excl_tax"]["amount"]) - Decimal(price["total_budget"]["amount"])
    assert Decimal(ours["margin"]["amount"]) == margin
    assert Decimal(ours["expected_margin"]["amount"]) == (margin * Decimal("0.4") - 12_000).quantize(Decimal("0.01"))
    assert ours["break_even_win_probability"] == pytest.approx(float(12_000 / margin))
    assert ours["peak_funding"] == plan["cash"]["peak_funding"]
    flows = [float(month["inflow"]) - float(month["outflow"]) for month in plan["months"]]
    monthly = 1.08 ** (1 / 12) - 1
    assert float(found["net_present_value"]) == pytest.approx(pyxirr.npv(monthly, flows), abs=0.05)
    assert {one["driver"] for one in found["break_even"]} == {"price", "cost", "benefits", "costs", "delay_years"}


async def test_our_side_is_for_those_who_may_see_cost(estimation):
    await priced(estimation)
    ours = await analysed(estimation, "supplier", win_probability=0.4)
    pia = estimation.as_("pia", "presales")

    seen = (await pia.get(f"/economic-analyses/{ours['id']}")).json()
    refused = await pia.post("/economic-analyses", json=wish("supplier"))
    theirs = await pia.post("/economic-analyses", json=wish())

    assert (seen["results"], seen["assumptions"]) == (None, None)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (theirs.status_code, theirs.json()["results"]["supplier"]) == (201, None)


async def test_a_newer_price_makes_the_analysis_anew_and_until_then_it_is_stale(estimation):
    await priced(estimation)
    before = await analysed(estimation)

    await hear(estimation, approved(2, [requirement(n) for n in range(6)]), on=on)
    stale = (await estimation.get(f"/economic-analyses/{before['id']}")).json()
    await hear(estimation, risk_budget((await said(estimation.app.state.database, COMPLETED))[-1].data), on=on)
    after = (await estimation.get(f"/economic-analyses/{before['id']}")).json()

    assert (before["freshness"], stale["freshness"], after["freshness"]) == ("fresh", "stale", "fresh")
    assert stale["reason"]["code"] == "estimate_newer"
    assert stale["results"] == before["results"]
    assert after["basis"]["epoch"] == 2
    assert Decimal(after["results"]["net_present_value"]) < Decimal(before["results"]["net_present_value"])
    assert after["version"] > before["version"]


async def test_assumptions_are_changed_as_a_whole_and_computed_at_once(estimation):
    await priced(estimation)
    made = await analysed(estimation)
    path, tag = f"/economic-analyses/{made['id']}", {"If-Match": f'"{made["version"]}"'}
    body = {"name": "Better", "assumptions": {**wish()["assumptions"], "discount_rate": 0.2}}

    changed = (await estimation.patch(path, json=body, headers=tag)).json()
    wrong = {"assumptions": {"discount_rate": 0.1, "win_probability": 0.5}}
    refused = await estimation.patch(path, json=wrong, headers={"If-Match": f'"{changed["version"]}"'})
    gone = await estimation.delete(path, headers={"If-Match": f'"{changed["version"]}"'})

    assert changed["name"] == "Better"
    assert Decimal(changed["results"]["net_present_value"]) < Decimal(made["results"]["net_present_value"])
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "of_the_supplier")
    assert gone.status_code == 204


async def test_without_benefits_there_is_no_rate_of_return_and_it_says_so(estimation):
    await priced(estimation)

    found = (await analysed(estimation, benefits=[]))["results"]

    assert (found["rate_of_return"], found["payback_years"]) == (None, None)
    assert found["reason"]["code"] == "no_sign_change"
    assert found["profitability_index"] < 1


STREAM = {"code": "a", "name": "A", "annual_amount": "1"}
WRONG = [
    ({"benefits": [STREAM, STREAM]}, "code_taken"),
    ({"benefits": [{**STREAM, "code": "price"}]}, "code_taken"),
    ({"benefits": [{**STREAM, "amounts": ["1"]}]}, "annual_or_amounts"),
    ({"benefits": [{**STREAM, "first_year": 9}]}, "beyond_horizon"),
    ({"sensitivity": [{"driver": "magic", "low": 0, "high": 1}]}, "unknown_driver"),
    ({"scenarios": [{"name": "x", "probability": 0.5, "drivers": {}}]}, "probabilities_do_not_sum"),
    ({"uncertain": [{"driver": "benefits", "estimate": {"distribution": "triangular", "optimistic": 2,
                                                       "most_likely": 1, "pessimistic": 3}}]}, "range_order"),
    ({"discount_rate": -1}, "too_small"),
    ({"win_probability": 0.5}, "of_the_supplier"),
    ({"samples": 10**9}, "too_large"),
]  # fmt: skip


@pytest.mark.parametrize(("assumptions", "code"), WRONG)
async def test_what_cannot_be_analysed_is_refused_by_name(estimation, assumptions, code):
    answer = await estimation.post("/economic-analyses", json=wish(**assumptions))

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


async def test_there_is_nothing_to_analyse_before_the_price(estimation):
    await hear(estimation, approved(), on=on)

    early = await estimation.post("/economic-analyses", json=wish())
    unknown = await estimation.post("/economic-analyses", json={**wish(), "opportunity_id": str(new_id())})

    assert (early.status_code, early.json()["code"]) == (409, "not_priced_yet")
    assert unknown.status_code == 404


async def test_a_figure_beyond_all_numbers_is_refused(estimation):
    await priced(estimation)
    benefit = {"code": "a", "name": "A", "annual_amount": "9999999999999", "growth_rate": 10}

    answer = await estimation.post("/economic-analyses", json=wish(benefits=[benefit], horizon_years=100))

    assert (answer.status_code, answer.json()["code"]) == (422, "figure_out_of_range")
