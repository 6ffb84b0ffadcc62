"""Support requests: from the wish to the rating, with clocks, thread, escalation, and who may do what."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from shared.kernel.clock import now
from shared.kernel.context import new_id
from tests.conftest import said
from tests.engagement.conftest import acted, actions_of, closed, heard, ids, made, patched, requirement, run_until
from tests.support.days import in_days

RECORDED = "engagement.support_request.recorded.v1"


async def wished(client, deal, **wish):
    body = {"opportunity_id": deal, "title": "审批流程性能咨询", "description": "500 并发是否可行？",
            "domain": "technical", "kind": "consulting", **wish}  # fmt: skip
    return await made(client, "support-requests", **body)


async def colleague(client, subject="li", **wish):
    return await made(client, "colleagues", **{"subject": subject, "name": subject.title(), "role": "架构师", **wish})


async def always_open(client):
    """A calendar without days off, so that a test means the same at any time of the year."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    hours = {day: [{"opens": "08:00", "closes": "18:00"}] for day in days}
    calendar = await made(
        client, "calendars", code="ALWAYS", name="Always", name_zh="全年", time_zone="Asia/Shanghai", hours=hours
    )
    return calendar["id"]


async def clocks_of(client, request):
    items = (await client.get("/response-clocks", params={"view": "full", "subject_id": request["id"]})).json()["items"]
    return {one["purpose"]: one for one in sorted(items, key=lambda one: one["created_at"])}


async def in_progress(client, deal, **wish):
    """A request of Ann's that Li works on; both as callers."""
    request, person = await wished(client, deal, **wish), await colleague(client)
    li = client.as_("li", "presales")
    path = f"/support-requests/{request['id']}"
    await acted(li, f"{path}/triage")
    await acted(client, f"{path}/assign", {"to": person["id"]})
    await acted(li, f"{path}/start")
    return request, path, li


async def test_a_request_goes_from_wish_to_rating_and_each_step_is_told(engagement, deal):
    need = requirement(UUID(deal))
    await heard(engagement, need)
    request, path, li = await in_progress(engagement, deal, requirement_ids=[str(need.requirement_id)])

    delivered = await acted(li, f"{path}/deliver", {"delivery": "压测报告 v1"})
    rated = await acted(engagement, f"{path}/rate", {"rating": 5, "comment": "很有帮助"})
    over = await acted(engagement, f"{path}/close")

    assert (request["code"], request["status"], request["requester"]) == ("SUP-001", "requested", "ann")
    assert [one["code"] for one in request["requirements"]] == ["REQ-001"]
    assert (delivered["delivery"], rated["rating"], rated["rating_comment"]) == ("压测报告 v1", 5, "很有帮助")
    assert (over["status"], over["closed_at"] is None) == ("closed", False)
    told = [event.data for event in await said(engagement.app.state.database, RECORDED)]
    assert [one["status"] for one in told] == [
        "requested",
        "triaged",
        "assigned",
        "in_progress",
        "delivered",
        "rated",
        "closed",
    ]
    assert (told[-1]["rating"], told[-1]["assignee"], told[0]["requirement_ids"]) == (
        5,
        "li",
        [str(need.requirement_id)],
    )


async def test_support_is_asked_for_in_four_domains_and_three_kinds(engagement, deal):
    domains = ("technical", "project_management", "risk_control", "after_sales")
    kinds = ("consulting", "training", "guidance")

    asked = [await wished(engagement, deal, domain=domain, kind=kind) for domain in domains for kind in kinds]

    for domain in domains:
        own = {one["id"] for one in asked if one["domain"] == domain}
        assert set(await ids(engagement, "support-requests", domain=domain)) == own
    assert len(await ids(engagement, "support-requests", kind="guidance", domain="after_sales")) == 1
    assert {one["code"] for one in asked} == {f"SUP-{number:03d}" for number in range(1, 13)}


async def test_triage_is_the_first_answer_and_delivery_the_resolution(engagement, deal):
    request, path, li = await in_progress(engagement, deal, priority="urgent")
    before = await clocks_of(engagement, request)

    await acted(li, f"{path}/deliver", {"delivery": "done"})

    after = await clocks_of(engagement, request)
    assert (before["first"]["state"], before["first"]["target_minutes"]) == ("met", 60)
    assert (before["resolution"]["state"], before["resolution"]["target_minutes"]) == ("running", 900)
    assert before["resolution"]["owner"] == "li"
    assert after["resolution"]["state"] == "met"


