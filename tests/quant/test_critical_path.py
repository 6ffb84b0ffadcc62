"""The critical path method against networks with published answers, and against its own definitions."""

import time
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.quant.calendars import KNOWN, WEEKDAYS, WorkingCalendar, calendar_of
from shared.quant.critical_path import MOST_PATHS, critical_path
from shared.quant.network import (
    Activity,
    Constraint,
    ConstraintKind,
    Cycle,
    DuplicateId,
    Link,
    LinkKind,
    NegativeDuration,
    UnknownPredecessor,
)
from shared.quant.work_clock import ScheduleTooLong, WorkClock
from tests.support.quant.networks import CASES, THREE_POINT_NETWORKS, activities, networks

MONDAY = date(2027, 3, 1)
SEVEN_DAYS = WorkingCalendar("always", weekdays=frozenset(range(7)))


@pytest.mark.parametrize("case", ["cpm-taylor-ch8-1", *THREE_POINT_NETWORKS])
def test_a_textbook_network_has_its_printed_length_and_critical_path(case):
    expected = CASES[case]["expected"]

    plan = critical_path(activities(case))

    assert plan.duration == pytest.approx(expected["duration"], abs=1e-4)
    assert list(plan.critical) == expected["critical_path"]
    assert plan.paths == (tuple(expected["critical_path"]),)


@pytest.mark.parametrize(
    ("case", "table", "within"),
    [("cpm-taylor-ch8-1", "schedule", 1e-9), ("pert-14-activity", "schedule_partial", 0.02)],
)
def test_a_textbook_network_has_its_printed_dates_and_slacks(case, table, within):
    plan = critical_path(activities(case))

    for key, printed in CASES[case]["expected"][table].items():
        timing = plan.timings[key]
        shown = (timing.early_start, timing.early_finish, timing.late_start, timing.late_finish, timing.total_float)
        assert shown == pytest.approx([printed[name] for name in ("es", "ef", "ls", "lf", "slack")], abs=within)


def test_start_and_finish_links_with_lags():
    expected = CASES["rel-types"]["expected"]

    plan = critical_path(activities("rel-types"))

    assert {key: timing.early_start for key, timing in plan.timings.items()} == expected["es"]
    assert {key: timing.early_finish for key, timing in plan.timings.items()} == expected["ef"]
    assert plan.duration == expected["duration"]


def test_start_to_finish_holds_the_end_of_the_successor():
    guard = Activity("old shift", 5)
    relief = Activity("new shift", 2, (Link("old shift", LinkKind.START_FINISH, 4),))

    plan = critical_path([guard, relief])

    assert plan.timings["new shift"].early_finish == 4


def test_a_cycle_names_the_activities_on_it():
    with pytest.raises(Cycle, match=r"(A -> B|B -> A)") as refused:
        critical_path([*activities("err-cycle"), Activity("C", 1, (Link("A"),))])

    assert refused.value.code == "cycle"
    assert set(refused.value.facts["ids"]) == {"A", "B"}


@pytest.mark.parametrize(
    ("case", "problem", "code"),
    [
        ("err-dup", DuplicateId, "duplicate_id"),
        ("err-negative", NegativeDuration, "negative_duration"),
    ],
)
def test_impossible_activities_are_refused(case, problem, code):
    with pytest.raises(problem) as refused:
        critical_path(activities(case))

    assert refused.value.code == code
    assert "A" in str(refused.value)


def test_a_predecessor_that_is_not_there_is_refused():
    with pytest.raises(UnknownPredecessor, match="B waits for A"):
        critical_path([Activity("B", 1, (Link("A"),))])


def test_nothing_to_do_takes_no_time():
    plan = critical_path([])

    assert (plan.duration, plan.paths) == (0, ())


def test_all_critical_paths_are_named():
    diamond = [Activity("A", 2), Activity("B", 3, (Link("A"),)), Activity("C", 3, (Link("A"),)),
               Activity("D", 1, (Link("A"),)), Activity("E", 1, (Link("B"), Link("C"), Link("D"), Link("A")))]  # fmt: skip

    plan = critical_path(diamond)

    assert plan.paths == (("A", "B", "E"), ("A", "C", "E"))
    assert not plan.has_more_paths


def test_paths_that_nobody_could_read_are_cut_off_and_said_to_be():
    layers = [[Activity("0-0", 1)]]
    for layer in range(1, 30):
        links = tuple(Link(one.id) for one in layers[-1])
        layers.append([Activity(f"{layer}-{n}", 1, links) for n in range(3)])

    plan = critical_path([one for layer in layers for one in layer])

    assert len(plan.paths) == MOST_PATHS
    assert plan.has_more_paths


