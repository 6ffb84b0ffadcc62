"""Business cases: value, sensitivity, scenarios and chance, against closed forms."""

import time
from math import sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.estimation.domain.economics.appraisal import appraised, curve
from services.estimation.domain.economics.business_case import Case, Stream, yearly
from services.estimation.domain.economics.present_value import npv
from services.estimation.domain.economics.sensitivity import (
    Scenario,
    Span,
    break_evens,
    outlook,
    tornado,
    two_way,
    usual_spans,
)
from services.estimation.domain.economics.uncertain_value import simulated
from shared.quant.distributions import Normal, PointMass, Triangular, Uniform

OUTLAY = Stream("price", "Price", "报价", False, (0.0,), (1000.0,))


def case(annual=400.0, years=4, rate=0.1, growth=0.0):
    saving = Stream("saving", "Saving", "节约", True, *yearly(1, years, annual, growth))
    return Case((OUTLAY, saving), rate)


def test_the_value_is_that_of_its_flows():
    expected = npv(0.1, [-1000, 400, 400, 400, 400])

    found = appraised(case(), 0.1, 0.1)

    assert case().value({}) == pytest.approx(expected)
    assert found.net_present_value == pytest.approx(expected)
    assert found.rates.found.value == pytest.approx(0.21862, abs=1e-5)
    assert found.payback_years == pytest.approx(2.5)
    assert found.benefit_cost_ratio == pytest.approx((expected + 1000) / 1000)
    assert found.return_on_investment == pytest.approx(0.6)
    assert found.profitability_index == pytest.approx(1 + expected / 1000)
    assert npv(0.1, [0, *[found.equivalent_annuity] * 4]) == pytest.approx(expected)
    assert [flow.cumulative for flow in curve(case())] == [-1000, -600, -200, 200, 600]


def test_each_driver_does_what_its_name_says():
    usual = case()
    saving = npv(0.1, [0, 400, 400, 400, 400])

    assert usual.value({"saving": 0.5}) == pytest.approx(saving / 2 - 1000)
    assert usual.value({"benefits": 0.5, "saving": 0.5}) == pytest.approx(saving / 4 - 1000)
    assert usual.value({"costs": 1.2}) == pytest.approx(saving - 1200)
    assert usual.value({"discount_rate": 0.0}) == pytest.approx(600)
    assert usual.value({"delay_years": 1}) == pytest.approx(saving / 1.1 - 1000)


def test_the_tornado_has_the_largest_swing_first():
    bars = tornado(case(), [Span("price", 0.9, 1.1), Span("saving", 0.8, 1.2), Span("discount_rate", 0.08, 0.12)])

    assert [bar.span.driver for bar in bars] == ["saving", "price", "discount_rate"]
    assert bars[1].swing == pytest.approx(200)
    assert {span.driver for span in usual_spans(case())} == {"price", "saving", "discount_rate", "delay_years"}


def test_a_table_has_a_value_for_each_pair():
    rows = two_way(case(), "price", (1.0, 1.1), "saving", (0.9, 1.0, 1.1))

    assert (len(rows), len(rows[0])) == (2, 3)
    assert rows[0][1] == pytest.approx(case().value({}))
    assert rows[1][2] == pytest.approx(case().value({"price": 1.1, "saving": 1.1}))


def test_scenarios_have_an_expected_value_and_a_spread():
    scenarios = [
        Scenario("bad", 0.25, {"saving": 0.5}),
        Scenario("base", 0.5, {}),
        Scenario("good", 0.25, {"saving": 1.5}),
    ]

    found = outlook(case(), scenarios)

    saving = npv(0.1, [0, 400, 400, 400, 400])
    assert found.expected == pytest.approx(saving - 1000)
    assert found.standard_deviation == pytest.approx(saving / 2 / sqrt(2))
    assert found.probability_negative == 0.25


@given(st.floats(1, 1e6), st.floats(1, 1e6), st.floats(-0.3, 1))
def test_at_the_break_even_nothing_is_gained(annual, outlay, rate):
    stream = Stream("price", "", "", False, (0.0,), (outlay,))
    made = Case((stream, Stream("saving", "", "", True, *yearly(1, 5, annual, 0.02))), rate)

    for driver, value in break_evens(made).items():
        if value is not None:
            assert abs(made.value({driver: value})) < 1e-6 * (outlay + annual * 100)


def test_the_chance_of_a_loss_is_that_of_the_normal_distribution():
    """A saving that is normal makes a normal value: P(NPV < 0) is known."""
    saving = npv(0.1, [0, 400, 400, 400, 400])

    found = simulated(case(), {"saving": Normal(1.0, 0.2)}, samples=20_000, seed=7)

    assert found.mean == pytest.approx(saving - 1000, abs=0.5)
    assert found.standard_deviation == pytest.approx(0.2 * saving, rel=0.005)
    assert found.percentiles[50] == pytest.approx(saving - 1000, abs=0.5)
    assert found.percentiles[5] == pytest.approx(saving * (1 - 0.2 * 1.6448536) - 1000, abs=2)
    chance = NormalDist().cdf((1000 / saving - 1) / 0.2)
    assert found.probability_negative == pytest.approx(chance, abs=0.001)
    assert sum(one.share for one in found.histogram) == pytest.approx(1)


def test_equal_seeds_give_equal_bytes_and_another_driver_leaves_the_draws_alone():
    drivers = {"saving": Triangular(0.5, 1.0, 1.3), "price": Uniform(0.9, 1.1)}

    once, again = (simulated(case(), drivers, samples=2000, seed=5) for _ in range(2))
    alone = simulated(case(), {"saving": drivers["saving"]}, samples=2000, seed=5)
    beside = simulated(case(), {**drivers, "price": PointMass(1.0)}, samples=2000, seed=5)

    assert once == again
    assert alone == beside
    assert once != simulated(case(), drivers, samples=2000, seed=6)


def test_an_uncertain_rate_is_discounted_with_draw_by_draw():
    found = simulated(case(), {"discount_rate": Uniform(0.0, 0.2)}, samples=5000, seed=1)

    exact = np.mean([case().value({"discount_rate": rate}) for rate in np.linspace(0, 0.2, 2001)])
    assert found.mean == pytest.approx(exact, abs=0.5)


def test_a_hundred_thousand_samples_take_no_more_than_a_moment():
    streams = [Stream(f"s{n}", "", "", n % 2 == 0, *yearly(1, 20, 100.0 + n, 0.01)) for n in range(20)]
    made = Case((OUTLAY, *streams), 0.08)
    drivers = {stream.code: Triangular(0.7, 1.0, 1.4) for stream in streams}
    simulated(made, drivers, samples=1000, seed=1)

    started = time.perf_counter()
    simulated(made, {**drivers, "discount_rate": Uniform(0.05, 0.11)}, samples=100_000, seed=1)

    assert time.perf_counter() - started < 5
