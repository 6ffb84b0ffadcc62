"""The simulation against closed forms and enumerated distributions, and its promises of repeatability."""

import hashlib
import os
import subprocess
import sys
from itertools import product
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from services.risk.domain.monte_carlo import (
    Activity,
    Driver,
    Item,
    Model,
    Risk,
    RunTooLarge,
    Work,
    simulate,
)
from shared.quant.correlation import Correlation, Pair
from shared.quant.distributions import BetaPert, Lognormal, Normal, PointMass, Triangular
from shared.quant.network import Activity as Step
from shared.quant.network import Cycle, DuplicateId, Link
from shared.quant.outcomes import percentile
from tests.support.quant.published import case

INDEPENDENT = Correlation(within=0, across=0)


def three(given):
    return given["a"], given["m"], given["b"]


KINDS = {
    "triangular": lambda item: Triangular(*three(item)),
    "pert": lambda item: BetaPert(*three(item), item["lambda_"]),
    "normal": lambda item: Normal(item["mean"], item["sd"]),
    "lognormal": lambda item: Lognormal(item["mu"], item["sigma"]),
}


def item(name, size, group="one"):
    return Item(id=name, group=group, size=size, planned=0.0, unit_cost=1.0)


def items_of(figures):
    return [item(f"item {n}", KINDS[given["dist"]](given)) for n, given in enumerate(figures["inputs"]["items"])]


def run(items=(), risks=(), base=0.0, seed=11, **options):
    samples = options.pop("samples", 10_000)
    return simulate(Model(base, tuple(items), tuple(risks), **options), seed=seed, samples=samples)


@pytest.mark.parametrize("name", ["mc-sum-triangular-indep", "mc-sum-pert-indep"])
def test_independent_sums_have_the_exact_moments_and_percentiles(name):
    figures = case("montecarlo", name)
    expected, tolerance = figures["expected"], figures["tol"]

    found = run(items_of(figures), correlation=INDEPENDENT)

    assert found.cost.mean == pytest.approx(expected["mean"], rel=tolerance["mean_rel_at_n10000"])
    assert found.cost.standard_deviation == pytest.approx(sqrt(expected["var"]), rel=0.02)
    for probability, cost in expected["percentiles"].items():
        assert found.cost.percentile(float(probability)) == pytest.approx(cost, rel=tolerance["pct_rel_at_n10000"])


@pytest.mark.parametrize("name", ["mc-10-normals-rho0", "mc-10-normals-rho0.3", "mc-10-normals-rho1.0"])
def test_correlation_widens_the_sum_as_the_formula_says(name):
    figures = case("montecarlo", name)
    expected, tolerance, rho = figures["expected"], figures["tol"], figures["inputs"]["correlation"]

    found = run(items_of(figures), correlation=Correlation(within=rho, across=0))

    assert found.cost.mean == pytest.approx(expected["mean"], rel=1e-3)
    assert found.cost.standard_deviation == pytest.approx(expected["sd"], rel=tolerance["sd_rel_at_n10000"])
    assert found.cost.percentile(0.8) == pytest.approx(expected["p80"], rel=tolerance["p80_rel_at_n10000"])


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

    found = run(risks=[Risk(r["id"], r["probability"], BetaPert(*[r["impact"]] * 3), PointMass(0.0)) for r in given])

    assert found.cost.mean == pytest.approx(expected["emv"], rel=0.001)
    assert found.cost.standard_deviation == pytest.approx(expected["sd"], rel=0.02)
    for probability, atom in expected["percentiles_exact"].items():
        wanted, got = float(probability), found.cost.percentile(float(probability))
        assert got == atom or abs(below(min(got, atom)) - wanted) < 0.01
    assert found.cost.probability_within(expected["emv"]) == pytest.approx(expected["p_sufficient_at_emv"], abs=0.01)


def test_percentiles_are_inclusive():
    figures = case("montecarlo", "percentile-convention")

    found = percentile(np.array(figures["inputs"]["data"], float), figures["inputs"]["k"])

    assert found == pytest.approx(figures["expected"]["percentile_inc"], abs=figures["tol"])


def test_a_run_beyond_the_limit_is_refused():
    with pytest.raises(RunTooLarge):
        run([item(str(n), BetaPert(1, 2, 3)) for n in range(601)], samples=100_000)


