"""Scenarios: through the real stages, kept apart, compared, and the same as the real thing."""

from datetime import date
from decimal import Decimal

import pytest

from services.estimation.handlers import on, on_scenarios
from shared.kernel.context import new_id
from shared.language.events.proposal import ProposalDrafted, ScenarioScheduled
from shared.language.events.requirements import BaselineApproved
from shared.language.events.risk import RiskScenarioFailed, ScenarioBudgeted
from shared.language.events.values import Reason
from shared.language.money import Money
from tests.support.estimation.estimates import begun, told
from tests.support.estimation.events import DEAL, approved, hear, rate_card, requirement, risk_budget
from tests.support.estimation.samples import key

COMPLETED, ESTIMATED = "estimation.estimate.completed.v1", "estimation.scenario.estimated.v1"
PRICED = "estimation.scenario.priced.v1"


async def priced(client, event=None):
    if event:
        await hear(client, event, on=on)
    await hear(client, risk_budget((await told(client, COMPLETED))[-1]), on=on)
    return await newest(client)


async def newest(client):
    return (await client.get("/estimates", params={"view": "full", "opportunity_id": str(DEAL)})).json()["items"][0]


async def answered(client, scenario, *, finish="2027-09-30"):
    """Let the other stages answer to the run that was said last; the scenario."""
    run = (await told(client, ESTIMATED))[-1]
    budget = risk_budget(run["estimate"])
    event = ScenarioBudgeted(
        opportunity_id=DEAL, scenario_id=run["scenario_id"], baseline=BaselineApproved.model_validate(run["baseline"]),
        estimate=run["estimate"], risk=budget,
    )  # fmt: skip
    dates = ScenarioScheduled(
        opportunity_id=DEAL, scenario_id=run["scenario_id"], start="2027-01-04", finish=finish, p80_finish="2027-10-29"
    )
    await hear(client, event, dates, on=on_scenarios)
    return (await client.get(f"/scenarios/{scenario['id']}")).json()


FIGURES = (
    "effort_days", "labour_cost", "material_cost", "financial_cost", "base_cost",
)  # fmt: skip
OF_PRICE = (
    "base_cost", "contingency", "management_reserve", "total_budget", "price_excl_tax", "price_incl_tax", "list_price",
    "discount", "peak_funding",
)  # fmt: skip


def is_what_it_became(scenario, estimate):
    """Whether each figure of a scenario is that of an estimate."""
    figures = scenario["figures"]
    assert figures["effort_days"] == estimate["effort_days"]
    for name in ("labour_cost", "material_cost", "financial_cost"):
        assert figures[name] == estimate[name]["amount"], name
    for name in OF_PRICE:
        assert figures[name] == estimate["price"][name]["amount"], name
    assert figures["margin_rate"] == estimate["price"]["margin_rate"]


async def test_a_scenario_without_changes_is_the_estimate_itself_and_changes_nothing(estimation):
    estimate = await priced(estimation, approved(budget="900000.00"))

    begun_as = await begun(estimation)
    found = await answered(estimation, begun_as)

    assert (begun_as["status"], found["status"], found["freshness"]) == ("computing", "computed", "fresh")
    is_what_it_became(found, estimate)
    assert (found["figures"]["finish"], found["figures"]["p80_finish"]) == ("2027-09-30", "2027-10-29")
    assert await newest(estimation) == estimate
    assert len(await told(estimation, COMPLETED)) == 1
    assert len(await told(estimation, PRICED)) == 1


async def test_a_margin_becomes_what_it_was_previewed_to_be(estimation):
    await priced(estimation, approved())
    previewed = await answered(estimation, await begun(estimation, price={"margin_rate": "0.25"}))

    wish = {"name": "house", "title": "House", "changes": {"commerce": {"margin_rate": "0.25"}},
            "provenance": [{"part": "margin", "source": "board", "standing": "assumed"}]}  # fmt: skip
    assert (await estimation.post("/parameter-sets", json=wish)).status_code == 201
    await estimation.act(f"/estimates/{(await newest(estimation))['id']}/recompute")

    is_what_it_became(previewed, await priced(estimation))


