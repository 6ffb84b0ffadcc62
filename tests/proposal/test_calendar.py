"""Working days with holidays and make-up days."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from shared.quant.calendars import WEEKDAYS, WITH_HOLIDAYS, calendar_of

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


def test_the_federal_holidays_of_2027_are_off_in_the_united_states():
    """5 U.S.C. 6103: the eleven of 2027, of which Juneteenth, Independence Day and Christmas are kept beside a weekend,
    and New Year's Day of 2028, a Saturday, on the Friday before (Office of Personnel Management, federal holidays)."""
    off = sorted(day for day in calendar_of("USD").holidays if day.year == 2027)

    assert [f"{day:%m-%d}" for day in off] == [
        "01-01", "01-18", "02-15", "05-31", "06-18", "07-05", "09-06", "10-11", "11-11", "11-25", "12-24", "12-31",
    ]  # fmt: skip


def test_the_bank_holidays_of_2026_and_2027_are_off_in_england():
    """gov.uk/bank-holidays, England and Wales."""
    off = sorted(day for day in calendar_of("GBP").holidays if day.year in {2026, 2027})

    assert [f"{day:%y-%m-%d}" for day in off] == [
        "26-01-01", "26-04-03", "26-04-06", "26-05-04", "26-05-25", "26-08-31", "26-12-25", "26-12-28",
        "27-01-01", "27-03-26", "27-03-29", "27-05-03", "27-05-31", "27-08-30", "27-12-27", "27-12-28",
    ]  # fmt: skip


def test_no_holiday_is_on_a_weekend_where_none_is_worked():
    for calendar in WITH_HOLIDAYS:
        assert [day for day in calendar.holidays if day.weekday() not in calendar.weekdays] == [], calendar.code


def test_other_currencies_are_scheduled_on_weekdays():
    assert calendar_of("EUR") is WEEKDAYS
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
