"""Who subjects are: as access tokens, the roster and an import say it."""

import pytest
import sqlalchemy as sa

from services.insights.commands.people import note_caller
from services.insights.domain.person import known
from services.insights.queries.people import person_of
from shared.kernel.auth import Principal
from shared.kernel.context import Context, new_id
from shared.language.events.engagement import ColleagueRecorded
from tests.conftest import TENANT, statements
from tests.support.insights.work import hear, opened, promised


def speaking(insights, subject, *roles, tenant=TENANT, **person):
    """Somebody whose access token says who they are."""
    return insights.speaking({"sub": subject, "tenant": tenant, "roles": roles or ("viewer",), "person": person})


def colleague(subject, name, *, is_active=True, version=1):
    return ColleagueRecorded(
        colleague_id=new_id(), subject=subject, name=name, mail=None, phone=None, is_active=is_active,
        inactive_since=None if is_active else "2026-03-01T00:00:00Z", version=version,
    )  # fmt: skip


def test_what_was_recorded_goes_before_the_token_and_that_before_the_roster():
    said = known({
        "roster": {"name": "R", "is_active": False, "inactive_since": "2026-03-01T00:00:00Z"},
        "token": {"name": "T", "team": "East"},
        "import": {"name": "I", "team": None, "title": "Head"},
    })  # fmt: skip

    assert (said["name"], said["team"], said["title"], said["is_active"]) == ("I", "East", "Head", False)


async def test_a_person_is_named_by_the_token_once_and_again_when_it_says_something_new(insights):
    subject = f"lin-{new_id()}"
    lin = speaking(insights, subject, name="Lin Xiao", name_zh="林晓", team="East", time_zone="Asia/Shanghai")

    first = (await lin.get(f"/people/{subject}")).json()
    with statements(insights.app.state.database) as sent:
        await lin.get(f"/people/{subject}")
    await speaking(insights, subject, name="Lin X.", team="West").get("/work")
    second = (await lin.other("ann").get(f"/people/{subject}")).json()

    assert (first["named"], first["name_zh"], first["time_zone"], first["sources"]) == (
        True, "林晓", "Asia/Shanghai", ["token"],
    )  # fmt: skip
    assert [one for one in sent if "INSERT" in one] == []
    assert (second["name"], second["team"], second["name_zh"]) == ("Lin X.", "West", None)


async def test_a_database_that_only_reads_answers_somebody_new_all_the_same(insights):
    new = Principal.of(f"new-{new_id()}", TENANT, ("viewer",), person={"name": "New"})
    database = insights.app.state.database

    async with database.transaction(Context(tenant=TENANT, actor=new.subject)) as session:
        await session.execute(sa.text("SET TRANSACTION READ ONLY"))
        await note_caller(session, new)
        known = (await person_of(session, new.subject)).told
    async with database.transaction(Context(tenant=TENANT, actor=new.subject)) as session:
        await note_caller(session, new)
        later = (await person_of(session, new.subject)).told

    assert (known, later) == ({}, {"token": {"name": "New"}})


async def test_a_subject_that_nobody_has_named_is_given_as_it_is(insights):
    await insights.put("/people/wang", json={"name": "Wang Jian"})

    one = (await insights.get("/people/nobody@example.com")).json()
    some = (await insights.get("/people", params=[("subject", "wang"), ("subject", "a, b")])).json()["items"]

    assert (one["subject"], one["named"], one["name"], one["is_active"]) == ("nobody@example.com", False, None, True)
    assert [(item["subject"], item["named"]) for item in some] == [("a, b", False), ("wang", True)]


async def test_who_has_left_is_shown_so_as_the_roster_or_an_import_says(insights):
    await hear(insights, colleague("wu", "Wu Fang", is_active=False, version=3), colleague("wu", "Wu Fang", version=2))
    await insights.put("/people/xu", json={"name": "Xu Li", "is_active": False})
    await insights.put("/people/yu", json={"name": "Yu"})

    gone = (await insights.get("/people", params={"is_active": "false"})).json()["items"]

    assert [(one["subject"], one["is_active"], one["inactive_since"]) for one in gone] == [
        ("wu", False, "2026-03-01T00:00:00Z"), ("xu", False, None),
    ]  # fmt: skip
    assert [
        one["subject"] for one in (await insights.get("/people", params={"is_active": "true"})).json()["items"]
    ] == ["yu"]


async def test_many_are_recorded_together_or_none(insights):
    items = [{"subject": f"p{number}", "name": f"Person {number}", "team": "East"} for number in range(3)]

    recorded = await insights.post("/people:batch", json={"items": items})
    twice = await insights.post("/people:batch", json={"items": [*items, items[0]]})
    wrong = await insights.post("/people:batch", json={"items": [{**items[0], "time_zone": "Moon/Base"}]})
    pages = [(await insights.get("/people", params={"team": "East", "limit": 2})).json()]
    pages.append((await insights.get("/people", params={"team": "East", "cursor": pages[0]["next_cursor"]})).json())

    assert [one["name"] for one in recorded.json()["items"]] == ["Person 0", "Person 1", "Person 2"]
    assert (twice.status_code, twice.json()["errors"][0]["code"]) == (422, "person_twice")
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/items/0/time_zone")
    assert [one["subject"] for page in pages for one in page["items"]] == ["p0", "p1", "p2"]
    assert [one["subject"] for one in (await insights.get("/people", params={"q": "son 2"})).json()["items"]] == ["p2"]


async def test_people_are_read_by_colleagues_kept_by_no_cache_and_written_by_administrators(insights):
    await insights.put("/people/wang", json={"name": "Wang Jian"})
    viewer = insights.as_("guest", "viewer")

    read = await viewer.get("/people/wang")
    written = await viewer.put("/people/wang", json={"name": "Me"})
    by_link = await insights.as_link("people", "wang", "answer").get("/people/wang")
    stranger = (await insights.as_("eve", "admin", tenant="other").get("/people/wang")).json()

    assert (read.status_code, read.headers["Cache-Control"]) == (200, "no-store")
    assert (written.status_code, by_link.status_code, stranger["named"]) == (403, 403, False)


@pytest.mark.parametrize("query", [{"unicorn": "1"}, {"cursor": "x"}, {"q": ""}, {"is_active": "perhaps"}])
async def test_what_is_not_known_is_refused(insights, query):
    assert (await insights.get("/people", params=query)).status_code == 422


async def test_a_team_has_a_list_that_its_members_and_leads_see(insights):
    deal = new_id()
    for subject, team in (("lin", "East"), ("wang", "East"), ("chen", "Delivery")):
        await insights.put(f"/people/{subject}", json={"name": subject, "team": team})
    await hear(insights, opened(deal, owner="lin"), promised(deal, "wang"), promised(deal, "chen"))

    async def owners(caller, team):
        answer = await caller.get("/work", params={"team": team})
        return answer.status_code, [item["owner"] for item in answer.json().get("items", [])]

    assert await owners(insights.as_("lin", "presales"), "East") == (200, ["wang"])
    assert await owners(insights.as_("boss", "approver"), "Delivery") == (200, ["chen"])
    assert (await owners(insights.as_("lin", "presales"), "Delivery"))[0] == 403
    unknown = await insights.as_("boss", "approver").get("/work", params={"team": "North"})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "?team")
    assert "Delivery, East" in unknown.json()["errors"][0]["message"]
