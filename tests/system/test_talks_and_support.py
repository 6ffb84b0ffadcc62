"""Talks with the client and support, as a team has them through the gateway, with the two services as processes."""

from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import icalendar
import pytest

from deploy.embedded import throwaway_folder
from deploy.system import System
from tests.support.system.waiting import until as waited

until = partial(waited, within=20.0)

BREACHED = "engagement.response_clock.breached.v1"
ALWAYS = {day: [{"opens": "00:00", "closes": "24:00"}] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


@pytest.fixture(scope="module")
def system():
    with throwaway_folder("presales-system-") as folder:
        system = System(folder, log_level="warning")
        system.services = {name: system.services[name] for name in ("requirements", "engagement")}
        system.start()
        yield system
        system.stop()


@pytest.fixture
def deal(team):
    client = team.post("lin", "/clients", {"name": "浦东银行"})
    return team.post("lin", "/opportunities", {"client_id": client["id"], "title": "信贷平台", "currency": "CNY"})["id"]


def heard(team, name, path, body):
    """The answer to a POST once engagement has heard of what it names: events take a moment."""

    def ask():
        answer = team[name].post(path, json=body)
        assert answer.is_success or answer.json()["code"] in {"unknown_opportunity", "not_of_this_opportunity"}, (
            answer.text
        )
        return answer.json() if answer.is_success else None

    return until(ask)


def test_a_need_heard_in_a_talk_becomes_a_requirement_and_an_open_question_about_it_blocks_approval(team, deal):
    person = heard(team, "lin", "/contacts", {
        "opportunity_id": deal, "name": "周敏", "mail": "zhou@bank.example", "preferred_channel": "mail",
        "time_zone": "Asia/Shanghai", "consent": {"state": "given", "at": "2026-11-01T00:00:00Z", "how": "名片"},
    })  # fmt: skip
    need = {"statement": "审批须两人复核", "client_words": "四眼原则，没有例外", "priority": "must"}
    talk = team.post("lin", "/interactions", {
        "opportunity_id": deal, "channel": "meeting", "direction": "inbound", "occurred_at": "2026-11-18T06:30:00Z",
        "subject": "审批限额", "contact_ids": [person["id"]], "sentiment": "positive", "needs": [need],
        "next_step": "提供流程图", "next_step_by": {"due_on": "2126-12-01"},
    })  # fmt: skip

    def became():
        return team.get("lin", f"/interactions/{talk['id']}")["needs"][0]["requirement_id"]

    requirement = team.get("lin", f"/requirements/{until(became)}")
    [promise] = team.get("lin", "/commitments", opportunity_id=deal, q="流程图")["items"]
    question = team.post("lin", "/clarifications", {
        "opportunity_id": deal, "question": "限额由谁设定？", "owed_by": "client", "requirement_ids": [requirement["id"]],
    })  # fmt: skip
    team.act("lin", f"/clarifications/{question['id']}/ask")
    baseline = team.post("lin", "/baselines", {"opportunity_id": deal, "title": "第一版"})
    team.act("lin", f"/baselines/{baseline['id']}/submit")

    def why_not():
        actions = team.get("wang", f"/baselines/{baseline['id']}")["allowed_actions"]
        [approve] = [one for one in actions if one["action"] == "approve"]
        return [reason["code"] for reason in approve["reasons"]]

    until(lambda: "open_clarification" in why_not())
    team.act("lin", f"/clarifications/{question['id']}/answer", {"answer": "由分行设定", "answered_by": "周敏"})
    team.act("lin", f"/clarifications/{question['id']}/accept")
    until(lambda: "open_clarification" not in why_not())

    assert (requirement["priority"], promise["side"], promise["owner"]) == ("must", "us", "lin")
    assert [one["id"] for one in team.get("lin", "/interactions", q="审批 限额")["items"]] == [talk["id"]]


def test_whoever_wants_to_be_left_alone_is(team, deal):
    person = heard(team, "lin", "/contacts", {"opportunity_id": deal, "name": "王磊", "do_not_contact": True})
    call = {"opportunity_id": deal, "channel": "phone", "direction": "outbound", "contact_ids": [person["id"]],
            "occurred_at": datetime.now(UTC).isoformat(), "subject": "x"}  # fmt: skip

    refused = team["lin"].post("/interactions", json=call, headers={"Accept-Language": "zh"})

    assert (refused.status_code, refused.json()["code"]) == (409, "must_not_be_contacted")
    assert "王磊" in refused.json()["detail"]


def test_a_calendar_program_follows_a_feed_by_its_link_alone(team, deal):
    heard(team, "lin", "/commitments", {
        "opportunity_id": deal, "side": "client", "statement": "提供接口清单", "owner": "周敏", "due_on": "2126-12-01",
    })  # fmt: skip
    feed = team.post("lin", "/calendar-feeds", {"opportunity_id": deal})

    answer = httpx.get(feed["url"])
    bare = httpx.get(feed["url"].split("?")[0])

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    todos = [str(one["SUMMARY"]) for one in icalendar.Calendar.from_ical(answer.content).walk("VTODO")]
    assert todos == ["客户承诺 CMT-001: 提供接口清单"]
    assert bare.status_code == 401


def test_support_goes_from_wish_to_rating_and_its_hours_are_the_cost_of_the_pursuit(team, deal):
    skills = [{"name": "数据库", "level": 4}]
    for name, level in (("chen", 4), ("zhao", 1)):
        if not team.get("root", "/colleagues", subject=name)["items"]:
            person = team.post("root", "/colleagues", {
                "subject": name, "name": name, "role": "架构师", "skills": [{"name": "数据库", "level": level}],
            })  # fmt: skip
            cost = {"valid_from": "2026-01-01", "day_cost": {"amount": "2000", "currency": "CNY"}}
            team.act("root", f"/colleagues/{person['id']}/day-cost", cost)
    request = heard(team, "lin", "/support-requests", {
        "opportunity_id": deal, "title": "数据库选型咨询", "description": "高可用方案？", "domain": "technical",
        "kind": "consulting", "skills": skills, "expected_hours": 4,
    })  # fmt: skip
    path = f"/support-requests/{request['id']}"

    candidates = team.get("lin", f"{path}/candidates")["candidates"]
    team.act("root", f"{path}/triage")
    assigned = team.act("root", f"{path}/assign", {"to": "best"})
    not_mine = team["lin"].post(
        f"{path}/start", headers={"If-Match": team["lin"].get(path).headers["ETag"], "Accept-Language": "zh"}
    )
    team.act("root", f"{path}/assign", {"to": team.get("root", "/colleagues", subject="chen")["items"][0]["id"]})
    hours = {"opportunity_id": deal, "worked_on": "2026-11-16", "hours": "4", "activity": "support",
             "support_request_id": request["id"]}  # fmt: skip
    team.post("root", "/time-entries", {**hours, "colleague_id": assigned["assignee_id"]})
    summary = team.get("chen", "/time-entries/summary", opportunity_id=deal)
    hidden = team.get("lin", "/time-entries/summary", opportunity_id=deal)

    assert next(one["name"] for one in candidates if one["fits"]) == "chen"
    assert {part["name"] for part in assigned["assignment"]["parts"]} == {"skill", "time", "language", "region"}
    assert (not_mine.status_code, not_mine.json()["code"]) == (403, "only_the_assignee")
    assert (summary["hours"], summary["costs"]) == ("4.00", [{"amount": "1066.67", "currency": "CNY"}])
    assert (hidden["hours"], hidden["costs"]) == ("4.00", None)


def test_the_client_rates_us_by_link(system, team, deal):
    [survey] = team.get("lin", "/surveys", key="nps", view="full")["items"]
    invitation = heard(team, "lin", "/survey-invitations", {
        "opportunity_id": deal, "survey_id": survey["id"], "recipient_name": "周敏", "stage": "qualifying",
    })  # fmt: skip
    key = {"Authorization": f"Bearer {invitation['link'].split('#')[1]}"}
    path = f"{system.url}/v1/survey-invitations/{invitation['id']}"

    form = httpx.get(f"{path}/form", headers=key)
    first = httpx.post(f"{path}/answers", json={"answers": {"score": 9}}, headers=key)
    second = httpx.post(f"{path}/answers", json={"answers": {"score": 1}}, headers=key)
    figures = team.get("lin", f"/surveys/{survey['id']}/results", opportunity_id=deal, stage="qualifying")

    assert (form.status_code, first.status_code, second.status_code) == (200, 200, 409)
    assert (figures["nps"]["value"], figures["response_rate"]["value"]) == (100, 1)


def test_a_clock_that_runs_out_while_its_service_is_dead_is_breached_once_when_it_is_back(system, team, deal):
    calendar = team.post("root", "/calendars", {
        "code": "ALWAYS", "name": "Always", "name_zh": "全天", "time_zone": "UTC", "hours": ALWAYS,
    })  # fmt: skip
    team.post("root", "/response-policies", {
        "subject_kind": "interaction", "priority": "urgent", "first_minutes": 60, "following_minutes": 60,
        "calendar_id": calendar["id"],
    })  # fmt: skip
    heard(team, "lin", "/contacts", {"opportunity_id": deal, "name": "周敏"})
    due = datetime.now(UTC) + timedelta(seconds=4)
    talk = team.post("lin", "/interactions", {
        "opportunity_id": deal, "channel": "phone", "direction": "inbound", "subject": "系统何时上线？",
        "occurred_at": (due - timedelta(minutes=60)).isoformat(), "needs_answer": True, "priority": "urgent",
    })  # fmt: skip
    engagement = system.services["engagement"]

    engagement.kill()
    died = datetime.now(UTC)
    until(lambda: datetime.now(UTC) > due)
    before = told(system, BREACHED, deal)
    engagement.start()

    def breached():
        answer = team["lin"].get("/response-clocks", params={"subject_id": talk["id"]})
        return answer.is_success and answer.json()["items"][0]["state"] == "breached" and answer.json()["items"][0]

    clock = until(breached)
    assert died < due
    assert datetime.fromisoformat(clock["breached_at"]) == datetime.fromisoformat(clock["due_at"]) == due
    assert (before, told(system, BREACHED, deal)) == (0, 1)


def told(system, kind, deal):
    """How often an event was said, by the outbox of the service."""
    query = f"select count(*) from outbox where subject like '%.{kind}.{deal}'"
    ran = system.postgres._run("psql", "-tA", "-d", "engagement", "-c", query)
    assert ran.returncode == 0, ran.stderr
    return int(ran.stdout)
