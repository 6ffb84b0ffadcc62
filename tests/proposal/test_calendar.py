"""Working days with holidays and make-up days."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.proposal.calendars import WEEKDAYS, calendar_of

CHINA = calendar_of("CNY")


def test_a_make_up_saturday_is_worked_and_the_holiday_is_not():
    spring_festival = [date(2026, 2, day) for day in range(16, 24)]

    worked = [day for day in spring_festival if CHINA.is_working(day)]

    assert worked == []
    assert CHINA.is_working(date(2026, 2, 14))
    assert CHINA.is_working(date(2026, 2, 28))
    assert not CHINA.is_working(date(2026, 2, 15))


def test_2026_has_the_announced_number_of_working_days():
    """261 weekdays, 19 weekdays off, 6 weekend days worked (notice of the State Council of 2025-11-04)."""
    assert CHINA.count(date(2026, 1, 1), date(2026, 12, 31)) == 261 - 19 + 6


def test_2027_has_the_thirteen_days_that_the_law_gives():
    off = [day for day in CHINA.holidays if day.year == 2027]

    assert len(off) == 13
    assert all(day.weekday() < 5 for day in off)
    assert CHINA.announced_until == date(2026, 12, 31)
    assert CHINA.statutory_until == date(2027, 12, 31)


def test_other_currencies_are_scheduled_on_weekdays():
    assert calendar_of("USD") is WEEKDAYS
    assert WEEKDAYS.is_working(date(2026, 10, 1))
    assert not WEEKDAYS.is_working(date(2026, 10, 3))


def test_no_working_days_when_the_end_is_before_the_start():
    assert WEEKDAYS.count(date(2026, 3, 2), date(2026, 3, 1)) == 0


@given(st.dates(date(2025, 6, 1), date(2028, 6, 1)), st.integers(1, 400))
def test_dates_and_working_days_map_onto_each_other(first, length):
    days = CHINA.span(first, length)

    assert len(days) == length
    assert all(CHINA.is_working(day) for day in days)
    assert CHINA.count(first, days[-1]) == length
