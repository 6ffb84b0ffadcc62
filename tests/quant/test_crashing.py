"""Crashing: the cheapest way to a shorter network."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.quant.crashing import CannotBeCrashed, Crash, CrashBelowZero, crashed
from shared.quant.critical_path import critical_path
from shared.quant.network import Activity, Constraint, ConstraintKind, Link, LinkKind, network_of
from tests.support.quant.networks import CASES, activities, networks, raw_activities

FOUNDRY = "crash-general-foundry"

# Hillier & Lieberman, Introduction to Operations Research, table 10.7: normal and crash time (weeks) and cost.
RELIABLE_CONSTRUCTION = {
    "A": ("", 2, 1, 180_000, 280_000), "B": ("A", 4, 2, 320_000, 420_000), "C": ("B", 10, 7, 620_000, 860_000),
    "D": ("C", 6, 4, 260_000, 340_000), "E": ("C", 4, 3, 410_000, 570_000), "F": ("E", 5, 3, 180_000, 260_000),
    "G": ("D", 7, 4, 900_000, 1_020_000), "H": ("EG", 9, 6, 200_000, 380_000), "I": ("C", 7, 5, 210_000, 270_000),
    "J": ("FI", 8, 6, 430_000, 490_000), "K": ("J", 4, 3, 160_000, 200_000), "L": ("J", 5, 3, 250_000, 350_000),
    "M": ("H", 2, 1, 100_000, 200_000), "N": ("KL", 6, 3, 330_000, 510_000),
}  # fmt: skip


def test_the_foundry_is_crashed_for_the_published_money():
    crashes = {raw["id"]: Crash(raw["max_crash"], raw["cost_per_period"]) for raw in raw_activities(FOUNDRY)}
    expected = {float(length): cost for length, cost in CASES[FOUNDRY]["expected"].items()}

    found = crashed(network_of(activities(FOUNDRY)), crashes, list(expected))

    assert {one.length: one.cost for one in found} == pytest.approx(expected)


def test_reliable_construction_in_forty_weeks_costs_140_000_more():
    network = network_of(
        [Activity(key, row[1], tuple(map(Link, row[0]))) for key, row in RELIABLE_CONSTRUCTION.items()]
    )
    crashes = {
        key: Crash(normal - crash, (dear - cheap) / (normal - crash))
        for key, (_, normal, crash, cheap, dear) in RELIABLE_CONSTRUCTION.items()
    }

    [found] = crashed(network, crashes, [40])

    assert found.cost == pytest.approx(140_000)


def test_a_length_that_cannot_be_reached_is_refused_with_the_least_that_can():
    crashes = {raw["id"]: Crash(raw["max_crash"], raw["cost_per_period"]) for raw in raw_activities(FOUNDRY)}

    with pytest.raises(CannotBeCrashed) as refused:
        crashed(network_of(activities(FOUNDRY)), crashes, [3])

    assert refused.value.facts == {"least": "7", "wanted": "3"}


def test_nothing_can_take_less_than_no_time():
    with pytest.raises(CrashBelowZero, match="A takes 2"):
        crashed(network_of([Activity("A", 2)]), {"A": Crash(3, 1)}, [1])


def test_links_of_every_kind_and_early_limits_hold_while_crashing():
    network = network_of(
        [
            Activity("A", 6, (), Constraint(ConstraintKind.START_NO_EARLIER_THAN, 2)),
            Activity("B", 6, (Link("A", LinkKind.FINISH_FINISH, 2),)),
            Activity("C", 4, (Link("A", LinkKind.START_START, 3),)),
        ]
    )

    found = crashed(network, {"A": Crash(3, 10), "B": Crash(6, 1)}, [10, 9])

    # The end of B hangs on the end of A: shortening B does not help, until C decides.
    assert [one.cost for one in found] == [0, 10]
    with pytest.raises(CannotBeCrashed):
        crashed(network, {"A": Crash(3, 10), "B": Crash(6, 1)}, [8])


@given(networks(most=8), st.data())
def test_a_crashed_network_takes_as_long_as_was_wanted_and_costs_no_more_than_any_other_way(activities, data):
    crashes = {one.id: Crash(one.duration, 1 + place) for place, one in enumerate(activities)}
    some = {one.id: data.draw(st.floats(0, one.duration)) for one in activities}

    def length(reductions):
        shorter = [replace(one, duration=max(one.duration - reductions.get(one.id, 0.0), 0.0)) for one in activities]
        return critical_path(shorter).duration

    [found] = crashed(network_of(activities), crashes, [length(some)])

    assert length(found.reductions) <= length(some) + 1e-4
    assert found.cost <= sum(by * crashes[key].cost for key, by in some.items()) + 1e-4
