"""Competitors, strategies, material and bid decisions, as a seller uses them."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.proposal.domain.bid import Question, Thresholds, Verdict, assess
from services.proposal.domain.selling import record_of
from services.proposal.handlers import on, on_engagement
from shared.kernel.clock import now
from shared.kernel.context import new_id
from shared.language.events.engagement import CalendarRecorded
from shared.language.events.risk.register import PursuitTurnedNegative
from shared.language.money import Money
from tests.conftest import said
from tests.support.days import in_days
from tests.support.proposal import samples
from tests.support.proposal.selling import (
    STORY,
    THEME,
    acted,
    answers,
    asked,
    close,
    deal,
    heard,
    made,
    opened,
    refused,
)


async def run_until(client, moment):
    return await client.app.state.timers.run_due(client.app.state.database, moment)


# -- competitors


async def test_the_record_against_a_competitor_is_what_became_of_where_it_was_met(client):
    rival = await made(client, "competitors", name="Kingdee", price_position="lower", strengths=["Installed base"])
    for outcome in ("won", "lost", "lost", "not_bid", None):
        await met(client, rival, await deal(client), outcome)

    record = (await client.get(f"/competitors/{rival['id']}/record")).json()

    assert (record["won"], record["lost"], record["other"], record["still_open"]) == (1, 2, 1, 1)
    assert (record["win_rate"], record["decided"]) == (pytest.approx(1 / 3), 3)
    low, high = record["interval"]
    assert low < 1 / 3 < high


async def met(client, rival, where, outcome=None):
    rivalry = await made(client, "rivalries", opportunity_id=where, competitor_id=rival["id"], standing="incumbent")
    if outcome:
        await close(client, UUID(where), outcome)
    return rivalry


async def test_a_competitor_is_met_once_in_an_opportunity_and_not_when_retired_or_closed(client):
    rival = await made(client, "competitors", name="Kingdee")
    where = await deal(client)
    wish = {"opportunity_id": where, "competitor_id": rival["id"]}
    rivalry = await made(client, "rivalries", **wish, expected_price={"amount": "880000.00", "currency": "CNY"})

    twice = await client.post("/rivalries", json=wish)
    await acted(client, f"/competitors/{rival['id']}/retire")
    retired = await client.post("/rivalries", json={**wish, "opportunity_id": await deal(client)})
    await acted(client, f"/competitors/{rival['id']}/revive")
    closed = await client.post("/rivalries", json={**wish, "opportunity_id": await deal(client, "lost")})
    paid = await client.post("/rivalries", json={**wish, "expected_price": {"amount": "-1.00", "currency": "CNY"}})

    assert paid.json()["errors"][0]["code"] == "negative_amount"
    assert rivalry["expected_price"] == {"amount": "880000.00", "currency": "CNY"}
    assert (twice.status_code, retired.json()["code"]) == (409, "competitor_is_retired")
    assert closed.json()["code"] == "opportunity_is_closed"


async def test_a_competitor_is_found_by_words_of_its_swot_and_named_once(client):
    rival = await made(client, "competitors", name="Kingdee", aliases=["金蝶"], weaknesses=["实施周期长"])

    found = (await client.get("/competitors", params={"q": "实施周期"})).json()["items"]
    twice = await client.post("/competitors", json={"name": "KINGDEE"})

    assert [one["id"] for one in found] == [rival["id"]]
    assert twice.status_code == 409


def test_opportunities_that_were_never_decided_between_sellers_do_not_count_in_a_win_rate():
    record = record_of(["won", "invalidated", "qualified_out", None])

    assert (record.win_rate.value, record.other, record.still_open) == (1.0, 2, 1)
    assert record_of([]).win_rate.value is None


# -- strategies


async def test_an_agreed_strategy_is_said_in_the_next_draft_without_competitors_and_objections(client):
    basis = samples.events()
    where = str(basis.baseline.opportunity_id)
    await heard(client, opened(basis.baseline.opportunity_id, basis.baseline.opportunity))
    await heard(client, basis.baseline, basis.estimate, basis.risk, basis.price, by=on)
    rival = await made(client, "competitors", name="Kingdee")
    objection = {"objection": {"zh": "价格偏高"}, "answer": {"zh": "总拥有成本更低"}}
    strategy = await made(
        client, "strategies", opportunity_id=where, win_themes=[{**THEME, "competitor_ids": [rival["id"]]}],
        value_story=[STORY], objections=[objection],
    )  # fmt: skip

    await acted(client, f"/strategies/{strategy['id']}/agree")

    [draft, before] = (await client.get("/proposals", params={"view": "full", "opportunity_id": where})).json()["items"]
    content = (await client.get(f"/proposals/{draft['id']}/content")).text
    assert before["status"] == "superseded"
    assert "最快上线" in content
    assert "当日放款" in content
    assert "价格偏高" not in content
    assert rival["id"] not in content


async def test_a_strategy_without_evidence_is_not_agreed_and_says_what_is_missing(client):
    wish = {"win_themes": [{"title": {"en": "First to deliver"}}], "value_story": [STORY]}
    strategy = await made(client, "strategies", opportunity_id=await deal(client), **wish)
    path = f"/strategies/{strategy['id']}"

    assert [one["message"] for one in strategy["missing"]] == ["evidence for the win theme 1"]
    assert await refused(client, f"{path}/agree") == (409, "strategy_is_incomplete")
    seen = await client.get(path)
    changed = await client.patch(path, json={"win_themes": [THEME]}, headers={"If-Match": seen.headers["ETag"]})
    assert changed.json()["missing"] == []
    assert (await acted(client, f"{path}/agree"))["agreed_by"] == "ann"
    seen = await client.get(path)
    late = await client.patch(path, json={"win_themes": []}, headers={"If-Match": seen.headers["ETag"]})
    assert (late.status_code, late.json()["code"]) == (409, "strategy_is_agreed")


async def test_a_theme_names_competitors_that_there_are(client):
    theme = {**THEME, "competitor_ids": [str(new_id())]}

    answer = await client.post("/strategies", json={"opportunity_id": await deal(client), "win_themes": [theme]})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unknown_competitor")


# -- material


async def published(client, key="case-bank", **wish):
    material = await made(
        client, "materials", **{"key": key, "kind": "case_study", "title_zh": "银行案例", "link": "https://example.com/a",
                                "review_on": in_days(30), **wish},
    )  # fmt: skip
    return await acted(client, f"/materials/{material['id']}/publish")


async def test_the_win_rate_of_a_material_is_over_all_its_versions(client):
    first = await published(client)
    won, lost = await deal(client), await deal(client)
    await made(client, f"materials/{first['id']}/uses", opportunity_id=won)
    second = await published(client)
    await made(client, f"materials/{second['id']}/uses", opportunity_id=lost, used_on=in_days(0))
    ahead = {"opportunity_id": lost, "used_on": in_days(9)}
    assert (await client.post(f"/materials/{second['id']}/uses", json=ahead)).json()["errors"][0][
        "code"
    ] == "lies_ahead"
    await close(client, UUID(won), "won")
    await close(client, UUID(lost), "lost")

    record = (await client.get(f"/materials/{second['id']}/record")).json()

    assert (record["won"], record["lost"], record["win_rate"]) == (1, 1, 0.5)
    told = await said(client.app.state.database, "proposal.material.used.v1")
    assert [(str(one.opportunity_id), one.data["key"], one.data["number"]) for one in told] == [
        (won, first["key"], 1), (lost, first["key"], 2),
    ]  # fmt: skip
    assert (await client.get(f"/materials/{first['id']}")).json()["status"] == "retired"
    late = await client.post(f"/materials/{first['id']}/uses", json={"opportunity_id": await deal(client)})
    assert late.json()["code"] == "material_not_published"


async def test_an_overdue_review_of_material_is_told_once(client):
    material = await published(client, owner="li")

    late = await run_until(client, now() + timedelta(days=31))
    again = await run_until(client, now() + timedelta(days=60))

    [told] = await said(client.app.state.database, "proposal.material.lapsed.v1")
    assert (late, again, told.data["owner"]) == (1, 0, "li")
    looked = await acted(client, f"/materials/{material['id']}/review", {"review_on": in_days(90)})
    assert looked["stale_since"] is None
    told = await said(client.app.state.database, "proposal.material.recorded.v1")
    assert [(one.data["status"], one.data["review_on"]) for one in told][1:] == [("published", in_days(90))]


async def test_a_review_waits_for_the_end_of_its_day_when_the_tenant_has_moved_west(client):
    await published(client)
    moved = CalendarRecorded(
        calendar_id=new_id(), code="WEST", time_zone="America/Los_Angeles", hours_per_day=Decimal("7.5"), version=7
    )
    await heard(client, moved, by=on_engagement)
    over = datetime.combine(date.fromisoformat(in_days(31)), time(), UTC)

    beijing = await run_until(client, over - timedelta(hours=8))
    early = await said(client.app.state.database, "proposal.material.lapsed.v1")
    los_angeles = await run_until(client, over + timedelta(hours=8))

    assert (beijing, early, los_angeles) == (1, [], 1)
    assert len(await said(client.app.state.database, "proposal.material.lapsed.v1")) == 1


async def test_a_file_is_kept_as_it_is_and_never_shown_in_place(client):
    material = await made(client, "materials", key="deck", kind="deck", title="Deck", review_on=in_days(9))
    path = f"/materials/{material['id']}"
    assert await refused(client, f"{path}/publish") == (409, "nothing_to_show")

    seen = await client.get(path)
    put = await client.post(
        f"{path}/file?file_name=介绍.html", content=b"<script>alert(1)</script>",
        headers={"If-Match": seen.headers["ETag"], "Content-Type": "text/html"},
    )  # fmt: skip
    got = await client.get(f"{path}/file")

    assert (put.status_code, put.json()["size_bytes"]) == (200, 25)
    assert got.content == b"<script>alert(1)</script>"
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment;")
    await acted(client, f"{path}/publish")
    seen = await client.get(path)
    late = await client.post(f"{path}/file?file_name=x", content=b"x", headers={"If-Match": seen.headers["ETag"]})
    assert (late.status_code, late.json()["code"]) == (409, "material_is_not_draft")


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\\b", "", "a\x00b"])
async def test_a_file_name_that_is_a_path_is_refused(client, name):
    material = await made(client, "materials", key="deck", kind="deck", title="Deck", review_on=in_days(9))

    answer = await client.post(
        f"/materials/{material['id']}/file", params={"file_name": name}, content=b"x", headers={"If-Match": '"1"'}
    )

    assert answer.status_code == 422


# -- bid decisions


async def test_a_bid_is_decided_on_answers_by_somebody_else(client):
    path = await asked(client)
    boss = client.as_("boss", "approver")

    assert await refused(client, f"{path}/decide", {"decision": "go"}) == (403, "own_answers")
    decided = await acted(boss, f"{path}/decide", {"decision": "go"})

    assert (decided["score"], decided["recommendation"], decided["status"]) == (1.0, "go", "go")
    [told] = await said(client.app.state.database, "proposal.bid.decided.v1")
    assert (told.data["decision"], told.data["decided_by"]) == ("go", "boss")
    assert await refused(client, f"{path}/answer", answers(0.0)) == (409, "bid_is_decided")


async def test_nobody_who_gave_an_answer_that_stands_decides_whoever_answered_last(client):
    path = await asked(client)
    cid = client.as_("cid", "sales")
    await acted(cid, f"{path}/answer", {"answers": {"strategic": {"points": 0.5}}})

    first, last = await refused(client, f"{path}/decide", {"decision": "go"}), (await cid.get(path)).json()
    boss = (await client.as_("boss", "approver").get(path)).json()

    assert first == (403, "own_answers")
    assert (last["answers"]["strategic"]["by"], last["answers"]["references"]["by"]) == ("cid", "ann")
    [decide] = [one for one in last["allowed_actions"] if one["action"] == "decide"]
    assert [one["code"] for one in decide["reasons"]] == ["forbidden", "own_answers"]
    assert next(one for one in boss["allowed_actions"] if one["action"] == "decide")["is_allowed"]


async def test_open_questions_block_the_decision_by_name(client):
    decision = await made(client, "bid-decisions", opportunity_id=await deal(client))
    path = f"/bid-decisions/{decision['id']}"

    assert decision["recommendation"] == "incomplete"
    assert await refused(client.as_("boss", "approver"), f"{path}/decide", {"decision": "go"}) == (
        409,
        "answers_missing",
    )
    reasons = {one["action"]: one["reason"] for one in decision["allowed_actions"]}
    assert "requirements_fit" in reasons["decide"]["message"]
    questions = (await client.get(f"{path}/questionnaire")).json()["questions"]
    assert {one["code"] for one in questions} == set(decision["unanswered"])


async def test_a_knock_out_means_no_bid_whatever_else_is_answered(client):
    path = await asked(client, requirements_fit=0.0)
    boss = client.as_("boss", "approver")

    shown = (await client.get(path)).json()
    against = await refused(boss, f"{path}/decide", {"decision": "go"})

    assert (shown["recommendation"], shown["knocked_out"]) == ("no_go", ["requirements_fit"])
    assert against == (422, "against_recommendation")
    decided = await acted(boss, f"{path}/decide", {"decision": "go", "reason": "The board wants the market."})
    assert (decided["status"], decided["reason"]) == ("go", "The board wants the market.")


async def test_a_conditional_bid_becomes_a_go_with_its_last_condition(client):
    path = await asked(client, 0.5, margin=1.0)
    boss = client.as_("boss", "approver")
    conditions = [{"text": text, "owner": "li", "due": in_days(5)} for text in ("Budget in writing", "Two architects")]

    assert await refused(boss, f"{path}/decide", {"decision": "conditional"}) == (422, "conditions_missing")
    await acted(boss, f"{path}/decide", {"decision": "conditional", "conditions": conditions})
    first = await acted(client, f"{path}/meet-condition", {"condition": 2})
    last = await acted(client, f"{path}/meet-condition", {"condition": 1, "note": "Mail of Monday"})

    assert (first["status"], last["status"]) == ("conditional", "go")
    assert [one["is_met"] for one in last["conditions"]] == [True, True]
    assert await run_until(client, now() + timedelta(days=9)) == 0


async def test_a_condition_that_is_not_met_by_its_day_reopens_the_decision(client):
    path = await asked(client, 0.5, margin=1.0)
    condition = {"text": "Budget in writing", "owner": "li", "due": in_days(5)}
    await acted(
        client.as_("boss", "approver"), f"{path}/decide", {"decision": "conditional", "conditions": [condition]}
    )

    early = await run_until(client, now() + timedelta(days=4))
    late = await run_until(client, now() + timedelta(days=7))

    shown = (await client.get(path)).json()
    [told] = await said(client.app.state.database, "proposal.bid.reopened.v1")
    assert (early, late, shown["status"]) == (0, 1, "open")
    assert shown["reopened_because"]["code"] == told.data["reason"]["code"] == "condition_not_met"
    assert "Budget in writing" in shown["reopened_because"]["message"]
    assert shown["answers"] != {}


async def test_a_pursuit_that_no_longer_pays_reopens_the_decision_to_bid(client):
    path = await asked(client)
    decided = await acted(client.as_("boss", "approver"), f"{path}/decide", {"decision": "go"})
    none = Money.of("0", "CNY")
    event = PursuitTurnedNegative(
        opportunity_id=UUID(decided["opportunity_id"]), pursuit_id=new_id(), win_probability=0.1, expected_margin=none,
        remaining_cost=none, cost_so_far=none, expected_value=Money.of("-12000", "CNY"), break_even_probability=None,
        version=2,
    )  # fmt: skip

    await heard(client, event)
    await heard(client, event)

    shown = (await client.get(path)).json()
    assert (shown["status"], shown["times_reopened"]) == ("open", 1)
    assert shown["reopened_because"]["code"] == "pursuit_turned_negative"
    assert "-12000.00 CNY" in shown["reopened_because"]["message"]


async def test_a_new_policy_counts_for_what_is_answered_next(client):
    path = await asked(client)
    question = {
        "code": "only", "text": "Is it ours?", "text_zh": "是否合适？", "weight": 1,
        "choices": [{"points": 0, "label": "No", "label_zh": "否"}, {"points": 1, "label": "Yes", "label_zh": "是"}],
    }  # fmt: skip
    policy = await made(client, "bid-policies", questions=[question], thresholds={"go": 1, "conditional": 0.5})

    shown = await acted(client, f"{path}/answer", {"answers": {"only": {"points": 1}}})

    assert (policy["number"], shown["policy_number"], shown["recommendation"]) == (2, 2, "go")
    assert set(shown["answers"]) == {"only"}


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"answers": {"nonsense": {"points": 1}}}, "unknown_question"),
        ({"answers": {"margin": {"points": 0.3}}}, "not_a_choice"),
        ({"answers": {}}, "too_few"),
        ({"answers": {"margin": {"points": 2}}}, "too_large"),
    ],
)
async def test_a_wrong_answer_is_refused_by_name(client, wish, code):
    decision = await made(client, "bid-decisions", opportunity_id=await deal(client))

    answer = await client.act(f"/bid-decisions/{decision['id']}/answer", wish)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


weights = st.floats(0.1, 100)
points = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])


@given(st.lists(st.tuples(weights, points), min_size=1, max_size=12))
def test_the_score_lies_between_the_worst_and_the_best_answer(given_answers):
    questions = [Question(str(at), weight) for at, (weight, _) in enumerate(given_answers)]
    given_points = {str(at): one for at, (_, one) in enumerate(given_answers)}

    found = assess(questions, given_points, Thresholds(go=0.6, conditional=0.4))

    assert min(given_points.values()) - 1e-4 <= found.score <= max(given_points.values()) + 1e-4
    assert found.verdict is not Verdict.INCOMPLETE


def test_a_score_at_the_threshold_has_reached_it():
    questions = [Question(str(at), 0.1) for at in range(10)]
    given_points = {str(at): float(at < 7) for at in range(10)}

    assert assess(questions, given_points, Thresholds(go=0.7, conditional=0.4)).verdict is Verdict.GO
