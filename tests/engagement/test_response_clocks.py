"""Response clocks: started, standing while the client owes, near their end, breached or met, over restarts."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.engagement.commands import response_clocks
from services.engagement.commands.response_clocks import ClockSubject
from shared.kernel.clock import now
from shared.kernel.context import Context, new_id
from tests.conftest import TENANT, eventually, said
from tests.engagement.conftest import made, run_until

NEARED, BREACHED, MET, MISSED = (
    f"engagement.response_clock.{word}.v1" for word in ("neared", "breached", "met", "missed")
)


async def clock_of(client, subject_id):
    [clock] = (await client.get("/response-clocks", params={"view": "full", "subject_id": subject_id})).json()["items"]
    return clock


async def started(client, *, hours_ago=0, priority="normal", **wish):
    subject = ClockSubject("support_request", new_id(), new_id(), "SR-001 审批流程咨询", "li")
    async with client.app.state.database.transaction(Context(TENANT, "ann")) as session:
        at = now() - timedelta(hours=hours_ago)
        await response_clocks.start_clock(session, subject, priority=priority, at=at, **wish)
    return await clock_of(client, str(subject.id))


async def change(client, clock, function, **wish):
    async with client.app.state.database.transaction(Context(TENANT, "ann")) as session:
        await function(session, clock["subject_kind"], UUID(clock["subject_id"]), **wish)
    return (await client.get(f"/response-clocks/{clock['id']}")).json()


WEEK = {day: [{"opens": "00:00", "closes": "24:00"}] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
ALWAYS = {"code": "ALWAYS", "name": "Always", "name_zh": "全天", "time_zone": "UTC", "hours": WEEK}
POLICY = {"subject_kind": "support_request", "priority": "normal", "first_minutes": 600, "following_minutes": 300}


@pytest.fixture
async def always_open(engagement):
    """Policies on a calendar that never closes, so that the tests mean the same at any hour of the week."""
    calendar = await made(engagement, "calendars", **ALWAYS)
    await made(engagement, "response-policies", **POLICY, calendar_id=calendar["id"])
    return calendar


@pytest.mark.usefixtures("always_open")
async def test_a_clock_shows_when_its_answer_is_due(engagement):
    clock = await started(engagement, hours_ago=1)

    assert (clock["state"], clock["target_minutes"], clock["purpose"]) == ("running", 600, "first")
    assert clock["elapsed_minutes"] == pytest.approx(60, abs=1)
    assert clock["remaining_minutes"] == pytest.approx(540, abs=1)
    assert clock["due_at"] > clock["due_soon_at"] > clock["started_at"]


@pytest.mark.usefixtures("always_open")
async def test_an_answer_in_time_meets_the_clock_without_the_time_that_the_client_owed(engagement):
    clock, moment = await started(engagement, hours_ago=5), now()

    await change(engagement, clock, response_clocks.pause_clock, reason="order form", at=moment - timedelta(hours=4))
    await change(engagement, clock, response_clocks.resume_clock, at=moment - timedelta(hours=1))
    met = await change(engagement, clock, response_clocks.stop_clock, at=moment)

    assert (met["state"], met["elapsed_minutes"]) == ("met", pytest.approx(120, abs=0.1))
    [event] = await said(engagement.app.state.database, MET)
    assert event.data["clock"]["elapsed_minutes"] == pytest.approx(120, abs=0.1)
    assert event.data["clock"]["subject_label"] == "SR-001 审批流程咨询"
    assert [action["reason"]["code"] for action in met["allowed_actions"]] == ["illegal_transition"] * 2


@pytest.mark.usefixtures("always_open")
async def test_a_clock_tells_once_that_it_is_near_and_once_that_it_is_breached(engagement):
    clock = await started(engagement)
    database = engagement.app.state.database

    early = await run_until(engagement, now() + timedelta(minutes=449))
    near = await run_until(engagement, now() + timedelta(minutes=451))
    late = await run_until(engagement, now() + timedelta(minutes=601))
    again = await run_until(engagement, now() + timedelta(days=9))
    answered = await change(engagement, clock, response_clocks.stop_clock, at=now() + timedelta(minutes=700))

    assert (early, near, late, again) == (0, 1, 1, 0)
    assert [event.type for event in await said(database)] == [NEARED, BREACHED, MISSED]
    assert (answered["state"], answered["breached_at"]) == ("breached", clock["due_at"])
    assert answered["remaining_minutes"] == pytest.approx(-100, abs=1)


@pytest.mark.usefixtures("always_open")
async def test_a_standing_clock_is_never_due_and_is_due_later_by_as_much(engagement):
    clock = await started(engagement)

    paused = await engagement.act(f"/response-clocks/{clock['id']}/pause", {"reason": "网络拓扑图待客户提供"})
    nothing = await run_until(engagement, now() + timedelta(days=30))
    resumed = await engagement.act(f"/response-clocks/{clock['id']}/resume")

    assert (paused.json()["state"], paused.json()["due_at"], nothing) == ("paused", None, 0)
    assert paused.json()["pauses"][0]["reason"] == "网络拓扑图待客户提供"
    assert resumed.json()["state"] == "running"
    assert resumed.json()["due_at"] > clock["due_at"]


@pytest.mark.usefixtures("always_open")
async def test_a_clock_cannot_stand_twice_and_says_what_is_possible(engagement):
    clock = await started(engagement)
    await engagement.act(f"/response-clocks/{clock['id']}/pause", {"reason": "不再需要"})

    twice = await engagement.act(f"/response-clocks/{clock['id']}/pause", {"reason": "不再需要"})

    assert (twice.status_code, twice.json()["code"]) == (409, "illegal_transition")


async def test_a_clock_that_runs_out_while_the_service_is_down_is_breached_once_when_it_is_back(start):
    async with start("engagement") as before:
        await made(before, "calendars", **ALWAYS)
        calendar = (await before.get("/calendars", params={"code": "ALWAYS"})).json()["items"][0]
        await made(before, "response-policies", **POLICY, calendar_id=calendar["id"])
        clock = await started(before, hours_ago=10 - 0.5 / 3600)  # half a second is left

    async with start("engagement", clean=False) as after:

        async def breached():
            return await said(after.app.state.database, BREACHED)

        [event] = await eventually(breached)
        again = await run_until(after, now() + timedelta(days=2))
        shown = (await after.get(f"/response-clocks/{clock['id']}")).json()
        everything = [one.type for one in await said(after.app.state.database)]

    assert (event.data["clock"]["clock_id"], shown["state"], again) == (clock["id"], "breached", 0)
    assert everything == [NEARED, BREACHED]


async def test_running_clocks_follow_a_change_of_their_calendar(engagement, always_open):
    clock = await started(engagement)
    path = f"/calendars/{always_open['id']}"
    seen = await engagement.get(path)
    # Shorter than what the clock has left, so that it ends later at whatever hour this runs.
    quarter = {day: [{"opens": "06:00", "closes": "12:00"}] for day in always_open["hours"]}

    changed = await engagement.patch(path, json={"hours": quarter}, headers={"If-Match": seen.headers["ETag"]})

    assert changed.status_code == 200, changed.text
    assert (await clock_of(engagement, clock["subject_id"]))["due_at"] > clock["due_at"]


@pytest.mark.usefixtures("always_open")
async def test_another_priority_counts_from_the_start(engagement):
    clock = await started(engagement)

    urgent = await change(engagement, clock, response_clocks.change_clock, priority="urgent", owner="wang")

    assert (urgent["priority"], urgent["target_minutes"], urgent["owner"]) == ("urgent", 60, "wang")
    assert urgent["started_at"] == clock["started_at"]


@pytest.mark.usefixtures("always_open")
async def test_a_second_start_leaves_the_open_clock_as_it_is(engagement):
    clock = await started(engagement)
    subject = ClockSubject("support_request", UUID(clock["subject_id"]), UUID(clock["opportunity_id"]), "again")

    async with engagement.app.state.database.transaction(Context(TENANT, "ann")) as session:
        await response_clocks.start_clock(session, subject, priority="urgent")

    assert (await clock_of(engagement, clock["subject_id"]))["version"] == clock["version"]


@pytest.mark.usefixtures("always_open")
async def test_a_cancelled_clock_is_due_at_no_time(engagement):
    clock = await started(engagement)

    cancelled = await change(engagement, clock, response_clocks.cancel_clock)

    assert (cancelled["state"], await run_until(engagement, now() + timedelta(days=30))) == ("cancelled", 0)
    assert await said(engagement.app.state.database) == []


@pytest.mark.usefixtures("always_open")
async def test_clocks_are_listed_by_what_they_are_about_and_how_they_stand(engagement):
    one, two = await started(engagement), await started(engagement)
    await change(engagement, two, response_clocks.stop_clock)

    async def found(**query):
        answer = await engagement.get("/response-clocks", params=query)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    assert await found(opportunity_id=one["opportunity_id"], state="running") == [one["id"]]
    assert await found(is_open=False) == [two["id"]]
    assert await found(state="met", owner="li") == [two["id"]]
    assert await found(sort="due_at", is_open=True) == [one["id"]]


async def test_a_tenant_starts_with_policies_for_every_kind_and_priority(engagement):
    first = (await engagement.get("/response-policies")).json()["items"]
    second = (await engagement.get("/response-policies", params={"is_in_force": True})).json()["items"]

    assert len(first) == len(second) == 12
    assert {(item["subject_kind"], item["priority"]) for item in first} == {
        (kind, priority)
        for kind in ("clarification", "interaction", "support_request")
        for priority in ("urgent", "high", "normal", "low")
    }


@pytest.mark.usefixtures("always_open")
async def test_a_policy_is_revised_and_running_clocks_keep_the_one_they_have(engagement):
    clock = await started(engagement)
    wish = {"subject_kind": "support_request", "priority": "normal", "first_minutes": 30, "following_minutes": 30}

    revised = await engagement.post("/response-policies", json=wish)

    assert (revised.json()["revision"], revised.json()["is_shipped"]) == (3, False)
    revisions = await engagement.get(
        "/response-policies", params={"subject_kind": "support_request", "priority": "normal", "sort": "revision"}
    )
    assert [item["superseded_at"] is None for item in revisions.json()["items"]] == [False, False, True]
    assert (await clock_of(engagement, clock["subject_id"]))["target_minutes"] == 600
    assert (await started(engagement))["target_minutes"] == 30
