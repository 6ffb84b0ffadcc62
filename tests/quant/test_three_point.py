"""Ranges of three points: what is legal, percentile bounds, sums."""

from math import inf, nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.quant.distributions import ParameterOutOfRange
from shared.quant.percentile_bounds import trigen
from shared.quant.sums import total
from shared.quant.three_point import ImpossibleRange, Shape, ThreePoint
from tests.support.quant.published import published

numbers = st.floats(0, 1e6, allow_nan=False)


@st.composite
def ranges(draw):
    return ThreePoint(*sorted(draw(numbers) for _ in range(3)))


@pytest.mark.parametrize("points", ["4-5-10", "8-10-14"])  # in the others the mode is below P10
@pytest.mark.parametrize(("shape", "name"), [(Shape.BETA_PERT, "beta_pert_lambda4"), (Shape.TRIANGULAR, "triangular")])
def test_bounds_found_from_p10_and_p90_are_those_that_have_these_percentiles(points, shape, name):
    [case] = published("pert", f"dist-{points}")
    a, m, b = (case["inputs"][point] for point in "amb")
    expected = case["expected"][name]

    bounds = shape.bounded(ThreePoint(expected["p10"], m, expected["p90"]))

    assert bounds.optimistic == pytest.approx(a, abs=1e-4)
    assert bounds.pessimistic == pytest.approx(b, abs=1e-4)


def test_the_trigen_bounds_are_the_published_ones():
    """8/10/14 as P10, mode and P90 of a triangle: 5.895 and 16.686 (@RISK's RiskTrigen)."""
    bounds = Shape.TRIANGULAR.bounded(ThreePoint(8, 10, 14))

    assert (bounds.optimistic, bounds.pessimistic) == (pytest.approx(5.895, abs=5e-4), pytest.approx(16.686, abs=5e-4))
    assert Shape.TRIANGULAR.mean(bounds) == pytest.approx(10.86, abs=5e-3)


def test_a_lower_bound_below_zero_is_zero():
    bounds = Shape.BETA_PERT.bounded(ThreePoint(0.2, 5, 12))

    assert bounds.optimistic == 0


def test_a_point_stays_a_point():
    point = ThreePoint(5, 5, 5)

    assert Shape.BETA_PERT.bounded(point) == point
    assert Shape.BETA_PERT.standard_deviation(point) == 0


@pytest.mark.parametrize(
    ("points", "code"),
    [
        ((5, 11, 10), "range_order"),
        ((5, 4, 10), "range_order"),
        ((1, nan, 3), "not_finite"),
        ((1, 2, inf), "not_finite"),
    ],
)
def test_an_impossible_range_is_refused_with_its_code(points, code):
    with pytest.raises(ImpossibleRange, match=f"^{code}$"):
        ThreePoint(*points)


def test_points_below_zero_are_the_callers_matter():
    assert ThreePoint(-1, 2, 3).shifted(1.005).scaled(2).rounded(2) == ThreePoint(0.01, 6.01, 8.01)


@given(
    st.lists(st.floats(-1e4, 1e4), min_size=3, max_size=3).filter(lambda points: max(points) - min(points) > 1e-3),
    st.floats(0.0, 0.4),
    st.floats(0.0, 0.4),
)
def test_the_bounds_of_a_trigen_are_its_percentiles(points, below, above):
    low, middle, high = sorted(points)

    values = trigen(low, middle, high, tails=(below, above)).quantiles((np.arange(20_000) + 0.5) / 20_000)

    slack = 1e-6 * (high - low)
    assert np.mean(values < low - slack) == pytest.approx(below, abs=1e-3)
    assert np.mean(values > high + slack) == pytest.approx(above, abs=1e-3)


def test_more_than_all_cannot_be_outside():
    with pytest.raises(ParameterOutOfRange):
        trigen(1, 2, 3, tails=(0.6, 0.5))


@pytest.mark.parametrize("case", published("montecarlo", "mc-10-normals"), ids=lambda case: case["id"])
def test_the_range_of_a_sum_agrees_with_correlated_normals(case):
    """Ten items of mean 100 and deviation 20: a classic PERT of 40/100/160 has exactly these."""
    sum_ = total([ThreePoint(40, 100, 160)] * 10, Shape.PERT, case["inputs"]["correlation"])

    assert sum_.mean == pytest.approx(case["expected"]["mean"])
    assert sum_.standard_deviation == pytest.approx(case["expected"]["sd"])
    assert sum_.quantile(0.8) == pytest.approx(case["expected"]["p80"])


def test_nothing_sums_to_nothing():
    assert total([], Shape.BETA_PERT).quantile(0.9) == 0


@given(ranges(), st.sampled_from(Shape))
def test_a_mean_is_within_its_range_and_grows_with_its_unit(size, shape):
    mean = shape.mean(size)

    assert size.optimistic - 1e-6 <= mean <= size.pessimistic + 1e-6
    assert shape.mean(size.scaled(8)) == pytest.approx(8 * mean)
    assert shape.standard_deviation(size.scaled(8)) == pytest.approx(8 * shape.standard_deviation(size), abs=1e-6)


@given(st.lists(ranges(), max_size=20), st.sampled_from(Shape), st.floats(0, 1))
def test_a_sum_is_never_surer_than_independent_nor_less_sure_than_all_moving_together(sizes, shape, correlation):
    spread = total(sizes, shape, correlation)

    deviations = [shape.standard_deviation(size) for size in sizes]
    assert spread.mean == pytest.approx(sum(map(shape.mean, sizes)))
    assert spread.standard_deviation >= sqrt(sum(d * d for d in deviations)) * (1 - 1e-9)
    assert spread.standard_deviation <= sum(deviations) * (1 + 1e-9)