async def test_dearer_people_become_what_they_were_previewed_to_be(estimation):
    await priced(estimation, approved())
    previewed = await answered(estimation, await begun(estimation, rates={"factors": {"*": "1.1", "tester": "1"}}))

    [card] = (await estimation.get("/rate-cards")).json()["items"]
    rates = [
        {"role": one["role"], "daily_cost": {"currency": "CNY", "amount": str(
            Decimal(one["daily_cost"]["amount"]) * (1 if one["role"] == "tester" else Decimal("1.1")))}}
        for one in card["rates"]
    ]  # fmt: skip
    await estimation.patch(
        f"/rate-cards/{card['id']}", json={"rates": rates}, headers={"If-Match": f'"{card["version"]}"'}
    )
    await estimation.act(f"/estimates/{(await newest(estimation))['id']}/recompute")

    is_what_it_became(previewed, await priced(estimation))


async def test_scope_and_dates_become_what_they_were_previewed_to_be(estimation):
    needs = [requirement(n, priority="could" if n == 3 else "must") for n in range(5)]
    await priced(estimation, approved(1, needs))
    changes = {
        "scope": {"excluded_requirement_ids": [str(needs[0].id)], "excluded_priorities": ["could"]},
        "dates": {"planned_start": "2027-03-01", "deadline": "2027-06-30"},
    }

    previewed = await answered(estimation, await begun(estimation, **changes))
    changed = approved(2, [needs[1], needs[2], needs[4]], planned_start="2027-03-01")
    limit = changed.constraints[0].model_copy(update={"latest": date(2027, 6, 30)})
    changed = BaselineApproved.model_validate({**changed.model_dump(), "constraints": [limit.model_dump()]})

    is_what_it_became(previewed, await priced(estimation, changed))
    assert previewed["figures"]["requirement_count"] == 3
    [base, *_] = await told(estimation, COMPLETED)
    assert previewed["figures"]["effort_days"] < base["effort_days"]


async def test_a_discount_and_other_terms_become_what_they_were_previewed_to_be(estimation):
    estimate = await priced(estimation, approved())
    previewed = await answered(estimation, await begun(estimation, price={"discount_rate": "0.04"}))

    wish = {"estimate_id": estimate["id"], "discount_rate": "0.04", "reason": "asked"}
    assert (await estimation.post("/discounts", json=wish)).json()["status"] == "approved"
    after = await priced(estimation)
    standing = await answered(estimation, await begun(estimation))

    is_what_it_became(previewed, after)
    is_what_it_became(standing, after)


async def test_an_added_requirement_a_team_and_a_risk_go_to_the_other_stages(estimation):
    await priced(estimation, approved())
    risk_id = str(new_id())

    await begun(
        estimation,
        scope={"added": [{"title": "An app", "size": {"inputs": 5}, "kind": "functional"}]},
        team={"developer": 1},
        risks=[{"risk_id": risk_id, "probability": 0.9, "impact_factor": 2}],
    )

    run = (await told(estimation, ESTIMATED))[-1]
    base = (await told(estimation, COMPLETED))[-1]
    assert [need["title"] for need in run["baseline"]["requirements"]][-1] == "An app"
    assert run["estimate"]["effort_days"] > base["effort_days"]
    assert run["estimate"]["team"]["developer"] == 1
    assert run["risk_overrides"] == [
        {"risk_id": risk_id, "probability": 0.9, "impact_factor": 2.0, "is_excluded": False}
    ]


async def test_another_rate_card_counts_before_all_others(estimation):
    await priced(estimation, approved())
    cheap = [
        {"role": one["role"], "daily_cost": {"amount": "500.00", "currency": "CNY"}} for one in rate_card()["rates"]
    ]
    card = (await estimation.post("/rate-cards", json=rate_card(name="Xi'an", region="西安", rates=cheap))).json()

    await begun(estimation, rates={"rate_card_id": card["id"]})

    run = (await told(estimation, ESTIMATED))[-1]["estimate"]
    assert {one["daily_cost"] for one in run["rates"]} == {"500.0000"}
    assert {one["rate_card_id"] for one in run["rates"]} == {card["id"]}