def limited(kind, at=0.0, duration=3, after=4):
    """A after which B, with a limit, after which C; D of ten days is on its own."""
    return critical_path(
        [
            Activity("A", after),
            Activity("B", duration, (Link("A"),), Constraint(ConstraintKind(kind), at)),
            Activity("C", 1, (Link("B"),)),
            Activity("D", 10),
        ]
    )


@pytest.mark.parametrize(
    ("kind", "at", "early_start", "total_float"),
    [
        ("as_soon_as_possible", 0, 4, 2),
        ("start_no_earlier_than", 5, 5, 1),
        ("start_no_earlier_than", 2, 4, 2),
        ("finish_no_earlier_than", 9, 6, 0),
        ("start_no_later_than", 5, 4, 1),
        ("start_no_later_than", 3, 4, -1),
        ("finish_no_later_than", 8, 4, 1),
        ("finish_no_later_than", 5, 4, -2),
        ("must_start_on", 5, 5, 0),
        ("must_start_on", 2, 4, -2),
        ("must_finish_on", 8, 5, 0),
        ("must_finish_on", 6, 4, -1),
        ("as_late_as_possible", 0, 4, 2),
    ],
)
def test_a_constraint_moves_dates_and_floats(kind, at, early_start, total_float):
    plan = limited(kind, at)

    assert plan.timings["B"].early_start == early_start
    assert plan.timings["B"].total_float == total_float
    # B starts when A is done, or later: links always hold.
    assert plan.timings["B"].early_start >= plan.timings["A"].early_finish


@pytest.mark.parametrize(
    ("kind", "at", "found", "days"),
    [("start_no_later_than", 3, 4, 1), ("finish_no_later_than", 5, 7, 2), ("must_start_on", 2, 4, 2),
     ("must_finish_on", 6, 7, 1)],
)  # fmt: skip
def test_a_constraint_that_links_break_is_reported_and_makes_the_float_of_what_leads_there_negative(
    kind, at, found, days
):
    plan = limited(kind, at)

    [conflict] = plan.conflicts
    assert (conflict.activity, conflict.kind, conflict.wanted, conflict.found, conflict.days) == (
        "B", kind, at, found, days,
    )  # fmt: skip
    assert plan.timings["A"].total_float == -days
    assert {"A", "B"} <= set(plan.critical)


def test_a_constraint_that_can_be_kept_is_no_conflict():
    assert limited("must_start_on", 5).conflicts == ()


def test_a_deadline_holds_nothing_back_but_floats_are_counted_from_it():
    def plan(deadline):
        return critical_path([Activity("A", 4), Activity("B", 3, (Link("A"),), deadline=deadline)])

    kept, missed = plan(9), plan(5)

    assert (kept.timings["B"].early_finish, kept.timings["B"].total_float, kept.conflicts) == (7, 0, ())
    assert missed.timings["B"].early_finish == 7
    assert missed.timings["A"].total_float == -2
    assert [(one.kind, one.days) for one in missed.conflicts] == [("deadline", 2)]


def test_as_late_as_possible_uses_its_free_float_and_moves_nobody_else():
    late = Constraint(ConstraintKind.AS_LATE_AS_POSSIBLE)
    plan = critical_path(
        [
            Activity("A", 2),
            Activity("order", 1, (Link("A"),), late),
            Activity("deliver", 2, (Link("order", lag=1),), late),
            Activity("build", 8, (Link("A"),)),
            Activity("install", 1, (Link("build"), Link("deliver"))),
        ]
    )

    assert (plan.timings["deliver"].start, plan.timings["deliver"].finish) == (8, 10)
    assert (plan.timings["order"].start, plan.timings["order"].early_start) == (6, 2)
    assert plan.timings["install"].start == 10
    assert plan.duration == 11


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
    assert {key for path in plan.paths for key in path} == set(plan.critical) or plan.has_more_paths


@given(networks())
def test_every_activity_of_a_critical_path_drives_the_next(network):
    plan = critical_path(network)
    links = {(link.predecessor, one.id): link for one in network for link in one.links}

    for path in plan.paths:
        for pair in pairwise(path):
            before, after, link = plan.timings[pair[0]], plan.timings[pair[1]], links[pair]
            held_by = before.early_finish if link.kind[0] == "F" else before.early_start
            held = after.early_finish if link.kind[1] == "F" else after.early_start
            assert held == held_by + link.lag or after.early_start == 0


