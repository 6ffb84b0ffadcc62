"""Working time on calendars: properties that hold on any of them, and the days that people would check by hand."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.engagement.domain.business_time import (
    BusinessCalendar,
    NoWorkingTime,
    add_business_time,
    business_time_between,
)
from services.engagement.domain.response_clock import Pause, elapsed, moment_of, read
from shared.quant.calendars import public_days, working_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = dict.fromkeys(range(5), ((9 * 60, 12 * 60), (13 * 60 + 30, 18 * 60)))
PUBLIC = working_calendar(public_days("CN"))
CHINA = BusinessCalendar(SHANGHAI, OFFICE, PUBLIC.holidays, PUBLIC.working_weekends)
MINUTE = timedelta(minutes=1)


def china(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


zones = st.sampled_from([SHANGHAI, ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")])  # fmt: skip
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis adds the zone)
days = st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=8)


@st.composite
def calendars(draw):
    marks = st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True).map(sorted)

    def spans(found):
        return tuple(zip(found[::2], found[1::2], strict=False))

    hours = draw(st.dictionaries(st.integers(0, 6), marks.map(spans), min_size=1))
    return BusinessCalendar(draw(zones), hours, draw(days), draw(days))


@given(calendars(), st.lists(moments, min_size=3, max_size=3))
@settings(max_examples=60, deadline=None)
def test_working_time_adds_up_over_any_moment_between(calendar, three):
    first, second, third = sorted(three)
    second, third = min(second, first + timedelta(days=90)), min(third, first + timedelta(days=120))

    parts = business_time_between(calendar, first, second) + business_time_between(calendar, second, third)

    assert parts == business_time_between(calendar, first, third)
    assert timedelta() <= parts <= third - first


@given(calendars(), moments, st.integers(1, 5_000))
@settings(max_examples=60, deadline=None)
def test_after_an_amount_of_working_time_has_been_added_exactly_that_much_has_passed(calendar, start, minutes):
    try:
        end = add_business_time(calendar, start, minutes * MINUTE)
    except NoWorkingTime:
        assume(False)

    assert business_time_between(calendar, start, end) == minutes * MINUTE
    assert business_time_between(calendar, start, end - MINUTE / 60) < minutes * MINUTE


@given(calendars(), moments)
@settings(max_examples=40, deadline=None)
def test_no_time_passes_backwards_or_on_no_time(calendar, start):
    assert business_time_between(calendar, start, start - timedelta(days=2)) == timedelta()
    assert add_business_time(calendar, start, timedelta()) == start


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-02-13T17:00", "2026-02-14T10:00", 2),  # Saturday 14 February makes up for the spring festival
        ("2026-02-15T09:00", "2026-02-24T09:00", 0),  # the spring festival: not one working hour
        ("2026-10-10T09:00", "2026-10-10T18:00", 7.5),  # a Saturday worked for the national day
        ("2026-10-01T00:00", "2026-10-08T00:00", 0),
        ("2026-11-20T17:00", "2026-11-23T10:00", 2),  # an ordinary weekend
        ("2026-11-23T12:00", "2026-11-23T13:30", 0),  # lunch
    ],
)
def test_make_up_saturdays_are_worked_and_holidays_are_not(start, end, hours):
    assert business_time_between(CHINA, china(start), china(end)) == timedelta(hours=hours)


def test_a_question_before_the_festival_is_due_after_it():
    due = add_business_time(CHINA, china("2026-02-14T17:00"), timedelta(hours=4))

    assert due == china("2026-02-24T12:00")


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-07", 24)],
)
def test_a_day_that_changes_its_clocks_has_another_length(day, hours):
    berlin = ZoneInfo("Europe/Berlin")
    always = BusinessCalendar(berlin, dict.fromkeys(range(7), ((0, 1440),)))
    start = datetime.fromisoformat(day).replace(tzinfo=berlin)
    end = (datetime.fromisoformat(day) + timedelta(days=1)).replace(tzinfo=berlin)

    assert business_time_between(always, start.astimezone(UTC), end.astimezone(UTC)) == timedelta(hours=hours)


def test_a_calendar_that_never_opens_says_so():
    with pytest.raises(NoWorkingTime):
        add_business_time(BusinessCalendar(SHANGHAI, {}), china("2026-01-01T00:00"), MINUTE)


def test_the_clock_stands_while_the_client_owes_an_answer():
    asked, target = china("2026-11-23T09:00"), timedelta(hours=4)
    pause = Pause(china("2026-11-23T10:00"), china("2026-11-24T10:00"))

    shown = read(CHINA, asked, [pause], target, due_soon_fraction=0.75, at=china("2026-11-24T11:00"))

    assert shown.elapsed == timedelta(hours=2)
    assert shown.remaining == timedelta(hours=2)
    assert (shown.due_at, shown.due_soon_at) == (china("2026-11-24T14:30"), china("2026-11-24T12:00"))


def test_a_paused_clock_is_due_at_no_time():
    pause = Pause(china("2026-11-23T10:00"))

    shown = read(CHINA, china("2026-11-23T09:00"), [pause], timedelta(hours=4), due_soon_fraction=0.8,
                 at=china("2026-11-27T18:00"))  # fmt: skip

    assert (shown.elapsed, shown.due_at, shown.due_soon_at) == (timedelta(hours=1), None, None)


def test_a_clock_on_a_calendar_that_never_opens_is_due_at_no_time():
    shown = read(BusinessCalendar(SHANGHAI, {}), china("2026-11-23T09:00"), [], timedelta(hours=4),
                 due_soon_fraction=0.8, at=china("2026-11-27T18:00"))  # fmt: skip

    assert (shown.elapsed, shown.due_at, shown.due_soon_at) == (timedelta(), None, None)


@given(
    calendars(), moments, st.lists(st.integers(1, 4_000), min_size=2, max_size=6, unique=True), st.integers(1, 3_000)
)
@settings(max_examples=60, deadline=None)
def test_a_clock_has_run_for_its_target_when_it_is_due(calendar, start, marks, minutes):
    marks = sorted(marks)
    pauses = [
        Pause(start + begin * MINUTE, start + end * MINUTE) for begin, end in zip(marks[::2], marks[1::2], strict=False)
    ]
    try:
        due = moment_of(calendar, start, pauses, minutes * MINUTE)
    except NoWorkingTime:
        assume(False)

    assert elapsed(calendar, start, pauses, due) == minutes * MINUTE
