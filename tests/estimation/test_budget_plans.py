"""Budget plans: what they say, who sees what, and other terms of payment."""

from datetime import date
from decimal import Decimal

import pytest

from services.estimation.domain.feasibility import Delay, by_date
from services.estimation.handlers import on
from shared.quant.calendars import WEEKDAYS
from tests.conftest import eventually, said
from tests.support.estimation.events import DEAL, approved, hear, risk_budget

COMPLETED = "estimation.estimate.completed.v1"


async def planned(client, event=None):
    """Estimate and price a baseline; its budget plan."""
    if event:
        await hear(client, event, on=on)
    told = (await said(client.app.state.database, COMPLETED))[-1].data
    await hear(client, risk_budget(told), on=on)
    return (await plans(client))[0]


async def plans(client):
    return (await client.get("/budget-plans", params={"view": "full", "opportunity_id": str(DEAL)})).json()["items"]


def amount(money):
    return Decimal(money["amount"])


TERMS = {
    "payments": [
        {"code": "kick-off", "name": "Kick-off", "share": "0.5"},
        {"code": "go-live", "name": "Go-live", "phase": "deployment", "share": "0.5", "days_after": 10},
    ],
    "invoice_days": 5, "payment_days": 60, "advance_rate": "0.1", "retention_rate": "0.05", "retention_days": 30,
    "supplier_days": 45,
}  # fmt: skip


async def test_a_price_has_a_budget_plan_in_which_everything_adds_up(estimation):
    plan = await planned(estimation, approved(budget="900000.00"))

    [estimate] = (await estimation.get("/estimates?view=full")).json()["items"]
    assert plan["estimate_id"] == estimate["id"]
    baseline = amount(plan["cost_baseline"])
    assert baseline + amount(plan["management_reserve"]) == amount(plan["total_budget"])
    assert sum(Decimal(phase["total"]) for phase in plan["phases"]) == baseline
    assert sum(Decimal(phase["contingency"]) for phase in plan["phases"]) == amount(plan["contingency"])
    assert sum(Decimal(cell["planned"]) for cell in plan["cells"]) == baseline
    assert sum(Decimal(month["planned"]) for month in plan["months"]) == baseline
    assert Decimal(plan["months"][-1]["cumulative"]) == baseline
    assert sum(Decimal(one["amount"]) for one in plan["milestones"]) == amount(plan["price_incl_tax"])
    balance = Decimal(0)
    for month in plan["months"]:
        balance += Decimal(month["inflow"]) - Decimal(month["outflow"]) - Decimal(month["interest"])
        assert Decimal(month["balance"]) == balance
    cash = plan["cash"]
    assert amount(cash["total_interest"]) == sum(Decimal(month["interest"]) for month in plan["months"])
    assert amount(cash["peak_funding"]) == max(0, -min(Decimal(month["balance"]) for month in plan["months"]))
    assert cash["months_negative"] == sum(Decimal(month["balance"]) < 0 for month in plan["months"])
    assert (plan["finish"], plan["p50_finish"] > plan["finish"], plan["p80_finish"] > plan["p50_finish"]) == (
        next(one["finish"] for one in plan["phases"] if one["phase"] == "deployment"), True, True,
    )  # fmt: skip


async def test_the_clients_limits_are_compared_as_probabilities(estimation):
    plan = await planned(estimation, approved(budget="900000.00"))

    [estimate] = (await estimation.get("/estimates?view=full")).json()["items"]
    limits = {one["kind"]: one for one in plan["feasibility"]}
    assert limits["budget"]["probability"] == estimate["price"]["budget_probability"]
    assert (limits["date"]["limit"], limits["date"]["planned"]) == ("2028-06-30", plan["finish"])
    assert limits["date"]["probability"] == 1.0