async def test_scenarios_are_compared_figure_by_figure_and_line_by_line(estimation):
    needs = [requirement(n) for n in range(3)]
    estimate = await priced(estimation, approved(1, needs))
    drafted = ProposalDrafted(
        opportunity_id=DEAL, proposal_id=key("p"), code="PRO-1", revision=1, basis=estimate["basis"],
        estimate_id=estimate["id"], estimate_revision=1, risk_budget_id=key("r"), risk_revision=1, content_hash="x",
        price_incl_tax=Money.of(1, "CNY"), effort_days=1, start="2027-01-04", finish="2027-09-15",
        p80_finish="2027-10-01",
    )  # fmt: skip
    await hear(estimation, drafted, on=on_scenarios)
    less = await answered(estimation, await begun(estimation, scope={"excluded_requirement_ids": [str(needs[2].id)]}))
    dearer = await answered(estimation, await begun(estimation, rates={"factors": {"*": "1.5"}}))
    query = {"id": [less["id"], dearer["id"]]}

    found = (await estimation.get("/scenarios/compare", params=query)).json()
    hidden = (await estimation.as_("pia", "presales").get("/scenarios/compare", params=query)).json()

    rows = {row["figure"]: row for row in found["figures"]}
    assert rows["base_cost"]["base"] == estimate["base_cost"]["amount"]
    for place, scenario in enumerate((less, dearer)):
        value = rows["price_incl_tax"]["scenarios"][place]
        assert value["value"] == scenario["figures"]["price_incl_tax"]
        assert Decimal(value["delta"]) == Decimal(value["value"]) - Decimal(rows["price_incl_tax"]["base"])
    assert rows["finish"] == {"figure": "finish", "base": "2027-09-15", "scenarios": [
        {"value": "2027-09-30", "delta": "15"}, {"value": "2027-09-30", "delta": "15"}]}  # fmt: skip
    assert rows["effort_days"]["scenarios"][1]["delta"] == "0"
    lines = {line["requirement_code"]: line for line in found["lines"]}
    assert lines["REQ-002"]["scenarios"][0] == {"expected_days": None, "cost": None}
    assert Decimal(lines["REQ-000"]["scenarios"][1]["cost"]) > Decimal(lines["REQ-000"]["base"]["cost"])
    assert {"base_cost", "margin", "total_budget"}.isdisjoint(row["figure"] for row in hidden["figures"])
    assert {value["cost"] for line in hidden["lines"] for value in (line["base"], *line["scenarios"])} == {None}
    assert (await estimation.get("/scenarios/compare", params={"id": [str(new_id())]})).status_code == 404


async def test_a_scenario_is_stale_when_its_base_moved_and_is_rebased_on_the_newest(estimation):
    needs = [requirement(n) for n in range(4)]
    await priced(estimation, approved(1, needs))
    changes = {"scope": {"excluded_requirement_ids": [str(needs[0].id), str(needs[1].id)]}}
    scenario = await answered(estimation, await begun(estimation, **changes))

    after = await priced(estimation, approved(2, [*needs[1:], requirement(9)]))
    stale = (await estimation.get(f"/scenarios/{scenario['id']}")).json()
    rebased = await estimation.act(f"/scenarios/{scenario['id']}/rebase")
    fresh = await answered(estimation, scenario)

    assert (scenario["freshness"], stale["freshness"], stale["reason"]["code"]) == ("fresh", "stale", "estimate_newer")
    assert stale["figures"] == scenario["figures"]
    assert (rebased.json()["status"], rebased.json()["unmatched"]) == ("computing", [str(needs[0].id)])
    assert (fresh["freshness"], fresh["base_estimate_id"]) == ("fresh", after["id"])
    assert fresh["figures"]["effort_days"] < after["effort_days"]


async def test_a_new_risk_budget_makes_a_scenario_stale_too(estimation):
    await priced(estimation, approved())
    scenario = await answered(estimation, await begun(estimation))

    await hear(estimation, risk_budget((await told(estimation, COMPLETED))[-1], 2, contingency="1.00"), on=on)

    stale = (await estimation.get(f"/scenarios/{scenario['id']}")).json()
    assert (stale["freshness"], stale["reason"]["code"]) == ("stale", "risk_budget_revised")


