"""Interactions over HTTP: what they link to, what they say to others, and what is refused."""

from datetime import timedelta
from uuid import UUID

import pytest

from shared.kernel.clock import now
from shared.kernel.context import new_id
from tests.conftest import said
from tests.engagement.conftest import actions_of, contact, heard, opened, patched, recorded, requirement, talk

RECORDED = "engagement.interaction.recorded.v1"


async def test_a_talk_is_told_with_the_requirements_that_it_changed(engagement, deal):
    need = requirement(UUID(deal))
    await heard(engagement, need)

    made = await recorded(engagement, deal, requirement_ids=[str(need.requirement_id)], notes="Four eyes, always.")

    [event] = await said(engagement.app.state.database, RECORDED)
    assert event.opportunity_id == UUID(deal)
    assert event.data["interaction_id"] == made["id"]
    assert event.data["requirement_ids"] == [str(need.requirement_id)]
    assert (event.data["recorded_by"], event.data["subject"]) == ("ann", "Approval limits")
    assert "Four eyes" not in str(event.data)
    [link] = made["requirements"]
    assert link == {"id": str(need.requirement_id), "code": "REQ-001", "title": "Apply online", "status": "draft"}
    assert (await engagement.get(f"/interactions/{made['id']}")).json() == made


async def test_a_requirement_of_another_opportunity_is_named_and_nothing_is_written(engagement, deal):
    ours, theirs, nobodys = requirement(UUID(deal)), requirement(new_id()), new_id()
    await heard(engagement, ours, theirs)
    ids = [str(key) for key in (ours.requirement_id, theirs.requirement_id, nobodys)]

    english = await engagement.post("/interactions", json=talk(deal, requirement_ids=ids))
    chinese = await engagement.post(
        "/interactions", json=talk(deal, requirement_ids=ids), headers={"Accept-Language": "zh"}
    )

    assert (english.status_code, english.json()["code"]) == (422, "not_of_this_opportunity")
    assert [error["pointer"] for error in english.json()["errors"]] == ["/requirement_ids/1", "/requirement_ids/2"]
    assert chinese.json()["detail"].startswith("有 2 处引用不属于商机")
    assert chinese.json()["errors"][0]["message"].startswith("不属于该商机")
    assert (await engagement.get("/interactions")).json()["items"] == []
    assert await said(engagement.app.state.database) == []


async def test_an_opportunity_that_was_not_heard_of_is_not_found_until_it_is(engagement):
    opportunity_id = new_id()

    early = await engagement.post("/interactions", json=talk(str(opportunity_id)), headers={"Accept-Language": "zh"})
    await heard(engagement, opened(opportunity_id))
    later = await engagement.post("/interactions", json=talk(str(opportunity_id)))

    assert (early.status_code, early.json()["code"]) == (404, "unknown_opportunity")
    assert "请稍后重试" in early.json()["detail"]
    assert later.status_code == 201


async def test_another_tenants_opportunity_requirement_and_talk_do_not_exist(engagement, deal):
    foreign, need = new_id(), requirement(new_id())
    await heard(engagement, opened(foreign), need, tenant="other")
    made = await recorded(engagement, deal)
    stranger = engagement.as_("eve", "admin", tenant="other")

    statuses = [
        (await engagement.post("/interactions", json=talk(str(foreign)))).status_code,
        (
            await engagement.post("/interactions", json=talk(deal, requirement_ids=[str(need.requirement_id)]))
        ).status_code,
        (await stranger.get(f"/interactions/{made['id']}")).status_code,
    ]

    assert statuses == [404, 422, 404]
    assert (await stranger.get("/interactions")).json()["items"] == []


async def test_completing_a_talk_tells_it_again_as_a_whole(engagement, deal):
    need = requirement(UUID(deal))
    await heard(engagement, need)
    made = await recorded(engagement, deal)

    changed = await patched(
        engagement, f"/interactions/{made['id']}", requirement_ids=[str(need.requirement_id)], sentiment="positive"
    )

    assert changed.status_code == 200, changed.text
    assert (changed.json()["version"], changed.json()["sentiment"]) == (2, "positive")
    first, second = await said(engagement.app.state.database, RECORDED)
    assert (first.data["requirement_ids"], second.data["requirement_ids"]) == ([], [str(need.requirement_id)])
    assert (first.sequence, second.sequence) == (1, 2)


async def test_a_patch_that_changes_nothing_says_nothing(engagement, deal):
    made = await recorded(engagement, deal)

    same = await patched(engagement, f"/interactions/{made['id']}", subject="Approval limits")

    assert (same.status_code, same.json()["version"]) == (200, 1)
    assert len(await said(engagement.app.state.database, RECORDED)) == 1


