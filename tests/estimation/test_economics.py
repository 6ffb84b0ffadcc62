"""Present values, rates of return and payback against what others published."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
import pyxirr
from hypothesis import assume, given
from hypothesis import strategies as st

from services.estimation.domain.economics import measures, present_value
from services.estimation.domain.economics.day_count import DayCount, years_between
from services.estimation.domain.economics.payback import discounted_payback, payback
from services.estimation.domain.economics.present_value import FigureOutOfRange, RateLeMinusOne
from services.estimation.domain.economics.rate_of_return import (
    AllSameDate,
    NoSignChange,
    Status,
    irr,
    mirr,
    sign_changes,
    xirr,
)
from shared.kernel.problems import Problem
from tests.support.estimation.samples import published

FLOWS = st.lists(st.integers(-10_000, 10_000), min_size=2, max_size=12)

SAMPLES = [pytest.param(one, id=one["id"]) for one in published("xirr_samples") if isinstance(one["flows"], list)]
"""Three of the sixty are named only, without their flows."""


def cases(*functions):
    return [pytest.param(case, id=case["id"]) for case in published("finance") if case["fn"] in functions]


def dated(inputs):
    return [date.fromisoformat(day) for day in inputs["dates"]], inputs["amounts"], DayCount(inputs["day_count"])


FUNCTIONS = {
    "irr": lambda inputs: irr(inputs["cash_flows"]),
    "xirr": lambda inputs: xirr(*dated(inputs)),
    "mirr": lambda inputs: mirr(**inputs),
    "npv_excel": lambda inputs: present_value.npv_excel(**inputs),
    "npv_t0": lambda inputs: present_value.npv(**inputs),
    "xnpv": lambda inputs: present_value.xnpv(inputs["rate"], *dated(inputs)),
    "rri": lambda inputs: present_value.growth_rate(inputs["nper"], inputs["pv"], inputs["fv"]),
}


def answered(case):
    return FUNCTIONS[case["fn"]](case["inputs"])


@pytest.mark.parametrize("case", cases("npv_excel", "npv_t0", "xnpv", "rri", "mirr"))
def test_a_figure_is_the_published_one(case):
    if str(case["expected"]).startswith("error"):
        with pytest.raises(Problem):
            answered(case)
    else:
        assert answered(case) == pytest.approx(case["expected"], rel=0, abs=case["tol"])


@pytest.mark.parametrize("case", cases("irr", "xirr"))
def test_a_rate_of_return_is_the_published_one_and_no_root_is_missed(case):
    if str(case["expected"]).startswith("error"):
        with pytest.raises(NoSignChange):
            answered(case)
        return

    found = answered(case)

    assert found.nearest_to_zero == pytest.approx(case["expected"], rel=0, abs=case["tol"])
    if "all_roots" in case:
        assert found.roots == pytest.approx(case["all_roots"], rel=1e-9, abs=1e-12)
    assert found.status == (Status.UNIQUE if len(found.roots) == 1 else Status.MULTIPLE)
    assert (found.value is None) == (len(found.roots) > 1)


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_root_of_the_published_samples_is_found(sample):
    dates = [date.fromisoformat(day) for day, _ in sample["flows"]]
    amounts = [amount for _, amount in sample["flows"]]

    found = xirr(dates, amounts)

    assert found.roots == pytest.approx(sample["all_roots_in_minus1_inf"], rel=1e-8, abs=1e-10)
    for told in (sample["expected_published"], sample["alternative_published"]):
        assert told is None or any(root == pytest.approx(float(told), rel=1e-8, abs=1e-9) for root in found.roots)
    scale = sum(map(abs, amounts))
    times = present_value.times_of(dates)
    for root in found.roots:
        parts = [amount * (1 + root) ** -time for time, amount in zip(times, amounts, strict=True)]
        assert abs(math.fsum(parts)) < 1e-6 * max(scale, sum(map(abs, parts)))


@pytest.mark.parametrize("case", cases("payback"))
def test_payback_is_the_textbooks(case):
    inputs, expected, tol = case["inputs"], case["expected"], case["tol"]
    flows = [-inputs["initial"], *inputs["inflows"]]
    found = {"payback": payback(flows)}
    if inputs["rate"] is not None:
        found |= {
            "discounted_payback": discounted_payback(inputs["rate"], flows),
            "npv": present_value.npv(inputs["rate"], flows),
        }

    for name, figure in expected.items():
        assert found[name] == (figure if figure is None else pytest.approx(figure, rel=0, abs=tol[name])), name


def test_ratios_are_the_worked_example():
    [case] = published("finance", "bcr-1")
    rate, benefits, costs = (case["inputs"][name] for name in ("rate", "benefits", "costs"))
    net = present_value.npv(rate, [b - c for b, c in zip(benefits, costs, strict=True)])
    of_benefits, of_costs = present_value.npv(rate, benefits), present_value.npv(rate, costs)

    assert measures.benefit_cost_ratio(of_benefits, of_costs) == pytest.approx(case["expected"]["bcr"], abs=1e-9)
    assert measures.profitability_index(net, costs[0]) == pytest.approx(case["expected"]["pi"], abs=1e-9)
    assert net == pytest.approx(case["expected"]["npv"], abs=1e-6)


def test_rates_that_touch_zero_without_crossing_it_are_found():
    """A double root is one rate: (1 - 1.1 v)² has it at 10 %."""
    assert irr([1, -2.2, 1.21]).roots == pytest.approx([0.1])
    assert irr([1, -2, 1]).roots == pytest.approx([0.0], abs=1e-7)
    assert irr([-1, 2.2, -1.22]).status is Status.NONE


def test_two_rates_between_two_points_of_the_grid_are_both_found():
    near, by = 0.1, 1e-5
    first, second = 1 + near, 1 + near + by

    found = irr([1, -(first + second), first * second])

    assert found.roots == pytest.approx([near, near + by], rel=1e-6)


def test_flows_as_large_and_as_far_apart_as_may_be_do_not_overflow():
    century = [date(2000, 1, 1), date(2099, 12, 31)]

    assert xirr(century, [-1e15, 1e15]).value == pytest.approx(0, abs=1e-12)
    assert xirr(century, [-1e15, 1]).value == pytest.approx(-0.292, abs=1e-3)
    with pytest.raises(FigureOutOfRange):
        present_value.npv(-0.999999999, [-1e15, *[0] * 99, 1e15])


def test_flows_on_one_date_have_no_rate():
    with pytest.raises(AllSameDate):
        xirr([date(2027, 1, 1)] * 2, [-1, 2])
    with pytest.raises(NoSignChange):
        xirr([date(2027, 1, 1)] * 2, [1, 2])


@pytest.mark.parametrize("rate", [-1, -1.5])
def test_a_rate_that_takes_all_away_is_refused(rate):
    with pytest.raises(RateLeMinusOne):
        present_value.npv(rate, [1, 2])


@given(FLOWS, st.integers(1, 400))
def test_the_order_of_dated_flows_decides_nothing(amounts, days):
    assume(min(amounts) < 0 < max(amounts))
    dates = [date(2027, 1, 1) + timedelta(days=days * place) for place in range(len(amounts))]

    assert xirr(dates, amounts).roots == xirr(dates[::-1], amounts[::-1]).roots


@given(FLOWS)
def test_there_are_at_most_as_many_rates_as_changes_of_sign_and_each_makes_the_value_nothing(amounts):
    assume(min(amounts) < 0 < max(amounts))

    roots = irr(amounts).roots

    assert len(roots) <= sign_changes(amounts)
    for root in roots:
        parts = [amount * (1 + root) ** -t for t, amount in enumerate(amounts)]
        assert abs(math.fsum(parts)) <= 1e-9 * sum(map(abs, parts))


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=30), st.integers(1, 100_000))
def test_with_one_change_of_sign_the_rate_is_the_one_of_pyxirr(inflows, outlay):
    found = irr([-outlay, *inflows]).value

    assert found == pytest.approx(pyxirr.irr([-outlay, *inflows]), rel=1e-7, abs=1e-9)


@given(FLOWS)
def test_polynomial_roots_agree(amounts):
    """Second opinion: 1 + r are the positive real roots of the polynomial whose coefficients are the flows."""
    assume(min(amounts) < 0 < max(amounts))
    polynomial = [float(root.real - 1) for root in np.roots(amounts) if abs(root.imag) < 1e-12 and root.real > 1e-6]
    simple = [r for r in sorted(polynomial) if all(abs(r - other) > 1e-3 for other in polynomial if other is not r)]
    assume(len(simple) == len(polynomial))

    roots = irr(amounts).roots

    for root in simple:
        assert any(found == pytest.approx(root, rel=1e-5, abs=1e-7) for found in roots)


@pytest.mark.parametrize(
    ("convention", "years"),
    [("act/365F", 732 / 365), ("act/360", 732 / 360), ("30E/360", 721 / 360), ("act/act ISDA", 2 + 1 / 365)],
)
def test_day_counts_count_a_leap_year_as_they_say(convention, years):
    assert years_between(date(2022, 12, 31), date(2025, 1, 1), DayCount(convention)) == pytest.approx(years)


@given(st.floats(-0.5, 2), st.floats(-0.5, 2))
def test_real_and_nominal_rates_are_each_others_inverse(real, inflation):
    assert present_value.real_rate(present_value.nominal_rate(real, inflation), inflation) == pytest.approx(
        real, abs=1e-9
    )


def test_what_dips_below_zero_again_pays_back_at_the_last_crossing():
    assert payback([-100, 150, -100, 100]) == 2.5
    assert payback([-100, 150, -100]) is None
    assert payback([10, -5, 1]) == 0.0


@given(FLOWS, st.floats(0.001, 1))
def test_an_annuity_is_worth_as_much_as_what_it_stands_for(flows, rate):
    value = present_value.npv(rate, flows)

    annuity = measures.equivalent_annuity(value, rate, 10)

    assert present_value.npv(rate, [0, *[annuity] * 10]) == pytest.approx(value, rel=1e-9, abs=1e-6)


def test_break_even_is_where_nothing_is_gained():
    assert measures.break_even(lambda x: 3 * x - 6, 0, 10) == pytest.approx(2)
    assert measures.break_even(lambda x: x + 1, 0, 10) is None
    assert measures.accounting_break_even(1000, 30, 10) == 50
    assert measures.accounting_break_even(1000, 10, 10) is None


def test_no_published_case_is_left_out():
    tested = {"irr", "xirr", "mirr", "npv_excel", "npv_t0", "xnpv", "rri", "payback", "bcr"}

    assert {case["fn"] for case in published("finance")} == tested
    assert len(SAMPLES) == 57


def test_what_comes_to_nothing_grew_by_minus_one():
    assert present_value.growth_rate(3, 1000, 0) == -1
    with pytest.raises(present_value.NoGrowthRate):
        present_value.growth_rate(3, 0, 0)
    with pytest.raises(present_value.NoGrowthRate):
        present_value.growth_rate(3, 1000, -1)


def test_that_there_is_no_rate_in_range_or_more_than_one_is_said_in_both_languages():
    none = xirr([date(2027, 1, 1), date(2027, 1, 2)], [-1, 1000])
    several = irr([-100, 230, -132])
    one = irr([-100, 110])

    assert none.status == "none"
    assert "none up to 1e9" in none.message
    assert "1e9" in none.message_zh
    assert several.nearest_to_zero == pytest.approx(0.1)
    assert "2 rates" in several.message
    assert "最接近零" in several.message_zh
    assert one.message is one.message_zh is None
