"""When the phases are, and with how many people."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.estimation.domain.calendar import month_ends, months, plus_months, plus_working_days, working_day
from services.estimation.domain.function_points import Size
from services.estimation.domain.parameters import PHASES
from services.estimation.domain.plan import PlanTooLong, StartOutOfReach, planned
from services.estimation.domain.wbs import break_down
from shared.quant.calendars import WEEKDAYS, calendar_of
from tests.support.estimation.samples import PARAMETERS, baseline, lending, need

days = st.dates(date(2001, 1, 1), date(2100, 1, 1))


def plan_of(basis, parameters=PARAMETERS):
    return planned(basis, break_down(basis, parameters).phases, parameters)


def test_phases_follow_each_other_on_working_days():
    plan = plan_of(lending())

    assert [window.phase for window in plan.windows] == list(PHASES)
    assert plan.windows[0].start == plan.start
    for before, after in pairwise(plan.windows):
        assert plan.calendar.count(before.finish, after.start) == 2
        assert plan.calendar.is_working(after.start)


def test_the_plan_of_an_offer_in_yuan_knows_the_chinese_holidays():
    plan = plan_of(replace(lending(), planned_start=date(2026, 10, 1)))
    abroad = plan_of(replace(lending(), planned_start=date(2026, 10, 1), currency="EUR"))

    assert plan.calendar == calendar_of("CNY")
    assert plan.start == date(2026, 10, 8)
    assert (abroad.start, abroad.calendar) == (date(2026, 10, 1), WEEKDAYS)
    assert plan.windows[0].days == abroad.windows[0].days


def test_a_warranty_lasts_its_months_from_delivery_to_the_day():
    plan = plan_of(lending(), PARAMETERS.with_warranty(36))

    end = plus_months(plan.finish, 36)
    assert timedelta() <= end - plan.windows[-1].finish <= timedelta(days=10)
    assert plus_months(date(2027, 1, 31), 1) == date(2027, 2, 28)


def test_a_phase_is_as_long_as_its_busiest_role_needs():
    basis = lending()
    work = break_down(basis, PARAMETERS)

    plan = planned(basis, work.phases, PARAMETERS)

    for window in plan.windows[:-1]:
        longest = max(units / 100 / plan.team[role] for role, units in work.phases[window.phase].items())
        assert longest <= window.days < longest + 1


def test_a_platform_of_sixty_requirements_takes_some_eight_months_and_a_dozen_developers():
    """1.277 x 85 person-months^0.404 = 7.7 months."""
    plan = plan_of(lending())

    assert 150 <= plan.delivery_days <= 180
    assert 10 <= plan.team["developer"] <= 15


def test_a_hard_deadline_shortens_the_plan_with_more_people_but_not_below_the_floor():
    usual = plan_of(lending())
    near = replace(lending(), deadline=usual.windows[-2].finish - timedelta(days=35))
    impossible = replace(lending(), deadline=usual.start)
    far = replace(lending(), deadline=date(2030, 1, 1))

    shorter, shortest = plan_of(near), plan_of(impossible)

    assert shorter.windows[-2].finish <= near.deadline
    assert shorter.team["developer"] > usual.team["developer"]
    assert shortest.delivery_days >= 0.7 * usual.delivery_days
    assert plan_of(far) == usual


def test_work_starts_on_a_working_day_and_without_a_wish_some_days_after_the_approval():
    saturday = replace(lending(), planned_start=date(2027, 1, 2))
    unsaid = replace(lending(), planned_start=None, approved_on=date(2026, 11, 20))

    assert plan_of(saturday).start == date(2027, 1, 4)
    assert plan_of(unsaid).start == date(2026, 12, 21)


def test_a_start_out_of_reach_is_refused():
    with pytest.raises(StartOutOfReach):
        plan_of(replace(lending(), planned_start=date(9999, 12, 31)))


def test_work_of_a_century_is_refused():
    vast = [need(number, size=Size(1000, 1000, 1000, 1000, 1000)) for number in range(800)]

    with pytest.raises(PlanTooLong):
        plan_of(baseline(*vast))


@given(days, st.integers(0, 300), st.sampled_from(["CNY", "USD", "EUR"]))
def test_working_days_are_counted_as_they_are_added(day, count, currency):
    calendar = calendar_of(currency)
    first = working_day(day, calendar)

    last = plus_working_days(first, count, calendar)

    assert calendar.is_working(last)
    assert calendar.count(first, last) == count + 1
    assert calendar.count(last, first) == (1 if count == 0 else 0)


@given(days, st.integers(0, 800))
def test_months_cover_a_period_without_a_gap(first, length):
    last = first + timedelta(days=length)

    ends = [month_ends(month) for month in months(first, last)]

    assert ends[0][0] <= first <= ends[0][1]
    assert ends[-1][0] <= last <= ends[-1][1]
    assert all(before[1] + timedelta(days=1) == after[0] for before, after in pairwise(ends))
