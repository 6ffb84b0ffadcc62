"""Networks of activities: dates by all kinds of dependency, and what cannot be a network."""

import numpy as np
import pytest

from services.risk.domain.network import Cycle, DuplicateId, Kind, Link, Network, Step, UnknownPredecessor
from tests.quant.published import case


def network(activities):
    steps = [Step(one["id"], tuple(map(Link, one["predecessors"]))) for one in activities]
    return Network(steps), {one["id"]: np.array([float(one["duration"])]) for one in activities}


def test_the_finish_and_the_critical_path_are_the_published_ones():
    figures = case("cpm", "cpm-taylor-ch8-1")

    made, durations = network(figures["inputs"]["activities"])
    dates = made.dates(durations)
    critical = made.criticality(durations, dates)

    assert dates.finish[0] == figures["expected"]["duration"]
    assert {name for name, share in critical.items() if share} == set(figures["expected"]["critical_path"])


def test_every_kind_of_dependency_holds_with_its_lag():
    figures = case("cpm", "rel-types")
    steps = [
        Step(one["id"], tuple(Link(link["pred"], Kind(link["type"]), link["lag"]) for link in one["relations"]))
        for one in figures["inputs"]["activities"]
    ]
    durations = {one["id"]: np.array([float(one["duration"])]) for one in figures["inputs"]["activities"]}

    dates = Network(steps).dates(durations)

    assert {name: finish[0] for name, finish in dates.finishes.items()} == figures["expected"]["ef"]
    assert dates.finish[0] == figures["expected"]["duration"]


def test_the_start_of_one_may_be_what_the_finish_of_another_waits_for():
    made = Network([Step("a"), Step("b", (Link("a", Kind.SF, 9.0),))])
    durations = {"a": np.array([3.0]), "b": np.array([4.0])}

    dates = made.dates(durations)

    assert (dates.finishes["b"][0], made.criticality(durations, dates)) == (9.0, {"a": 1.0, "b": 1.0})


def test_a_cycle_names_who_is_on_it():
    with pytest.raises(Cycle) as refused:
        network([{**one, "duration": 1} for one in case("cpm", "err-cycle")["inputs"]["activities"]])

    assert set(refused.value.ids) == {"A", "B"}


def test_two_of_one_name_and_a_predecessor_that_is_not_there_are_refused():
    with pytest.raises(DuplicateId, match="A"):
        network(case("cpm", "err-dup")["inputs"]["activities"])
    with pytest.raises(UnknownPredecessor, match="x"):
        Network([Step("a", (Link("x"),))])
