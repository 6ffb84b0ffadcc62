"""People planned beside those that the work asks for."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.proposal.domain.allocation import TOLERANCE, Allocation, by_month, daily_need, daily_plan, proposed
from shared.quant.calendars import WEEKDAYS
from shared.quant.dated_network import Load

TIMELINE = WEEKDAYS.span(date(2027, 3, 1), 60)


def test_people_are_proposed_for_each_time_that_a_role_has_work():
    loads = [Load("analyst", 20, 0, 10), Load("analyst", 3, 40, 44), Load("tester", 5.2, 10, 20)]

    found = list(proposed(daily_need(loads, 60), TIMELINE))

    assert found == [
        Allocation("analyst", 2.0, 1.0, TIMELINE[0], TIMELINE[9]),
        Allocation("analyst", 1.0, 1.0, TIMELINE[40], TIMELINE[43]),
        Allocation("tester", 1.0, 1.0, TIMELINE[10], TIMELINE[19]),
    ]


def test_people_come_and_go_with_the_work_but_not_for_a_few_days():
    loads = [Load("developer", 24, 0, 12), Load("developer", 20, 12, 17), Load("developer", 10, 17, 37),
             Load("developer", 1, 37, 57)]  # fmt: skip

    found = list(proposed(daily_need(loads, 60), TIMELINE))

    # Five busy days: the four come for the first twelve too, where they are idle least.
    assert [(one.number, one.first, one.last) for one in found] == [
        (4.0, TIMELINE[0], TIMELINE[16]), (0.5, TIMELINE[17], TIMELINE[56]),
    ]  # fmt: skip


def test_nothing_to_do_needs_nobody():
    assert list(proposed({}, TIMELINE)) == []
    assert list(proposed({"developer": np.zeros(60)}, TIMELINE)) == []


def test_months_show_what_is_needed_planned_and_missing_and_when_the_team_is_too_small():
    need = daily_need([Load("developer", 46, 0, 23)], 60)
    plan = daily_plan([Allocation("developer", 2, 0.5, TIMELINE[0], date(2027, 3, 12)),
                       Allocation("developer", 3, 1, date(2027, 3, 15), date(2027, 3, 31))], TIMELINE)  # fmt: skip

    months, working_days, [row] = by_month(need, plan, {"developer": 2}, TIMELINE)

    assert months == ("2027-03", "2027-04", "2027-05")
    assert working_days == (23, 22, 15)
    assert row.needed == pytest.approx((46, 0, 0))
    assert row.planned == pytest.approx((10 + 39, 0, 0))
    assert row.missing == pytest.approx((10, 0, 0))
    assert (row.peak_needed, row.peak_planned) == pytest.approx((2, 3))
    assert (row.missing_from, row.over_team_from) == (TIMELINE[0], date(2027, 3, 15))


loads = st.lists(
    st.builds(
        lambda role, days, begin, length: Load(role, days, begin, begin + length),
        st.sampled_from("ab"), st.floats(0.1, 90), st.floats(0, 50), st.floats(0.2, 9.9),
    ),
    max_size=8,
)  # fmt: skip


@given(loads)
def test_work_is_neither_lost_nor_made_and_what_is_proposed_is_enough(loads):
    need = daily_need(loads, 60)
    plan = daily_plan(proposed(need, TIMELINE), TIMELINE)

    for role, days in need.items():
        assert days.sum() == pytest.approx(sum(load.days for load in loads if load.role == role))
        assert np.all(plan.get(role, 0 * days) >= days - TOLERANCE - 1e-9)
    rows = by_month(need, plan, {}, TIMELINE)[2]
    assert all(sum(row.missing) == 0 for row in rows)
