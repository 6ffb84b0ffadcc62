"""Business calendars over HTTP: the shipped one, own ones, years put in by hand and from iCalendar files."""

import pytest

WEEK = {"mon": [{"opens": "09:00", "closes": "17:00"}]}
HOLIDAYS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Apple Inc.//Holiday//ZH
X-WR-CALNAME:中国大陆节假日
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20280126
DTEND;VALUE=DATE:20280129
SUMMARY:春节（休）
X-APPLE-SPECIAL-DAY:WORK-HOLIDAY
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20280122
SUMMARY:春节（班）
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTART;VALUE=DATE:20280214
SUMMARY:情人节
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


async def shipped(client):
    [calendar] = (await client.get("/calendars", params={"code": "CN"})).json()["items"]
    return calendar


async def created(client, **wish):
    body = {"code": "HQ", "name": "Head office", "name_zh": "总部", "time_zone": "Europe/Berlin", "hours": WEEK, **wish}
    return await client.post("/calendars", json=body)


async def working_time(client, calendar, **query):
    answer = await client.get(f"/calendars/{calendar['id']}/working-time", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_shipped_calendar_knows_the_announced_holidays_and_make_up_days(engagement):
    calendar = await shipped(engagement)

    saturday = await working_time(
        engagement, calendar, start="2026-02-14T00:00:00+08:00", end="2026-02-15T00:00:00+08:00"
    )
    festival = await working_time(
        engagement, calendar, start="2026-02-15T00:00:00+08:00", end="2026-02-24T00:00:00+08:00"
    )
    due = await working_time(engagement, calendar, start="2026-02-14T17:00:00+08:00", minutes=120)

    assert (saturday["minutes"], festival["minutes"]) == (450, 0)
    assert due["end"] == "2026-02-24T02:00:00Z"
    assert calendar["years"]["2026"]["status"] == "announced"
    assert calendar["years"]["2027"]["status"] == "statutory"


async def test_a_year_is_put_in_and_counts_at_once(engagement):
    calendar = await shipped(engagement)
    year = {"year": 2027, "status": "announced", "source": "国办发明电〔2026〕9号", "holidays": ["2027-02-08"],
            "working_weekends": ["2027-02-20"]}  # fmt: skip

    changed = await engagement.act(f"/calendars/{calendar['id']}/years", year)
    saturday = await working_time(
        engagement, calendar, start="2027-02-20T00:00:00+08:00", end="2027-02-21T00:00:00+08:00"
    )

    assert changed.status_code == 200, changed.text
    assert changed.json()["years"]["2027"]["working_weekends"] == ["2027-02-20"]
    assert saturday["minutes"] == 450


async def test_years_are_read_from_an_icalendar_file(engagement):
    calendar = await shipped(engagement)
    tag = {"If-Match": f'"{calendar["version"]}"', "Content-Type": "text/calendar"}

    read = await engagement.post(f"/calendars/{calendar['id']}/years/ics", content=HOLIDAYS.encode(), headers=tag)

    assert read.status_code == 200, read.text
    assert read.json()["years"]["2028"] == {
        "status": "announced",
        "source": "中国大陆节假日",
        "holidays": ["2028-01-26", "2028-01-27", "2028-01-28"],
        "working_weekends": ["2028-01-22"],
    }


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        HOLIDAYS.replace("20280126", "2028O126").encode(),
        b"\xff\xfe\x00BEGIN",
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 12_000,
    ],
)
async def test_a_file_that_is_no_calendar_of_holidays_is_refused(engagement, content):
    calendar = await shipped(engagement)
    tag = {"If-Match": '"1"', "Content-Type": "text/calendar"}

    refused = await engagement.post(f"/calendars/{calendar['id']}/years/ics", content=content, headers=tag)

    assert refused.status_code == 422, refused.text


async def test_a_file_that_is_larger_than_calendars_are_is_refused(engagement):
    calendar = await shipped(engagement)

    large = {"content": HOLIDAYS.encode() + b" " * 200_000, "headers": {"If-Match": '"1"'}}
    refused = await engagement.post(f"/calendars/{calendar['id']}/years/ics", **large)

    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


WRONG = {
    "an unknown zone": ({"time_zone": "Mars/Olympus"}, "/time_zone", "unknown_time_zone"),
    "hours that overlap": (
        {"hours": {"mon": [{"opens": "09:00", "closes": "12:00"}, {"opens": "11:00", "closes": "13:00"}]}},
        "/hours",
        "hours_overlap",
    ),
    "hours of no length": ({"hours": {"mon": [{"opens": "09:00", "closes": "09:00"}]}}, "/hours", "hours_overlap"),
    "no hours at all": ({"hours": {"mon": []}}, "/hours", "never_open"),
    "no time": ({"hours": {"mon": [{"opens": "9", "closes": "12:00"}]}}, "/hours/mon/0/opens", "wrong_format"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_wrong_calendar_is_refused_with_its_field(engagement, case):
    wish, pointer, code = WRONG[case]

    refused = await created(engagement, **wish)

    assert refused.status_code == 422, refused.text
    [error] = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)


@pytest.mark.parametrize(
    ("year", "code"),
    [
        ({"year": 2027, "source": "x", "holidays": ["2028-01-01"]}, "other_year"),
        (
            {"year": 2027, "source": "x", "holidays": ["2027-01-01"], "working_weekends": ["2027-01-01"]},
            "holiday_and_worked",
        ),
    ],
)
async def test_a_wrong_year_is_refused(engagement, year, code):
    calendar = await shipped(engagement)

    refused = await engagement.act(f"/calendars/{calendar['id']}/years", year)

    assert [error["code"] for error in refused.json()["errors"]] == [code]


async def test_a_calendar_that_a_policy_is_on_stays(engagement):
    calendar = await shipped(engagement)
    own = (await created(engagement)).json()

    kept = await engagement.delete(f"/calendars/{calendar['id']}", headers={"If-Match": '"1"'})
    gone = await engagement.delete(f"/calendars/{own['id']}", headers={"If-Match": '"1"'})

    assert (kept.status_code, kept.json()["code"]) == (409, "broken_reference")
    assert gone.status_code == 204


async def test_a_code_names_one_calendar(engagement):
    await created(engagement)

    assert (await created(engagement)).json()["code"] == "already_exists"


async def test_only_an_administrator_changes_calendars_and_everybody_reads_them(engagement):
    presales = engagement.as_("li", "presales")

    assert (await presales.get("/calendars")).status_code == 200
    assert (await created(presales)).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        {"start": "9999-12-31T00:00:00Z", "minutes": 9},
        {"start": "2026-01-01T00:00:00Z", "minutes": -1},
        {"start": "2026-01-01T00:00:00Z"},
        {"start": "2026-01-01T00:00:00Z", "minutes": 1, "end": "2026-01-02T00:00:00Z"},
        {"start": "2026-01-01T00:00:00Z", "minutes": 1_000_000},
    ],
)
async def test_working_time_beyond_reason_is_refused(engagement, query):
    calendar = (await created(engagement)).json()

    refused = await engagement.get(f"/calendars/{calendar['id']}/working-time", params=query)

    assert refused.status_code == 422, refused.text
