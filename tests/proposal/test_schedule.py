"""The schedule and the resource plan that are drafted from an estimate."""

import itertools
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.proposal.domain.crews import crew_count, flow
from services.proposal.domain.proportional_fitting import fitted
from services.proposal.domain.resources import plan_resources
from services.proposal.domain.schedule import ScheduleTooLong, draft_schedule
from services.proposal.domain.work import PHASES, Work
from shared.quant.calendars import WEEKDAYS, calendar_of

MONDAY = date(2027, 3, 1)
TEAM = {"analyst": 1.0, "developer": 4.0, "tester": 2.0, "project_manager": 1.0}


def requirement(key, group, build=8.0, test=4.0, needs=()):
    days = {
        "requirements": {"analyst": 2.0},
        "design": {"developer": 1.0},
        "build": {"developer": build},
        "test": {"tester": test, "developer": test / 4},
        "deployment": {"developer": 1.0},
    }
    return Work("functional", group, key, tuple(needs), days)


def standing(activity, phase, **roles):
    return Work(activity, None, None, (), {phase: roles})


def drafted(*work, **wish):
    return draft_schedule(work, **{"team": TEAM, "start": MONDAY, "calendar": WEEKDAYS, **wish})


def task(schedule, key):
    return next(task for task in schedule.tasks if task.package.id == key)


def test_phases_follow_each_other_and_a_crew_tests_what_it_has_built():
    schedule = drafted(*(requirement(str(n), f"module {n % 5}") for n in range(10)))

    order = [task(schedule, key) for key in ("requirements", "design", "build-01", "test-01")]
    assert all(before.begin + before.duration <= after.begin + 1e-6 for before, after in itertools.pairwise(order))
    builds = [one for one in schedule.tasks if one.package.phase == "build"]
    tests = [one for one in schedule.tasks if one.package.phase == "test"]
    assert min(one.begin for one in tests) >= max(one.begin + one.duration for one in builds) - 1e-6
    assert task(schedule, "deployment").begin >= max(one.begin + one.duration for one in tests) - 1e-6


def test_crews_share_the_team_so_that_all_have_done_at_the_same_time():
    team = {**TEAM, "developer": 12.0, "tester": 6.0}
    work = [requirement(str(n), f"module {n}", build=days) for n, days in enumerate((60, 10, 25, 40, 5, 31))]

    schedule = drafted(*work, team=team)

    ends = {round(one.begin + one.duration, 3) for one in schedule.tasks if one.package.phase == "build"}
    assert schedule.crews == 3
    assert sum(end == max(ends) for end in ends) == 1
    plan = plan_resources(schedule.loads, team, schedule.timeline)
    assert 11 < next(role for role in plan.roles if role.role == "developer").peak <= 12


def test_durations_come_from_effort_and_team():
    work = [requirement(str(n), "one module", build=10.0, test=4.0) for n in range(4)]

    alone = drafted(*work, team={**TEAM, "developer": 1.0})
    many = drafted(*work, team={**TEAM, "developer": 4.0})

    assert task(alone, "build-01").duration == 40
    assert task(many, "build-01").duration == 10
    assert task(many, "requirements").duration == 8


def test_a_schedule_starts_on_the_first_working_day_and_skips_holidays():
    schedule = drafted(requirement("a", "core", build=80), calendar=calendar_of("CNY"), start=date(2026, 9, 27))

    worked = set(schedule.timeline)
    assert schedule.start == date(2026, 9, 28)
    assert not worked & {date(2026, 10, day) for day in range(1, 8)}
    assert date(2026, 10, 10) in worked


def test_a_crew_builds_first_what_others_need():
    work = [requirement("1", "small", build=4.0), requirement("2", "large", build=40.0, needs=["1"])]

    schedule = drafted(*work)

    assert task(schedule, "build-01").begin < task(schedule, "build-02").begin
    assert task(schedule, "test-01").begin < task(schedule, "test-02").begin


def test_modules_that_need_each_other_can_still_be_scheduled():
    work = [requirement("1", "a", needs=["2"]), requirement("2", "b", needs=["1"])]

    schedule = drafted(*work)

    assert {one.package.group for one in schedule.tasks if one.package.phase == "build"} == {"a", "b"}


def test_risks_move_the_finish_by_working_days():
    schedule = drafted(requirement("1", "core"), slip_p50=3.2, slip_p80=10)

    assert WEEKDAYS.count(schedule.finish, schedule.p50_finish) - 1 == 4
    assert WEEKDAYS.count(schedule.finish, schedule.p80_finish) - 1 == 10


def test_the_warranty_lasts_as_long_as_it_is_offered_and_comes_after_delivery():
    schedule = drafted(requirement("1", "core"), standing("warranty", "warranty", developer=3.0), warranty_days=60)

    assert task(schedule, "warranty").duration == 60
    assert task(schedule, "warranty").start > schedule.finish
    assert schedule.milestones[-1].id == "closed"


