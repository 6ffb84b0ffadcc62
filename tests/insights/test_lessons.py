"""Findings of retrospectives that become drafts of other services, and what came of them."""

import asyncio

import pytest

from shared.kernel.events import NO_OPPORTUNITY
from shared.language.events.engagement.support import ArticleRecorded
from shared.language.events.risk.register import RuleRecorded
from tests.conftest import said
from tests.support.days import in_days
from tests.support.insights.stories import at, changed, hear, key, told

WELL = {"kind": "went_well", "statement": "The client was heard early."}
PROPOSED = "insights.lesson.proposed.v1"
WISH = {"finding": 1, "kind": "article", "title": "Hear the client early", "text": "Interviews come first.",
        "title_zh": "尽早倾听客户", "text_zh": "先访谈。"}  # fmt: skip


async def held(client, **wish):
    body = {"period": "2026-Q3", "title": "Third quarter", "findings": [WELL], **wish}
    return (await client.post("/retrospectives", json=body)).json()


async def concluded(client, **wish):
    found = await held(client, **wish)
    return (await client.act(f"/retrospectives/{found['id']}/conclude")).json()


async def proposed(client, retrospective, **wish):
    return await client.post("/lessons", json={"retrospective_id": retrospective["id"], **WISH, **wish})


def article(lesson, status, version):
    event = ArticleRecorded(
        opportunity_id=NO_OPPORTUNITY, article_id=lesson["id"], key="lesson-1", number=1, status=status, owner="ann",
        review_on=in_days(9), title="Hear", title_zh=None, body="Interviews", body_zh=None, version=version,
    )  # fmt: skip
    return told(event, at(version), version, about=event.article_id)


def rule(lesson, status):
    event = RuleRecorded(
        opportunity_id=NO_OPPORTUNITY, catalogue_rule_id=lesson["id"], key="lesson_1", number=1, status=status,
        title="Late partners", title_zh="伙伴延期", version=1,
    )  # fmt: skip
    return told(event, at(1), 1, about=event.catalogue_rule_id)


async def test_a_finding_becomes_an_article_and_shows_what_came_of_it(insights):
    await hear(insights, changed(key("deal"), "draft", 0, 1))
    review = await concluded(insights, opportunity_id=str(key("deal")), period=None, findings=[WELL, WELL])

    answer = await proposed(insights, review, finding=2)

    lesson = answer.json()
    assert (answer.status_code, lesson["status"]) == (201, "proposed")
    [event] = await said(insights.app.state.database, PROPOSED)
    assert (event.opportunity_id, event.aggregate_id, event.actor) == (key("deal"), event.aggregate_id, "ann")
    assert event.data == {
        "opportunity_id": str(key("deal")), "lesson_id": lesson["id"], "retrospective_id": review["id"], "finding": 2,
        "kind": "article", "title": WISH["title"], "title_zh": WISH["title_zh"], "text": WISH["text"],
        "text_zh": WISH["text_zh"], "version": 1, "questionnaire_key": None,
    }  # fmt: skip
    # the newest counts, whichever is heard first
    await hear(insights, article(lesson, "published", 3), article(lesson, "draft", 1))
    findings = (await insights.get(f"/retrospectives/{review['id']}")).json()["findings"]
    became = {"kind": "article", "id": lesson["id"], "path": f"/v1/articles/{lesson['id']}", "status": "published"}
    assert [one["became"] for one in findings] == [[], [became]]
    assert (await insights.get(f"/lessons/{lesson['id']}")).json()["status"] == "published"


async def test_a_finding_becomes_each_kind_once(insights):
    review = await concluded(insights)

    first, again = await asyncio.gather(proposed(insights, review), proposed(insights, review))
    other = await proposed(insights, review, text="Otherwise.")
    risk = await proposed(insights, review, kind="risk_rule")

    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "finding_has_become_that")
    assert risk.json()["path"] == f"/v1/risk-catalogue/{risk.json()['id']}"
    assert len(await said(insights.app.state.database, PROPOSED)) == 2
    await hear(insights, rule(risk.json(), "draft"))
    listed = (await insights.get("/lessons", params={"retrospective_id": review["id"]})).json()["items"]
    assert {(one["kind"], one["status"]) for one in listed} == {("article", "proposed"), ("risk_rule", "draft")}


async def test_a_finding_becomes_a_question_of_each_questionnaire_once(insights):
    review = await concluded(insights)

    keys = ["start", "start", "end", None]
    found = [(await proposed(insights, review, kind="question", questionnaire_key=one)).json() for one in keys]

    assert len({one["id"] for one in found}) == 3
    events = await said(insights.app.state.database, PROPOSED)
    assert [one.data["questionnaire_key"] for one in events] == ["start", "end", None]


async def test_only_who_may_write_what_it_becomes_may_propose_it(insights):
    review = await concluded(insights)
    seller, manager = insights.as_("lin", "sales"), insights.as_("wu", "risk_manager")
    viewer, approver = insights.as_("guest", "viewer"), insights.as_("chen", "approver")

    refused = [
        await proposed(seller, review, kind="risk_rule"), await proposed(manager, review), await proposed(viewer, review),
        await proposed(approver, review),
    ]  # fmt: skip
    taken = [await proposed(seller, review), await proposed(manager, review, kind="risk_rule")]

    assert [(one.status_code, one.json()["code"]) for one in refused] == [(403, "forbidden")] * 4
    assert "risk-catalogue:write" in refused[0].json()["detail"]
    assert [one.status_code for one in taken] == [201, 201]
    assert len(await said(insights.app.state.database, PROPOSED)) == 2
    stranger = insights.as_("eve", "admin", tenant="other")
    assert (await proposed(stranger, review)).status_code == 404
    assert (await stranger.get(f"/lessons/{taken[0].json()['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("wish", "pointer", "code"),
    [
        ({"finding": 2}, "/finding", "unknown_finding"),
        ({"title": "x" * 301}, "/title", "too_long"),
        ({"text": "x" * 8001}, "/text", "too_long"),
        ({"text": None}, "", "lesson_language_missing"),
        ({"text": "a\x00b"}, "/text", "null_character"),
        ({"questionnaire_key": "start"}, "", "not_a_question"),
        ({"kind": "question", "questionnaire_key": "A b"}, "/questionnaire_key", "wrong_format"),
        ({"kind": "poem"}, "/kind", "not_allowed"),
    ],
)
async def test_what_no_draft_can_be_made_of_is_refused_at_once(insights, wish, pointer, code):
    answer = await proposed(insights, await concluded(insights), **wish)

    [error] = answer.json()["errors"]
    assert (answer.status_code, error["pointer"], error["code"]) == (422, pointer, code)
    assert await said(insights.app.state.database, PROPOSED) == []


async def test_findings_that_can_still_change_become_nothing(insights):
    answer = await proposed(insights, await held(insights))

    assert (answer.status_code, answer.json()["code"]) == (409, "retrospective_is_not_concluded")
