"""Control plans: tasks with their days, evidence, and figures that call for action."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from icalendar import Calendar

from services.risk.domain.control import Metric
from services.risk.handlers import on_requirements
from shared.language.events.engagement import CalendarRecorded
from tests.conftest import envelope, said
from tests.support.days import in_days, today
from tests.support.risk.example import DEAL
from tests.support.risk.register import RESPONSE, by_code, closed, hear, made, plan
from tests.support.risk.waiting import wait

RECORDED, NEARED, LAPSED, TRIGGERED = (
    f"risk.control_task.{participle}.v1" for participle in ("recorded", "neared", "lapsed", "triggered")
)
DEFECTS = {"name": "open defects", "operator": ">=", "threshold": 20, "unit": None}


async def task(client, of, **wish):
    return await made(client, "/control-tasks", control_plan_id=of["id"], title="Load test", **wish)


async def active(client, **wish):
    """A task of an active plan."""
    of = await plan(client)
    one = await task(client, of, **{"phase": "build", "owner": "wei", "due_on": in_days(30), **wish})
    assert (await client.act(f"/control-plans/{of['id']}/activate")).status_code == 200
    return (await client.get(f"/control-tasks/{one['id']}")).json()


async def told(client, *types):
    return await said(client.app.state.database, *types)


@pytest.mark.parametrize(("operator", "hits"), [("<", [1]), ("<=", [1, 2]), ("=", [2]), (">=", [2, 3]), (">", [3])])
def test_a_figure_calls_for_action_at_its_threshold(operator, hits):
    metric = Metric("defects", operator, 2)

    assert [value for value in (1, 2, 3) if metric.is_hit(value)] == hits


@pytest.mark.parametrize("missing", ["phase", "owner", "due_on"])
async def test_a_plan_whose_tasks_do_not_say_who_does_what_until_when_is_not_activated(risk, missing):
    of = await plan(risk)
    whole = {"phase": "build", "owner": "wei", "due_on": in_days(9)}
    await task(risk, of, **whole)
    one = await task(risk, of, **{name: value for name, value in whole.items() if name != missing})

    refused = await risk.act(f"/control-plans/{of['id']}/activate")
    before = (await risk.get(f"/control-plans/{of['id']}")).json()
    seen = await risk.get(f"/control-tasks/{one['id']}")
    headers = {"If-Match": seen.headers["ETag"]}
    await risk.patch(f"/control-tasks/{one['id']}", json={missing: whole[missing]}, headers=headers)
    done = await risk.act(f"/control-plans/{of['id']}/activate")

    assert (refused.status_code, refused.json()["code"], before["unfilled_tasks"]) == (409, "tasks_unfilled", 1)
    activate = next(one for one in before["allowed_actions"] if one["action"] == "activate")
    assert (activate["is_allowed"], activate["reason"]["code"]) == (False, "tasks_unfilled")
    assert (done.status_code, done.json()["unfilled_tasks"], done.json()["status"]) == (200, 0, "active")


async def test_a_plan_is_filled_with_a_task_for_each_response(risk):
    row = await by_code(risk, "RSK-R04")
    await made(risk, "/responses", **RESPONSE, risk_id=row["id"], owner="wei", due_on="2027-03-01")

    of = await plan(risk, is_filled=True)

    tasks = (await risk.get("/control-tasks", params={"control_plan_id": of["id"], "sort": "code"})).json()["items"]
    assert (of["code"], of["open_tasks"]) == ("RCP-001", 5)
    mine = next(one for one in tasks if one["owner"] == "wei")
    assert (mine["title"], mine["due_on"], mine["risk_id"]) == ("Agree who pays", "2027-03-01", row["id"])
    again = await risk.act(f"/control-plans/{of['id']}/fill")
    assert again.json()["open_tasks"] == 5


async def test_a_plan_without_a_task_controls_nothing(risk):
    of = await plan(risk)

    refused = await risk.act(f"/control-plans/{of['id']}/activate")

    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_control")
    activate = next(one for one in of["allowed_actions"] if one["action"] == "activate")
    assert (activate["is_allowed"], activate["reason"]["code"]) == (False, "nothing_to_control")


async def test_what_is_due_soon_and_what_is_late_is_told_once_each(risk):
    one = await active(risk, due_on=in_days(10), owner="wei", phase="test")

    await wait(risk, days=6)
    early = await told(risk, NEARED)
    await wait(risk, days=8)
    await wait(risk, days=12)
    await wait(risk, days=20)

    [neared], [lapsed] = await told(risk, NEARED), await told(risk, LAPSED)
    seen = (await risk.get(f"/control-tasks/{one['id']}")).json()
    assert early == []
    assert (neared.data["task"]["owner"], neared.data["task"]["phase"]) == ("wei", "test")
    assert lapsed.data["task"]["due_on"] == in_days(10)
    assert seen["overdue_since"]
    late = await risk.get("/control-tasks", params={"is_overdue": True})
    assert [row["id"] for row in late.json()["items"]] == [one["id"]]
    [of] = (await risk.get("/control-plans")).json()["items"]
    assert of["overdue_tasks"] == 1


async def test_a_restart_forgets_nothing_that_is_due(start, risk):
    await active(risk, due_on=in_days(10))

    async with start("risk", clean=False) as again:
        await wait(again, days=12)

        assert len(await told(again, LAPSED)) == 1


async def test_what_was_put_off_is_late_later(risk):
    one = await active(risk, due_on=in_days(1))
    await wait(risk, days=3)

    put_off = await risk.patch(f"/control-tasks/{one['id']}", json={"due_on": in_days(30)},
                               headers={"If-Match": (await risk.get(f"/control-tasks/{one['id']}")).headers["ETag"]})  # fmt: skip
    await wait(risk, days=20)
    between = len(await told(risk, LAPSED))
    await wait(risk, days=40)

    assert put_off.json()["overdue_since"] is None
    assert (between, len(await told(risk, LAPSED))) == (1, 2)


@pytest.mark.parametrize("action", ["complete", "cancel"])
async def test_what_is_over_is_not_late(risk, action):
    one = await active(risk, due_on=in_days(10))

    done = await risk.act(
        f"/control-tasks/{one['id']}/{action}", {"reason": "not needed"} if action == "cancel" else None
    )
    await wait(risk, days=20)

    assert done.status_code == 200
    assert await told(risk, NEARED, LAPSED) == []


def calendar(zone):
    return CalendarRecorded(calendar_id=DEAL, code="WEST", time_zone=zone, hours_per_day=Decimal("7.5"), version=7)


async def due(client, kind, hours):
    """Have done what is due at `hours` o'clock, UTC, of the day after tomorrow; returns what was told."""
    at = datetime.combine(today() + timedelta(days=2), time(), UTC) + timedelta(hours=hours)
    await client.app.state.timers.run_due(client.app.state.database, at)
    return await told(client, kind)