async def test_what_the_requester_does_with_its_own_request_is_no_answer_to_it(engagement, deal):
    triaged, dropped = await wished(engagement, deal), await wished(engagement, deal)

    shown = await acted(engagement, f"/support-requests/{triaged['id']}/triage")
    await acted(engagement, f"/support-requests/{dropped['id']}/decline", {"reason": "不再需要"})

    assert (shown["status"], shown["first_answered_at"]) == ("triaged", None)
    assert (await clocks_of(engagement, triaged))["first"]["state"] == "running"
    assert {one["state"] for one in (await clocks_of(engagement, dropped)).values()} == {"cancelled"}


async def test_triage_may_say_another_priority_and_the_clock_follows(engagement, deal):
    request = await wished(engagement, deal, priority="low")

    triaged = await acted(
        engagement,
        f"/support-requests/{request['id']}/triage",
        {"priority": "urgent", "domain": "risk_control", "expected_hours": 3},
    )

    assert (triaged["priority"], triaged["domain"], triaged["expected_hours"]) == ("urgent", "risk_control", 3)
    assert (await clocks_of(engagement, request))["resolution"]["target_minutes"] == 900


async def test_the_first_visible_answer_stops_the_clock_but_an_acknowledgement_or_an_internal_note_does_not(
    engagement, deal
):
    request = await wished(engagement, deal)
    path, li = f"/support-requests/{request['id']}", engagement.as_("li", "presales")

    async def first_clock(**message):
        answer = await li.post(f"{path}/messages", json=message)
        assert answer.status_code == 201, answer.text
        return (await clocks_of(engagement, request))["first"]["state"]

    assert await first_clock(text="已收到", is_acknowledgement=True) == "running"
    assert await first_clock(text="需要查一下历史", is_internal=True) == "running"
    assert await first_clock(text="可以，见附件") == "met"
    assert (await engagement.get(path)).json()["first_answered_at"] is not None


async def test_a_question_of_the_requester_wants_a_following_answer(engagement, deal):
    request, path, li = await in_progress(engagement, deal)

    await engagement.post(f"{path}/messages", json={"text": "那 1000 并发呢？"})
    asked = await clocks_of(engagement, request)
    await li.post(f"{path}/messages", json={"text": "也可以"})
    answered = await clocks_of(engagement, request)

    assert (asked["following"]["state"], answered["following"]["state"]) == ("running", "met")


async def test_the_requester_does_not_see_internal_messages(engagement, deal):
    _, path, li = await in_progress(engagement, deal)
    await li.post(f"{path}/messages", json={"text": "客户预算可能不足", "is_internal": True})
    await li.post(f"{path}/messages", json={"text": "方案见附件"})
    await engagement.post(f"{path}/messages", json={"text": "仅供团队参考", "is_internal": True})

    async def texts(caller):
        return [one["text"] for one in (await caller.get(f"{path}/messages")).json()["items"]]

    assert await texts(engagement) == ["仅供团队参考", "方案见附件"]
    assert await texts(li) == ["仅供团队参考", "方案见附件", "客户预算可能不足"]


async def test_the_clocks_stand_while_somebody_owes_us_something(engagement, deal):
    request, path, li = await in_progress(engagement, deal)

    waiting = await acted(li, f"{path}/wait", {"waits_for": "client", "reason": "网络拓扑图"})
    standing = await clocks_of(engagement, request)
    again = await li.act(f"{path}/wait", {"waits_for": "client", "reason": "不再需要"})
    going = await acted(li, f"{path}/resume")
    running = await clocks_of(engagement, request)

    assert (waiting["waits_for"], waiting["waiting_reason"], going["waits_for"]) == ("client", "网络拓扑图", None)
    assert (standing["resolution"]["state"], running["resolution"]["state"]) == ("paused", "running")
    assert (again.status_code, again.json()["code"]) == (409, "is_waiting")


async def test_an_answer_of_the_requester_ends_the_wait_for_it(engagement, deal):
    request, path, li = await in_progress(engagement, deal)
    await acted(li, f"{path}/wait", {"waits_for": "requester", "reason": "目标并发数"})

    await engagement.post(f"{path}/messages", json={"text": "500"})

    assert (await engagement.get(path)).json()["waits_for"] is None
    assert (await clocks_of(engagement, request))["resolution"]["state"] == "running"


