"""The whole estimate and its price."""

import time
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.estimation.domain.budget import PhaseCosts
from services.estimation.domain.estimate import estimate
from services.estimation.domain.priced import PriceBasis, RiskBudget, priced
from services.estimation.domain.pricing import Reserve
from tests.support.estimation.samples import PARAMETERS, baseline, inputs, lending, need

money = st.decimals(0, 10**8, places=2)


def price(made, *, reserve=(Decimal(400_000), Decimal(50_000), Decimal(200_000)), weights=None, budget=None, curve=()):
    commerce = PARAMETERS.commerce
    costs = PhaseCosts(made.costing.labour_by_phase, made.costing.items)
    basis = PriceBasis("CNY", made.plan, costs, budget, commerce.terms)
    return priced(basis, RiskBudget(Reserve(*reserve), weights or {}, curve), commerce)


def test_a_banks_lending_platform_lands_where_such_projects_land():
    made = estimate(lending(), PARAMETERS, inputs())

    bottom_up, chain = made.comparison.methods
    assert 1500 <= bottom_up.effort_days <= 3500
    assert chain.effort_days == pytest.approx(bottom_up.effort_days, rel=0.3)
    assert not made.comparison.is_divergent
    assert Decimal(2_000_000) < made.costing.costs.base < Decimal(6_000_000)
    assert bottom_up.low_days < bottom_up.effort_days < bottom_up.high_days
    assert chain.low_days < chain.effort_days < chain.high_days


def test_work_without_function_points_makes_the_methods_diverge_and_the_note_says_so():
    needs = [need(number, "operational") for number in range(40)] + [need(99)]

    comparison = estimate(baseline(*needs), PARAMETERS, inputs()).comparison

    low, high = sorted(method.effort_days for method in comparison.methods)
    assert comparison.is_divergent
    assert comparison.divergence == pytest.approx((high - low) / low, abs=1e-4)
    assert "% of the requirements' effort is work that has no function points" in comparison.methods[0].note
    assert "不计功能点" in comparison.methods[0].note_zh


def test_the_chain_states_its_figures():
    chain = estimate(lending(), PARAMETERS, inputs()).comparison.methods[1]

    assert "× 1.21 × 10.46 h/FP × SWF 1.1 × RDF 1, P50 of finance" in chain.note
    assert "取金融 P50" in chain.note_zh


def test_with_nothing_to_count_there_is_one_method_and_no_divergence():
    comparison = estimate(baseline(need(1, "constraint")), PARAMETERS, inputs()).comparison

    assert [method.method for method in comparison.methods] == ["three_point"]
    assert (comparison.divergence, comparison.is_divergent) == (0, False)


def test_financing_is_interest_on_what_the_client_has_not_paid_yet():
    made = estimate(lending(), PARAMETERS, inputs())
    free = replace(PARAMETERS, commerce=replace(PARAMETERS.commerce, annual_interest_rate=Decimal(0)))
    double = replace(PARAMETERS, commerce=replace(PARAMETERS.commerce, annual_interest_rate=Decimal("0.087")))

    assert 0 < made.costing.costs.financial < made.costing.costs.base / 100
    assert estimate(lending(), free, inputs()).costing.costs.financial == 0
    assert estimate(lending(), double, inputs()).costing.costs.financial > made.costing.costs.financial * Decimal(
        "1.99"
    )


def test_a_day_of_delay_costs_the_part_of_the_team_that_stays():
    made = estimate(lending(), PARAMETERS, inputs())

    until_delivery = sum(cost for phase, cost in made.costing.labour_by_phase.items() if phase != "warranty")
    assert made.costing.daily_burn == pytest.approx(
        until_delivery / made.plan.delivery_days * Decimal("0.35"), abs=Decimal("0.01")
    )


def test_the_budget_probability_is_what_the_curve_says_of_what_the_client_can_pay():
    made = estimate(lending(), PARAMETERS, inputs())
    base = made.costing.costs.base
    curve = [(0.1, base), (0.9, base * 2)]
    pays = (base * Decimal("1.5") + 50_000) / (1 - PARAMETERS.commerce.margin_rate) * Decimal("1.06")

    assert price(made, budget=pays, curve=curve).budget_probability == pytest.approx(0.5)
    assert price(made, curve=curve).budget_probability is None


def test_the_contingency_goes_to_the_phases_that_the_risk_budget_names():
    budget = price(estimate(lending(), PARAMETERS, inputs()), weights={"build": Decimal(3), "test": Decimal(1)}).budget

    shares = {phase.window.phase: phase.contingency for phase in budget.phases if phase.contingency}
    assert shares == {"build": 300_000, "test": 100_000}


@given(money, money, money, st.integers(1, 9))
def test_phases_months_payments_and_steps_all_add_up(contingency, responses, management, count):
    made = estimate(lending(count), PARAMETERS, inputs())

    result = price(made, reserve=(contingency, responses, management))

    budget, baseline_cost = result.budget, made.costing.costs.base + contingency + responses
    assert sum(phase.total for phase in budget.phases) == baseline_cost
    assert sum(month.planned for month in budget.months) == baseline_cost == budget.months[-1].cumulative
    assert sum(month.inflow for month in budget.months) == result.price.net
    assert budget.months[-1].net_cumulative == result.price.net - baseline_cost
    assert sum(payment.amount for payment in budget.payments) == result.price.gross
    assert sum(step.amount for step in result.price.steps) == result.price.gross
    assert budget.peak_funding == max(0, -min(month.net_cumulative for month in budget.months))
    assert sum(item.amount for item in made.costing.items) == made.costing.costs.material + made.costing.costs.financial


def test_an_item_of_a_phase_without_work_is_bought_in_the_phase_before():
    work = replace(PARAMETERS.effort, activities=())
    parameters = replace(PARAMETERS, effort=work)

    made = estimate(lending(), parameters, inputs())

    assert {item.phase for item in made.costing.items if item.kind == "travel"} == {"test"}
    assert price(made).budget.phases[-1].window.phase == "test"


def test_five_hundred_requirements_take_well_under_a_second():
    estimate(lending(), PARAMETERS, inputs())
    started = time.perf_counter()

    made = estimate(lending(500), PARAMETERS, inputs())

    assert len(made.work.lines) == 505
    assert time.perf_counter() - started < 0.5
