"""Correlation: what it makes of independent scores, and what cannot be."""

import numpy as np
import pytest

from shared.quant.correlation import (
    Correlation,
    CorrelationOutOfRange,
    NotPositive,
    Pair,
    Scores,
    TooManyPaired,
    cholesky,
    coefficients,
    nearest,
    normal_scores,
)
from shared.quant.distributions import Normal
from shared.quant.sums import deviation_of_sum, summed
from tests.support.quant.published import case

SAMPLES = 20_000


def scores(correlation, groups, seed=5):
    """Normal scores of each amount, in the order of the samples."""
    drawn = Scores(seed, SAMPLES, correlation, groups)
    found = {}
    for name in groups:
        found[name] = np.empty(SAMPLES)
        found[name][drawn.order_of(name)] = normal_scores(SAMPLES)
    return found, drawn


def between(found, one, other):
    return float(np.corrcoef(found[one], found[other])[0, 1])


def test_a_pair_has_its_own_coefficient_and_the_others_the_usual_ones():
    groups = {"a": "g", "b": "g", "c": "h", "d": "h"}

    found, _ = scores(Correlation(0.4, 0.1, (Pair("a", "c", -0.5),)), groups)

    wanted = {("a", "b"): 0.4, ("c", "d"): 0.4, ("a", "c"): -0.5, ("b", "d"): 0.1}
    assert {pair: between(found, *pair) for pair in wanted} == {
        pair: pytest.approx(value, abs=0.03) for pair, value in wanted.items()
    }


def test_amounts_may_go_against_each_other_but_not_all_of_many():
    groups = dict.fromkeys("abcd", "g")
    found, _ = scores(Correlation(-0.3, -0.3), groups)
    figures = case("montecarlo", "corr-equi-bound")["inputs"]

    assert between(found, "a", "d") == pytest.approx(-0.3, abs=0.03)
    with pytest.raises(CorrelationOutOfRange, match=r"-0\.0526"):
        Scores(1, 100, Correlation(figures["rho"], figures["rho"]), {str(n): "" for n in range(figures["n"])})


def test_a_matrix_that_cannot_be_is_mended_and_says_how_much():
    given = Correlation(0, 0, (Pair("a", "b", 0.9), Pair("b", "c", 0.9), Pair("a", "c", 0.5)))

    found, drawn = scores(given, dict.fromkeys("abc", ""))

    assert 0.01 < drawn.largest_change < 0.2
    assert between(found, "a", "b") == pytest.approx(0.9, abs=drawn.largest_change + 0.03)


def test_a_matrix_that_is_far_from_what_can_be_is_refused():
    given = Correlation(0, 0, (Pair("a", "b", 0.9), Pair("b", "c", 0.9), Pair("a", "c", -0.9)))

    with pytest.raises(NotPositive):
        Scores(1, 100, given, dict.fromkeys("abc", ""))


def test_the_nearest_matrix_is_the_published_one():
    """Higham (2002), section 4: the matrix of tridiagonal ones."""
    found = nearest(np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]]))

    assert found[0, 1] == pytest.approx(0.7607, abs=1e-3)
    assert found[0, 2] == pytest.approx(0.1573, abs=1e-3)
    assert np.linalg.eigvalsh(found).min() > 0


def test_the_factor_gives_the_matrix_back():
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(12, 12))
    matrix = np.corrcoef(rows)

    lower = cholesky(matrix)

    assert np.allclose(lower @ lower.T, matrix)
    assert np.allclose(cholesky(np.ones((4, 4))), [[1, 0, 0, 0]] * 4)


def test_other_blocks_of_samples_give_the_same_bytes():
    ids = [f"i{n}" for n in range(20)]
    drawn = Scores(1, 10_000, Correlation(0.3, 0.1, (Pair("i1", "i2", 0.8),)), dict.fromkeys(ids, "g"))
    lower = cholesky(coefficients(drawn.correlation, ids, drawn.groups))

    assert drawn._mix(lower, ids, block=777).tobytes() == drawn._mix(lower, ids).tobytes()


def test_adding_an_amount_leaves_the_order_of_the_others_alone_when_factors_make_it():
    few = Scores(1, 1_000, Correlation(), {"a": "g", "b": "g"})
    more = Scores(1, 1_000, Correlation(), {"a": "g", "b": "g", "aa": "g"})

    assert np.array_equal(few.order_of("b"), more.order_of("b"))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Correlation(0.1, 0.3),
        lambda: Correlation(1.1, 0.1),
        lambda: Correlation(0.3, -1.5),
        lambda: Correlation(float("nan"), 0.1),
        lambda: Correlation(pairs=(Pair("a", "b", 1.5),)),
        lambda: Correlation(pairs=(Pair("a", "a", 0.5),)),
        lambda: Scores(1, 100, Correlation(pairs=(Pair("a", "x", 0.5),)), {"a": "", "b": ""}),
    ],
)
def test_an_impossible_correlation_is_refused(wrong):
    with pytest.raises(CorrelationOutOfRange):
        wrong()


def test_pairs_among_very_many_are_refused():
    with pytest.raises(TooManyPaired):
        Scores(1, 100, Correlation(pairs=(Pair("0", "1", 0.5),)), {str(n): "" for n in range(301)})


def test_the_percentile_of_a_sum_is_right_to_a_thousandth():
    """Twenty times forty items: P80 of a normal sum with correlation 0.3, whose answer is exact."""
    exact = 40 * 100 + 0.8416212335729143 * deviation_of_sum([20.0] * 40, 0.3)

    found = summed([Normal(100, 20)] * 40, 0.3, [0.8])

    assert found.quantiles[0] == pytest.approx(exact, rel=1e-3)


def test_quantities_may_go_against_each_other_as_far_as_a_variance_lets_them():
    assert summed([Normal(100, 20)] * 2, -1, [0.1, 0.9]).quantiles == pytest.approx([200, 200], abs=0.1)
    with pytest.raises(CorrelationOutOfRange):
        summed([Normal(100, 20)] * 20, -0.06, [0.9])
