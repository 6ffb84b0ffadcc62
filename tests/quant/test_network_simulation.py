"""Three points, the PERT path probability, and the simulation that shows what it leaves out."""

import numpy as np
import pytest

from shared.quant.correlation import INDEPENDENT, Correlation
from shared.quant.critical_path import critical_path, planned
from shared.quant.distributions import BetaPert, ClassicPert, Normal
from shared.quant.network import Activity, Link, LinkKind, network_of
from shared.quant.network_simulation import (
    MAX_CELLS,
    Delay,
    NetworkRunTooLarge,
    Uncertain,
    samples_for,
    simulate,
)
from shared.quant.path_approximation import approximated
from shared.quant.three_point import Shape
from tests.support.quant.networks import CASES, THREE_POINT_NETWORKS, activities, ranges


def expected_ranges(case):
    return {key: Shape.PERT.of(points) for key, points in ranges(case).items()}


def drawn(case):
    return {key: Shape.BETA_PERT.of(points) for key, points in ranges(case).items()}


def approximation(case):
    network = network_of(activities(case))
    return approximated(network, planned(network), expected_ranges(case))


def simulated(case, **wish):
    uncertain = {key: Uncertain(points) for key, points in drawn(case).items()}
    return simulate(network_of(activities(case)), uncertain, **{"seed": 1, **wish})


@pytest.mark.parametrize("case", THREE_POINT_NETWORKS)
def test_expected_durations_and_variances_are_the_printed_ones(case):
    expected, within, found = CASES[case]["expected"], CASES[case]["tol"], expected_ranges(case)

    for key, printed in expected.get("te", {}).items():
        assert found[key].mean == pytest.approx(printed, abs=within["te"])
    for key, printed in expected.get("variance", {}).items():
        assert found[key].standard_deviation ** 2 == pytest.approx(printed, abs=within["variance"])
    for key, printed in expected.get("sigma", {}).items():
        assert found[key].standard_deviation == pytest.approx(printed, abs=within["sigma"])
    assert approximation(case).variance == pytest.approx(expected["cp_variance"], abs=within["cp_variance"])


@pytest.mark.parametrize("case", THREE_POINT_NETWORKS)
def test_the_path_probability_is_the_printed_one(case):
    expected, within = CASES[case]["expected"], CASES[case]["tol"]
    printed = {name: value for name, value in expected.items() if name.startswith("p_le_")}

    assert printed
    for name, value in printed.items():
        length = float(name.removeprefix("p_le_"))
        assert approximation(case).probability_within(length) == pytest.approx(value, abs=within[name])
    if "due_date_p99" in expected:
        assert approximation(case).length_at(0.99) == pytest.approx(expected["due_date_p99"], abs=0.05)


def test_merge_bias_is_shown_where_the_approximation_is_too_sure():
    # Reliable Construction: .8413 by the critical path alone; simulated .816, mean 44.33, D-G-H-M critical in 9.8 %.
    found = simulated("pert-reliable-construction", samples=50_000)

    assert approximation("pert-reliable-construction").probability_within(47) == pytest.approx(0.8413, abs=1e-3)
    assert found.probability_within(47) == pytest.approx(0.816, abs=0.006)
    assert found.lengths.mean == pytest.approx(44.33, abs=0.05)
    assert found.merge_bias == pytest.approx(0.33, abs=0.05)
    assert [found.criticality[key] for key in "DGM"] == pytest.approx([0.098] * 3, abs=0.006)
    assert found.criticality["A"] == 1


def test_a_simulation_is_repeatable_and_independent_of_the_order_of_activities():
    case = "pert-general-foundry"
    backwards = network_of(list(reversed(activities(case))))
    uncertain = {key: Uncertain(points) for key, points in reversed(drawn(case).items())}

    first, second, other = simulated(case), simulate(backwards, uncertain, seed=1), simulated(case, seed=2)

    assert np.array_equal(first.lengths.values, second.lengths.values)
    assert not np.array_equal(first.lengths.values, other.lengths.values)


def test_one_activity_more_leaves_the_draws_of_the_others_alone():
    network = network_of([Activity("A", 10), Activity("B", 1)])
    wide = {"A": Uncertain(BetaPert(6, 10, 20))}

    alone, beside = (simulate(network, {**wide, **more}, seed=1) for more in ({}, {"B": Uncertain(BetaPert(0, 1, 2))}))

    assert np.array_equal(alone.lengths.values, beside.lengths.values)


def test_durations_without_a_group_are_wrong_together_only_as_all_are():
    """They shared a factor twice: their spread was that of a correlation above 1."""
    network = network_of([Activity("A", 10)])

    alone, correlated = (
        simulate(network, {"A": Uncertain(Normal(10, 1))}, seed=1, correlation=one)
        for one in (INDEPENDENT, Correlation(within=0.3, across=0.1))
    )

    assert correlated.lengths.standard_deviation == pytest.approx(alone.lengths.standard_deviation)


def test_durations_that_are_wrong_together_spread_the_finish():
    chain = [Activity(str(n), 10, (Link(str(n - 1)),) if n else ()) for n in range(20)]
    uncertain = {one.id: Uncertain(BetaPert(6, 10, 14), "crew") for one in chain}

    alone = simulate(network_of(chain), uncertain, seed=1)
    together = simulate(network_of(chain), uncertain, seed=1, correlation=Correlation(within=0.6, across=0.2))

    assert alone.lengths.standard_deviation == pytest.approx(20**0.5 * 8 / 28**0.5, rel=0.05)
    assert together.lengths.standard_deviation == pytest.approx(
        alone.lengths.standard_deviation * (1 + 19 * 0.6) ** 0.5, rel=0.05
    )


def test_a_risk_delays_the_end_in_as_many_samples_as_it_is_probable():
    network = network_of([Activity("A", 10), Activity("B", 1, (Link("A"),))])
    risk = Delay("RSK-1", 0.3, BetaPert(5, 5, 5))

    found = simulate(network, {}, [risk], seed=1, until="A")

    assert set(found.lengths.values) == {10.0, 15.0}
    assert found.probability_within(10) == pytest.approx(0.7, abs=0.02)
    assert found.merge_bias == 0


def test_a_run_has_a_limit_and_the_usual_one_stays_within_it():
    network = network_of([Activity(str(n), 1) for n in range(1_000)])

    with pytest.raises(NetworkRunTooLarge, match="12000 samples are possible"):
        simulate(network, {}, seed=1, samples=100_000)

    assert samples_for(10) == 10_000
    assert samples_for(2_000) * 2_000 <= MAX_CELLS


def test_the_variance_of_a_path_leaves_out_what_its_links_leave_out():
    # B starts with A: how long A takes is without effect on the path A-B.
    points = {"A": ClassicPert(1, 2, 3), "B": ClassicPert(4, 10, 16)}
    network = network_of([Activity("A", 2), Activity("B", 10, (Link("A", LinkKind.START_START),))])

    found = approximated(network, planned(network), points)

    assert found.path == ("A", "B")
    assert found.variance == points["B"].standard_deviation ** 2


def test_of_several_critical_paths_the_least_certain_counts():
    points = {"A": ClassicPert(9, 10, 11), "B": ClassicPert(5, 10, 15)}
    network = network_of([Activity("A", 10), Activity("B", 10)])

    assert approximated(network, planned(network), points).path == ("B",)


def test_a_certain_network_is_kept_or_not():
    network = network_of([Activity("A", 10)])

    found = approximated(network, critical_path([Activity("A", 10)]), {})

    assert (found.probability_within(9.9), found.probability_within(10), found.length_at(0.8)) == (0, 1, 10)
