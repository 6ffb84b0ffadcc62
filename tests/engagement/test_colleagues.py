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


OWED = {
    "commitments": {"side": "us", "statement": "提供压测报告", "due_on": "2126-12-01"},
    "clarifications": {"question": "几家分行？", "owed_by": "us"},
    "articles": {"key": "sizing", "title": "Sizing", "body": "x", "review_on": "2126-12-01"},
}


async def owed(client, deal, collection, owner):
    own = {} if collection == "articles" else {"opportunity_id": deal}
    return await client.post(f"/{collection}", json={**own, **OWED[collection], "owner": owner})


@pytest.mark.parametrize("collection", OWED)
async def test_what_is_owed_is_owed_by_an_active_colleague(engagement, deal, collection):
    before = await owed(engagement, deal, collection, "sam")
    await made(engagement, "colleagues", subject="chen", name="陈晨", role="architect")
    await made(engagement, "colleagues", subject="gone", name="李离", role="architect", is_active=False)

    by_name = await owed(engagement, deal, collection, "陈晨")
    left = await owed(engagement, deal, collection, "gone")
    unknown = await owed(engagement, deal, collection, "chne")
    path = f"/{collection}/{by_name.json()['id']}"
    patched_to = await patched(engagement, path, owner="李离")

    assert before.status_code == 201  # nobody is in the roster yet
    assert by_name.json()["owner"] == "chen"
    assert (left.status_code, left.json()["code"]) == (409, "colleague_is_inactive")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_colleague")
    assert (patched_to.status_code, patched_to.json()["code"]) == (409, "colleague_is_inactive")
    assert (await engagement.get(path)).json()["owner"] == "chen"


async def test_of_two_of_one_name_the_subject_must_be_named_and_yourself_is_always_known(engagement, deal):
    for subject in ("li-1", "li-2"):
        await made(engagement, "colleagues", subject=subject, name="李雷", role="architect")

    either = await owed(engagement, deal, "commitments", "李雷")
    one = await owed(engagement, deal, "commitments", "li-2")
    mine = await owed(engagement, deal, "commitments", "ann")
    of_the_deal = await owed(engagement, deal, "commitments", "lin")
    theirs = await made(
        engagement, "commitments", opportunity_id=deal, **{**OWED["commitments"], "side": "client"}, owner="周敏"
    )

    assert (either.status_code, either.json()["code"]) == (422, "unknown_colleague")
    assert [answer.status_code for answer in (one, mine, of_the_deal)] == [201, 201, 201]
    assert theirs["owner"] == "周敏"


async def test_an_inactive_colleague_is_assigned_nothing(engagement, deal):
    person = await made(engagement, "colleagues", subject="gone", name="李离", role="architect", is_active=False)
    asked = {"title": "架构咨询", "description": "x", "domain": "technical", "kind": "consulting"}
    request = await made(engagement, "support-requests", opportunity_id=deal, **asked)
    path = f"/support-requests/{request['id']}"
    await acted(engagement, f"{path}/triage", {})

    session = {"starts_at": "2126-12-01T01:00:00Z", "ends_at": "2126-12-01T02:00:00Z", "trainer": "gone"}
    training = {"opportunity_id": deal, "topic": "管理员培训", "audience": "IT", "sessions": [session]}

    assigned = await engagement.act(f"{path}/assign", {"to": person["id"]})
    escalated = await engagement.act(f"{path}/escalate", {"level": 1, "to": "gone", "reason": "客户在等待"})

    trained = await engagement.post("/trainings", json=training)

    refusals = [(one.status_code, one.json()["code"]) for one in (assigned, escalated, trained)]
    assert refusals == [(409, "colleague_is_inactive")] * 3
    assert (await engagement.get(path)).json()["assignee"] is None


async def test_a_week_and_a_day_are_those_of_the_calendar_where_nobody_says_otherwise(engagement, deal):
    hours = {"mon": [{"opens": "08:00", "closes": "14:00"}], "tue": [{"opens": "08:00", "closes": "14:00"}]}
    own = {"code": "TWO", "name": "Two days", "name_zh": "两天", "time_zone": "Europe/Berlin", "hours": hours}
    calendar = await made(engagement, "calendars", **own)
    asked = {"title": "架构咨询", "description": "x", "domain": "technical", "kind": "consulting"}

    usual = await made(engagement, "colleagues", subject="li", name="李雷", role="architect")
    part = await made(
        engagement, "colleagues", subject="han", name="韩梅", role="architect", calendar_id=calendar["id"]
    )
    said = await made(engagement, "colleagues", subject="wu", name="吴刚", role="architect", weekly_hours=20)
    request = await made(engagement, "support-requests", opportunity_id=deal, **asked)

    assert [one["weekly_hours"] for one in (usual, part, said)] == [37.5, 12, 20]
    assert request["expected_hours"] == 7.5
