"""Colleagues: who is in the team, what a day costs and who may see it, load and capacity."""

import pytest

from tests.engagement.conftest import acted, ids, made, patched


async def colleague(client, subject="li", **wish):
    return await made(
        client, "colleagues", **{"subject": subject, "name": subject.title(), "role": "solution architect", **wish}
    )


async def test_a_colleague_is_known_with_skills_languages_and_absences(engagement):
    person = await colleague(
        engagement,
        skills=[{"name": "Kubernetes", "level": 5}],
        languages=["zh", "en"],
        absences=[{"first": "2027-03-01", "last": "2027-03-05"}, {"first": "2027-01-04", "last": "2027-01-04"}],
    )

    changed = await patched(engagement, f"/colleagues/{person['id']}", weekly_hours=20, is_active=False)

    assert [one["first"] for one in person["absences"]] == ["2027-01-04", "2027-03-01"]
    assert (changed.json()["weekly_hours"], changed.json()["is_active"]) == (20, False)
    assert await ids(engagement, "colleagues", q="kubernetes") == [person["id"]]
    assert await ids(engagement, "colleagues", is_active=True) == []


async def test_a_person_is_in_the_team_once(engagement):
    await colleague(engagement)

    again = await engagement.post("/colleagues", json={"subject": "li", "name": "Li", "role": "x"})

    assert (again.status_code, again.json()["code"]) == (409, "already_exists")


async def test_what_a_day_costs_is_set_by_date_and_shown_to_those_who_may_see_cost(engagement):
    person = await colleague(engagement)
    path = f"/colleagues/{person['id']}"
    pricing, selling = engagement.as_("eve", "estimator"), engagement.as_("sam", "sales")

    await acted(pricing, f"{path}/day-cost", {"valid_from": "2026-07-01", "day_cost": money("2200.00")})
    await acted(pricing, f"{path}/day-cost", {"valid_from": "2026-01-01", "day_cost": money("1900")})
    corrected = await acted(pricing, f"{path}/day-cost", {"valid_from": "2026-01-01", "day_cost": money("2000")})
    refused = await selling.act(f"{path}/day-cost", {"valid_from": "2026-01-01", "day_cost": money("1")})

    assert corrected["day_costs"] == [
        {"valid_from": "2026-01-01", "amount": "2000.00", "currency": "CNY"},
        {"valid_from": "2026-07-01", "amount": "2200.00", "currency": "CNY"},
    ]
    assert refused.status_code == 403
    assert (await selling.get(path)).json()["day_costs"] is None
    assert (await selling.get("/colleagues")).json()["items"][0]["day_costs"] is None


def money(amount):
    return {"amount": amount, "currency": "CNY"}


async def test_load_shows_capacity_commitments_and_hours_by_name_and_ranks_nobody(engagement, deal):
    await colleague(engagement, "wang", weekly_hours=20, absences=[{"first": "2027-03-01", "last": "2027-03-02"}])
    li = await colleague(engagement, "li", weekly_hours=40)
    await colleague(engagement, "gone", is_active=False)
    await made(
        engagement,
        "time-entries",
        opportunity_id=deal,
        colleague_id=li["id"],
        worked_on="2026-11-16",
        hours="6.5",
        activity="demo",
    )

    ahead = (await engagement.get("/colleagues/load", params={"from": "2027-03-01", "to": "2027-03-05"})).json()
    past = (await engagement.get("/colleagues/load", params={"from": "2026-11-16", "to": "2026-11-20"})).json()

    assert [(one["name"], one["capacity_hours"], one["load"]) for one in ahead["people"]] == [
        ("Li", 40, 0),
        ("Wang", 12, 0),
    ]
    assert (ahead["capacity_hours"], ahead["committed_hours"]) == (52, 0)
    assert [one["recorded_hours"] for one in past["people"]] == [6.5, 0]


async def test_the_calendar_of_a_person_counts(engagement):
    week = {day: [{"opens": "09:00", "closes": "17:00"}] for day in ("mon", "tue", "wed", "thu")}
    calendar = await made(
        engagement, "calendars", code="DE", name="Berlin", name_zh="柏林", time_zone="Europe/Berlin", hours=week
    )
    await colleague(engagement, weekly_hours=32, calendar_id=calendar["id"])

    found = (await engagement.get("/colleagues/load", params={"from": "2027-03-01", "to": "2027-03-05"})).json()

    assert found["people"][0]["capacity_hours"] == 32


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"from": "2027-03-05", "to": "2027-03-01"}, "range_order"),
        ({"from": "2027-03-05", "to": "2029-03-01"}, "span_too_long"),
        ({"from": "2027-03-05"}, "missing"),
        ({"from": "2027-03-05", "to": "2027-03-06", "sort": "load"}, "unknown_field"),
    ],
)
async def test_a_span_that_makes_no_sense_is_refused(engagement, wish, code):
    refused = await engagement.get("/colleagues/load", params=wish)

    assert refused.status_code == 422
    assert [error["code"] for error in refused.json()["errors"]] == [code]


@pytest.mark.parametrize(
    "wish",
    [
        {"absences": [{"first": "2027-03-05", "last": "2027-03-01"}]},
        {"weekly_hours": 0},
        {"languages": ["Chinese"]},
        {"skills": [{"name": " "}]},
    ],
)
async def test_a_wrong_colleague_is_refused(engagement, wish):
    refused = await engagement.post("/colleagues", json={"subject": "x", "name": "x", "role": "x", **wish})

    assert refused.status_code == 422, refused.text
