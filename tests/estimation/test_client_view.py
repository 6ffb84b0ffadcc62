"""What leaves the service for callers without `cost:read`: nothing that we calculate with inside."""

import re
from decimal import Decimal, InvalidOperation

from services.estimation.handlers import on, on_scenarios
from shared.language.events.proposal import ScenarioScheduled
from shared.language.events.requirements import BaselineApproved
from shared.language.events.risk import ScenarioBudgeted
from tests.contracts import record
from tests.support.estimation.estimates import told
from tests.support.estimation.events import DEAL, approved, hear, risk_budget

COMPLETED, ESTIMATED = "estimation.estimate.completed.v1", "estimation.scenario.estimated.v1"
ROLES = ("presales", "sales", "viewer")
LEAST = 50
"""Smaller and round numbers are counts, days, shares: chance would find them everywhere."""


async def everything(client):
    """One of each resource that an opportunity has; ids by the name of the path parameter."""
    await hear(client, approved(budget="900000.00"), on=on)
    item = {"opportunity_id": str(DEAL), "kind": "hardware", "name": "Servers", "phase": "build",
            "unit_cost": {"amount": "23456.78", "currency": "CNY"}}  # fmt: skip
    made = {"cost_item_id": (await client.post("/cost-items", json=item)).json()["id"]}
    [estimate] = (await client.get("/estimates?view=full")).json()["items"]
    await client.act(f"/estimates/{estimate['id']}/recompute")
    await hear(client, risk_budget((await told(client, COMPLETED))[-1], contingency="23123.45"), on=on)
    estimate = (await client.get("/estimates?view=full")).json()["items"][0]
    wish = {"estimate_id": estimate["id"], "discount_rate": "0.13", "reason": "asked"}
    made["discount_id"] = (await client.post("/discounts", json=wish)).json()["id"]
    for perspective in ("client", "supplier"):
        given = {"opportunity_id": str(DEAL), "name": perspective, "perspective": perspective,
                 "assumptions": {"discount_rate": 0.08}}  # fmt: skip
        made["analysis_id"] = (await client.post("/economic-analyses", json=given)).json()["id"]
    begun = await client.post("/scenarios", json={"opportunity_id": str(DEAL), "name": "x", "changes": {
        "price": {"margin_rate": "0.2718"}, "rates": {"factors": {"*": "1.2345"}}}})  # fmt: skip
    assert begun.is_success, begun.text
    run = (await told(client, ESTIMATED))[-1]
    budgeted = ScenarioBudgeted(
        opportunity_id=DEAL, scenario_id=run["scenario_id"], baseline=BaselineApproved.model_validate(run["baseline"]),
        estimate=run["estimate"], risk=risk_budget(run["estimate"], contingency="21098.76"),
    )  # fmt: skip
    dates = ScenarioScheduled(
        opportunity_id=DEAL, scenario_id=run["scenario_id"], start="2027-01-04", finish="2027-09-30",
        p80_finish="2027-10-29",
    )  # fmt: skip
    await hear(client, budgeted, dates, on=on_scenarios)
    made |= {"estimate_id": estimate["id"], "scenario_id": begun.json()["id"]}
    made["budget_plan_id"] = (await client.get("/budget-plans")).json()["items"][0]["id"]
    made["rate_card_id"] = (await client.get("/rate-cards")).json()["items"][0]["id"]
    made["parameter_set_id"] = (await client.get("/parameter-sets")).json()["items"][0]["id"]
    return made


def numbers(answer):
    """Every number in an answer, however deep and however it is written."""
    if isinstance(answer, dict):
        return {found for value in answer.values() for found in numbers(value)}
    if isinstance(answer, list):
        return {found for value in answer for found in numbers(value)}
    if isinstance(answer, bool) or answer is None:
        return set()
    try:
        number = Decimal(str(answer))
    except InvalidOperation:
        return {found for part in re.findall(r"\d[\d,]*\.\d+", str(answer)) for found in numbers(part.replace(",", ""))}
    is_telling = number.is_finite() and abs(number) >= LEAST and number % 1000
    return {abs(number)} if is_telling else set()