def example(count=12):
    items = [item(f"line {n}", BetaPert(n, n + 2, 2 * n + 5), f"group {n % 3}") for n in range(count)]
    risks = [Risk(f"risk {n}", 0.1 + 0.1 * n, BetaPert(5, 10, 30), BetaPert(0, 2, 6)) for n in range(5)]
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
    more = item("one more", BetaPert(100, 120, 190), "group 1")

    without = run(items, risks)
    difference = run([*items, more], risks).totals - without.totals

    assert np.allclose(np.sort(difference), BetaPert(100, 120, 190).quantiles((np.arange(10_000) + 0.5) / 10_000))


def test_every_margin_is_stratified():
    found = run([item("only", BetaPert(0, 3, 10))])

    assert found.cost.mean == pytest.approx(22 / 6, rel=1e-6)


def test_contributions_to_the_variance_add_up_to_one():
    items, risks = example()

    found = run(items, risks)

    assert sum(found.contributions.values()) == pytest.approx(1, abs=1e-9)
    assert set(found.contributions) == {part.id for part in (*items, *risks)}


def test_the_larger_spread_contributes_more():
    small, large = item("small", BetaPert(9, 10, 11)), item("large", BetaPert(0, 10, 20))

    found = run([small, large], correlation=INDEPENDENT)

    assert found.contributions["large"] == pytest.approx(100 / 101, abs=0.01)


def test_nothing_uncertain_costs_the_base():
    found = run([item("sure", BetaPert(5, 5, 5))], base=100.0)

    assert {found.cost.mean, found.cost.percentile(0.1), found.cost.percentile(0.9)} == {105.0}
    assert (found.contributions, found.cost.relative_error(0.8)) == ({"sure": 0.0}, 0.0)


def test_a_delay_costs_its_daily_burn():
    late = Risk("late", 0.5, PointMass(0.0), BetaPert(4, 4, 4))

    found = run(risks=[late], base=100.0, daily_burn=10.0)

    assert set(found.totals) == {100.0, 140.0}
    assert found.slips.mean() == 2.0


def test_more_effort_than_planned_delays_the_project():
    line = Item("line", "g", BetaPert(12, 12, 12), planned=10.0, unit_cost=100.0, unit_days=0.25)

    found = run([line], base=1000.0)

    assert (set(found.totals), set(found.slips)) == ({1200.0}, {0.5})


def test_the_standard_error_shrinks_with_the_samples_and_covers_the_truth():
    items, risks = example()
    truth = run(items, risks, seed=5, samples=60_000).cost.percentile(0.8)

    few, many = run(items, risks, samples=1_000), run(items, risks, samples=10_000)

    assert many.cost.relative_error(0.8) < few.cost.relative_error(0.8)
    assert abs(many.cost.percentile(0.8) / truth - 1) < 4 * many.cost.relative_error(0.8)


def test_the_curve_rises_through_the_percentiles():
    items, risks = example()

    found = run(items, risks)
    curve = found.cost.curve()

    assert [round(100 * probability) for probability, _ in curve] == list(range(1, 100))
    assert [cost for _, cost in curve] == sorted(cost for _, cost in curve)
    assert curve[79][1] == found.cost.percentile(0.8)


def test_drivers_multiply_what_they_are_mapped_to():
    figures = case("montecarlo", "risk-driver-multiplicative")
    given, expected, tolerance = figures["inputs"], figures["expected"], figures["tol"]
    work = Item("work", "", PointMass(given["base"]), given["base"], 1.0)
    drivers = tuple(
        Driver(f"d{n}", one["probability"], KINDS["triangular"](one["factor"]), frozenset({"work"}))
        for n, one in enumerate(given["drivers"])
    )

    found = run([work], base=given["base"], drivers=drivers)

    assert found.cost.mean == pytest.approx(expected["mean"], rel=tolerance["mean_rel_at_n10000"])
    assert found.cost.standard_deviation == pytest.approx(expected["sd"], rel=tolerance["sd_rel_at_n10000"])
    assert sum(found.contributions.values()) == pytest.approx(1, abs=1e-6)
    assert all(found.contributions[driver.id] > 0 for driver in drivers)


