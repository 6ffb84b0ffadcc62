"""What people say of a quantity, as a distribution; and sums."""

from math import exp

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.estimation.domain.ranges import Chance, Judgement, Shape
from shared.quant.sums import summed
from shared.quant.three_point import Bounds

ENDS = {Bounds.P10_P90: (0.1, 0.9), Bounds.P5_P95: (0.05, 0.95)}
MODAL = (Shape.TRIANGULAR, Shape.PERT, Shape.BETA_PERT, Shape.TRIGEN)
numbers = st.floats(1, 1e6)


def quantiles(judgement, *shares):
    return judgement.as_distribution().quantiles(np.array(shares))


@pytest.mark.parametrize("bounds", ENDS)
@pytest.mark.parametrize("shape", [shape for shape in Shape if shape not in {Shape.POINT, Shape.DISCRETE, Shape.PERT}])
def test_ends_that_are_percentiles_are_the_percentiles_of_the_distribution(shape, bounds):
    said = Judgement(shape, 80, 100, 140, bounds=bounds)

    assert list(quantiles(said, *ENDS[bounds])) == pytest.approx([80, 140], rel=1e-6)


@settings(max_examples=40)
@given(st.lists(numbers, min_size=3, max_size=3), st.sampled_from(MODAL), st.floats(2, 6), st.sampled_from(Bounds))
def test_quantiles_rise_and_stay_around_what_was_said(points, shape, weight, bounds):
    low, mode, high = sorted(points)
    assume(high > low * (1 + 1e-6))

    distribution = Judgement(shape, low, mode, high, weight=weight, bounds=bounds).as_distribution()

    found = distribution.quantiles(np.linspace(0.01, 0.99, 25))
    assert np.all(np.diff(found) >= 0)
    assert found[0] <= distribution.mean <= found[-1]
    if bounds is Bounds.ABSOLUTE and shape is not Shape.TRIGEN:
        assert low <= found[0]
        assert found[-1] <= high


def test_on_the_unit_range_the_three_conventions_disagree_by_a_fifth():
    spreads = [
        Judgement(shape, 0, 0.5, 1, bounds=Bounds.ABSOLUTE).as_distribution().standard_deviation
        for shape in (Shape.PERT, Shape.BETA_PERT, Shape.TRIANGULAR)
    ]

    assert spreads == pytest.approx([0.1667, 0.1890, 0.2041], abs=5e-5)


@pytest.mark.parametrize(("level", "ends"), [("task", (45.6, 200)), ("project", (65, 135))])
def test_a_single_figure_gets_the_measured_range_around_it_and_says_so(level, ends):
    said = Judgement(most_likely=100, level=level)

    # As nothing takes less than no time, 40 would be P7 of a task and not P10; what is above stays as it is measured.
    assert list(quantiles(said, 0.1, 0.9)) == pytest.approx(ends, rel=1e-3)
    assert [caution.code for caution in said.cautions] == ["range_assumed"]


@pytest.mark.parametrize(
    ("points", "codes"),
    [
        ((1, 5, 30), ["range_too_wide"]),
        ((0, 5, 30), ["range_too_wide"]),
        ((98, 100, 103), ["range_suspiciously_narrow"]),
        ((50, 100, 100), ["no_downside"]),
        ((99, 100, 100), ["range_suspiciously_narrow", "no_downside"]),
        ((80, 100, 130), []),
        ((5, 5, 5), []),
    ],
)
def test_doubtful_ranges_are_taken_with_a_caution(points, codes):
    assert [caution.code for caution in Judgement(Shape.BETA_PERT, *points).cautions] == codes


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"distribution": "beta_pert"}, "missing_estimate"),
        ({"most_likely": 3, "pessimistic": 4}, "missing_estimate"),
        ({"distribution": "normal", "mean": 3}, "missing_estimate"),
        ({"distribution": "uniform", "optimistic": 3}, "missing_estimate"),
        ({"distribution": "discrete"}, "missing_estimate"),
        ({"optimistic": 3, "most_likely": 2, "pessimistic": 4}, "range_order"),
        ({"distribution": "uniform", "optimistic": 3, "pessimistic": 2}, "range_order"),
        ({"optimistic": -3, "most_likely": 2, "pessimistic": 4}, "negative_amount"),
        ({"optimistic": 1, "most_likely": 2, "pessimistic": float("inf")}, "not_finite"),
        ({"most_likely": float("nan")}, "not_finite"),
        ({"distribution": "lognormal", "optimistic": 0, "pessimistic": 2}, "positive_needed"),
        ({"distribution": "lognormal", "mean": 0, "standard_deviation": 2}, "positive_needed"),
        ({"distribution": "discrete", "chances": (Chance(1, 0.5), Chance(2, 0.4))}, "probabilities_do_not_sum"),
    ],
)
def test_what_is_no_range_is_refused_with_its_code(said, code):
    with pytest.raises(ValueError, match=f"^{code}$"):
        Judgement(**{**said, "distribution": Shape(said.get("distribution", "beta_pert"))})


def test_an_opportunity_may_be_negative():
    said = Judgement(Shape.TRIANGULAR, -30, -20, -5, bounds=Bounds.ABSOLUTE, is_signed=True)

    assert said.as_distribution().mean == pytest.approx(-55 / 3)


def test_a_lognormal_range_has_the_middle_of_the_logarithms_as_its_median():
    said = Judgement(Shape.LOGNORMAL, 100, None, 400)

    assert float(quantiles(said, 0.5)[0]) == pytest.approx(200)
    by_moments = Judgement(Shape.LOGNORMAL, mean=220, standard_deviation=90).as_distribution()
    assert (by_moments.mean, by_moments.standard_deviation) == (pytest.approx(220), pytest.approx(90))
    assert by_moments.median == pytest.approx(exp(by_moments.mu))


def test_a_discrete_quantity_takes_its_values_only():
    said = Judgement(Shape.DISCRETE, chances=(Chance(40, 0.2), Chance(10, 0.5), Chance(20, 0.3)))

    assert list(quantiles(said, 0.1, 0.5, 0.51, 0.8, 0.81, 1)) == [10, 10, 20, 20, 40, 40]
    assert said.as_distribution().mean == pytest.approx(19)
    assert said.as_distribution().standard_deviation == pytest.approx(11.3578, abs=1e-4)


@settings(max_examples=15)
@given(st.lists(st.floats(1, 1000), min_size=2, max_size=12), st.floats(0, 1))
def test_a_sum_is_as_wide_as_its_correlation_makes_it(modes, correlation):
    parts = [Judgement(most_likely=mode).as_distribution() for mode in modes]

    loose, tight = summed(parts, 0, [0.1, 0.9]), summed(parts, 1, [0.1, 0.9])
    found = summed(parts, correlation, [0.1, 0.9])

    width = [float(one.quantiles[1] - one.quantiles[0]) for one in (loose, found, tight)]
    assert width[0] * 0.99 <= width[1] <= width[2] * 1.001
    assert loose.standard_deviation <= found.standard_deviation * (1 + 1e-9)
    assert float(tight.quantiles[1]) == pytest.approx(2.0 * sum(modes), rel=2e-3)


def test_equal_items_give_equal_sums():
    parts = [Judgement(most_likely=mode).as_distribution() for mode in (1, 2, 3)]

    assert list(summed(parts, 0.3, [0.8]).quantiles) == list(summed(parts, 0.3, [0.8]).quantiles)
