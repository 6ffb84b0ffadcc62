"""Clarifications: who owes the answer, the clock on ours, what an answer changes, and what makes it suspect."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from shared.kernel.clock import now
from shared.kernel.context import new_id
from tests.conftest import said
from tests.engagement.conftest import (
    acted,
    actions_of,
    contact,
    heard,
    ids,
    made,
    opened,
    patched,
    requirement,
    run_until,
)

RECORDED = "engagement.clarification.recorded.v1"


async def question(client, deal, **wish):
    return await made(
        client,
        "clarifications",
        **{"opportunity_id": deal, "question": "审批限额由谁设定？", "owed_by": "us", "owner": "li", **wish},
    )


async def clock_of(client, subject):
    [clock] = (await client.get("/response-clocks", params={"subject_id": subject["id"], "is_open": True})).json()[
        "items"
    ]
    return clock


async def test_a_question_is_asked_answered_and_accepted_and_each_step_is_told(engagement, deal):
    need = requirement(UUID(deal))
    await heard(engagement, need)
    drafted = await question(engagement, deal, requirement_ids=[str(need.requirement_id)])
    path = f"/clarifications/{drafted['id']}"

    asked = await acted(engagement, f"{path}/ask")
    answered = await acted(engagement, f"{path}/answer", {"answer": "由分行设定", "answered_by": "王磊"})
    accepted = await acted(engagement, f"{path}/accept")

    assert (drafted["code"], drafted["status"], drafted["is_open"]) == ("CLR-001", "draft", False)
    assert (asked["status"], asked["blocks_approval"]) == ("asked", True)
    assert (answered["answer"], answered["answered_by"]) == ("由分行设定", "王磊")
    assert (accepted["status"], accepted["blocks_approval"], accepted["is_open"]) == ("accepted", False, False)
    told = [event.data for event in await said(engagement.app.state.database, RECORDED)]
    assert [(one["status"], one["is_open"], one["version"]) for one in told] == [
        ("draft", False, 1),
        ("asked", True, 2),
        ("answered", True, 3),
        ("accepted", False, 4),
    ]
    assert told[1]["requirement_ids"] == [str(need.requirement_id)]
    assert (told[1]["answer"], told[3]["answer"], told[3]["answered_by"]) == (None, "由分行设定", "王磊")


async def test_our_answer_runs_on_a_clock_that_the_answer_stops(engagement, deal):
    drafted = await question(engagement, deal, priority="urgent")
    path = f"/clarifications/{drafted['id']}"

    await acted(engagement, f"{path}/ask")
    clock = await clock_of(engagement, drafted)
    await acted(engagement, f"{path}/answer", {"answer": "是"})
    await acted(engagement, f"{path}/reopen", {"reason": "未说明例外情况"})
    following = await clock_of(engagement, drafted)

    assert (clock["purpose"], clock["target_minutes"], clock["owner"]) == ("first", 120, "li")
    assert clock["subject_label"].startswith("CLR-001 审批限额")
    assert (await engagement.get(f"/response-clocks/{clock['id']}")).json()["state"] == "met"
    assert (following["purpose"], following["state"]) == ("following", "running")


async def test_our_clock_stands_while_the_client_owes_us_an_answer_first(engagement, deal):
    ours = await question(engagement, deal)
    await acted(engagement, f"/clarifications/{ours['id']}/ask")
    theirs = [
        await question(
            engagement, deal, owed_by="client", question=text, holds_up={"kind": "clarification", "id": ours["id"]}
        )
        for text in ("贵行有几家分行？", "各分行限额是否不同？")
    ]

    for one in theirs:
        await acted(engagement, f"/clarifications/{one['id']}/ask")
    standing = await clock_of(engagement, ours)
    await acted(engagement, f"/clarifications/{theirs[0]['id']}/answer", {"answer": "四家"})
    still = await clock_of(engagement, ours)
    await acted(engagement, f"/clarifications/{theirs[1]['id']}/withdraw", {"reason": "不再需要"})
    running = await clock_of(engagement, ours)

    assert [one["state"] for one in (standing, still, running)] == ["paused", "paused", "running"]
    assert standing["pauses"][0]["reason"].startswith("CLR-002 贵行有几家分行")


async def test_a_question_that_was_asked_again_and_dropped_let_the_clock_stand_all_that_time(engagement, deal):
    ours = await question(engagement, deal)
    await acted(engagement, f"/clarifications/{ours['id']}/ask")
    theirs = await question(engagement, deal, owed_by="client", holds_up={"kind": "clarification", "id": ours["id"]})
    path = f"/clarifications/{theirs['id']}"
    await acted(engagement, f"{path}/ask")
    await acted(engagement, f"{path}/answer", {"answer": "四家", "answered_at": "2026-11-20T02:00:00Z"})
    await acted(engagement, f"{path}/reopen", {"reason": "不含村镇银行？"})

    before = now()
    await acted(engagement, f"{path}/withdraw", {"reason": "不再需要"})

    asked_again = (await clock_of(engagement, ours))["pauses"][-1]
    assert datetime.fromisoformat(asked_again["until"]) >= before


async def test_only_what_is_owed_in_the_same_opportunity_is_held_up(engagement, deal):
    other = new_id()
    await heard(engagement, opened(other))
    theirs = await question(engagement, str(other))
    body = {"opportunity_id": deal, "question": "?", "owed_by": "client"}

    for kind, key in (
        ("clarification", theirs["id"]),
        ("interaction", theirs["id"]),
        ("support_request", str(new_id())),
    ):
        refused = await engagement.post("/clarifications", json={**body, "holds_up": {"kind": kind, "id": key}})
        assert (refused.status_code, refused.json()["code"]) == (422, "not_of_this_opportunity")
        assert [error["pointer"] for error in refused.json()["errors"]] == ["/holds_up/id"]


async def test_a_clock_that_starts_while_the_client_owes_stands_at_once(engagement, deal):
    ours = await question(engagement, deal)
    theirs = await question(engagement, deal, owed_by="client", holds_up={"kind": "clarification", "id": ours["id"]})
    await acted(engagement, f"/clarifications/{theirs['id']}/ask")

    await acted(engagement, f"/clarifications/{ours['id']}/ask")

    assert (await clock_of(engagement, ours))["state"] == "paused"


async def test_an_accepted_answer_becomes_requirements_and_change_requests(engagement, deal):
    drafted = await question(engagement, deal, owed_by="client")
    path = f"/clarifications/{drafted['id']}"
    await acted(engagement, f"{path}/ask")
    await acted(engagement, f"{path}/answer", {"answer": "限额按分行"})

    accepted = await acted(
        engagement, f"{path}/accept", {"needs": [{"statement": "限额按分行设定", "wants": "change_request"}]}
    )

    assert [need["wants"] for need in accepted["needs"]] == ["change_request"]
    [event] = await said(engagement.app.state.database, "engagement.need.heard.v1")
    assert (event.data["clarification_id"], event.data["interaction_id"]) == (drafted["id"], None)
    assert event.data["source"] == "CLR-001: 审批限额由谁设定？"


async def test_a_change_of_a_linked_requirement_makes_it_suspect_until_somebody_looks(engagement, deal):
    need = requirement(UUID(deal))
    await heard(engagement, need)
    drafted = await question(engagement, deal, requirement_ids=[str(need.requirement_id)])

    await heard(engagement, need.model_copy(update={"title": "Apply by phone", "version": 2}))
    suspect = (await engagement.get(f"/clarifications/{drafted['id']}")).json()
    found = (
        await ids(engagement, "clarifications", suspect=True),
        await ids(engagement, "clarifications", suspect=False),
    )
    looked = await acted(engagement, f"/clarifications/{drafted['id']}/review")

    assert (suspect["is_suspect"], suspect["suspect_requirement_ids"]) == (True, [str(need.requirement_id)])
    assert found == ([drafted["id"]], [])
    assert looked["is_suspect"] is False


async def test_somebody_who_wants_to_be_left_alone_is_not_asked(engagement, deal):
    person = await contact(engagement, deal, do_not_contact=True)
    drafted = await question(engagement, deal, owed_by="client", contact_id=person["id"])

    refused = await engagement.act(f"/clarifications/{drafted['id']}/ask")

    assert (refused.status_code, refused.json()["code"]) == (409, "must_not_be_contacted")
    assert (await actions_of(engagement, f"/clarifications/{drafted['id']}"))["ask"] == "must_not_be_contacted"


async def test_actions_say_why_they_are_not_possible(engagement, deal):
    drafted = await question(engagement, deal)

    assert await actions_of(engagement, f"/clarifications/{drafted['id']}") == {
        "ask": None,
        "answer": "illegal_transition",
        "accept": "illegal_transition",
        "reopen": "illegal_transition",
        "withdraw": None,
        "change": None,
        "review": None,
    }


async def test_a_settled_question_is_changed_only_after_it_was_reopened(engagement, deal):
    drafted = await question(engagement, deal)
    await acted(engagement, f"/clarifications/{drafted['id']}/withdraw", {"reason": "重复"})

    refused = await patched(engagement, f"/clarifications/{drafted['id']}", context="x")

    assert (refused.status_code, refused.json()["code"]) == (409, "clarification_is_settled")


async def test_the_clock_follows_a_change_of_priority_and_owner(engagement, deal):
    drafted = await question(engagement, deal, priority="low")
    await acted(engagement, f"/clarifications/{drafted['id']}/ask")

    await patched(engagement, f"/clarifications/{drafted['id']}", priority="urgent", owner="wang")

    clock = await clock_of(engagement, drafted)
    assert (clock["target_minutes"], clock["owner"]) == (120, "wang")


async def test_questions_are_found_by_words_requirement_and_state(engagement, deal):
    need = requirement(UUID(deal))
    await heard(engagement, need)
    past = (now() - timedelta(days=1)).isoformat()
    one = await question(engagement, deal, requirement_ids=[str(need.requirement_id)], owed_by="client", due_at=past)
    two = await question(engagement, deal, question="Which branches use the workflow?")
    await acted(engagement, f"/clarifications/{one['id']}/ask")

    assert await ids(engagement, "clarifications", q="审批限额") == [one["id"]]
    assert await ids(engagement, "clarifications", q="workflow") == [two["id"]]
    assert await ids(engagement, "clarifications", requirement_id=str(need.requirement_id)) == [one["id"]]
    assert await ids(engagement, "clarifications", overdue=True, owed_by="client") == [one["id"]]
    assert await ids(engagement, "clarifications", overdue=False) == [two["id"]]
    assert await ids(engagement, "clarifications", is_open=True, opportunity_id=deal) == [one["id"]]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"requirement_ids": [str(new_id())]}, "not_of_this_opportunity"),
        ({"contact_id": str(new_id())}, "not_of_this_opportunity"),
        ({"holds_up": {"kind": "interaction", "id": str(new_id())}}, "invalid"),
        ({"question": " "}, "invalid"),
    ],
)
async def test_a_wrong_question_is_refused(engagement, deal, wish, code):
    body = {"opportunity_id": deal, "question": "?", "owed_by": "us", **wish}

    refused = await engagement.post("/clarifications", json=body, headers={"Accept-Language": "zh"})

    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_an_answer_that_does_not_come_is_told_once_for_each_agreed_moment(engagement, deal):
    due = now() + timedelta(days=3)
    theirs = await question(engagement, deal, owed_by="client", owner="周敏", due_at=due.isoformat())
    path = f"/clarifications/{theirs['id']}"
    await acted(engagement, f"{path}/ask")

    await run_until(engagement, due)
    await run_until(engagement, due + timedelta(days=1))
    late = (await engagement.get(path)).json()
    moved = await patched(engagement, path, due_at=(due + timedelta(days=2)).isoformat())
    await run_until(engagement, due + timedelta(days=2))
    await acted(engagement, f"{path}/answer", {"answer": "四家"})
    await run_until(engagement, due + timedelta(days=9))

    assert (late["overdue_since"] is None, moved.json()["overdue_since"]) == (False, None)
    told = await said(engagement.app.state.database, "engagement.clarification.lapsed.v1")
    assert [(event.data["code"], event.data["owed_by"], event.data["owner"]) for event in told] == [
        ("CLR-001", "client", "周敏")
    ] * 2