async def test_a_task_is_overdue_when_its_day_is_over_where_the_tenant_works(risk):
    one = await active(risk, due_on=in_days(2))

    before = await due(risk, LAPSED, 15.9)
    after = await due(risk, LAPSED, 16)

    assert (before, [event.data["task"]["control_task_id"] for event in after]) == ([], [one["id"]])


async def test_a_task_waits_for_the_end_of_its_day_when_the_tenant_has_moved_west(risk):
    await active(risk, due_on=in_days(2))
    await on_requirements.handle(risk.app.state.database, [envelope(calendar("America/Los_Angeles"))])

    beijing = await due(risk, LAPSED, 16)
    los_angeles = await due(risk, LAPSED, 24 + 8)

    assert (len(beijing), len(los_angeles)) == (0, 1)


async def test_tasks_of_an_opportunity_that_was_lost_are_watched_no_longer(risk):
    await active(risk, due_on=in_days(1))
    await hear(risk, closed(2))

    await wait(risk, days=20)

    assert await told(risk, LAPSED) == []


async def test_tasks_of_a_draft_or_closed_plan_are_not_watched(risk):
    draft = await plan(risk)
    await task(risk, draft, due_on=in_days(10))
    other = await active(risk, due_on=in_days(10))
    await risk.act(f"/control-plans/{other['control_plan_id']}/close")

    await wait(risk, days=20)

    assert await told(risk, NEARED, LAPSED) == []
    refused = await risk.post("/control-tasks", json={"control_plan_id": other["control_plan_id"], "title": "Late"})
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_is_closed")


async def test_a_checkpoint_is_passed_with_evidence_only(risk):
    one = await active(risk, is_checkpoint=True, milestone="Design frozen")
    path = f"/control-tasks/{one['id']}"

    refused = await risk.act(f"{path}/complete")
    await risk.act(f"{path}/evidence", {"text": "Report 7", "url": "https://files.example.org/7"})
    done = (await risk.act(f"{path}/complete")).json()

    assert (refused.status_code, refused.json()["code"]) == (409, "no_evidence")
    assert (done["status"], done["evidence"][0]["text"], done["evidence"][0]["by"]) == ("done", "Report 7", "ann")
    assert done["done_at"]


async def test_a_reading_that_reaches_the_threshold_is_told_when_it_does_and_not_again_until_it_was_left(risk):
    one = await active(risk, metric=DEFECTS)
    for value in (5, 25, 30, 10, 20):
        await made(risk, f"/control-tasks/{one['id']}/readings", value=value)

    hits = await told(risk, TRIGGERED)

    assert [one.data["value"] for one in hits] == [25, 20]
    assert hits[0].data["task"]["metric"]["name"] == "open defects"
    seen = (await risk.get(f"/control-tasks/{one['id']}")).json()
    assert (seen["last_value"], seen["triggered_at"] is not None) == (20, True)
    readings = (await risk.get(f"/control-tasks/{one['id']}/readings")).json()["items"]
    assert [(row["value"], row["is_hit"]) for row in readings] == [
        (20, True), (10, False), (30, True), (25, True), (5, False),
    ]  # fmt: skip
    called = await risk.get("/control-tasks", params={"is_triggered": True})
    assert [row["id"] for row in called.json()["items"]] == [one["id"]]


