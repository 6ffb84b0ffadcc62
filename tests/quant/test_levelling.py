"""What to move within its float so that no role is asked for more than the team has."""

import time
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.quant.calendars import WEEKDAYS, WorkingCalendar
from shared.quant.dated_network import Load, Task, dated
from shared.quant.levelling import levelled
from shared.quant.network import ConstraintKind, Link, LinkKind

MONDAY = date(2027, 3, 1)
SEVEN_DAYS = WorkingCalendar("always", weekdays=frozenset(range(7)))


def work(key, duration, *after, people=1.0, role="developer", **knobs):
    return Task(key, duration, tuple(map(Link, after)), role_days={role: people * duration}, **knobs)


def network(*tasks, calendars=None):
    return dated(tasks, start=MONDAY, calendar=WEEKDAYS, calendars=calendars or {})


def test_what_has_float_waits_until_there_are_people():
    found = levelled(network(work("long", 10), work("short", 3)), [], {"developer": 1.0})

    assert found.moves == ()
    assert found.excess_before == {"developer": pytest.approx(3)}

    found = levelled(network(work("long", 5), work("after", 5, "long", role="tester"), work("short", 3)), [],
                     {"developer": 1.0, "tester": 1.0})  # fmt: skip

    [move] = found.moves
    assert (move.task, move.begin, move.days, move.roles) == ("short", 5.0, 5, ("developer",))
    assert found.excess_after == {}


def test_a_team_that_has_enough_people_is_left_alone():
    found = levelled(network(work("a", 5), work("b", 5)), [], {"developer": 2.0})

    assert (found.moves, found.excess_before) == ((), {})


def test_work_beside_counts_and_cannot_be_moved():
    beside = [Load("developer", 5.0, 0.0, 5.0)]

    found = levelled(network(work("a", 3), Task("gate", 0, (Link("a"),)), work("rest", 10, role="tester")), beside,
                     {"developer": 1.0, "tester": 1.0})  # fmt: skip

    assert [(move.task, move.begin) for move in found.moves] == [("a", 5.0)]
    assert found.excess_after == {}


def test_what_cannot_be_solved_is_made_as_small_as_its_float_allows():
    found = levelled(
        network(work("a", 4), work("b", 4), work("rest", 6, role="tester")), [], {"developer": 1.0, "tester": 1.0}
    )

    assert found.excess_before == {"developer": pytest.approx(4)}
    assert found.excess_after == {"developer": pytest.approx(2)}


def test_a_task_with_a_calendar_of_its_own_waits_on_its_days():
    tasks = [work("a", 5), work("b", 2, calendar="always"), work("rest", 9, role="tester")]
    plan = network(*tasks, calendars={"always": SEVEN_DAYS})

    found = levelled(plan, [], {"developer": 1.0, "tester": 1.0})

    [move] = found.moves
    assert (move.task, move.days) == ("b", 5)
    assert plan.axis.day_begun(move.begin, "always") == date(2027, 3, 6)  # the Saturday on which nobody else works
    assert found.excess_before == {"developer": pytest.approx(2)}
    assert found.excess_after == {}


def test_a_hopeless_case_ends_soon():
    tasks = [work(str(n), 1) for n in range(1_000)]
    beside = [Load("developer", 4_000.0, 0.0, 2_000.0)]
    begun = time.process_time()

    found = levelled(network(work("rest", 2_000, role="tester"), *tasks), beside, {"developer": 1.0})

    assert time.process_time() - begun < 10
    assert found.excess_after["developer"] >= 1_000


@st.composite
def projects(draw):
    tasks = []
    for number in range(draw(st.integers(1, 10))):
        before = draw(st.sets(st.integers(0, number - 1), max_size=2)) if number else set()
        links = tuple(Link(str(k), draw(st.sampled_from(LinkKind)), draw(st.integers(-2, 3))) for k in sorted(before))
        duration = draw(st.integers(1, 8))
        people = draw(st.sampled_from([0.5, 1.0, 2.0]))
        tasks.append(Task(str(number), duration, links, role_days={draw(st.sampled_from("ab")): people * duration}))
    return tasks


@given(projects())
def test_moves_keep_links_and_the_end_and_never_make_it_worse_on_the_whole(tasks):
    found = network(*tasks)

    hint = levelled(found, [], {"a": 1.0, "b": 2.0})

    begins = {task.id: found.plan.timings[task.id].start for task in tasks} | {m.task: m.begin for m in hint.moves}
    for task in tasks:
        assert begins[task.id] <= found.plan.timings[task.id].late_start + 1e-6
        for link in task.links:
            held_by = begins[link.predecessor] + (found.tasks[link.predecessor].duration if link.kind[0] == "F" else 0)
            held = begins[task.id] + (task.duration if link.kind[1] == "F" else 0)
            assert held >= held_by + link.lag - 1e-6
    assert levelled(found, [], {"a": 1.0, "b": 2.0}) == hint


@given(projects(), st.lists(st.booleans(), min_size=10, max_size=10))
def test_who_follows_the_hint_has_what_it_says_and_no_later_end(tasks, own):
    tasks = [replace(task, calendar="always" if is_own else None) for task, is_own in zip(tasks, own, strict=False)]
    team, calendars = {"a": 1.0, "b": 2.0}, {"always": SEVEN_DAYS}
    found = network(*tasks, calendars=calendars)

    hint = levelled(found, [], team)

    days = {move.task: found.axis.day_begun(move.begin, found.tasks[move.task].calendar) for move in hint.moves}
    limit = ConstraintKind.START_NO_EARLIER_THAN
    followed = [replace(one, constraint=limit, constraint_day=days[one.id]) if one.id in days else one for one in tasks]
    after = network(*followed, calendars=calendars)
    assert after.plan.finish == pytest.approx(found.plan.finish)
    assert levelled(after, [], team).excess_before == pytest.approx(hint.excess_after)
