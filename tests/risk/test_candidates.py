"""Which risks a baseline and its estimate give cause for."""

from datetime import date
from decimal import Decimal

import pytest

from services.risk.domain.candidates import propose
from services.risk.domain.catalogue import RULES
from services.risk.domain.project import Extent
from services.risk.domain.triggers import working_days
from shared.language.events.requirements import FitFacts, MetricFacts
from tests.support.risk.example import (
    DEAL,
    TEAM,
    baseline,
    budget_limit,
    concern,
    cost_item,
    date_limit,
    estimate,
    key,
    project,
    requirement,
    requirements,
)


def proposed(of, estimated=None):
    """Risks by code."""
    return {risk.code: risk for risk in propose(project(of, estimated), DEAL)}


def metric(value, unit="ms", operator="<="):
    return MetricFacts(name="response_time", operator=operator, value=value, unit=unit, condition="200 users")


def interfaces(count):
    return requirements(count, kind="interface", priority="should")


def fit(code, verdict, **facts):
    return FitFacts(requirement_id=key(code), requirement_code=code, verdict=verdict, **facts)


HUB = requirement("REQ-100")
LARGE_TEAM = {**TEAM, "architect": 2.0, "project_manager": 2.0}

CASES = {
    "RSK-R01": (baseline(needs=[requirement("REQ-001", kind="performance")]), None),
    "RSK-R02-REQ-001": (baseline(needs=[requirement("REQ-001", kind="performance", metric=metric(200))]), None),
    "RSK-R03": (baseline(needs=requirements(3, acceptance_criteria=())), None),
    "RSK-R04": (baseline(needs=interfaces(1)), None),
    "RSK-R05": (baseline(needs=[requirement("REQ-001", statement="存量数据迁移到新平台。")]), None),
    "RSK-R06": (baseline(needs=requirements(3, kind="security")), None),
    "RSK-R07": (baseline(), {"unsized_requirement_codes": ("REQ-002",)}),
    "RSK-R08": (baseline(), {"is_divergent": True, "divergence": 0.6}),
    "RSK-R09": (baseline(constraints=[date_limit(date(2027, 2, 12))]), None),
    "RSK-R10": (baseline(constraints=[budget_limit(400_000)]), None),
    "RSK-R11-REQ-100": (baseline(needs=[HUB, *requirements(4, depends_on=(HUB.id,))]), None),
    "RSK-R12": (baseline(), {"team": {**TEAM, "developer": 1.0, "business_analyst": 9.0, "architect": 9.0, "tester": 9.0}}),
    "RSK-R13": (baseline(), {"items": [cost_item(60_000)]}),
    "RSK-R14": (baseline(assumptions=("a", "b", "c")), None),
    "RSK-R15": (baseline(needs=requirements(8)), None),
    "RSK-R16-REQ-001": (baseline(fits=[fit("REQ-001", "none")]), None),
}  # fmt: skip


@pytest.mark.parametrize("code", CASES)
def test_a_rule_fires_on_its_cause(code):
    of, facts = CASES[code]

    risk = proposed(of, estimate(of, **(facts or {})))[code]

    assert 0 < risk.probability < 1
    assert risk.impact_cost.pessimistic > 0
    assert risk.origin == "rule"
    assert [one.kind for one in risk.responses] == ["preventive", "contingency"]
    assert risk.response_cost >= 0
    assert risk.residual.probability < risk.inherent.probability < 1
    assert risk.residual.impact_cost.mean < risk.inherent.impact_cost.mean


@pytest.mark.parametrize("code", CASES)
def test_every_text_is_complete_in_both_languages(code):
    of, facts = CASES[code]

    risk = proposed(of, estimate(of, **(facts or {})))[code]

    english = [
        risk.title,
        risk.cause,
        risk.effect,
        risk.explanation,
        *(one.statement for one in risk.responses),
        risk.responses[1].trigger,
    ]
    chinese = [risk.title_zh, risk.cause_zh, risk.effect_zh, risk.explanation_zh,
               *(one.statement_zh for one in risk.responses), risk.responses[1].trigger_zh]  # fmt: skip
    assert all(text and "{" not in text for text in english + chinese)
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in text) for text in chinese)
    assert all(not any("\u4e00" <= sign <= "\u9fff" for sign in text) for text in english)


def test_every_rule_has_a_case_and_a_number_of_its_own():
    assert len({rule.number for rule in RULES}) == len({rule.id for rule in RULES}) == len(RULES)
    assert {code[:7] for code in CASES} == {f"RSK-R{rule.number:02d}" for rule in RULES}


def test_a_sound_project_gives_no_cause():
    of = baseline(constraints=[date_limit(date(2028, 12, 31)), budget_limit(10_000_000)])

    assert proposed(of, estimate(of, team=LARGE_TEAM)) == {}


@pytest.mark.parametrize(
    ("figure", "is_demanding"),
    [
        (metric(500), True),
        (metric(501), False),
        (metric(0.3, "s"), True),
        (metric(99.9, "%", ">="), True),
        (metric(99.0, "%", ">="), False),
        (metric(800, "TPS", ">="), True),
        (metric(200, "ms", ">="), False),
        (metric(7, "years", ">="), False),
    ],
)
def test_only_hard_figures_are_demanding(figure, is_demanding):
    of = baseline(needs=[requirement("REQ-001", kind="performance", metric=figure)])

    assert ("RSK-R02-REQ-001" in proposed(of)) == is_demanding


