"""The simulation against closed forms and enumerated distributions, and its promises of repeatability."""

from dataclasses import dataclass
from itertools import product
from math import sqrt
from statistics import NormalDist

import numpy as np
import pytest

from services.risk.domain.monte_carlo import (
    Correlation,
    CorrelationOutOfRange,
    Item,
    Risk,
    RunTooLarge,
    percentile,
    simulate,
)
from services.risk.domain.three_point import NOTHING, ThreePoint
from tests.risk.published import case

INDEPENDENT = Correlation(within=0, across=0)


@dataclass
class Triangular:
    a: float
    m: float
    b: float

    def quantile(self, u):
        width, at_mode = self.b - self.a, (self.m - self.a) / (self.b - self.a)
        rising = self.a + np.sqrt(u * width * (self.m - self.a))
        falling = self.b - np.sqrt((1 - u) * width * (self.b - self.m))
        return np.where(u < at_mode, rising, falling)


@dataclass
class Normal:
    mean: float
    sd: float

    def quantile(self, u):
        return np.array([NormalDist(self.mean, self.sd).inv_cdf(p) for p in u])


KINDS = {
    "triangular": lambda item: Triangular(item["a"], item["m"], item["b"]),
    "pert": lambda item: ThreePoint(item["a"], item["m"], item["b"]),
    "normal": lambda item: Normal(item["mean"], item["sd"]),
}


def item(name, size, group="one"):
    return Item(id=name, group=group, size=size, planned=0.0, unit_cost=1.0)


def items_of(figures):
    return [item(f"item {n}", KINDS[given["dist"]](given)) for n, given in enumerate(figures["inputs"]["items"])]


def run(items=(), risks=(), base=0.0, seed=11, **options):
    return simulate(base, items, risks, seed=seed, **options)


@pytest.mark.parametrize("name", ["mc-sum-triangular-indep", "mc-sum-pert-indep"])
def test_independent_sums_have_the_exact_moments_and_percentiles(name):
    figures = case("montecarlo", name)
    expected, tolerance = figures["expected"], figures["tol"]

    found = run(items_of(figures), correlation=INDEPENDENT)

    assert found.mean == pytest.approx(expected["mean"], rel=tolerance["mean_rel_at_n10000"])
    assert found.standard_deviation == pytest.approx(sqrt(expected["var"]), rel=0.02)
    for probability, cost in expected["percentiles"].items():
        assert found.percentile(float(probability)) == pytest.approx(cost, rel=tolerance["pct_rel_at_n10000"])


@pytest.mark.parametrize("name", ["mc-10-normals-rho0", "mc-10-normals-rho0.3", "mc-10-normals-rho1.0"])
def test_correlation_widens_the_sum_as_the_formula_says(name):
    figures = case("montecarlo", name)
    expected, tolerance, rho = figures["expected"], figures["tol"], figures["inputs"]["correlation"]

    found = run(items_of(figures), correlation=Correlation(within=rho, across=0))

    assert found.mean == pytest.approx(expected["mean"], rel=1e-3)
    assert found.standard_deviation == pytest.approx(expected["sd"], rel=tolerance["sd_rel_at_n10000"])
    assert found.percentile(0.8) == pytest.approx(expected["p80"], rel=tolerance["p80_rel_at_n10000"])


def test_items_correlate_within_and_across_groups():
    sizes = [item(f"{group}{n}", Normal(0, 1), group) for group in "ab" for n in range(2)]

    def correlation(*pair):
        """Of two items, from the variance of their sum: Var(x + y) = 2 + 2 rho."""
        return run([sizes[n] for n in pair]).totals.var() / 2 - 1

    assert correlation(0, 1) == pytest.approx(0.3, abs=0.03)
    assert correlation(0, 2) == pytest.approx(0.1, abs=0.03)


def test_risk_events_have_the_distribution_that_enumeration_gives():
    figures = case("montecarlo", "emv-tenstep")
    given, expected = figures["inputs"]["risks"], figures["expected"]
    states = list(product((False, True), repeat=len(given)))
    exact = sorted(
        (
            sum(risk["impact"] for risk, on in zip(given, state, strict=True) if on),
            np.prod([risk["probability"] if on else 1 - risk["probability"] for risk, on in zip(given, state, strict=True)]),
        )
        for state in states
    )  # fmt: skip

    def below(cost):
        return sum(weight for atom, weight in exact if atom <= cost)

    found = run(risks=[Risk(r["id"], r["probability"], ThreePoint(*[r["impact"]] * 3), NOTHING) for r in given])

    assert found.mean == pytest.approx(expected["emv"], rel=0.001)
    assert found.standard_deviation == pytest.approx(expected["sd"], rel=0.02)
    for probability, atom in expected["percentiles_exact"].items():
        wanted, got = float(probability), found.percentile(float(probability))
        assert got == atom or abs(below(min(got, atom)) - wanted) < 0.01
    assert found.probability_within(expected["emv"]) == pytest.approx(expected["p_sufficient_at_emv"], abs=0.01)


