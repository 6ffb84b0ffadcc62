"""Continuing contact: how often by stage, when the next talk is due, and that it was missed."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from shared.kernel.clock import now
from tests.conftest import said
from tests.engagement.conftest import acted, actions_of, changed, contact, heard, patched, recorded, run_until

LAPSED = "engagement.cadence.lapsed.v1"


async def cadence_of(client, deal):
    [cadence] = (await client.get("/cadences", params={"view": "full", "opportunity_id": deal})).json()["items"]
    return cadence


async def test_an_opportunity_has_the_rhythm_of_its_stage(engagement, deal):
    first = await cadence_of(engagement, deal)

    await heard(engagement, changed(UUID(deal), stage="negotiating", owner="wang"))

    assert (first["stage"], first["every_days"], first["channel"], first["owner"]) == ("draft", 14, "phone", "lin")
    assert first["version"] == 1  # written once, with its plan
    second = await cadence_of(engagement, deal)
    assert (second["stage"], second["every_days"], second["channel"]) == ("negotiating", 3, "meeting")
    assert (second["owner"], second["next_touch_at"] < first["next_touch_at"]) == ("wang", True)


async def test_the_next_talk_is_due_from_the_last_one_on_at_a_working_moment(engagement, deal):
    await recorded(engagement, deal, occurred_at="2026-02-02T02:00:00Z")  # Monday; 14 days on is the spring festival

    cadence = await cadence_of(engagement, deal)

    assert cadence["last_touch_at"] == "2026-02-02T02:00:00Z"
    due = datetime(2026, 2, 24, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert datetime.fromisoformat(cadence["next_touch_at"]) == due


async def test_a_missed_talk_is_told_once_and_a_talk_mends_it(engagement, deal):
    late = now() + timedelta(days=40)

    await run_until(engagement, late)
    missed = await cadence_of(engagement, deal)
    await run_until(engagement, late)
    await recorded(engagement, deal, occurred_at=now().isoformat())

    assert missed["is_overdue"] is True
    [event] = await said(engagement.app.state.database, LAPSED)
    assert (event.data["stage"], event.data["every_days"], event.data["owner"]) == ("draft", 14, "lin")
    assert (await cadence_of(engagement, deal))["is_overdue"] is False


async def test_an_older_talk_recorded_late_changes_nothing(engagement, deal):
    await recorded(engagement, deal, occurred_at="2026-11-20T02:00:00Z")
    before = await cadence_of(engagement, deal)

    await recorded(engagement, deal, occurred_at="2026-11-10T02:00:00Z")

    assert (await cadence_of(engagement, deal))["next_touch_at"] == before["next_touch_at"]


async def test_the_next_talk_follows_the_calendar(engagement, deal):
    await recorded(engagement, deal, occurred_at="2026-11-20T02:00:00Z")
    before = datetime.fromisoformat((await cadence_of(engagement, deal))["next_touch_at"])
    [calendar] = (await engagement.get("/calendars", params={"code": "CN"})).json()["items"]
    kept = calendar["years"]["2026"]
    day = before.astimezone(ZoneInfo("Asia/Shanghai")).date()

    year = {"year": 2026, "source": "公司放假", "holidays": [*kept["holidays"], day.isoformat()],
            "working_weekends": kept["working_weekends"]}  # fmt: skip
    await acted(engagement, f"/calendars/{calendar['id']}/years", year)

    after = datetime.fromisoformat((await cadence_of(engagement, deal))["next_touch_at"])
    assert after.astimezone(ZoneInfo("Asia/Shanghai")).date() > day


async def test_an_opportunity_may_have_a_rhythm_of_its_own(engagement, deal):
    cadence = await cadence_of(engagement, deal)

    own = await patched(engagement, f"/cadences/{cadence['id']}", every_days=2, channel="chat")
    await heard(engagement, changed(UUID(deal), stage="active"))
    kept = await cadence_of(engagement, deal)
    back = await patched(engagement, f"/cadences/{cadence['id']}", is_own=False)

    assert (own.json()["every_days"], own.json()["is_own"]) == (2, True)
    assert (kept["stage"], kept["every_days"], kept["channel"]) == ("active", 2, "chat")
    assert (back.json()["every_days"], back.json()["channel"], back.json()["is_own"]) == (7, "meeting", False)


async def test_a_paused_cadence_misses_nothing(engagement, deal):
    cadence = await cadence_of(engagement, deal)

    paused = await acted(engagement, f"/cadences/{cadence['id']}/pause")
    done = await run_until(engagement, now() + timedelta(days=400))
    actions = await actions_of(engagement, f"/cadences/{cadence['id']}")
    resumed = await acted(engagement, f"/cadences/{cadence['id']}/resume")

    assert (paused["state"], paused["next_touch_at"], done) == ("paused", None, 0)
    assert actions == {"change": None, "pause": "illegal_transition", "resume": None}
    assert resumed["next_touch_at"] == cadence["next_touch_at"]


async def test_the_rule_of_a_stage_is_data_and_its_cadences_follow(engagement, deal):
    rules = (await engagement.get("/cadences/rules")).json()["items"]
    [rule] = [one for one in rules if one["stage"] == "draft"]

    changed_rule = await patched(engagement, f"/cadences/rules/{rule['id']}", every_days=5)

    assert len(rules) == 6
    assert changed_rule.json()["every_days"] == 5
    assert (await cadence_of(engagement, deal))["every_days"] == 5


async def test_only_those_who_may_be_contacted_are_within_reach(engagement, deal):
    person = await contact(engagement, deal)
    await contact(engagement, deal, name="Left alone", do_not_contact=True)

    assert (await cadence_of(engagement, deal))["reachable_contact_ids"] == [person["id"]]


@pytest.mark.parametrize("wish", [{"every_days": 0}, {"every_days": None}, {"channel": "pigeon"}])
async def test_a_wrong_rhythm_is_refused(engagement, deal, wish):
    cadence = await cadence_of(engagement, deal)

    assert (await patched(engagement, f"/cadences/{cadence['id']}", **wish)).status_code == 422