@given(networks(), st.data())
def test_delaying_by_the_total_float_moves_the_end_no_further(network, data):
    plan = critical_path(network)
    late = data.draw(st.sampled_from(network))
    delay = plan.timings[late.id].late_start
    held = [Activity(one.id, one.duration, (*one.links, Link("hold"))) if one.id == late.id else one for one in network]

    delayed = critical_path([Activity("hold", delay), *held])

    assert delayed.duration == plan.duration


@given(networks(), st.data())
def test_delaying_by_the_free_float_moves_nobody(network, data):
    plan = critical_path(network)
    late = data.draw(st.sampled_from(network))
    timing = plan.timings[late.id]
    hold = Constraint(ConstraintKind.START_NO_EARLIER_THAN, timing.early_start + timing.free_float)
    held = [replace(one, constraint=hold) if one.id == late.id else one for one in network]

    delayed = critical_path(held)

    assert all(delayed.timings[one.id].early_start == plan.timings[one.id].early_start
               for one in network if one.id != late.id)  # fmt: skip


@pytest.mark.parametrize("weekdays", [None, frozenset({6, 0, 1}), frozenset()])
def test_a_clock_works_on_the_days_that_its_calendar_does(weekdays):
    own = {"holidays": frozenset({date(2027, 3, 3)}), "worked": frozenset({date(2027, 3, 6), date(2027, 5, 1)})}
    calendar = KNOWN["CN"].amended(weekdays=weekdays, **own)
    clock = WorkClock(calendar, MONDAY)

    days = [float(clock.between(np.array([n]), np.array([n + 1.0]))[0]) for n in range(-400, 800)]

    assert days == [float(calendar.is_working(MONDAY + timedelta(days=n))) for n in range(-400, 800)]


@given(networks())
def test_counting_days_of_one_calendar_or_natural_days_comes_to_the_same(network):
    clock = WorkClock(calendar_of("CNY"), date(2026, 9, 28))

    plain, dated = critical_path(network), critical_path([replace(one, clock=clock) for one in network], clock)

    for key, timing in plain.timings.items():
        assert dated.timings[key].total_float == timing.total_float
        assert dated.timings[key].free_float == timing.free_float
    assert dated.duration == plain.duration
    assert dated.critical == plain.critical


def test_a_task_with_a_calendar_of_its_own_works_on_its_days():
    week, always = WorkClock(WEEKDAYS, MONDAY), WorkClock(SEVEN_DAYS, MONDAY)
    plan = critical_path(
        [
            Activity("prepare", 5, clock=week),
            Activity("cut over", 2, (Link("prepare"),), clock=always),
            Activity("run", 1, (Link("cut over"),), clock=week),
        ],
        week,
    )

    # Monday to Friday, then the weekend, then Monday.
    assert (plan.timings["cut over"].start, plan.timings["cut over"].finish) == (5, 7)
    assert (plan.timings["run"].start, plan.timings["run"].finish) == (7, 8)
    assert plan.duration == 6
    assert plan.timings["prepare"].total_float == 0


def test_working_time_is_never_spent_on_days_off():
    clock = WorkClock(calendar_of("CNY"), date(2026, 9, 28))
    plan = critical_path([Activity("A", 3, clock=clock), Activity("B", 2, (Link("A", lag=1),), clock=clock)], clock)

    # 28 to 30 September; the lag of a working day passes on 8 October, after the holidays; then the 9th and 10th,
    # a Saturday that is worked.
    assert plan.timings["A"].finish == 3
    assert (plan.timings["B"].start, plan.timings["B"].finish) == (11, 13)


def test_what_goes_beyond_twenty_years_is_refused():
    clock = WorkClock(WEEKDAYS, MONDAY)

    with pytest.raises(ScheduleTooLong, match="2047"):
        critical_path([Activity("A", 6_000, clock=clock)], clock)


def test_late_dates_may_lie_long_before_the_start():
    clock = WorkClock(WEEKDAYS, MONDAY)
    must = Constraint(ConstraintKind.MUST_FINISH_ON, -3_000.0)

    plan = critical_path([Activity("A", 4_000, (), must, clock=clock)], clock)

    assert plan.timings["A"].total_float < -6_000


def test_the_effort_is_linear_in_links():
    def took(size):
        chain = [Activity(str(n), 1, tuple(Link(str(k)) for k in range(max(0, n - 3), n))) for n in range(size)]
        best = []
        for _ in range(3):
            begun = time.perf_counter()
            critical_path(chain)
            best.append(time.perf_counter() - begun)
        return min(best)

    small, large = took(500), took(4_000)

    assert large < 3 * 8 * small