async def test_talks_are_found_by_requirement_person_channel_and_words(engagement, deal):
    need, person = requirement(UUID(deal)), await contact(engagement, deal)
    await heard(engagement, need)
    one = await recorded(engagement, deal, requirement_ids=[str(need.requirement_id)], notes="一级预警须在十分钟内推送")
    two = await recorded(engagement, deal, contact_ids=[person["id"]], channel="phone", subject="Budget")

    async def found(**query):
        answer = await engagement.get("/interactions", params=query)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    assert await found(requirement_id=str(need.requirement_id)) == [one["id"]]
    assert await found(contact_id=person["id"]) == [two["id"]]
    assert await found(channel="phone", opportunity_id=deal) == [two["id"]]
    assert await found(q="预警") == [one["id"]]
    assert await found(q="budget") == [two["id"]]
    assert await found(sort="occurred_at") == [one["id"], two["id"]]
    assert await found(opportunity_id=str(new_id())) == []


WRONG = {
    "an unknown field": ({"mood": "good"}, "/mood", "unknown_field"),
    "an unknown channel": ({"channel": "pigeon"}, "/channel", "not_allowed"),
    "an unknown sentiment": ({"sentiment": "angry"}, "/sentiment", "not_allowed"),
    "no subject": ({"subject": " "}, "/subject", "too_short"),
    "a time without zone": ({"occurred_at": "2026-11-18T06:30:00"}, "/occurred_at", "no_time_zone"),
    "a time to come": ({"occurred_at": "2126-01-01T00:00:00Z"}, "/occurred_at", "in_future"),
    "a time long ago": ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "/occurred_at", "out_of_calendar"),
    "a time before computers": ({"occurred_at": "1969-01-01T00:00:00Z"}, "/occurred_at", "far_away"),
    "no time": ({"occurred_at": "yesterday"}, "/occurred_at", "wrong_format"),
    "an id that is none": ({"requirement_ids": ["REQ-1"]}, "/requirement_ids/0", "wrong_format"),
    "the same twice": ({"requirement_ids": [str(new_id())] * 2}, "/requirement_ids", "named_twice"),
    "a NUL character": ({"notes": "a\x00b"}, "/notes", "null_character"),
    "a long name": ({"participants": ["x" * 301]}, "/participants/0", "too_long"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_wrong_talk_is_named_with_its_field_in_both_languages(engagement, deal, case):
    wish, pointer, code = WRONG[case]

    english = await engagement.post("/interactions", json=talk(deal, **wish))
    chinese = await engagement.post("/interactions", json=talk(deal, **wish), headers={"Accept-Language": "zh"})

    assert english.status_code == 422, english.text
    [error] = english.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert chinese.json()["errors"][0]["message"] != error["message"]


async def test_a_patch_cannot_move_a_talk_or_empty_what_it_needs(engagement, deal):
    made = await recorded(engagement, deal)

    moved = await patched(engagement, f"/interactions/{made['id']}", opportunity_id=str(new_id()))
    emptied = await patched(engagement, f"/interactions/{made['id']}", subject=None)
    unseen = await engagement.patch(f"/interactions/{made['id']}", json={"notes": "x"})
    stale = await engagement.patch(f"/interactions/{made['id']}", json={"notes": "x"}, headers={"If-Match": '"9"'})

    assert [error["code"] for answer in (moved, emptied) for error in answer.json()["errors"]] == [
        "unknown_field",
        "wrong_type",
    ]
    assert (unseen.status_code, stale.status_code) == (428, 412)


async def test_a_viewer_reads_and_does_not_write(engagement, deal):
    viewer = engagement.as_("vic", "viewer")

    assert (await viewer.get("/interactions")).status_code == 200
    assert (await viewer.post("/interactions", json=talk(deal))).status_code == 403


async def test_we_do_not_start_a_talk_with_somebody_who_wants_none(engagement, deal):
    person = await contact(engagement, deal, mail="zhou@example.com", do_not_contact=True)
    before, after = (now() - timedelta(days=1)).isoformat(), now().isoformat()

    async def attempt(**wish):
        body = talk(deal, contact_ids=[person["id"]], channel="mail", **wish)
        return await engagement.post("/interactions", json=body, headers={"Accept-Language": "zh"})

    refused = await attempt(direction="outbound", occurred_at=after)
    theirs = await attempt(direction="inbound", occurred_at=after)
    earlier = await attempt(direction="outbound", occurred_at=before)

    assert (refused.status_code, refused.json()["code"]) == (409, "must_not_be_contacted")
    assert "Zhou Min" in refused.json()["detail"]
    assert "勿扰" in refused.json()["title"]
    assert (theirs.status_code, earlier.status_code) == (201, 201)


async def test_a_contact_of_another_opportunity_is_refused(engagement, deal):
    elsewhere = new_id()
    await heard(engagement, opened(elsewhere))
    person = await contact(engagement, str(elsewhere))

    refused = await engagement.post("/interactions", json=talk(deal, contact_ids=[person["id"]]))

    assert [error["pointer"] for error in refused.json()["errors"]] == ["/contact_ids/0"]


async def test_a_talk_with_somebody_who_was_forgotten_can_still_be_completed(engagement, deal):
    person = await contact(engagement, deal)
    made = await recorded(engagement, deal, contact_ids=[person["id"]])
    tag = {"If-Match": (await engagement.get(f"/contacts/{person['id']}")).headers["ETag"]}
    assert (await engagement.delete(f"/contacts/{person['id']}", headers=tag)).status_code == 204

    completed = await patched(engagement, f"/interactions/{made['id']}", next_step="Send the minutes")

    assert (completed.status_code, completed.json()["contact_ids"]) == (200, [person["id"]])


async def clocks_of(client, talk):
    return (await client.get("/response-clocks", params={"view": "full", "subject_id": talk["id"]})).json()["items"]


async def test_what_needs_our_answer_runs_on_a_clock_that_our_reply_stops(engagement, deal):
    asked = await recorded(
        engagement, deal, needs_answer=True, priority="high", occurred_at=now().isoformat(), channel="mail"
    )
    [clock] = await clocks_of(engagement, asked)

    await recorded(
        engagement, deal, direction="outbound", in_reply_to=asked["id"], occurred_at=now().isoformat(), channel="mail"
    )
    again = await recorded(engagement, deal, needs_answer=True, in_reply_to=asked["id"], occurred_at=now().isoformat())

    assert (clock["target_minutes"], clock["purpose"], clock["state"]) == (240, "first", "running")
    assert [one["state"] for one in await clocks_of(engagement, asked)] == ["met"]
    assert [one["purpose"] for one in await clocks_of(engagement, again)] == ["following"]
    assert [item["id"] for item in (await engagement.get("/interactions", params={"needs_answer": True, "in_reply_to": asked["id"]})).json()["items"]] == [again["id"]]  # fmt: skip


async def test_a_talk_that_needs_no_answer_after_all_stops_waiting(engagement, deal):
    asked = await recorded(engagement, deal, needs_answer=True, occurred_at=now().isoformat())

    await patched(engagement, f"/interactions/{asked['id']}", priority="urgent")
    [urgent] = await clocks_of(engagement, asked)
    await patched(engagement, f"/interactions/{asked['id']}", needs_answer=False)

    assert (urgent["priority"], urgent["target_minutes"]) == ("urgent", 60)

    assert [clock["state"] for clock in await clocks_of(engagement, asked)] == ["cancelled"]


async def test_attachments_are_references(engagement, deal):
    attachment = {"name": "纪要.docx", "sha256": "0" * 64, "size_bytes": 4096, "url": "https://files.example.com/a"}

    made = await recorded(engagement, deal, agenda="1. 限额", attachments=[attachment])
    refused = await engagement.post(
        "/interactions", json=talk(deal, attachments=[{**attachment, "url": "javascript:alert(1)"}])
    )

    assert (made["attachments"], made["agenda"]) == ([attachment], "1. 限额")
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/attachments/0/url"]


async def test_only_what_the_client_started_needs_our_answer(engagement, deal):
    refused = await engagement.post("/interactions", json=talk(deal, direction="outbound", needs_answer=True))

    assert [error["code"] for error in refused.json()["errors"]] == ["answer_not_ours"]


async def test_a_reply_to_somebody_who_wants_none_says_so_beforehand(engagement, deal):
    person = await contact(engagement, deal)
    made = await recorded(engagement, deal, contact_ids=[person["id"]])
    before = await actions_of(engagement, f"/interactions/{made['id']}")

    await patched(engagement, f"/contacts/{person['id']}", do_not_contact=True)

    assert before == {"change": None, "hear_needs": None, "reply": None}
    assert (await actions_of(engagement, f"/interactions/{made['id']}"))["reply"] == "must_not_be_contacted"


async def test_a_reply_to_a_talk_of_another_opportunity_is_refused(engagement, deal):
    elsewhere = new_id()
    await heard(engagement, opened(elsewhere))
    other = await recorded(engagement, str(elsewhere))

    refused = await engagement.post("/interactions", json=talk(deal, in_reply_to=other["id"]))

    assert [error["pointer"] for error in refused.json()["errors"]] == ["/in_reply_to"]
