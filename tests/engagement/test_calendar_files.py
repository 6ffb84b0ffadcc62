"""Holidays from iCalendar files of all kinds: named days, recurring, long and cancelled ones."""

from pathlib import Path

import pytest

from services.engagement.schemas.calendar_files import NotACalendarFile, years_of

TRIALS = Path(__file__).parent / "trials"
HOLIDAYS = (TRIALS / "public-holidays.ics").read_bytes()


@pytest.fixture
async def calendar(engagement):
    [shipped] = (await engagement.get("/calendars", params={"code": "CN"})).json()["items"]
    return shipped


def ics(*events, name="Team"):
    body = "".join(f"BEGIN:VEVENT\nUID:{number}\n{event}\nEND:VEVENT\n" for number, event in enumerate(events))
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//EN\nX-WR-CALNAME:{name}\n{body}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def day(when, name="Day", more=""):
    return f"DTSTART;VALUE=DATE:{when}\nSUMMARY:{name}{more and chr(10) + more}"


def read(file, *, all_days=True):
    years = years_of(file, all_days=all_days, this_year=2027)
    return {one.year: [each.isoformat()[5:] for each in one.holidays] for one in years}


async def test_a_calendar_of_public_holidays_needs_no_word_for_each_day(engagement, calendar):
    answer = await engagement.post(
        f"/calendars/{calendar['id']}/years/ics", files={"file": ("feiertage.ics", HOLIDAYS)},
        headers={"If-Match": f'"{calendar["version"]}"'},
    )  # fmt: skip

    assert answer.status_code == 200, answer.text
    assert answer.json()["years"]["2027"] == {
        "status": "announced", "source": "Feiertage", "working_weekends": [],
        "holidays": ["2027-03-29", "2027-05-01", "2027-12-25", "2027-12-26"],
    }  # fmt: skip


async def test_whose_days_are_holidays_is_said_where_the_file_does_not(engagement, calendar):
    path = f"/calendars/{calendar['id']}/years/ics"
    sent = {"content": ics(day("20270614", "Company day")), "headers": {"If-Match": f'"{calendar["version"]}"'}}

    silent = await engagement.post(path, **sent)
    said = await engagement.post(path, params={"all_days": "holiday"}, **sent)
    wrong = await engagement.post(path, params={"all_days": "feast"}, **sent)

    assert (silent.status_code, silent.json()["code"]) == (422, "not_a_calendar_file")
    assert "all_days=holiday" in silent.json()["detail"]
    assert said.json()["years"]["2027"]["holidays"] == ["2027-06-14"]
    assert wrong.status_code == 422


def test_where_some_days_say_what_they_are_the_others_are_none():
    file = ics(day("20270501", "劳动节（休）"), day("20270214", "情人节"), name="节假日")

    assert read(file, all_days=False) == {2027: ["05-01"]}


@pytest.mark.parametrize(
    ("event", "days"),
    [
        (day("20270129", "x", "DTEND;VALUE=DATE:20270203"), {2027: ["01-29", "01-30", "01-31", "02-01", "02-02"]}),
        (day("20271231", "x", "DTEND;VALUE=DATE:20280102"), {2027: ["12-31"], 2028: ["01-01"]}),
        (day("20270129", "x", "DTEND;VALUE=DATE:20270129"), {2027: ["01-29"]}),
        (day("20270129", "x", "DURATION:P2D"), {2027: ["01-29", "01-30"]}),
        (day("20200501", "x", "RRULE:FREQ=YEARLY;UNTIL=20281231T230000Z"), {2027: ["05-01"], 2028: ["05-01"]}),
        (day("20260703", "x", "RRULE:FREQ=YEARLY;BYMONTH=7;BYDAY=1FR;COUNT=3"), {2027: ["07-02"], 2028: ["07-07"]}),
        (day("20270101", "x", "RRULE:FREQ=YEARLY;COUNT=2\nEXDATE;VALUE=DATE:20280101"), {2027: ["01-01"]}),
    ],
)
def test_long_and_recurring_days_are_counted_as_the_format_has_them(event, days):
    assert read(ics(event)) == days


def test_summer_holidays_are_longer_than_a_month():
    assert len(read(ics(day("20270701", "x", "DTEND;VALUE=DATE:20270815")))[2027]) == 45


def test_what_recurs_counts_in_the_years_that_are_in_the_file():
    file = ics(day("20200501", "Labour day", "RRULE:FREQ=YEARLY"), day("20280414", "Good Friday"))

    assert read(file) == {2028: ["04-14", "05-01"]}
    assert sorted(read(ics(day("20200501", "x", "RRULE:FREQ=YEARLY")))) == [2027, 2028, 2029, 2030, 2031, 2032]


def test_cancelled_and_moved_days_and_times_of_day_do_not_count():
    moved = "BEGIN:VEVENT\r\nUID:0\r\nRECURRENCE-ID;VALUE=DATE:20270501\r\nDTSTART;VALUE=DATE:20270503\r\nSUMMARY:x\r\nEND:VEVENT\r\n"
    file = ics(
        day("20260501", "x", "RRULE:FREQ=YEARLY;COUNT=2"), day("20270602", "off", "STATUS:CANCELLED"),
        "DTSTART:20270707T090000Z\nSUMMARY:Meeting",
    ).replace(b"END:VCALENDAR", moved.encode() + b"END:VCALENDAR")  # fmt: skip

    assert read(file) == {2027: ["05-03"]}


@pytest.mark.parametrize("more", ["RRULE:FREQ=SOMETIMES", "DTEND;VALUE=DATE:20990101"])
def test_what_cannot_be_read_is_named(more):
    with pytest.raises(NotACalendarFile) as refused:
        read(ics(day("20270101", "New year", more)))

    assert "New year" in refused.value.detail("en") or "no iCalendar" in refused.value.detail("en")
