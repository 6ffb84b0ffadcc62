"""Distributions against their closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaincinv
from scipy.stats import beta

from shared.quant.distributions import (
    BetaPert,
    ClassicPert,
    Discrete,
    Lognormal,
    Normal,
    ParameterOutOfRange,
    PointMass,
    Triangular,
    Uniform,
)
from tests.support.quant.published import case, published

MIDDLES = (np.arange(20_000) + 0.5) / 20_000


FAMILIES = {"beta_pert_lambda4": BetaPert, "triangular": Triangular, "classic": ClassicPert}


@pytest.mark.parametrize("name", ["dist-4-5-10", "dist-1-2-9", "dist-8-10-14", "dist-0-0-1"])
@pytest.mark.parametrize("family", FAMILIES)
def test_ranges_have_the_published_moments_and_percentiles(name, family):
    figures = case("pert", name)
    wanted = figures["expected"][family]

    found = FAMILIES[family](*(figures["inputs"][point] for point in "amb"))

    values = found.quantiles(MIDDLES)
    deviation = wanted["sd"] if "sd" in wanted else wanted["var"] ** 0.5
    assert (found.mean, found.standard_deviation) == pytest.approx((wanted["mean"], deviation))
    assert (values.mean(), values.std()) == pytest.approx((wanted["mean"], deviation), rel=1e-3)
    for percent in (10, 50, 80, 90):
        if f"p{percent}" in wanted:
            exact = found.quantiles(np.array([percent / 100]))[0]
            assert exact == pytest.approx(wanted[f"p{percent}"], rel=1e-5, abs=1e-5)
    for parameter in wanted.keys() & {"alpha", "beta"}:
        assert getattr(found, parameter) == pytest.approx(wanted[parameter])


@pytest.mark.parametrize("figures", published("pert", "pert-3pt"), ids=lambda one: one["id"])
def test_classic_pert_gives_the_published_mean_and_deviation(figures):
    found = ClassicPert(*(figures["inputs"][point] for point in "amb"))

    assert found.mean == pytest.approx(figures["expected"]["te"], abs=0.005)
    assert found.standard_deviation == pytest.approx(figures["expected"]["sigma_classic"], abs=0.005)


def test_the_one_beta_pert_is_within_two_millionths_of_the_exact_one():
    """1,000 random triples against scipy.stats.beta; measured: 2.1e-7 of the range."""
    random = np.random.default_rng(20_261_130)
    probabilities = (np.arange(1_000) + 0.5) / 1_000
    worst = 0.0
    for _ in range(1_000):
        low, mode, high = np.sort(random.normal(scale=1e3, size=3)).tolist()
        weight = float(random.uniform(2, 6))

        found = BetaPert(low, mode, high, weight).quantiles(probabilities)

        place = (mode - low) / (high - low)
        exact = beta.ppf(probabilities, 1 + weight * place, 1 + weight * (1 - place), loc=low, scale=high - low)
        worst = max(worst, float(np.abs(found - exact).max()) / (high - low))
    assert worst < 3e-7


@pytest.mark.parametrize("mode", [0.0, 1e-3, 0.03, 0.25, 0.5, 0.9, 1.0])
def test_so_it_is_at_the_ends_and_far_in_the_tails(mode):
    probabilities = (np.arange(100_000) + 0.5) / 100_000

    found, classic = (kind(0, mode, 1).quantiles(probabilities) for kind in (BetaPert, ClassicPert))

    assert np.abs(found - betaincinv(1 + 4 * mode, 5 - 4 * mode, probabilities)).max() < 3e-7
    place = (1 + 4 * mode) / 6
    both = 36 * place * (1 - place) - 1
    assert np.abs(classic - betaincinv(place * both, (1 - place) * both, probabilities)).max() < 2e-6


def test_few_probabilities_are_answered_exactly_and_as_the_table_has_them():
    few, many = np.linspace(0.01, 0.99, 99), np.linspace(0.01, 0.99, 197)

    assert BetaPert(10, 14, 50).quantiles(few) == pytest.approx(
        BetaPert(10, 14, 50).quantiles(many)[::2], abs=40 * 3e-7
    )


@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3), st.sampled_from(tuple(FAMILIES.values())))
def test_quantiles_rise_and_stay_within_the_range(points, family):
    low, mode, high = sorted(points)

    found = family(low, mode, high).quantiles(MIDDLES)

    slack = 1e-9 * max(1.0, abs(low), abs(high))
    assert (np.diff(found) >= -slack).all()
    assert found.min() >= low - slack
    assert found.max() <= high + slack


@pytest.mark.parametrize("shape", [2.0, 3.0, 6.0])
def test_the_shape_of_a_beta_pert_is_its_weight_on_the_mode(shape):
    a, m, b = 3.0, 5.0, 11.0

    values = BetaPert(a, m, b, shape).quantiles(MIDDLES)

    assert values.mean() == pytest.approx((a + shape * m + b) / (shape + 2), rel=1e-4)


def test_the_others_have_their_moments():
    assert Uniform(2, 6).quantiles(MIDDLES).mean() == pytest.approx(4)
    assert Normal(100, 20).quantiles(MIDDLES).std() == pytest.approx(20, rel=1e-3)
    assert np.median(Lognormal(0.1, 0.3).quantiles(MIDDLES)) == pytest.approx(np.exp(0.1), rel=1e-4)
    assert set(PointMass(3.0).quantiles(MIDDLES)) == {3.0}


def test_a_discrete_distribution_takes_each_value_as_often_as_it_says():
    values = Discrete((30.0, 10.0, 20.0), (0.5, 0.2, 0.3)).quantiles(MIDDLES)

    shares = {value: float(np.mean(values == value)) for value in (10.0, 20.0, 30.0)}
    assert shares == {10.0: pytest.approx(0.2), 20.0: pytest.approx(0.3), 30.0: pytest.approx(0.5)}


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: PointMass(float("nan")),
        lambda: Uniform(2, 1),
        lambda: Normal(1, -1),
        lambda: Lognormal(900, 1),
        lambda: BetaPert(1, 2, 3, 9),
        lambda: Discrete((1.0,), (0.5,)),
        lambda: Discrete((1.0, 2.0), (1.0,)),
        lambda: Discrete((), ()),
        lambda: Triangular(1, 3, 2),
        lambda: BetaPert(1, 2, float("inf")),
    ],
)
def test_parameters_that_there_are_not_are_refused(wrong):
    with pytest.raises(ParameterOutOfRange):
        wrong()