def test_percentiles_are_inclusive():
    figures = case("montecarlo", "percentile-convention")

    found = percentile(np.array(figures["inputs"]["data"], float), figures["inputs"]["k"])

    assert found == pytest.approx(figures["expected"]["percentile_inc"], abs=figures["tol"])


@pytest.mark.parametrize(
    ("within", "across"),
    [(case("montecarlo", "corr-equi-bound")["inputs"]["rho"], 0.0), (0.3, -0.1), (0.1, 0.3), (1.1, 0.1)],
)
def test_an_impossible_correlation_is_refused(within, across):
    with pytest.raises(CorrelationOutOfRange):
        Correlation(within=within, across=across)


def test_a_run_beyond_the_limit_is_refused():
    with pytest.raises(RunTooLarge):
        run([item(str(n), ThreePoint(1, 2, 3)) for n in range(301)], samples=100_000)


def example(count=12):
    items = [item(f"line {n}", ThreePoint(n, n + 2, 2 * n + 5), f"group {n % 3}") for n in range(count)]
    risks = [Risk(f"risk {n}", 0.1 + 0.1 * n, ThreePoint(5, 10, 30), ThreePoint(0, 2, 6)) for n in range(5)]
    return items, risks


def test_another_order_of_the_input_gives_the_same_bytes():
    items, risks = example()

    one = run(items, risks, daily_burn=3.0)
    other = run(items[::-1], risks[::-1], daily_burn=3.0)

    assert one.totals.tobytes() == other.totals.tobytes()
    assert one.slips.tobytes() == other.slips.tobytes()
    assert one.contributions == other.contributions


def test_another_seed_gives_other_draws():
    items, risks = example()

    assert run(items, risks, seed=1).totals.tobytes() != run(items, risks, seed=2).totals.tobytes()


def test_adding_an_item_leaves_the_draws_of_the_others_alone():
    items, risks = example()
    more = item("one more", ThreePoint(100, 120, 190), "group 1")

    without = run(items, risks)
    difference = run([*items, more], risks).totals - without.totals

    assert np.allclose(np.sort(difference), ThreePoint(100, 120, 190).quantile((np.arange(10_000) + 0.5) / 10_000))


def test_every_margin_is_stratified():
    found = run([item("only", ThreePoint(0, 3, 10))])

    assert found.mean == pytest.approx(22 / 6, rel=1e-6)


def test_contributions_to_the_variance_add_up_to_one():
    items, risks = example()

    found = run(items, risks)

    assert sum(found.contributions.values()) == pytest.approx(1, abs=1e-9)
    assert set(found.contributions) == {part.id for part in (*items, *risks)}


def test_the_larger_spread_contributes_more():
    small, large = item("small", ThreePoint(9, 10, 11)), item("large", ThreePoint(0, 10, 20))

    found = run([small, large], correlation=INDEPENDENT)

    assert found.contributions["large"] == pytest.approx(100 / 101, abs=0.01)


def test_nothing_uncertain_costs_the_base():
    found = run([item("sure", ThreePoint(5, 5, 5))], base=100.0)

    assert {found.mean, found.percentile(0.1), found.percentile(0.9)} == {105.0}
    assert (found.contributions, found.standard_error(0.8)) == ({"sure": 0.0}, 0.0)


def test_a_delay_costs_its_daily_burn():
    late = Risk("late", 0.5, NOTHING, ThreePoint(4, 4, 4))

    found = run(risks=[late], base=100.0, daily_burn=10.0)

    assert set(found.totals) == {100.0, 140.0}
    assert found.slips.mean() == 2.0


def test_more_effort_than_planned_delays_the_project():
    line = Item("line", "g", ThreePoint(12, 12, 12), planned=10.0, unit_cost=100.0, unit_days=0.25)

    found = run([line], base=1000.0)

    assert (set(found.totals), set(found.slips)) == ({1200.0}, {0.5})


def test_the_standard_error_shrinks_with_the_samples_and_covers_the_truth():
    items, risks = example()
    truth = run(items, risks, seed=5, samples=60_000).percentile(0.8)

    few, many = run(items, risks, samples=1_000), run(items, risks, samples=10_000)

    assert many.standard_error(0.8) < few.standard_error(0.8)
    assert abs(many.percentile(0.8) / truth - 1) < 4 * many.standard_error(0.8)


def test_the_curve_rises_through_the_percentiles():
    items, risks = example()

    found = run(items, risks)
    curve = found.curve()

    assert [round(100 * probability) for probability, _ in curve] == list(range(1, 100))
    assert [cost for _, cost in curve] == sorted(cost for _, cost in curve)
    assert curve[79][1] == found.percentile(0.8)
