"""One source for the warranty: the agreed after-sales plan; effort, payments and price follow it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.estimation.domain.estimate import estimate
from services.estimation.domain.warranty import warranty_months
from services.estimation.handlers import on
from shared.language.events.requirements import MetricFacts
from tests.conftest import eventually
from tests.support.estimation.estimates import told
from tests.support.estimation.events import DEAL, after_sales_plan, approved, hear, rate_card, requirement, risk_budget
from tests.support.estimation.samples import PARAMETERS, baseline, inputs, need

COMPLETED, PRICED = "estimation.estimate.completed.v1", "estimation.estimate.priced.v1"
OUTDATED = "estimation.estimate.outdated.v1"

TEXTS = {
    "质保期不少于三年": 36,
    "软件质保期为36个月，自验收之日起计。": 36,
    "提供两年免费保修服务": 24,
    "免费维保12个月": 12,
    "The warranty lasts 36 months from acceptance.": 36,
    "A three-year warranty is included": 36,
    "The supplier gives 2 (two) years of warranty": 24,
    "warranty_period 36 month": 36,
    "Responses within 3 months": None,
    "系统运行三年后归档": None,
    "质保": None,
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_warranty_is_read_from_the_words_of_a_requirement(text):
    assert warranty_months([text]) == TEXTS[text]


def warranty_of(made):
    [line] = [line for line in made.work.lines if line.activity == "warranty"]
    return line


def test_the_agreed_warranty_sets_its_effort_and_its_length():
    usual = estimate(baseline(), PARAMETERS, inputs())

    agreed = estimate(baseline(), PARAMETERS, inputs(warranty_months=36))

    assert warranty_of(agreed).expected_days == pytest.approx(3 * warranty_of(usual).expected_days, rel=0.01)
    assert agreed.plan.windows[-1].finish - usual.plan.windows[-1].finish > timedelta(days=725)
    assert (usual.warranty_months, agreed.warranty_months) == (12, 36)
    assert agreed.costing.costs.labour > usual.costing.costs.labour


def test_a_warranty_of_nothing_has_no_work_and_no_phase():
    made = estimate(baseline(), PARAMETERS, inputs(warranty_months=0))

    assert all(line.activity != "warranty" for line in made.work.lines)
    assert made.plan.windows[-1].phase == "deployment"


def test_a_warranty_that_nobody_agreed_or_that_requirements_contradict_is_told():
    usual = estimate(baseline(need(1), need(2, warranty_months=36)), PARAMETERS, inputs())
    agreed = estimate(baseline(need(1), need(2, warranty_months=36)), PARAMETERS, inputs(warranty_months=36))

    told = {warning.code: warning for warning in usual.warnings}
    assert told["warranty_assumed"].subjects == ("12",)
    assert told["warranty_differs"].subjects == ("REQ-002",)
    assert "REQ-002 36" in told["warranty_differs"].message_zh
    assert not {"warranty_assumed", "warranty_differs"} & {warning.code for warning in agreed.warnings}


@pytest.fixture
async def estimation(start):
    async with start("estimation") as client:
        assert (await client.post("/rate-cards", json=rate_card(valid_to=None))).status_code == 201
        yield client


async def revision(client, number):
    async def check():
        found = (await told(client, COMPLETED))[-1]
        return found if found["revision"] == number else None

    return await eventually(check)


async def priced(client, completed):
    await hear(client, risk_budget(completed), on=on)
    return (await told(client, PRICED))[-1]


async def test_an_agreed_plan_makes_the_next_revision_and_the_price_says_its_terms(estimation):
    asks = MetricFacts(name="质保期", operator=">=", value=3, unit="年")
    await hear(estimation, approved(requirements=[requirement(1), requirement(2, metric=asks)]), on=on)
    first = (await told(estimation, COMPLETED))[-1]
    usual = await priced(estimation, first)

    await hear(estimation, after_sales_plan(36, status="draft"), after_sales_plan(36, version=2), on=on)
    second = await revision(estimation, 2)
    agreed = await priced(estimation, second)

    [outdated] = await told(estimation, OUTDATED)
    assert (outdated["reason"]["code"], outdated["revision"]) == ("warranty_changed", 1)
    assert (usual["warranty_months"], agreed["warranty_months"], second["warranty_months"]) == (12, 36, 36)
    assert {one["code"] for one in first["warnings"]} >= {"warranty_assumed", "warranty_differs"}
    assert not {one["code"] for one in second["warnings"]} & {"warranty_assumed", "warranty_differs"}
    phase = agreed["phases"][-1]
    begins, ends = date.fromisoformat(phase["start"]), date.fromisoformat(phase["finish"])
    assert phase["phase"] == "warranty"
    assert abs(ends - begins - timedelta(days=3 * 365)) < timedelta(days=25)
    [last] = [one for one in agreed["milestones"] if one["code"] == "warranty-end"]
    assert last["due"] == (ends + timedelta(days=agreed["terms"]["payment_days"])).isoformat()
    assert Decimal(agreed["price_incl_tax"]["amount"]) > Decimal(usual["price_incl_tax"]["amount"])


async def test_another_word_of_the_same_length_or_an_older_one_changes_nothing(estimation):
    await hear(estimation, after_sales_plan(24, version=3), approved(), on=on)

    await hear(estimation, after_sales_plan(36, version=2), after_sales_plan(24, version=4), on=on)

    [only] = await told(estimation, COMPLETED)
    assert only["warranty_months"] == 24
    assert await told(estimation, OUTDATED) == []


async def test_a_withdrawn_plan_gives_the_usual_warranty_back(estimation):
    await hear(estimation, after_sales_plan(24), approved(), on=on)

    await hear(estimation, after_sales_plan(24, status="withdrawn", version=2), on=on)

    assert (await revision(estimation, 2))["warranty_months"] == 12


async def test_a_retention_may_be_kept_for_longer_than_a_thousand_days(estimation):
    await hear(estimation, approved(), on=on)
    await priced(estimation, (await told(estimation, COMPLETED))[-1])
    [plan] = (await estimation.get("/budget-plans", params={"view": "full", "opportunity_id": str(DEAL)})).json()[
        "items"
    ]
    terms = {
        "payments": [{"code": "all", "name": "All", "phase": "deployment", "share": "1"}],
        "retention_rate": "0.05",
    }

    answer = await estimation.patch(
        f"/budget-plans/{plan['id']}",
        json={"terms": {**terms, "retention_days": 1095}},
        headers={"If-Match": f'"{plan["version"]}"'},
    )

    assert answer.status_code == 200, answer.text
    [kept] = [one for one in answer.json()["milestones"] if one["code"] == "retention"]
    assert date.fromisoformat(kept["due"]) > date(2030, 1, 1)