async def test_clocks_run_on_only_when_nothing_is_owed_any_more(engagement, deal):
    request, path, li = await in_progress(engagement, deal)
    question = await made(
        engagement,
        "clarifications",
        opportunity_id=deal,
        question="几家分行？",
        owed_by="client",
        holds_up={"kind": "support_request", "id": request["id"]},
    )
    await acted(engagement, f"/clarifications/{question['id']}/ask")
    await acted(li, f"{path}/wait", {"waits_for": "client", "reason": "网络拓扑图"})

    await acted(engagement, f"/clarifications/{question['id']}/answer", {"answer": "四家"})
    still = await clocks_of(engagement, request)
    await engagement.post(f"{path}/messages", json={"text": "还有一个问题"})
    asked = await clocks_of(engagement, request)
    await acted(li, f"{path}/resume")
    running = await clocks_of(engagement, request)

    assert (still["resolution"]["state"], asked["following"]["state"]) == ("paused", "paused")
    assert (running["resolution"]["state"], running["following"]["state"]) == ("running", "running")


async def test_only_the_requester_rates_and_reopens_and_only_the_assignee_delivers(engagement, deal):
    _, path, li = await in_progress(engagement, deal)

    not_mine = await engagement.act(f"{path}/deliver", {"delivery": "x"})
    reasons = await actions_of(engagement, path)
    await acted(li, f"{path}/deliver", {"delivery": "x"})
    own_praise = await li.act(f"{path}/rate", {"rating": 5}, **{"Accept-Language": "zh"})

    assert (not_mine.status_code, not_mine.json()["code"]) == (403, "only_the_assignee")
    assert reasons["deliver"] == "only_the_assignee"
    assert (own_praise.status_code, own_praise.json()["code"]) == (403, "only_the_requester")
    assert "ann" in own_praise.json()["detail"]
    assert (await actions_of(li, path))["rate"] == "only_the_requester"
    assert (await actions_of(engagement, path))["rate"] is None


async def test_a_reopened_request_is_owed_again(engagement, deal):
    request, path, li = await in_progress(engagement, deal)
    await acted(li, f"{path}/deliver", {"delivery": "x"})
    await acted(engagement, f"{path}/rate", {"rating": 2})

    again = await acted(engagement, f"{path}/reopen", {"reason": "缺少容量测算"})

    assert (again["status"], again["times_reopened"], again["rating"]) == ("in_progress", 1, None)
    clocks = await clocks_of(engagement, request)
    assert (clocks["following"]["state"], clocks["resolution"]["state"]) == ("running", "running")
    assert (await acted(li, f"{path}/deliver", {"delivery": "容量测算"}))["status"] == "delivered"


async def test_an_escalation_names_a_higher_level_each_time(engagement, deal):
    _, path, _ = await in_progress(engagement, deal)
    for subject, name in {"wu": "技术总监", "zhou": "CTO"}.items():
        await colleague(engagement, subject, name=name)

    one = await acted(engagement, f"{path}/escalate", {"level": 1, "to": "技术总监", "reason": "周五投标"})
    lower = await engagement.act(f"{path}/escalate", {"level": 1, "to": "CTO", "reason": "不再需要"})
    two = await acted(engagement, f"{path}/escalate", {"level": 3, "to": "CTO", "reason": "仍无答复"})

    assert (one["escalation_level"], two["escalation_level"], two["status"]) == (1, 3, "in_progress")
    assert [(step["to"], step["by"]) for step in two["escalations"]] == [("wu", "ann"), ("zhou", "ann")]
    assert (lower.status_code, lower.json()["code"]) == (409, "already_escalated")


async def test_a_declined_request_owes_nothing(engagement, deal):
    request = await wished(engagement, deal)

    li = engagement.as_("li", "presales")
    declined = await acted(li, f"/support-requests/{request['id']}/decline", {"reason": "不在服务范围"})

    assert (declined["status"], declined["note"]) == ("declined", "不在服务范围")
    clocks = await clocks_of(engagement, request)
    assert (clocks["first"]["state"], clocks["resolution"]["state"]) == ("met", "cancelled")
    refused = await engagement.post(f"/support-requests/{request['id']}/messages", json={"text": "?"})
    assert (refused.status_code, refused.json()["code"]) == (409, "support_request_is_over")
    assert (await patched(engagement, f"/support-requests/{request['id']}", title="x")).status_code == 409


