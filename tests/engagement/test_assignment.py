"""Who fits a request: skill, free time, language and region; more load never ranks higher."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engagement.domain.assignment import WEIGHTS, Candidate, Wanted, assess, rank
from services.engagement.domain.business_time import BusinessCalendar
from services.engagement.domain.capacity import Task, WorkingWeek, committed_hours

SKILLS = ("kubernetes", "数据库", "security", "erp")
levels = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 5))
hours = st.floats(0, 400, allow_nan=False)
wishes = st.builds(
    Wanted,
    skills=levels,
    hours=st.floats(0.5, 200),
    requester=st.sampled_from(["ann", "bob"]),
    language=st.sampled_from([None, "zh", "en"]),
    region=st.sampled_from([None, "Shanghai", "Berlin"]),
)
people = st.builds(
    Candidate,
    id=st.uuids(),
    subject=st.sampled_from(["ann", "li", "wang", "zhou"]),
    name=st.sampled_from(["Ann", "Li", "Wang"]),
    skills=levels,
    languages=st.frozensets(st.sampled_from(["zh", "en"])),
    region=st.sampled_from([None, "Shanghai", "Berlin"]),
    capacity_hours=hours,
    committed_hours=hours,
    is_active=st.booleans(),
)
teams = st.lists(people, max_size=8, unique_by=lambda one: one.id)


def place(wanted, team, key):
    return [one.candidate.id for one in rank(wanted, team)].index(key)


@given(wishes, teams)
def test_everybody_is_shown_once_those_who_fit_first_the_best_before_the_rest(wanted, team):
    found = rank(wanted, team)

    assert sorted(one.candidate.id for one in found) == sorted(one.id for one in team)
    assert [one.fits for one in found] == sorted((one.fits for one in found), reverse=True)
    scores = [one.score for one in found if one.fits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= value <= 1 for one in found for value in one.parts.values())
    assert all(0 <= one.score <= 1 + 1e-9 for one in found)


@given(wishes, teams.filter(bool), hours)
def test_more_load_never_ranks_higher(wanted, team, more):
    person = team[0]
    busier = replace(person, committed_hours=person.committed_hours + more)

    before, after = assess(wanted, person), assess(wanted, busier)

    assert after.score <= before.score
    assert set(before.obstacles) <= set(after.obstacles)
    if after.fits:
        assert place(wanted, [busier, *team[1:]], person.id) >= place(wanted, team, person.id)


@given(wishes, people, st.sampled_from(SKILLS))
def test_more_skill_never_scores_lower(wanted, person, skill):
    better = replace(person, skills={**person.skills, skill: 5})

    assert assess(wanted, better).score >= assess(wanted, person).score


@given(wishes, teams)
def test_the_order_in_which_people_are_looked_at_does_not_matter(wanted, team):
    assert [one.candidate for one in rank(wanted, team)] == [one.candidate for one in rank(wanted, team[::-1])]


def test_the_weights_of_the_parts_add_up():
    assert sum(WEIGHTS.values()) == pytest.approx(1)


OFFICE = BusinessCalendar(
    ZoneInfo("Asia/Shanghai"),
    dict.fromkeys(range(5), ((540, 1020),)),
    holidays=frozenset({date(2027, 3, 3)}),
    working_weekends=frozenset({date(2027, 3, 6)}),
)
MONDAY = date(2027, 3, 1)


def test_a_week_has_its_hours_on_working_days_and_none_on_holidays_and_absences():
    week = WorkingWeek(OFFICE, 40, ((date(2027, 3, 4), date(2027, 3, 5)),))

    assert week.daily_hours(MONDAY, 7) == [8, 8, 0, 0, 0, 8, 0]
    assert week.hours_between(MONDAY, date(2027, 3, 7)) == 24
    assert week.hours_between(date(2027, 3, 7), MONDAY) == 0


def test_work_lies_evenly_on_the_working_days_until_it_is_due():
    week = WorkingWeek(BusinessCalendar(OFFICE.zone, OFFICE.hours), 40)
    friday = date(2027, 3, 5)

    def share(task, first, last):
        return committed_hours(week, [task], today=MONDAY, first=first, last=last)

    assert share(Task(20, friday), MONDAY, date(2027, 3, 2)) == pytest.approx(8)
    assert share(Task(20, friday), date(2027, 3, 8), date(2027, 3, 12)) == 0
    assert share(Task(6, date(2027, 2, 1)), MONDAY, MONDAY) == pytest.approx(6)
    assert share(Task(20), MONDAY, date(2027, 3, 14)) == pytest.approx(20)
    assert committed_hours(
        WorkingWeek(OFFICE, 40, ((MONDAY, friday),)), [Task(5, friday)], today=MONDAY, first=friday, last=friday
    ) == pytest.approx(5)


@given(
    st.lists(st.builds(Task, hours=st.floats(0, 100), due_on=st.none() | st.dates(MONDAY, date(2027, 5, 1)))),
    st.integers(0, 40),
)
def test_all_work_falls_within_the_days_until_the_last_is_due(tasks, split):
    week = WorkingWeek(OFFICE, 40)
    middle, end = MONDAY + timedelta(days=split), date(2027, 5, 31)

    first = committed_hours(week, tasks, today=MONDAY, first=MONDAY, last=middle)
    second = committed_hours(week, tasks, today=MONDAY, first=middle + timedelta(days=1), last=end)

    assert first + second == pytest.approx(sum(task.hours for task in tasks))


def test_a_person_has_an_id_of_its_own():
    wanted = Wanted({}, 8, "ann")
    twins = [Candidate(UUID(int=number), "x", "Li", {}, frozenset(), None, 40, 0) for number in (2, 1)]

    assert [one.candidate.id.int for one in rank(wanted, twins)] == [1, 2]
