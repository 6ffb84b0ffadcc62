"""The critical path method against networks with published answers, and against its own definitions."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.proposal.domain.critical_path import (
    Activity,
    DuplicateActivity,
    Link,
    LinkKind,
    NegativeDuration,
    NetworkHasCycle,
    UnknownPredecessor,
    critical_path,
)

CASES = {
    case["id"]: case
    for case in json.loads((Path(__file__).parent / "cases" / "cpm.json").read_text(encoding="utf-8"))["cases"]
}


def activities(case):
    def one(raw):
        duration = raw["duration"] if "duration" in raw else (raw["a"] + 4 * raw["m"] + raw["b"]) / 6
        links = [Link(before) for before in raw.get("predecessors", ())]
        links += [Link(r["pred"], LinkKind(r["type"]), r["lag"]) for r in raw.get("relations", ())]
        return Activity(raw["id"], duration, tuple(links))

    return [one(raw) for raw in CASES[case]["inputs"]["activities"]]


@pytest.mark.parametrize(
    "case", ["cpm-taylor-ch8-1", "pert-general-foundry", "pert-reliable-construction", "pert-14-activity"]
)
def test_a_textbook_network_has_its_printed_length_and_critical_path(case):
    expected = CASES[case]["expected"]

    network = critical_path(activities(case))

    assert network.duration == pytest.approx(expected["duration"], abs=1e-4)
    assert list(network.critical) == expected["critical_path"]


@pytest.mark.parametrize(
    ("case", "table", "within"),
    [("cpm-taylor-ch8-1", "schedule", 1e-9), ("pert-14-activity", "schedule_partial", 0.02)],
)
def test_a_textbook_network_has_its_printed_dates_and_slacks(case, table, within):
    network = critical_path(activities(case))

    for key, printed in CASES[case]["expected"][table].items():
        timing = network.timings[key]
        shown = (timing.early_start, timing.early_finish, timing.late_start, timing.late_finish, timing.total_float)
        assert shown == pytest.approx([printed[name] for name in ("es", "ef", "ls", "lf", "slack")], abs=within)


def test_start_and_finish_links_with_lags():
    expected = CASES["rel-types"]["expected"]

    network = critical_path(activities("rel-types"))

    assert {key: timing.early_start for key, timing in network.timings.items()} == expected["es"]
    assert {key: timing.early_finish for key, timing in network.timings.items()} == expected["ef"]
    assert network.duration == expected["duration"]


def test_start_to_finish_holds_the_end_of_the_successor():
    guard = Activity("old shift", 5)
    relief = Activity("new shift", 2, (Link("old shift", LinkKind.START_FINISH, 4),))

    network = critical_path([guard, relief])

    assert network.timings["new shift"].early_finish == 4


def test_a_cycle_names_the_activities_on_it():
    with pytest.raises(NetworkHasCycle) as refused:
        critical_path([*activities("err-cycle"), Activity("C", 1, (Link("A"),))])

    assert refused.value.code == "cycle"
    assert {"A", "B"} == set(refused.value.facts["circle"].split(" → "))


@pytest.mark.parametrize(
    ("case", "problem", "code"),
    [
        ("err-dup", DuplicateActivity, "duplicate_id"),
        ("err-negative", NegativeDuration, "negative_duration"),
    ],
)
def test_impossible_activities_are_refused(case, problem, code):
    with pytest.raises(problem) as refused:
        critical_path(activities(case))

    assert refused.value.code == code
    assert "A" in refused.value.detail("zh")


def test_a_predecessor_that_is_not_there_is_refused():
    with pytest.raises(UnknownPredecessor, match="B waits for A"):
        critical_path([Activity("B", 1, (Link("A"),))])


def test_nothing_to_do_takes_no_time():
    assert critical_path([]).duration == 0


@st.composite
def networks(draw):
    size = draw(st.integers(1, 12))
    found = []
    for number in range(size):
        before = draw(st.sets(st.integers(0, number - 1), max_size=3)) if number else set()
        links = tuple(
            Link(str(key), draw(st.sampled_from(LinkKind)), draw(st.integers(-3, 5))) for key in sorted(before)
        )
        found.append(Activity(str(number), draw(st.integers(0, 20)), links))
    return found


@given(networks())
def test_floats_are_what_their_names_promise(network):
    plan = critical_path(network)

    for activity in network:
        timing = plan.timings[activity.id]
        assert 0 <= timing.early_start <= timing.late_start
        assert 0 <= timing.free_float <= timing.total_float
        assert timing.late_finish <= plan.duration
        for link in activity.links:
            before = plan.timings[link.predecessor]
            held_by = before.early_finish if link.kind[0] == "F" else before.early_start
            held = timing.early_finish if link.kind[1] == "F" else timing.early_start
            assert held >= held_by + link.lag
    assert plan.critical


@given(networks(), st.data())
def test_delaying_by_the_total_float_moves_the_end_no_further(network, data):
    plan = critical_path(network)
    late = data.draw(st.sampled_from(network))
    delay = plan.timings[late.id].late_start
    held = [Activity(one.id, one.duration, (*one.links, Link("hold"))) if one.id == late.id else one for one in network]

    delayed = critical_path([Activity("hold", delay), *held])

    assert delayed.duration == plan.duration