async def test_an_answer_that_is_late_breaches_its_clock(engagement, deal):
    request = await wished(engagement, deal, priority="urgent")

    await run_until(engagement, now() + timedelta(days=30))

    assert (await clocks_of(engagement, request))["first"]["state"] == "breached"
    breached = await said(engagement.app.state.database, "engagement.response_clock.breached.v1")
    assert {event.data["clock"]["subject_label"] for event in breached} == {"SUP-001 审批流程性能咨询"}


async def test_candidates_are_ranked_and_explained(engagement, deal):
    skills = [{"name": "Kubernetes", "level": 4}, {"name": "数据库", "level": 2}]
    until = in_days(30)
    best = await colleague(engagement, "li", skills=skills, languages=["zh", "en"], region="上海")
    fair = await colleague(engagement, "wang", skills=[{"name": "kubernetes", "level": 2}])
    away = {"first": "2026-01-01", "last": "2199-01-01"}
    await colleague(engagement, "zhou", skills=skills, absences=[away])
    await colleague(engagement, "xu", skills=[{"name": "ERP", "level": 5}])
    await colleague(engagement, "gao", skills=skills, languages=["en"], is_active=False)
    await colleague(engagement, "ann", skills=skills)
    request = await wished(engagement, deal, skills=skills, language="zh", region="上海", needed_by=until)

    found = (await engagement.get(f"/support-requests/{request['id']}/candidates")).json()

    assert [one["name"] for one in found["candidates"]] == ["Li", "Wang", "Ann", "Gao", "Xu", "Zhou"]
    assert [one["fits"] for one in found["candidates"]] == [True, True, False, False, False, False]
    first, second, *out = found["candidates"]
    assert (first["colleague_id"], first["score"]) == (best["id"], 1)
    assert (second["colleague_id"], second["score"]) == (fair["id"], 0.5 * 0.25 + 0.3 + 0.1)
    assert {part["name"]: part["value"] for part in second["parts"]} == {
        "skill": 0.25,
        "time": 1,
        "language": 1,
        "region": 0,
    }
    assert {one["name"]: [why["code"] for why in one["obstacles"]] for one in out} == {
        "Ann": ["is_requester"],
        "Gao": ["inactive", "other_language"],
        "Xu": ["no_wanted_skill"],
        "Zhou": ["away"],
    }
    assert out[1]["obstacles"][1]["message_zh"] == "不会使用语言 zh"


async def test_open_assignments_less_recorded_hours_take_free_time(engagement, deal):
    person = await colleague(engagement, "li", weekly_hours=40, calendar_id=await always_open(engagement))
    until = in_days(21)
    big = await wished(engagement, deal, expected_hours=60, needed_by=until)
    await acted(engagement, f"/support-requests/{big['id']}/triage")
    await acted(engagement, f"/support-requests/{big['id']}/assign", {"to": "best"})
    other = await wished(engagement, deal, needed_by=until, expected_hours=80)

    async def shown():
        [one] = (await engagement.get(f"/support-requests/{other['id']}/candidates")).json()["candidates"]
        return one

    busy = await shown()
    await made(
        engagement,
        "time-entries",
        opportunity_id=deal,
        colleague_id=person["id"],
        worked_on="2026-11-20",
        hours="20",
        activity="support",
        support_request_id=big["id"],
    )
    less_busy = await shown()

    assert (busy["committed_hours"], less_busy["committed_hours"]) == (60, 40)
    assert busy["free_hours"] == busy["capacity_hours"] - 60
    assert [why["code"] for why in busy["obstacles"]] == ["no_time"]


async def test_the_best_is_assigned_with_the_reasons_kept(engagement, deal):
    await colleague(engagement, "li", skills=[{"name": "erp", "level": 1}])
    expert = await colleague(engagement, "wang", skills=[{"name": "ERP", "level": 5}])
    request = await wished(engagement, deal, skills=[{"name": "Erp", "level": 4}])
    path = f"/support-requests/{request['id']}"
    await acted(engagement, f"{path}/triage")

    assigned = await acted(engagement, f"{path}/assign", {"to": "best"})

    assert (assigned["assignee"], assigned["assignee_id"]) == ("wang", expert["id"])
    assert (assigned["assignment"]["chosen"], assigned["assignment"]["score"]) == ("best", 1)