def test_a_product_of_lognormals_has_the_exact_percentiles():
    figures = case("montecarlo", "mc-lognormal-product")
    expected, tolerance = figures["expected"], figures["tol"]["pct_rel_at_n10000"]
    drivers = tuple(
        Driver(f"d{n}", 1.0, KINDS["lognormal"](one), frozenset({"one"}))
        for n, one in enumerate(figures["inputs"]["product"])
    )

    found = run([Item("one", "", PointMass(1.0), 1.0, 1.0)], base=1.0, drivers=drivers).cost

    assert found.percentile(0.5) == pytest.approx(expected["median"], rel=tolerance)
    assert found.percentile(0.8) == pytest.approx(expected["p80"], rel=tolerance)
    assert found.percentile(0.9) == pytest.approx(expected["p90"], rel=tolerance)
    assert found.mean == pytest.approx(expected["mean"], rel=0.01)


def test_threats_and_opportunities_add_up_to_the_expected_value():
    figures = case("montecarlo", "emv-mixed")
    risks = [
        Risk(f"r{n}", one["probability"], PointMass(one["impact"]), PointMass(0.0))
        for n, one in enumerate(figures["inputs"]["risks"])
    ]

    assert run(risks=risks).cost.mean == pytest.approx(figures["expected"]["emv"], rel=1e-9)


def test_a_driver_makes_the_items_that_it_is_mapped_to_correlate():
    work = [Item(name, name, Normal(100, 5), 100.0, 1.0) for name in ("a", "b")]
    driver = Driver("d", 0.5, Triangular(1.1, 1.3, 1.6), frozenset({"a", "b"}))

    apart = run(work, correlation=INDEPENDENT)
    mapped = run(work, correlation=INDEPENDENT, drivers=(driver,))

    assert mapped.cost.standard_deviation > 3 * apart.cost.standard_deviation
    assert mapped.contributions["d"] > 0.8


def project(**options):
    """The Reliable Construction Co. (Hillier & Lieberman), as beta-PERT durations."""
    figures = case("pert", "pert-reliable-construction")["inputs"]["activities"]
    activities = tuple(
        Activity(Step(one["id"], one["m"], tuple(map(Link, one["predecessors"]))), BetaPert(*three(one)))
        for one in figures
    )
    return Model(0.0, activities=activities, correlation=INDEPENDENT, **options)


def test_merging_paths_make_the_finish_later_than_the_critical_path_says():
    found = simulate(project(), seed=3, samples=20_000)
    finish = found.slips + found.planned_days

    assert found.planned_days == 43.0
    assert finish.mean() == pytest.approx(44.33, abs=0.05)
    assert np.mean(finish <= 47) == pytest.approx(0.816, abs=0.01)
    assert [found.criticality[one] for one in "DGHM"] == [pytest.approx(0.098, abs=0.01)] * 4
    assert found.criticality["A"] == 1.0


def test_the_slip_of_a_network_costs_its_daily_burn():
    free, paid = simulate(project(), seed=3), simulate(project(daily_burn=100.0), seed=3)

    assert free.totals.max() == 0.0
    assert np.allclose(paid.totals, 100.0 * paid.slips)
    assert paid.contributions == {"schedule": 1.0}


def test_the_days_of_a_risk_are_added_to_its_activities_and_matter_only_on_a_critical_path():
    start = Activity(Step("start", 10.0))
    long, short = [Activity(Step(name, days, (Link("start"),))) for name, days in (("long", 20.0), ("short", 5.0))]

    def slips(*hit):
        late = Risk("late", 1.0, PointMass(0.0), PointMass(4.0), hit)
        return set(simulate(Model(0.0, risks=(late,), activities=(start, long, short)), seed=1, samples=100).slips)

    assert (slips("long"), slips("short"), slips("start", "short"), slips()) == ({4.0}, {0.0}, {4.0}, {4.0})


def test_work_that_grows_makes_its_activity_longer():
    work = Item("work", "", PointMass(30.0), 20.0, 100.0)
    build = Activity(Step("build", 10.0), item="work", days_per_unit=0.5)

    found = simulate(Model(2_000.0, (work,), activities=(build,), daily_burn=10.0), seed=1, samples=100)

    assert (set(found.slips), set(found.totals)) == ({5.0}, {3_050.0})