async def internal(client, made):
    """What only callers with `cost:read` may learn: cost, reserves, margin, rates, cash."""
    estimate = (await client.get(f"/estimates/{made['estimate_id']}")).json()
    lines = (await client.get(f"/estimates/{made['estimate_id']}/lines")).json()["items"]
    plan = (await client.get(f"/budget-plans/{made['budget_plan_id']}")).json()
    scenario = (await client.get(f"/scenarios/{made['scenario_id']}")).json()["figures"]
    costs = ("labour_cost", "material_cost", "financial_cost", "base_cost", "daily_burn", "cost_items", "rates")
    of_price = (
        "base_cost", "contingency", "risk_response_cost", "management_reserve", "total_budget", "peak_funding",
    )  # fmt: skip
    secret = [estimate[name] for name in costs] + [estimate["price"][name] for name in of_price]
    secret += [line for line in estimate["price"]["price_lines"] if line["code"] not in {"tax", "discount"}]
    secret += [{name: line[name] for name in ("cost", "daily_cost")} for line in lines]
    secret += [{name: month[name] for name in ("planned", "outflow", "balance")} for month in plan["months"]]
    secret += [plan[name] for name in ("cells", "cash", "cost_baseline")]
    secret += [scenario[name] for name in ("labour_cost", "base_cost", "contingency", "total_budget", "margin")]
    names = ("price_excl_tax", "price_incl_tax", "tax", "list_price", "discount", "tax_lines")
    public = [estimate["price"][name] for name in names] + [plan["milestones"]]
    public += [scenario[name] for name in ("price_excl_tax", "price_incl_tax", "list_price", "discount")]
    return numbers(secret) - numbers(public)


async def test_no_internal_figure_is_in_any_answer_to_those_who_may_not_see_cost(estimation):
    made = await everything(estimation)
    secret = await internal(estimation, made)
    assert len(secret) > 60
    asked = {}

    for path, operations in record.openapi("estimation")["paths"].items():
        if "get" not in operations or path.startswith("/v1/audit"):
            continue
        names = re.findall(r"{(\w+)}", path)
        queries = {"/v1/scenarios/compare": {"id": made["scenario_id"]}}
        for role in ROLES:
            caller = estimation.as_("pia", role)
            where = path.removeprefix("/v1")
            for name in names:
                where = where.replace(f"{{{name}}}", made.get(name, "price"))
            answer = await caller.get(where, params=queries.get(path))
            leaked = numbers(answer.json()) & secret if "json" in answer.headers["content-type"] else set()
            assert leaked == set(), (path, role, leaked)
            asked[path] = asked.get(path, False) or answer.status_code == 200

    answered = {path for path, is_answered in asked.items() if is_answered}
    assert answered >= {
        "/v1/estimates", "/v1/estimates/{estimate_id}", "/v1/estimates/{estimate_id}/lines",
        "/v1/estimates/{estimate_id}/budget", "/v1/budget-plans", "/v1/budget-plans/{budget_plan_id}", "/v1/discounts",
        "/v1/discounts/{discount_id}", "/v1/scenarios", "/v1/scenarios/{scenario_id}", "/v1/scenarios/compare",
        "/v1/economic-analyses", "/v1/economic-analyses/{analysis_id}", "/v1/parameter-sets", "/v1/exchange-rates",
    }  # fmt: skip


async def test_the_answer_to_who_asks_what_a_discount_needs_has_no_margin_in_it(estimation):
    made = await everything(estimation)
    question = {"estimate_id": made["estimate_id"], "discount_rate": "0.30"}
    told_all = (await estimation.post("/pricing-policies:evaluate", json=question)).json()

    answer = (await estimation.as_("sam", "sales").post("/pricing-policies:evaluate", json=question)).json()

    assert told_all["figures"]["margin_after"] is not None
    assert {answer["figures"][name] for name in ("margin_before", "margin_after")} == {None}
    assert "margin" not in str(answer["findings"])


async def test_nothing_internal_is_in_any_field_of_what_the_client_is_told_of_its_case(estimation):
    made = await everything(estimation)
    given = {"opportunity_id": str(DEAL), "name": "case", "perspective": "client", "assumptions": {
        "discount_rate": 0.08, "benefits": [{"code": "clerks", "name": "Fewer clerks", "annual_amount": "180000"}],
        "scenarios": [{"name": "base", "probability": 1, "drivers": {}}]}}  # fmt: skip
    analysis = (await estimation.post("/economic-analyses", json=given)).json()
    secret = await internal(estimation, made)

    await estimation.act(f"/economic-analyses/{analysis['id']}/offer")

    [event] = await told(estimation, "estimation.economic_analysis.offered.v1")
    assert len(numbers(event)) > 20
    assert numbers(event) & secret == set()
    fields = {part for name in paths(event) for part in name.split("_")}
    assert not fields & {"margin", "budget", "reserve", "contingency", "daily", "funding", "supplier", "win", "bid"}


def paths(answer):
    """The name of every field, however deep."""
    if isinstance(answer, dict):
        return set(answer).union(*map(paths, answer.values()))
    return set().union(*map(paths, answer)) if isinstance(answer, list) else set()