async def test_where_nobody_fits_somebody_can_be_assigned_by_name(engagement, deal):
    person = await colleague(engagement, "li")
    request = await wished(engagement, deal, skills=[{"name": "SAP"}])
    path = f"/support-requests/{request['id']}"
    await acted(engagement, f"{path}/triage")

    nobody = await engagement.act(f"{path}/assign", {"to": "best"})
    unknown = await engagement.act(f"{path}/assign", {"to": str(new_id())})
    assigned = await acted(engagement, f"{path}/assign", {"to": person["id"]})

    assert (nobody.status_code, nobody.json()["code"]) == (409, "nobody_fits")
    assert unknown.status_code == 404
    assert [why["code"] for why in assigned["assignment"]["obstacles"]] == ["no_wanted_skill"]


async def test_two_requests_at_once_do_not_count_on_the_same_free_hours(engagement, deal):
    calendar_id = await always_open(engagement)
    for subject in ("li", "wang"):
        await colleague(engagement, subject, weekly_hours=40, calendar_id=calendar_id)
    until = in_days(7)
    requests = [await wished(engagement, deal, expected_hours=20, needed_by=until) for _ in range(2)]
    for one in requests:
        await acted(engagement, f"/support-requests/{one['id']}/triage")

    answers = await asyncio.gather(
        *(engagement.act(f"/support-requests/{one['id']}/assign", {"to": "best"}) for one in requests)
    )

    assert sorted(one.json()["assignee"] for one in answers) == ["li", "wang"]


async def test_requests_are_found_by_words_state_and_person(engagement, deal):
    need = requirement(UUID(deal))
    await heard(engagement, need)
    one, _, _ = await in_progress(engagement, deal, requirement_ids=[str(need.requirement_id)])
    two = await wished(engagement, deal, title="Delivery plan review", domain="project_management", kind="guidance")
    await acted(engagement, f"/support-requests/{two['id']}/decline", {"reason": "不再需要"})

    async def found(**query):
        return await ids(engagement, "support-requests", **query)

    assert await found(q="流程性能") == [one["id"]]
    assert await found(q="review plan") == [two["id"]]
    assert await found(is_open=True) == await found(assignee="li") == [one["id"]]
    assert await found(domain="project_management", kind="guidance") == await found(is_open=False) == [two["id"]]
    assert await found(requirement_id=str(need.requirement_id)) == [one["id"]]
    assert await found(overdue=True) == []
    await patched(engagement, f"/support-requests/{one['id']}", needed_by="2026-01-01")
    assert await found(overdue=True) == [one["id"]]
    assert await found(overdue=False) == [two["id"]]
    assert await found(requester="ann", opportunity_id=deal, sort="code") == [one["id"], two["id"]]


async def test_nothing_changes_after_the_opportunity_is_closed(engagement, deal):
    request, path, li = await in_progress(engagement, deal)

    await heard(engagement, closed(UUID(deal)))

    refused = await li.act(f"{path}/deliver", {"delivery": "x"})
    assert (refused.status_code, refused.json()["code"]) == (409, "opportunity_is_closed")
    assert set((await actions_of(li, path)).values()) <= {"opportunity_is_closed", "illegal_transition"}
    assert (await clocks_of(engagement, request))["resolution"]["state"] == "cancelled"
    assert (await engagement.post(f"{path}/messages", json={"text": "x"})).status_code == 409


async def test_what_is_left_out_within_a_change_is_as_usual(engagement, deal):
    request = await wished(engagement, deal)

    changed = await patched(engagement, f"/support-requests/{request['id']}", skills=[{"name": "ERP"}])

    assert changed.json()["skills"] == [{"name": "ERP", "level": 3}]


@pytest.mark.parametrize(
    ("wish", "pointer"),
    [
        ({"requirement_ids": [str(new_id())]}, "/requirement_ids/0"),
        ({"skills": [{"name": "ERP"}, {"name": "erp"}]}, "/skills"),
        ({"skills": [{"name": "ERP", "level": 6}]}, "/skills/0/level"),
        ({"expected_hours": 0}, "/expected_hours"),
        ({"domain": "cooking"}, "/domain"),
        ({"language": "Chinese"}, "/language"),
        ({"needed_by": "2150-01-01"}, "/needed_by"),
    ],
)
async def test_a_wrong_request_is_refused(engagement, deal, wish, pointer):
    body = {"opportunity_id": deal, "title": "x", "description": "x", "domain": "technical", "kind": "guidance", **wish}

    refused = await engagement.post("/support-requests", json=body)

    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