async def test_a_reading_that_comes_late_does_not_change_what_is_known_now(risk):
    one = await active(risk, metric=DEFECTS)
    await made(risk, f"/control-tasks/{one['id']}/readings", value=5)

    await made(risk, f"/control-tasks/{one['id']}/readings", value=50, measured_at="2026-01-01T00:00:00Z")

    assert await told(risk, TRIGGERED) == []
    assert (await risk.get(f"/control-tasks/{one['id']}")).json()["last_value"] == 5


async def test_without_a_metric_there_is_nothing_to_read(risk):
    one = await active(risk)

    refused = await risk.post(f"/control-tasks/{one['id']}/readings", json={"value": 1})

    assert (refused.status_code, refused.json()["code"]) == (409, "no_metric")


async def test_a_review_is_due_by_its_rhythm_and_a_missed_one_is_told(risk):
    of = await plan(risk, review_every_days=7, review_on=in_days(1))
    await task(risk, of, phase="build", owner="wei", due_on=in_days(30))
    await risk.act(f"/control-plans/{of['id']}/activate")

    await wait(risk, days=3)
    late = (await risk.get(f"/control-plans/{of['id']}")).json()
    reviewed = (await risk.act(f"/control-plans/{of['id']}/review", {"findings": "All in hand"})).json()

    [lapsed] = await told(risk, "risk.control_plan.lapsed.v1")
    recorded = await told(risk, "risk.control_plan.recorded.v1")
    assert [one.data["review_on"] for one in recorded] == [in_days(1), in_days(7)]
    assert (lapsed.data["review_on"], late["review_overdue_since"] is not None) == (in_days(1), True)
    assert (reviewed["review_on"], reviewed["review_overdue_since"]) == (in_days(7), None)
    assert (reviewed["reviewed_by"], reviewed["findings"]) == ("ann", "All in hand")


async def test_a_calendar_program_follows_the_plan_by_its_link(risk):
    one = await active(risk, due_on="2126-12-01", owner="wei")
    plan_id = one["control_plan_id"]
    link = await made(risk, f"/control-plans/{plan_id}/calendar-link", valid_days=30)

    followed = await risk.as_link("control-plans", plan_id, "follow").get(f"/control-plans/{plan_id}.ics")

    assert link["url"].startswith(f"http://127.0.0.1:8080/v1/control-plans/{plan_id}.ics?link=")
    [todo] = [item for item in Calendar.from_ical(followed.content).walk() if item.name == "VTODO"]
    assert (str(todo["summary"]), todo["due"].dt) == ("RCP-001-01 Load test", date(2126, 12, 1))
    stolen = await risk.as_link("control-plans", uuid4(), "follow").get(f"/control-plans/{plan_id}.ics")
    assert stolen.status_code == 403


async def test_each_step_of_a_task_is_told(risk):
    one = await active(risk)
    await risk.act(f"/control-tasks/{one['id']}/start")
    await risk.act(f"/control-tasks/{one['id']}/complete")
    await risk.act(f"/control-tasks/{one['id']}/reopen")

    assert [event.data["task"]["status"] for event in await told(risk, RECORDED)] == [
        "planned", "in_progress", "done", "planned",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"starts_on": "2027-02-01", "due_on": "2027-01-01"}, "end_before_start"),
        ({"due_on": "9999-12-31"}, "far_away"),
        ({"metric": {"name": "x", "operator": "~", "threshold": 1}}, "not_allowed"),
        ({"metric": {"name": "x", "operator": "<", "threshold": 1e300}}, "too_large"),
        ({"title": "a\x00b"}, "null_character"),
    ],
)
async def test_a_task_that_cannot_be_is_refused(risk, facts, code):
    of = await plan(risk)

    refused = await risk.post("/control-tasks", json={"control_plan_id": of["id"], "title": "x", **facts})

    assert (refused.status_code, [one["code"] for one in refused.json()["errors"]]) == (422, [code])


async def test_what_is_of_others_is_not_found(risk):
    one = await active(risk)
    stranger = risk.as_("eve", "admin", tenant="other")

    answers = [
        await risk.post("/control-tasks", json={"control_plan_id": str(uuid4()), "title": "x"}),
        await risk.post("/control-tasks", json={"control_plan_id": one["control_plan_id"], "title": "x", "risk_id": str(uuid4())}),
        await stranger.get(f"/control-plans/{one['control_plan_id']}"),
        await stranger.get(f"/control-tasks/{one['id']}"),
        await stranger.post(f"/control-tasks/{one['id']}/readings", json={"value": 1}),
        await stranger.get(f"/control-tasks/{one['id']}/readings"),
        await stranger.post(f"/control-plans/{one['control_plan_id']}/calendar-link", json={}),
    ]  # fmt: skip

    assert [answer.status_code for answer in answers] == [404] * len(answers)


async def test_the_plan_of_a_closed_opportunity_stays_as_it_is(risk):
    one = await active(risk)
    await hear(risk, closed(2))

    refused = [
        await risk.act(f"/control-tasks/{one['id']}/start"),
        await risk.act(f"/control-plans/{one['control_plan_id']}/close"),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(409, "register_is_closed")] * 2
