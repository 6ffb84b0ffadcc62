"""What measures leave of a risk, and what they are worth."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.risk.domain.response import Exposure, Response, return_on
from shared.quant.three_point import ThreePoint

INHERENT = Exposure(0.5, ThreePoint(1000.0, 2000.0, 6000.0), ThreePoint(2.0, 4.0, 12.0), scope_share=0.2)
FACTORS = st.floats(0, 1).map(lambda factor: round(factor, 3))


def measure(kind="preventive", cost=100, **facts):
    wish = {"strategy": "mitigate", "statement": "Do it", "statement_zh": "做", "owner_role": "architect", **facts}
    return Response(id=uuid4(), code="RSK-001-01", kind=kind, cost=Decimal(cost), **wish)


def test_a_preventive_measure_lowers_the_probability_only():
    left = INHERENT.after([measure(probability_factor=0.6)])

    assert left == replace(INHERENT, probability=0.3)


def test_a_contingency_measure_lowers_every_impact_and_costs_when_the_risk_happens():
    left = INHERENT.after([measure("contingency", 50, impact_factor=0.5, trigger="It happens")])

    assert left.probability == 0.5
    assert left.impact_cost == ThreePoint(550.0, 1050.0, 3050.0)
    assert left.impact_days == ThreePoint(1.0, 2.0, 6.0)
    assert left.scope_share == 0.1


def test_exploiting_an_opportunity_makes_it_certain_but_no_more():
    chance = Exposure(0.4, ThreePoint(-300.0, -200.0, -100.0), ThreePoint(0, 0, 0))

    left = chance.after([measure(strategy="exploit", probability_factor=10.0, impact_factor=1.5)])

    assert left.probability == 1.0
    assert left.impact_cost == ThreePoint(-450.0, -300.0, -150.0)


def test_the_return_is_what_is_saved_less_what_is_brought_for_each_unit_of_cost():
    """RE before 0.5 x 2500 = 1250, after 0.3 x 2500 = 750, secondary 100: (1250 - 750 - 100) / 100."""
    money_only = replace(INHERENT, impact_days=ThreePoint(0, 0, 0))

    found = return_on([measure(probability_factor=0.6)], [], money_only, daily_burn=0.0, secondary=100.0)

    assert (found.before, found.after, found.cost) == (1250.0, 750.0, 100.0)
    assert found.leverage == pytest.approx(4.0)


def test_a_contingency_measure_is_charged_as_often_as_the_risk_happens():
    found = return_on([measure("contingency", 100, impact_factor=0.8)], [], INHERENT, daily_burn=10.0)

    assert (found.cost, found.contingent) == (50.0, 50.0)
    saved = 0.2 * 0.5 * (2500 + 50)
    assert found.before - found.after == pytest.approx(saved - 50)
    assert found.leverage == pytest.approx(saved / 50)


@given(st.lists(st.tuples(st.sampled_from(["preventive", "contingency"]), FACTORS, FACTORS), max_size=4), st.booleans())
def test_there_is_one_figure_after_the_responses_the_one_that_the_register_and_the_budget_have(wished, has_happened):
    measures = [measure(kind, 40, probability_factor=p, impact_factor=i) for kind, p, i in wished]

    found = return_on(measures, [], INHERENT, daily_burn=10.0, has_happened=has_happened)

    left = INHERENT.after(measures)
    left = replace(left, probability=1.0) if has_happened else left
    assert found.after == left.expected_value(10.0)


@pytest.mark.parametrize("one", [measure(cost=0, probability_factor=0.5), measure()])
def test_what_is_free_or_not_judged_has_no_return(one):
    assert return_on([one], [], INHERENT, daily_burn=0.0).leverage is None


def test_a_measure_is_worth_less_beside_another():
    one, other = measure(probability_factor=0.5), measure(probability_factor=0.5)

    alone = return_on([one], [], INHERENT, daily_burn=0.0)
    beside = return_on([one], [other], INHERENT, daily_burn=0.0)

    assert beside.leverage == pytest.approx(alone.leverage / 2)


@given(st.lists(st.tuples(FACTORS, FACTORS), max_size=5), st.randoms())
def test_measures_never_add_to_a_threat_and_their_order_is_without_effect(factors, random):
    measures = [measure(cost=0, probability_factor=p, impact_factor=i) for p, i in factors]
    shuffled = random.sample(measures, len(measures))

    left = INHERENT.after(measures)

    assert left.probability <= INHERENT.probability
    assert left.impact_cost.pessimistic <= INHERENT.impact_cost.pessimistic
    assert left.probability == pytest.approx(INHERENT.after(shuffled).probability, abs=2e-6)
