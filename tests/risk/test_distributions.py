"""Distributions against their closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaincinv

from services.risk.domain.distributions import (
    BetaPert,
    Discrete,
    LogNormal,
    Normal,
    ParameterOutOfRange,
    Point,
    Triangular,
    Uniform,
    strata,
    trigen,
)
from services.risk.domain.three_point import ThreePoint
from tests.risk.published import case

MIDDLES = strata(20_000)


@pytest.mark.parametrize("name", ["dist-4-5-10", "dist-1-2-9", "dist-8-10-14", "dist-0-0-1"])
def test_ranges_have_the_published_moments_and_percentiles(name):
    figures = case("pert", name)
    given, expected = figures["inputs"], figures["expected"]
    points = ThreePoint(given["a"], given["m"], given["b"])

    for kind, distribution in (("beta_pert_lambda4", BetaPert(points)), ("triangular", Triangular(points))):
        values, wanted = distribution.quantile(MIDDLES), expected[kind]
        assert values.mean() == pytest.approx(wanted["mean"], rel=1e-4)
        assert values.var() == pytest.approx(wanted["var"], rel=1e-3)
        for probability in (0.1, 0.5, 0.8, 0.9):
            found = distribution.quantile(np.array([probability]))[0]
            assert found == pytest.approx(wanted[f"p{probability * 100:.0f}"], rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("shape", [2.0, 3.0, 6.0])
def test_the_shape_of_a_beta_pert_is_its_weight_on_the_mode(shape):
    a, m, b = 3.0, 5.0, 11.0
    mode = (m - a) / (b - a)

    values = BetaPert(ThreePoint(a, m, b), shape).quantile(MIDDLES)

    assert values.mean() == pytest.approx((a + shape * m + b) / (shape + 2), rel=1e-4)
    exact = a + (b - a) * betaincinv(1 + shape * mode, 1 + shape * (1 - mode), MIDDLES)
    assert np.abs(values - exact).max() < 5e-5


def test_bounds_that_are_percentiles_reach_further_than_they_say():
    found = trigen(ThreePoint(8, 10, 14)).range

    assert (found.optimistic, found.pessimistic) == (pytest.approx(5.895, abs=1e-3), pytest.approx(16.686, abs=1e-3))
    assert Triangular(found).quantile(MIDDLES).mean() == pytest.approx(10.86, abs=0.005)


@given(
    st.lists(st.floats(-1e4, 1e4), min_size=3, max_size=3).filter(lambda points: max(points) - min(points) > 1e-3),
    st.floats(0.0, 0.4),
    st.floats(0.0, 0.4),
)
def test_the_bounds_of_a_trigen_are_its_percentiles(points, below, above):
    low, middle, high = sorted(points)

    values = trigen(ThreePoint(low, middle, high), below, above).quantile(MIDDLES)

    assert np.mean(values < low - 1e-9) == pytest.approx(below, abs=1e-3)
    assert np.mean(values > high + 1e-9) == pytest.approx(above, abs=1e-3)


def test_the_others_have_their_moments():
    assert Uniform(2, 6).quantile(MIDDLES).mean() == pytest.approx(4)
    assert Normal(100, 20).quantile(MIDDLES).std() == pytest.approx(20, rel=1e-3)
    assert np.median(LogNormal(0.1, 0.3).quantile(MIDDLES)) == pytest.approx(np.exp(0.1), rel=1e-4)
    assert set(Point(3.0).quantile(MIDDLES)) == {3.0}


def test_a_discrete_distribution_takes_each_value_as_often_as_it_says():
    values = Discrete((30.0, 10.0, 20.0), (0.5, 0.2, 0.3)).quantile(MIDDLES)

    shares = {value: float(np.mean(values == value)) for value in (10.0, 20.0, 30.0)}
    assert shares == {10.0: pytest.approx(0.2), 20.0: pytest.approx(0.3), 30.0: pytest.approx(0.5)}


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Point(float("nan")),
        lambda: Uniform(2, 1),
        lambda: Normal(1, -1),
        lambda: LogNormal(900, 1),
        lambda: BetaPert(ThreePoint(1, 2, 3), 9),
        lambda: Discrete((1.0,), (0.5,)),
        lambda: Discrete((1.0, 2.0), (1.0,)),
        lambda: Discrete((), ()),
        lambda: trigen(ThreePoint(1, 2, 3), 0.6, 0.5),
    ],
)
def test_parameters_that_there_are_not_are_refused(wrong):
    with pytest.raises(ParameterOutOfRange):
        wrong()
