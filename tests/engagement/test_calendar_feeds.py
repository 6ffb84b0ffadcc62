"""Calendar feeds: what a calendar program gets by the link, and that it can read it."""

from datetime import UTC, date, datetime
from urllib.parse import urlsplit
from uuid import UUID

from icalendar import Calendar

from shared.files.calendar_file import CalendarItem, calendar_file
from shared.kernel.clock import now
from shared.kernel.context import new_id
from tests.conftest import TENANT
from tests.engagement.conftest import acted, actions_of, closed, heard, ids, made, opened, patched, recorded

WIDEST = 75


async def followed(client, feed):
    answer = await client.as_link("calendar-feeds", feed["id"], "follow").get(f"/calendar-feeds/{feed['id']}.ics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return answer.content


def items(content):
    parsed = Calendar.from_ical(content)
    return {str(one["summary"]): one for one in parsed.walk() if one.name in {"VEVENT", "VTODO"}}


async def promise(client, deal, **wish):
    return await made(client, "commitments", **{"opportunity_id": deal, "side": "us", "statement": "提交架构方案，含容量测算",
                      "owner": "li", "due_on": "2126-12-01", **wish})  # fmt: skip


async def test_a_feed_of_an_opportunity_has_its_promises_due_answers_and_next_talk(engagement, deal):
    await promise(engagement, deal)
    await recorded(engagement, deal, needs_answer=True, subject="限额如何审批？", occurred_at=now().isoformat())
    feed = await made(engagement, "calendar-feeds", opportunity_id=deal)

    content = await followed(engagement, feed)

    found = items(content)
    assert set(found) == {
        "我方承诺 CMT-001: 提交架构方案，含容量测算",
        "首次答复: 限额如何审批？",
        "与客户沟通: OPP-2026-0001 Lending platform",
    }
    assert found["我方承诺 CMT-001: 提交架构方案，含容量测算"]["due"].dt == date(2126, 12, 1)
    assert [one.name for one in found.values()] == ["VTODO", "VTODO", "VEVENT"]
    assert feed["name"] == "OPP-2026-0001 Lending platform"
    assert all(len(line) <= WIDEST for line in content.split(b"\r\n"))


async def test_questions_with_an_agreed_moment_are_in_the_feed_while_they_are_owed(engagement, deal):
    question = await made(engagement, "clarifications", opportunity_id=deal, question="有几家分行？", owed_by="client",
                          owner="周敏", due_at="2126-12-01T09:00:00+08:00")  # fmt: skip
    feed = await made(engagement, "calendar-feeds", person="周敏")
    before = items(await followed(engagement, feed))
    await acted(engagement, f"/clarifications/{question['id']}/ask")

    found = items(await followed(engagement, feed))

    assert (before, list(found)) == ({}, ["客户答复 CLR-001: 有几家分行？"])


async def test_a_feed_of_a_person_has_what_that_person_owes_in_all_opportunities(engagement, deal):
    other = new_id()
    await heard(engagement, opened(other, code="OPP-2026-0002"))
    await promise(engagement, deal)
    await promise(engagement, str(other), statement="Second")
    await promise(engagement, deal, owner="wang", statement="Third")
    feed = await made(engagement, "calendar-feeds", person="li", language="en")

    found = items(await followed(engagement, feed))

    assert set(found) == {"Our commitment CMT-001: 提交架构方案，含容量测算", "Our commitment CMT-001: Second"}
    assert "OPP-2026-0002" in str(found["Our commitment CMT-001: Second"]["description"])


async def test_a_change_moves_the_item_that_a_calendar_has(engagement, deal):
    one = await promise(engagement, deal)
    feed = await made(engagement, "calendar-feeds", person="li")
    [before] = items(await followed(engagement, feed)).values()

    await patched(engagement, f"/commitments/{one['id']}", due_on="2127-01-15")
    [moved] = items(await followed(engagement, feed)).values()
    await acted(engagement, f"/commitments/{one['id']}/complete")
    [done] = items(await followed(engagement, feed)).values()

    assert before["uid"] == moved["uid"] == done["uid"]
    assert before["sequence"] < moved["sequence"] < done["sequence"]
    assert (moved["due"].dt, str(before["status"]), str(done["status"])) == (
        date(2127, 1, 15),
        "NEEDS-ACTION",
        "COMPLETED",
    )


async def test_the_same_dates_give_the_same_bytes(engagement, deal):
    await promise(engagement, deal)
    feed = await made(engagement, "calendar-feeds", opportunity_id=deal)

    assert await followed(engagement, feed) == await followed(engagement, feed)


async def test_only_the_feeds_own_link_opens_it_and_the_link_opens_nothing_else(engagement, deal):
    one = await made(engagement, "calendar-feeds", opportunity_id=deal)
    two = await made(engagement, "calendar-feeds", person="li")
    link = engagement.as_link("calendar-feeds", one["id"], "follow")

    statuses = [
        (await link.get(f"/calendar-feeds/{two['id']}.ics")).status_code,
        (await link.get(f"/calendar-feeds/{one['id']}")).status_code,
        (await link.get("/commitments")).status_code,
        (await engagement.get(f"/calendar-feeds/{one['id']}.ics")).status_code,
    ]

    assert statuses == [403] * 4
    parts = urlsplit(one["url"])
    assert (parts.path, parts.query.startswith("link=")) == (f"/v1/calendar-feeds/{one['id']}.ics", True)
    assert "url" not in (await engagement.get(f"/calendar-feeds/{one['id']}")).json()


async def test_a_revoked_feed_shows_nothing_any_more(engagement, deal):
    feed = await made(engagement, "calendar-feeds", opportunity_id=deal)
    renewed = await acted(engagement, f"/calendar-feeds/{feed['id']}/renew", {"valid_days": 700})

    await acted(engagement, f"/calendar-feeds/{feed['id']}/revoke")

    link = engagement.as_link("calendar-feeds", feed["id"], "follow")
    gone = await link.get(f"/calendar-feeds/{feed['id']}.ics")
    assert renewed["expires_at"] > feed["expires_at"]
    assert (gone.status_code, gone.json()["code"]) == (410, "feed_is_revoked")
    assert set((await actions_of(engagement, f"/calendar-feeds/{feed['id']}")).values()) == {"illegal_transition"}
    assert await ids(engagement, "calendar-feeds", state="active") == []


async def test_a_feed_of_an_opportunity_that_nobody_told_of_is_refused(engagement):
    refused = await engagement.post("/calendar-feeds", json={"opportunity_id": str(new_id())})

    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_opportunity")


async def test_a_closed_opportunity_has_no_next_talk_in_its_feed(engagement, deal):
    feed = await made(engagement, "calendar-feeds", opportunity_id=deal)

    await heard(engagement, closed(UUID(deal)))

    assert items(await followed(engagement, feed)) == {}


def test_long_chinese_text_is_folded_and_read_back_intact():
    text = "客户要求一级预警在十分钟内推送至值班经理；" * 30 + "逗号, 分号; 反斜线\\ 与\n换行"
    item = CalendarItem(uid="a@b", sequence=3, changed_at=datetime(2026, 1, 1, tzinfo=UTC), summary=text,
                        start=datetime(2026, 1, 2, tzinfo=UTC), description=text)  # fmt: skip

    content = calendar_file(TENANT, [item])

    [event] = Calendar.from_ical(content).walk("VEVENT")
    assert (str(event["summary"]), str(event["description"]), event["sequence"]) == (text, text, 3)
    assert max(len(line) for line in content.split(b"\r\n")) <= WIDEST


async def test_support_that_is_needed_trainings_and_reviews_are_in_the_feed(engagement, deal):
    person = await made(engagement, "colleagues", subject="ann", name="Ann", role="architect")
    request = await made(engagement, "support-requests", opportunity_id=deal, title="容量测算", description="x",
                         domain="technical", kind="consulting", needed_by="2027-03-01")  # fmt: skip
    path = f"/support-requests/{request['id']}"
    await acted(engagement, f"{path}/triage")
    await acted(engagement, f"{path}/assign", {"to": person["id"]})
    session = {"starts_at": "2127-03-01T01:00:00Z", "ends_at": "2127-03-01T03:00:00Z", "place": "上海"}
    training = await made(
        engagement, "trainings", opportunity_id=deal, topic="管理员培训", audience="IT", sessions=[session]
    )
    article = await made(engagement, "articles", key="x", title_zh="容量", body_zh="x", review_on="2127-01-01")
    await acted(engagement, f"/articles/{article['id']}/publish")
    mine = await made(engagement, "calendar-feeds", person="ann")
    deals = await made(engagement, "calendar-feeds", opportunity_id=deal)
    await acted(engagement, f"/trainings/{training['id']}/cancel", {"reason": "不再需要"})

    found, of_deal = items(await followed(engagement, mine)), items(await followed(engagement, deals))

    owed = {"售前支持 SUP-001: 容量测算", "培训 TRN-001: 管理员培训"}
    assert owed | {"复核文章: 容量"} <= set(found)
    assert owed <= set(of_deal)
    assert "复核文章: 容量" not in of_deal
    assert found["售前支持 SUP-001: 容量测算"]["due"].dt == date(2027, 3, 1)
    appointment = found["培训 TRN-001: 管理员培训"]
    assert (appointment["dtstart"].dt, str(appointment["status"])) == (datetime(2127, 3, 1, 1, tzinfo=UTC), "CANCELLED")