async def test_answers_to_an_older_run_are_not_taken(estimation):
    await priced(estimation, approved())
    scenario = await begun(estimation, price={"margin_rate": "0.3"})
    old = (await told(estimation, ESTIMATED))[-1]
    await estimation.patch(
        f"/scenarios/{scenario['id']}", json={"changes": {"price": {"margin_rate": "0.1"}}},
        headers={"If-Match": f'"{scenario["version"]}"'},
    )  # fmt: skip

    late = ScenarioScheduled(
        opportunity_id=DEAL, scenario_id=old["scenario_id"], start="2020-01-01", finish="2020-01-01",
        p80_finish="2020-01-01",
    )  # fmt: skip
    await hear(estimation, late, on=on_scenarios)
    found = await answered(estimation, scenario)

    assert found["figures"]["finish"] == "2027-09-30"
    assert found["figures"]["margin_rate"] == 0.1


async def test_what_a_stage_refuses_is_the_scenarios_reason(estimation):
    await priced(estimation, approved())
    needs = [str(requirement(n).id) for n in range(3)]

    nothing = await begun(estimation, scope={"excluded_requirement_ids": needs})
    refused = await begun(estimation)
    run = (await told(estimation, ESTIMATED))[-1]
    reason = Reason(code="run_too_large", message="Too many.", message_zh="过多。")
    failed = RiskScenarioFailed(opportunity_id=DEAL, scenario_id=run["scenario_id"], reason=reason)
    await hear(estimation, failed, on=on_scenarios)
    after = (await estimation.get(f"/scenarios/{refused['id']}")).json()

    assert (nothing["status"], nothing["reason"]["code"]) == ("failed", "nothing_to_estimate")
    assert (after["status"], after["reason"]["code"]) == ("failed", "run_too_large")


WRONG = [
    ({"scope": {"excluded_requirement_ids": ["00000000-0000-0000-0000-000000000000"]}}, "unknown_requirements"),
    ({"price": {"margin_rate": "1"}}, "margin_ge_1"),
    ({"price": {"margin_rate": "0.1", "markup_rate": "0.1"}}, "one_of_two"),
    ({"price": {"discount_rate": "0.1", "discount_amount": {"amount": "1", "currency": "CNY"}}}, "rate_or_amount"),
    ({"rates": {"factors": {"not a role": "1"}}}, "unknown_role_name"),
    ({"rates": {"factors": {"*": "0"}}}, "too_small"),
    ({"rates": {"rate_card_id": "00000000-0000-0000-0000-000000000000"}}, "not_found"),
    ({"team": {"developer": 0}}, "too_small"),
    ({"risks": [{"risk_id": "x"}]}, "wrong_format"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "code"), WRONG)
async def test_a_change_that_cannot_be_is_refused_by_name(estimation, changes, code):
    await priced(estimation, approved())

    answer = await estimation.post("/scenarios", json={"opportunity_id": str(DEAL), "name": "x", "changes": changes})

    found = answer.json()
    assert (answer.status_code in {404, 422}, found["errors"][0]["code"] if found["errors"] else found["code"]) == (
        True, code,
    )  # fmt: skip


async def test_a_scenario_starts_from_a_price(estimation):
    await hear(estimation, approved(), on=on)

    early = await estimation.post("/scenarios", json={"opportunity_id": str(DEAL), "name": "x", "changes": {}})

    assert (early.status_code, early.json()["code"]) == (409, "nothing_to_compare")


async def test_an_unbearably_small_team_is_refused_as_too_long(estimation):
    await priced(estimation, approved(1, [requirement(n) for n in range(40)]))
    many = [{"title": f"N{n}", "size": {"inputs": 900, "internal_files": 300}} for n in range(100)]

    found = await begun(estimation, scope={"added": many}, team={"developer": 0.5})

    assert (found["status"], found["reason"]["code"]) == ("failed", "plan_too_long")