async def test_other_terms_change_the_cash_flow_at_once_and_the_cost_with_the_next_revision(estimation):
    plan = await planned(estimation, approved())
    path = f"/budget-plans/{plan['id']}"
    tag = {"If-Match": f'"{plan["version"]}"'}

    changed = await estimation.patch(path, json={"terms": TERMS}, headers=tag)
    stale = (await plans(estimation))[0]

    async def revised():
        events = await said(estimation.app.state.database, COMPLETED)
        return events if len(events) > 1 else None

    first, second = [event.data for event in await eventually(revised)]
    after = await planned(estimation)

    shown = changed.json()
    assert changed.status_code == 200, changed.text
    assert {one["code"] for one in shown["milestones"]} == {"advance", "kick-off", "go-live", "retention"}
    assert sum(Decimal(one["amount"]) for one in shown["milestones"]) == amount(plan["price_incl_tax"])
    assert shown["price_incl_tax"] == plan["price_incl_tax"]
    assert amount(shown["cash"]["total_interest"]) > amount(plan["cash"]["total_interest"])
    assert (stale["freshness"], stale["reason"]["code"]) == ("stale", "payment_terms_changed")
    assert second["terms"]["retention_rate"] == "0.05"
    assert amount(second["financial_cost"]) > amount(first["financial_cost"])
    assert (after["estimate_revision"], after["terms"], after["freshness"]) == (2, shown["terms"], "fresh")
    old = (await plans(estimation))[1]
    refused = await estimation.patch(path, json={"terms": None}, headers={"If-Match": f'"{old["version"]}"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_counts_no_longer")


async def test_the_usual_terms_come_back(estimation):
    plan = await planned(estimation, approved())
    path = f"/budget-plans/{plan['id']}"
    changed = await estimation.patch(path, json={"terms": TERMS}, headers={"If-Match": f'"{plan["version"]}"'})

    back = await estimation.patch(path, json={"terms": None}, headers={"If-Match": changed.headers["ETag"]})

    assert back.json()["terms"] == plan["terms"]
    assert back.json()["milestones"] == plan["milestones"]


WRONG = [
    ({"payments": [{"code": "a", "name": "A", "share": "0.5"}]}, "shares_do_not_sum"),
    ({"payments": [{"code": "a", "name": "A", "share": "0.5"}] * 2}, "duplicate_code"),
    ({"payments": [{"code": "advance", "name": "A", "share": "1"}]}, "duplicate_code"),
    ({"payments": [{"code": "a", "name": "A", "share": "1"}], "advance_rate": "0.9", "retention_rate": "0.2"},
     "advance_and_retention"),
    ({"payments": []}, "too_few"),
    ({"payments": [{"code": "a", "name": "A", "share": "NaN"}]}, "not_finite"),
    ({"payments": [{"code": "a", "name": "A", "share": "1", "phase": "party"}]}, "not_allowed"),
]  # fmt: skip


@pytest.mark.parametrize(("terms", "code"), WRONG)
async def test_terms_that_cannot_be_are_refused(estimation, terms, code):
    plan = await planned(estimation, approved())

    answer = await estimation.patch(
        f"/budget-plans/{plan['id']}", json={"terms": terms}, headers={"If-Match": f'"{plan["version"]}"'}
    )

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


async def test_who_may_not_see_cost_sees_dates_and_payments(estimation):
    plan = await planned(estimation, approved(budget="900000.00"))
    pia = estimation.as_("pia", "presales")

    [seen] = (await pia.get("/budget-plans?view=full")).json()["items"]

    hidden = {
        "months", "cells", "cost_baseline", "contingency", "management_reserve", "total_budget", "cash",
    }  # fmt: skip
    assert {name for name in hidden if seen[name] is not None} == set()
    assert (seen["milestones"], seen["price_incl_tax"], seen["finish"]) == (
        plan["milestones"], plan["price_incl_tax"], plan["finish"],
    )  # fmt: skip
    assert {one["kind"]: one["probability"] for one in seen["feasibility"]} == {"budget": None, "date": 1.0}
    shown = ("phase", "start", "finish")
    assert {value for phase in seen["phases"] for name, value in phase.items() if name not in shown} == {None}
    tag = {"If-Match": f'"{plan["version"]}"'}
    assert (await pia.patch(f"/budget-plans/{plan['id']}", json={"terms": None}, headers=tag)).status_code == 403


@pytest.mark.parametrize(
    ("latest", "probability"),
    [
        (date(2027, 5, 28), 0.5), (date(2027, 6, 11), 0.8), (date(2027, 5, 14), 0.2), (date(2027, 1, 1), 0.0),
        (date(2030, 1, 1), 1.0),
    ],
)  # fmt: skip
def test_a_date_is_met_as_the_percentiles_of_the_delay_say(latest, probability):
    assert by_date(latest, date(2027, 5, 14), Delay(10, 20), WEEKDAYS) == pytest.approx(probability, abs=0.001)


def test_a_date_is_read_off_the_curve_of_the_delay_where_it_is_known():
    curve = [(0.1, Decimal(0)), (0.9, Decimal(20))]

    assert by_date(date(2027, 5, 28), date(2027, 5, 14), Delay(99, 99, curve), WEEKDAYS) == pytest.approx(0.5)
    assert by_date(date(2027, 5, 13), date(2027, 5, 14), Delay(99, 99, curve), WEEKDAYS) == 0
    assert by_date(date(2027, 5, 14), date(2027, 5, 14), Delay(0, 0), WEEKDAYS) == 1