def test_deployment_and_training_run_at_the_same_time():
    schedule = drafted(
        requirement("1", "core"),
        standing("deployment", "deployment", developer=7.0),
        standing("training", "deployment", analyst=5.0),
    )

    assert task(schedule, "deployment").duration == 2
    assert task(schedule, "deployment-training").duration == 5
    assert task(schedule, "deployment").first == task(schedule, "deployment-training").first


def test_the_critical_path_goes_from_start_to_delivery():
    schedule = drafted(*(requirement(str(n), f"module {n % 3}", build=5.0 + n) for n in range(9)))

    critical = sorted((one for one in schedule.tasks if one.is_critical), key=lambda one: one.first)
    assert critical[0].first == 0
    assert critical[-1].last == schedule.duration_days - 1
    assert all(before.last + 1 >= after.first for before, after in itertools.pairwise(critical))


def test_a_team_that_is_far_too_small_is_refused():
    with pytest.raises(ScheduleTooLong) as refused:
        drafted(requirement("1", "core", build=9000.0), team={"developer": 0.5})

    assert "2047" in refused.value.detail("en")
    assert "2047" in refused.value.detail("zh")


def test_no_work_is_a_schedule_of_no_length():
    schedule = drafted()

    assert (schedule.duration_days, schedule.start, schedule.finish) == (0, MONDAY, MONDAY)


def test_a_role_that_the_team_lacks_is_shown_as_over_allocated():
    schedule = drafted(requirement("1", "core"), standing("training", "deployment", trainer=3.0))

    plan = plan_resources(schedule.loads, TEAM, schedule.timeline)

    missing = next(role for role in plan.roles if role.role == "trainer")
    assert missing.people == 0
    assert missing.is_over_allocated


def test_one_more_task_at_the_same_time_than_people_is_over_allocation():
    schedule = drafted(requirement("1", "core"), team={**TEAM, "developer": 4.0})

    plan = plan_resources(schedule.loads, {**TEAM, "developer": 1.0}, schedule.timeline)

    developer = next(role for role in plan.roles if role.role == "developer")
    assert developer.peak == pytest.approx(4)
    assert developer.over_from == task(schedule, "build-01").start


days = st.floats(0.1, 60, allow_nan=False)
works = st.lists(
    st.tuples(st.sampled_from("abcde"), days, days, st.sets(st.integers(0, 11), max_size=2)), min_size=1, max_size=12
).map(
    lambda rows: [
        requirement(str(n), group, build, test, [str(key) for key in sorted(needs) if key < len(rows) and key != n])
        for n, (group, build, test, needs) in enumerate(rows)
    ]
)


@settings(deadline=None, max_examples=40)
@given(works, days)
def test_no_role_is_asked_for_more_than_the_team_has_and_no_work_is_lost(work, management):
    work = [*work, Work("management", None, None, (), {phase: {"project_manager": management} for phase in PHASES[:5]})]
    schedule = drafted(*work)

    plan = plan_resources(schedule.loads, TEAM, schedule.timeline)

    wanted = {}
    for line in work:
        for part in line.days.values():
            for role, amount in part.items():
                wanted[role] = wanted.get(role, 0.0) + amount
    for role in plan.roles:
        assert sum(role.days) == pytest.approx(wanted[role.role])
        if role.role != "project_manager":
            assert not role.is_over_allocated, role


@settings(deadline=None, max_examples=25)
@given(works)
def test_the_same_estimate_gives_the_same_schedule(work):
    assert drafted(*work) == drafted(*work)


def test_a_crew_has_four_people_and_there_are_never_more_crews_than_modules():
    assert [crew_count(people, 3) for people in (0.5, 4, 9, 40)] == [1, 1, 2, 3]
    assert crew_count(8, 0) == 1


def test_what_others_need_comes_first_and_crews_get_much_the_same_to_do():
    shared_out = flow({"a": 10, "b": 8, "c": 5, "": 3}, {"a": frozenset("c")}, crews=2)

    assert shared_out.queues == (("b", ""), ("c", "a"))
    assert [shared_out.before(name) for name in ("a", "b", "c", "")] == ["c", None, None, "b"]


def test_a_table_is_fitted_to_its_margins():
    """Deming and Stephan: cells keep the pattern's odds, rows and columns get their totals."""
    table = fitted(
        {"build": {"developer": 3, "tester": 1}, "test": {"developer": 1, "tester": 3}},
        columns={"build": 60, "test": 40, "design": 0},
        rows={"developer": 55, "tester": 45, "architect": 0},
    )

    assert {column: sum(cells.values()) for column, cells in table.items()} == pytest.approx({"build": 60, "test": 40})
    assert table["build"]["developer"] + table["test"]["developer"] == pytest.approx(55, abs=0.01)
    odds = table["build"]["developer"] * table["test"]["tester"] / table["build"]["tester"] / table["test"]["developer"]
    assert odds == pytest.approx(9, rel=0.01)


def test_a_line_without_roles_gives_no_table():
    assert fitted({}, {"build": 3.0}, {}) == {}
