"""The risk budget as a whole: figures that agree with each other."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.risk.domain.budget import FLOORED, Policy, calculate
from services.risk.domain.candidates import propose
from services.risk.domain.monte_carlo import RunTooLarge
from shared.quant.three_point import ThreePoint
from tests.support.risk.example import (
    DEAL,
    SHARES,
    baseline,
    concern,
    estimate,
    key,
    project,
    requirement,
    requirements,
)

OF = baseline(
    needs=[*requirements(5), requirement("REQ-009", kind="interface")],
    concerns=[concern(severity="high", requirement_ids=(key("REQ-001"), key("REQ-002"))), concern("CON-002")],
)
PROJECT = project(OF)
RISKS = propose(PROJECT, DEAL)
USUAL = Policy()


def budget(of=PROJECT, risks=RISKS, policy=USUAL, seed=7):
    return calculate(of, risks, policy, seed=seed)


def test_parts_of_the_contingency_add_up_to_the_cent():
    found = budget()

    shares = sum(risk.reserve_share for risk in found.risks)
    assert sum(found.phases.values()) == found.reserves.contingency
    assert shares + found.estimate_share == found.reserves.contingency
    assert shares > 0
    assert found.estimate_share > 0
    assert list(found.phases) == list(SHARES)


@settings(max_examples=25, deadline=None)
@given(
    impacts=st.lists(st.floats(0, 1e7, allow_subnormal=False), max_size=6),
    probability=st.floats(0.01, 0.99),
    confidence=st.floats(0.5, 0.99),
)
def test_reserves_are_conserved_whatever_the_risks_are(impacts, probability, confidence):
    risks = [
        replace(RISKS[0], id=UUID(int=n), code=f"RSK-{n:03d}", probability=probability,
                impact_cost=ThreePoint(0, impact, impact * 2), impact_days=ThreePoint(0, 0, 0))
        for n, impact in enumerate(impacts, 1)
    ]  # fmt: skip

    found = budget(risks=risks, policy=Policy(confidence=confidence, samples=500))

    kept = found.reserves
    assert sum(found.phases.values()) == kept.contingency >= 0
    assert found.estimate_share >= 0
    assert kept.total_budget == found.base_cost + kept.total


def test_contingency_is_the_cost_at_the_target_confidence_less_the_base():
    found = budget()

    assert found.reserves.contingency == found.percentiles["p80"] - found.base_cost
    assert found.base_cost == Decimal("264000.00")
    assert budget(policy=Policy(confidence=0.9)).reserves.contingency == found.percentiles["p90"] - found.base_cost


def test_percentiles_and_curve_rise_and_agree():
    found = budget()

    assert list(found.percentiles.values()) == sorted(found.percentiles.values())
    assert dict(found.curve)[0.8] == found.percentiles["p80"]
    below = [probability for probability, cost in found.curve if cost <= found.base_cost]
    assert found.probability_within_base == pytest.approx(max(below), abs=0.02)


def test_expected_values_are_probability_times_cost_and_delay():
    found = budget()

    for one in found.risks:
        risk = one.risk.residual
        exact = risk.probability * (risk.impact_cost.mean + risk.impact_days.mean * 2000)
        assert float(one.expected_value) == pytest.approx(exact, abs=0.01)
    assert found.expected_value == sum(one.expected_value for one in found.risks)
    assert float(found.mean_cost - found.base_cost) == pytest.approx(float(found.expected_value), rel=0.01)


def test_a_larger_probability_costs_more():
    likelier = [replace(risk, probability=min(0.95, risk.probability + 0.3)) for risk in RISKS]

    before, after = budget(), budget(risks=likelier)

    assert after.reserves.contingency > before.reserves.contingency
    assert after.schedule_p80_days > before.schedule_p80_days


def test_without_risks_the_spread_of_the_estimate_remains():
    found = budget(risks=())

    assert (found.risks, found.expected_value, found.reserves.response_cost) == ((), 0, 0)
    assert found.estimate_share == found.reserves.contingency > 0


def test_an_estimate_above_its_range_needs_no_contingency_and_says_so():
    padded = project(OF, estimate(OF, spread=(0.2, 0.3, 0.5)))

    found = budget(of=padded, risks=())

    assert found.reserves.contingency == 0
    assert found.remarks == (FLOORED,)
    assert set(found.phases.values()) == {Decimal("0.00")}


def test_an_opportunity_lowers_the_cost():
    chance = replace(
        RISKS[0], id=UUID(int=9), code="RSK-900", kind="opportunity", impact_cost=ThreePoint(-40_000, -30_000, -20_000)
    )

    with_chance, without = budget(risks=[*RISKS, chance]), budget()

    assert with_chance.mean_cost < without.mean_cost
    assert [one.expected_value < 0 for one in with_chance.risks if one.risk.code == "RSK-900"] == [True]


def test_delay_is_slower_work_and_risks_that_happen():
    sure = estimate(OF, spread=(1, 1, 1))

    on_time, late = budget(of=project(OF, sure), risks=()), budget(of=project(OF, sure))

    assert (on_time.schedule_p50_days, on_time.schedule_p80_days) == (0.0, 0.0)
    assert late.schedule_p80_days > 0


def test_the_same_seed_gives_the_same_budget_in_any_order():
    assert budget() == budget(risks=RISKS[::-1])
    assert budget(seed=8).percentiles != budget().percentiles


@pytest.mark.parametrize("impact", [2_000, 40_000])
@pytest.mark.parametrize("confidence", [0.6, 0.8])
def test_the_share_of_a_risk_does_not_fall_as_its_probability_grows_up_to_certainty(impact, confidence):
    def share(probability):
        cost = ThreePoint(impact / 2, impact, impact * 2)
        one = replace(
            RISKS[0], probability=probability, impact_cost=cost, impact_days=ThreePoint(0, 0, 0), responses=()
        )
        found = budget(risks=[one, *RISKS[1:]], policy=Policy(confidence=confidence))
        return next(risk.reserve_share for risk in found.risks if risk.risk.id == one.id)

    shares = [share(probability / 20) for probability in range(1, 21)]

    assert shares == sorted(shares)


def test_a_certain_risk_is_told_to_be_an_issue_that_belongs_to_the_estimate():
    issue = replace(RISKS[0], has_happened=True)

    found = budget(risks=[issue, *RISKS[1:]])

    [remark] = found.remarks
    assert remark.code == "certain_risks"
    assert f"{issue.code}: certain" in remark.en
    assert remark.zh.startswith(f"{issue.code}：概率为 1")
    assert [one.risk.code for one in found.risks if one.is_certain] == [issue.code]
    assert budget().remarks == ()


def test_a_day_of_delay_is_part_of_the_expected_value_and_shown():
    found = budget()

    burn = PROJECT.estimate.daily_burn.amount
    for one in found.risks:
        days, money = one.risk.residual.impact_days.mean, one.risk.residual.impact_cost.mean
        assert float(one.delay_value) == pytest.approx(one.risk.residual.probability * days * float(burn), abs=0.01)
        direct = one.risk.residual.probability * money
        assert float(one.expected_value) == pytest.approx(direct + float(one.delay_value), abs=0.02)
    assert max(one.delay_value for one in found.risks) > 0


def test_a_project_beyond_the_limit_is_refused():
    with pytest.raises(RunTooLarge):
        budget(policy=Policy(samples=10_000_000))


def test_responses_move_the_curve_to_the_left():
    treated = tuple(
        replace(
            risk, responses=tuple(replace(one, probability_factor=0.4, impact_factor=0.7) for one in risk.responses)
        )
        for risk in RISKS
    )

    found = budget(risks=treated)

    assert all(before >= after for (_, before), (_, after) in zip(found.spread.curve_before, found.curve, strict=True))
    assert found.spread.curve_before[79][1] > found.curve[79][1]


def test_taking_the_largest_risk_away_saves_the_most():
    found = budget()

    largest = max(found.risks, key=lambda one: one.variance_share)
    assert largest.saving == max(one.saving for one in found.risks) > 0
    rest = budget(risks=[risk for risk in RISKS if risk.id != largest.risk.id])
    saved = found.percentiles["p80"] - rest.percentiles["p80"]
    assert largest.saving == pytest.approx(saved, abs=Decimal("0.02"))


def test_cost_and_delay_are_kept_together_less_often_than_each():
    said = budget().spread

    assert 0.6 < said.joint_probability < 0.8
    assert sum(share for *_, share in said.histogram) == pytest.approx(1)
    assert said.tail_mean > budget().percentiles["p90"]
    assert len(said.joint_points) == 200