def test_before_and_after_differ_by_the_risks_alone():
    items, risks = example()
    work = Work(Model(0.0, tuple(items)), seed=9)
    smaller = [Risk(one.id, one.probability / 2, one.cost, one.days) for one in risks]

    before, after, none = work.with_risks(risks), work.with_risks(smaller), work.with_risks([])

    assert set(np.flatnonzero(after.totals > none.totals)) < set(np.flatnonzero(before.totals > none.totals))
    assert after.cost.mean - none.cost.mean == pytest.approx((before.cost.mean - none.cost.mean) / 2, rel=0.01)
    assert before.totals.tobytes() == run(items, risks, seed=9).totals.tobytes()


def test_taking_a_risk_away_saves_what_a_run_without_it_says():
    items, risks = example()
    work = Work(Model(0.0, tuple(items)), seed=9)
    whole = work.with_risks(risks)

    saved = work.saved_without(risks, whole, 0.8)

    for one in risks:
        rest = work.with_risks(other for other in risks if other is not one)
        assert saved[one.id] == pytest.approx(whole.cost.percentile(0.8) - rest.cost.percentile(0.8), abs=1e-3)


def test_rank_correlation_follows_the_spread():
    small, large = item("small", BetaPert(9, 10, 11)), item("large", BetaPert(0, 10, 20))

    found = run([small, large, item("sure", PointMass(1.0))], correlation=INDEPENDENT).rank_correlations(
        ["small", "large", "sure"]
    )

    assert found["large"] > 0.95
    assert 0 < found["small"] < 0.2
    assert found["sure"] == 0.0


def test_ids_are_unique_over_items_and_risks():
    with pytest.raises(DuplicateId):
        run([item("one", PointMass(0.0))], [Risk("one", 0.1, PointMass(0.0), PointMass(0.0))])


def test_activities_that_wait_for_each_other_are_refused():
    ring = tuple(Activity(Step(one, 1.0, (Link(other),))) for one, other in ("ab", "ba"))

    with pytest.raises(Cycle):
        simulate(Model(0.0, activities=ring), seed=1)


PROGRAM = """
import hashlib
from tests.risk.test_monte_carlo import everything
print(everything())
"""


def everything():
    """The digest of a run with all that there is: pairs, drivers, a network, risks."""
    items, risks = example()
    pairs = tuple(Pair("line 1", f"line {n}", 0.1 * n - 0.5) for n in range(2, 10))
    model = Model(
        1_000.0,
        tuple(items),
        tuple(risks),
        (Driver("d", 0.4, Triangular(0.9, 1.1, 1.5), frozenset({"line 3", "line 4"})),),
        tuple(Activity(Step(str(n), 5.0, (Link(str(n - 1)),) if n else ()), BetaPert(3, 5, 9 + n)) for n in range(6)),
        100.0,
        Correlation(pairs=pairs),
    )
    found = simulate(model, seed=17, samples=4_000)
    return hashlib.sha256(
        found.totals.tobytes() + found.slips.tobytes() + repr(found.contributions).encode()
    ).hexdigest()


@pytest.mark.parametrize("threads", ["1", "4"])
def test_threads_of_the_linear_algebra_change_nothing(threads):
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "OPENBLAS_NUM_THREADS": threads,
        "OMP_NUM_THREADS": threads,
    }

    found = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)

    assert found.stdout.strip() == everything()


def test_the_error_of_the_p80_is_below_a_third_of_a_percent():
    rng = np.random.default_rng(2)
    items = [item(f"i{n}", BetaPert(*np.sort(rng.uniform(5, 40, 3)).tolist()), f"g{n % 5}") for n in range(50)]
    risks = [Risk(f"r{n}", 0.05 + 0.04 * n, BetaPert(5, 15, 60), PointMass(0.0)) for n in range(15)]
    truth = np.mean([run(items, risks, seed=seed, samples=100_000).cost.percentile(0.8) for seed in (101, 102)])

    found = [run(items, risks, seed=seed).cost.percentile(0.8) for seed in range(20)]

    assert max(abs(one / truth - 1) for one in found) < 0.003