def test_explanations_name_what_fired_the_rule():
    of = baseline(needs=[*requirements(2), *interfaces(3)[2:], requirement("REQ-009", kind="interface")])

    risk = proposed(of)["RSK-R04"]

    assert risk.requirement_codes == ("REQ-003", "REQ-009")
    assert risk.explanation == "Interface requirements, 2: REQ-003, REQ-009."
    assert risk.explanation_zh == "2 条接口需求：REQ-003, REQ-009。"


def test_probability_grows_with_the_cause():
    few, many = proposed(baseline(needs=interfaces(1))), proposed(baseline(needs=interfaces(7)))

    assert few["RSK-R04"].residual.probability < many["RSK-R04"].residual.probability <= 0.55


def test_impact_is_a_share_of_what_the_cause_can_hit():
    of = baseline(needs=[*requirements(3), requirement("REQ-009", kind="interface")])

    risk = proposed(of)["RSK-R04"]

    assert risk.residual.impact_cost.most_likely == pytest.approx(0.15 * 40_000)
    assert project(of).extent(["REQ-009"]) == Extent(cost=40_000, days=pytest.approx(project(of).planned_days / 4))


def test_a_wish_that_will_not_be_delivered_gives_no_cause():
    of = baseline(needs=[*requirements(2), requirement("REQ-009", kind="interface", priority="wont")])

    assert "RSK-R04" not in proposed(of)


def test_a_soft_limit_weighs_less_than_a_hard_one():
    hard = proposed(baseline(constraints=[budget_limit(380_000)]))
    soft = proposed(baseline(constraints=[budget_limit(380_000, is_hard=False)]))

    assert soft["RSK-R10"].probability < hard["RSK-R10"].probability


def test_the_internal_cost_is_not_in_the_texts():
    of = baseline(constraints=[budget_limit(400_000)])

    risk = proposed(of)["RSK-R10"]

    assert risk.explanation == "The base cost takes more than 55% of the budget 400,000 CNY (Budget 2027)."
    assert "66%" not in risk.explanation_zh


def test_a_concern_becomes_a_candidate_with_the_matrix_values():
    of = baseline(concerns=[concern(likelihood="high", severity="low", requirement_ids=(key("REQ-001"),))])

    risk = proposed(of)["RSK-CON-001"]

    assert (risk.origin, risk.probability, risk.requirement_codes) == ("concern", 0.7, ("REQ-001",))
    assert risk.impact_cost.most_likely == pytest.approx(0.10 * 40_000)
    assert risk.explanation == "Concern CON-001 (REQ-001): likelihood high, severity low."
    assert risk.explanation_zh == "关注点 CON-001 (REQ-001)：可能性高，严重度低。"


def test_a_concern_about_no_requirement_is_about_the_whole_project():
    risk = proposed(baseline(concerns=[concern()]))["RSK-CON-001"]

    assert risk.impact_cost.most_likely == pytest.approx(0.20 * 264_000 / 8)


def test_what_a_person_wrote_down_replaces_the_rule_of_the_same_kind():
    needs = interfaces(2)
    same = concern(category="technical", requirement_ids=tuple(need.id for need in needs))
    other = concern(category="market", requirement_ids=tuple(need.id for need in needs))

    assert "RSK-R04" not in proposed(baseline(needs=needs, concerns=[same]))
    assert "RSK-R04" in proposed(baseline(needs=needs, concerns=[other]))


def test_a_risk_keeps_its_id_over_baselines():
    first, second = baseline(1, needs=interfaces(1)), baseline(2, needs=interfaces(3))

    assert proposed(first)["RSK-R04"].id == proposed(second)["RSK-R04"].id


def test_the_order_of_the_baseline_is_without_effect():
    needs = [HUB, *requirements(4, depends_on=(HUB.id,)), requirement("REQ-200", kind="interface")]
    concerns = [concern(), concern("CON-002")]

    one = propose(project(baseline(needs=needs, concerns=concerns)), DEAL)
    other = propose(project(baseline(needs=needs[::-1], concerns=concerns[::-1])), DEAL)

    assert one == other


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2027, 1, 4), date(2027, 1, 4), 1),
        (date(2027, 1, 4), date(2027, 1, 8), 5),
        (date(2027, 1, 8), date(2027, 1, 11), 2),
        (date(2027, 1, 9), date(2027, 1, 10), 0),
        (date(2027, 1, 11), date(2027, 1, 4), 0),
        (date(2027, 1, 4), date(2027, 12, 31), 260),
    ],
)
def test_working_days_are_mondays_to_fridays(start, end, days):
    assert working_days(start, end) == days


def test_the_plan_is_as_long_as_its_busiest_role_in_each_phase():
    found = project(baseline())

    assert found.planned_days == pytest.approx(18 / 2 + 18 / 1 + 48 / 4 + 24 / 2 + 12 / 4)
    assert max(found.role_load, key=found.role_load.get) == "architect"
    assert found.estimate.base_cost.amount == Decimal(264_000)


def test_every_gap_in_a_product_is_a_candidate_of_its_own_the_less_certain_the_likelier():
    verdicts = ("full", "configuration", "partial", "third_party", "customisation", "none", "roadmap")
    needs = requirements(len(verdicts))
    fits = [fit(need.code, verdict, product="CoreLend 5") for need, verdict in zip(needs, verdicts, strict=True)]

    found = proposed(baseline(needs=needs, fits=fits))

    gaps = [found.get(f"RSK-R16-{need.code}") for need in needs]
    assert gaps[:2] == [None, None]
    chances = [risk.probability for risk in gaps[2:]]
    assert chances == sorted(chances)
    assert len(set(chances)) == len(chances)
    assert "CoreLend 5" in gaps[2].cause
    assert "CoreLend 5部分满足" in gaps[2].cause_zh
    assert gaps[2].requirement_codes == ("REQ-003",)
