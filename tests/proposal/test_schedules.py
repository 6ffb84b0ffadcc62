"""Schedules: drafted from the estimate, edited by persons, rebased when it moves, agreed for the proposal."""

import copy

import pytest

from services.proposal.content.planning import schedule_of, work_of
from services.proposal.handlers import on, on_opportunities
from shared.language.events.requirements import BaselineWithdrawn, OpportunityClosed
from tests.conftest import envelope, said
from tests.support.proposal.plans import actions, dates, heard, listed, newest, opportunity, saved, task, told
from tests.support.proposal.samples import events


async def proposals(client, found):
    return await listed(client, "proposals", found)


async def content(client, found):
    newest_one = (await proposals(client, found))[-1]
    return (await client.get(f"/proposals/{newest_one['id']}/content")).json()


async def test_a_schedule_is_drafted_with_the_dates_that_the_proposal_has(service):
    found = await opportunity(service)

    schedule = await newest(service, "schedules", found)

    computed = schedule_of(work_of(found.estimate), found.estimate, found.risk, found.price)
    assert sorted(dates(schedule).values()) == sorted(
        [(f"{one.start}", f"{one.finish}") for one in computed.tasks]
        + [(f"{point.date}", f"{point.date}") for point in computed.milestones]
    )
    assert (schedule["status"], schedule["freshness"], schedule["is_edited"]) == ("draft", "fresh", False)
    assert (schedule["code"], schedule["revision"]) == ("SCH-2026-0012", 1)
    assert (schedule["finish"], schedule["duration_days"]) == (f"{computed.finish}", computed.duration_days)
    assert schedule["finish"] <= schedule["p50_finish"] <= schedule["p80_finish"]
    assert schedule["basis"]["estimate_id"] == str(found.estimate.estimate_id)
    assert schedule["plan"]["critical_paths"][0][-1] in {"live", "closed"}


async def test_gates_have_criteria_in_both_languages_and_the_client_s_date_is_a_deadline(service):
    found = await opportunity(service, "lending")

    schedule = await newest(service, "schedules", found)

    gate = task(schedule, "accepted")
    assert gate["kind"] == "gate"
    assert all(one["text"] and one["text_zh"] for one in gate["criteria"])
    latest = min(limit.latest for limit in found.baseline.constraints if limit.latest)
    assert task(schedule, "live")["deadline"] == latest.isoformat()


async def test_the_same_draft_heard_twice_is_one_schedule(service):
    found = await opportunity(service)

    await told(service)

    assert len(await listed(service, "schedules", found)) == 1


async def test_every_save_computes_dates_floats_and_critical_path_anew(service):
    found = await opportunity(service)
    schedule = await newest(service, "schedules", found)
    path = f"/schedules/{schedule['id']}/tasks/design"

    changed = await saved(service, "PATCH", path, {"duration_days": task(schedule, "design")["duration_days"] + 10})

    assert changed["is_edited"]
    assert changed["duration_days"] == schedule["duration_days"] + 10
    assert changed["finish"] > schedule["finish"]
    assert changed["p80_finish"] > schedule["p80_finish"]
    assert "design" in changed["plan"]["critical"]


async def test_the_whole_network_is_replaced_and_read_again_unchanged(service):
    found = await opportunity(service)
    schedule = await newest(service, "schedules", found)
    network = {
        "start": "2027-03-01",
        "calendar": {"base": "CN", "weekdays": None, "holidays": ["2027-03-08"], "working_days": []},
        "calendars": [
            {"id": "always", "name": "Every day", "base": "weekdays", "weekdays": [1, 2, 3, 4, 5, 6, 7],
             "holidays": [], "working_days": []},
        ],
        "phases": [{"id": "work", "name": "Work", "name_zh": "实施"}],
        "tasks": [
            {"id": "A", "name": "Prepare", "name_zh": None, "kind": "task", "phase": "work", "module": None,
             "duration_days": 5.0, "range": None, "links": [], "constraint": None, "deadline": None, "calendar": None,
             "role_days": {"developer": 5.0}, "criteria": [], "note": None},
            {"id": "B", "name": "Cut over", "name_zh": "切换", "kind": "task", "phase": "work", "module": None,
             "duration_days": 2.0, "range": {"optimistic": 1.0, "most_likely": 2.0, "pessimistic": 4.0, "distribution": "pert"},
             "links": [{"predecessor": "A", "kind": "FS", "lag_days": 0.0}],
             "constraint": {"kind": "start_no_earlier_than", "date": "2027-03-06"}, "deadline": "2027-03-10",
             "calendar": "always", "role_days": {}, "criteria": [], "note": "at night"},
            {"id": "ready", "name": "Ready", "name_zh": "就绪", "kind": "gate", "phase": None, "module": None,
             "duration_days": 0.0, "range": None, "links": [{"predecessor": "B", "kind": "FF", "lag_days": 1.0}],
             "constraint": None, "deadline": None, "calendar": None, "role_days": {},
             "criteria": [{"text": "It runs", "text_zh": None}], "note": None},
        ],
        "accompanying": [{"phase": "work", "role": "project_manager", "days": 2.0}],
        "delivery": "ready",
    }  # fmt: skip

    changed = await saved(service, "PUT", f"/schedules/{schedule['id']}/network", network)

    assert changed["network"] == network
    # Monday the 8th is off; the lag of the gate passes on Tuesday.
    assert dates(changed) == {
        "A": ("2027-03-01", "2027-03-05"), "B": ("2027-03-06", "2027-03-07"), "ready": ("2027-03-09", "2027-03-09"),
    }  # fmt: skip
    assert (changed["start"], changed["finish"], changed["task_count"]) == ("2027-03-01", "2027-03-09", 3)
    again = (await service.get(f"/schedules/{schedule['id']}")).json()
    assert again == changed


async def test_a_broken_constraint_is_told_and_stops_the_agreement_until_it_is_mended(service):
    found = await opportunity(service)
    schedule = await newest(service, "schedules", found)
    path = f"/schedules/{schedule['id']}/tasks/deployment"

    broken = await saved(service, "PATCH", path, {"constraint": {"kind": "must_finish_on", "date": schedule["start"]}})

    [conflict] = broken["plan"]["conflicts"]
    assert (conflict["task_id"], conflict["kind"], conflict["wanted"]) == (
        "deployment",
        "must_finish_on",
        schedule["start"],
    )
    assert conflict["days"] > 0
    assert "deployment" in conflict["message"]
    assert "须于" in conflict["message_zh"]
    floats = {one["id"]: one["total_float_days"] for one in broken["plan"]["tasks"]}
    assert floats["deployment"] < 0
    assert floats["requirements"] < 0
    assert actions(broken)["agree"] == "schedule_has_conflicts"
    refused = await service.act(f"/schedules/{schedule['id']}/agree")
    assert (refused.status_code, refused.json()["code"]) == (409, "schedule_has_conflicts")

    mended = await saved(service, "PATCH", path, {"constraint": None})
    assert actions(mended)["agree"] is None


async def test_a_missed_deadline_is_told_but_may_stay(service):
    found = await opportunity(service)
    schedule = await newest(service, "schedules", found)

    late = await saved(service, "PATCH", f"/schedules/{schedule['id']}/tasks/live", {"deadline": schedule["start"]})

    assert [one["kind"] for one in late["plan"]["conflicts"]] == ["deadline"]
    assert actions(late)["agree"] is None


async def test_tasks_are_added_and_removed_but_not_while_others_wait_for_them(service):
    found = await opportunity(service)
    schedule = await newest(service, "schedules", found)
    path = f"/schedules/{schedule['id']}/tasks"
    wish = {"id": "audit", "name": "Security audit", "name_zh": "安全审计", "phase": "test", "duration_days": 8,
            "links": [{"predecessor": "built"}]}  # fmt: skip

    added = await saved(service, "POST", path, wish)
    linked = await saved(
        service, "PATCH", f"{path}/accepted",
        {"links": [*task(added, "accepted")["links"], {"predecessor": "audit", "lag_days": 2}]},
    )  # fmt: skip
    refused = await saved(service, "DELETE", f"{path}/audit", status=409)
    await saved(service, "PATCH", f"{path}/accepted", {"links": task(added, "accepted")["links"]})
    removed = await saved(service, "DELETE", f"{path}/audit")

    assert added["task_count"] == schedule["task_count"] + 1
    assert dates(linked)["audit"][1] < dates(linked)["accepted"][0]
    assert (refused["code"], "accepted" in refused["detail"]) == ("task_is_needed", True)
    assert dates(removed) == dates(schedule)
    assert not removed["is_edited"]


NETWORKS = {
    "a circle": (lambda n: n["tasks"][1]["links"].append({"predecessor": "closed"}), "cycle"),
    "an id twice": (lambda n: n["tasks"].append(n["tasks"][0]), "duplicate_id"),
    "an unknown predecessor": (lambda n: n["tasks"][0]["links"].append({"predecessor": "x"}), "unknown_predecessor"),
    "an unknown calendar": (lambda n: n["tasks"][1].update(calendar="x"), "unknown_calendar"),
    "a task of no phase": (lambda n: n["tasks"][1].update(phase=None), "unknown_phase"),
    "an unknown delivery": (lambda n: n.update(delivery="x"), "unknown_task"),
    "a milestone that takes time": (lambda n: n["tasks"][0].update(duration_days=3), "takes_time"),
    "a task that takes none": (lambda n: n["tasks"][1].update(duration_days=0), "takes_no_time"),
    "a gate without criteria": (lambda n: n["tasks"][0].update(kind="gate"), "no_criteria"),
    "criteria of a task": (lambda n: n["tasks"][1].update(criteria=[{"text": "x"}]), "not_a_gate"),
    "the same link twice": (lambda n: n["tasks"][1].update(links=[{"predecessor": "start"}] * 2), "linked_twice"),
    "a range out of order": (
        lambda n: n["tasks"][1].update(range={"optimistic": 3, "most_likely": 2, "pessimistic": 5}), "range_order",
    ),
    "a limit without a date": (lambda n: n["tasks"][1].update(constraint={"kind": "must_start_on"}), "no_date"),
    "a duration that is no number": (lambda n: n["tasks"][1].update(duration_days="NaN"), "not_finite"),
    "NUL in a name": (lambda n: n["tasks"][1].update(name="a\0b"), "null_character"),
    "two phases of one id": (lambda n: n["phases"].append(n["phases"][0]), "named_twice"),
    "years beyond all plans": (lambda n: n.update(start="9999-01-01"), "far_away"),
    "more than twenty years": (lambda n: [t.update(duration_days=3000) for t in n["tasks"][1:4:2]], "schedule_too_long"),
    "no list of tasks": (lambda n: n.update(tasks={}), "wrong_type"),
    "too many tasks": (lambda n: n.update(tasks=[n["tasks"][0]] * 3_001), "too_many"),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
async def test_a_network_that_cannot_be_is_refused_and_nothing_is_kept(service, name):
    change, code = NETWORKS[name]
    found = await opportunity(service, size=3)
    schedule = await newest(service, "schedules", found)
    network = copy.deepcopy(schedule["network"])
    change(network)

    refused = await saved(service, "PUT", f"/schedules/{schedule['id']}/network", network, status=422)

    assert code in [refused["code"], *(error["code"] for error in refused["errors"])]
    assert (await service.get(f"/schedules/{schedule['id']}")).json() == schedule


async def test_a_task_that_is_not_there_is_not_found(service):
    found = await opportunity(service, size=3)
    schedule = await newest(service, "schedules", found)

    answer = await saved(service, "PATCH", f"/schedules/{schedule['id']}/tasks/x", {"name": "X"}, status=404)

    assert answer["code"] == "no_such_task"


async def test_a_change_needs_the_version_that_was_seen(service):
    found = await opportunity(service, size=3)
    schedule = await newest(service, "schedules", found)
    path = f"/schedules/{schedule['id']}/tasks/design"

    assert (await service.patch(path, json={"name": "X"})).status_code == 428
    assert (await service.patch(path, json={"name": "X"}, headers={"If-Match": '"77"'})).status_code == 412


async def test_another_tenant_sees_no_schedule(service):
    found = await opportunity(service, size=3)
    schedule = await newest(service, "schedules", found)
    stranger = service.as_("eve", "admin", tenant="other")

    assert (await stranger.get(f"/schedules/{schedule['id']}")).status_code == 404
    assert (await stranger.get("/schedules")).json()["items"] == []


@pytest.mark.parametrize(
    ("role", "edits", "agrees"), [("viewer", 403, 403), ("sales", 200, 403), ("presales", 200, 200)]
)
async def test_who_may_edit_and_who_may_agree(service, role, edits, agrees):
    found = await opportunity(service, size=3)
    schedule = await newest(service, "schedules", found)
    caller = service.as_("bob", role)

    assert (await caller.get(f"/schedules/{schedule['id']}")).status_code == 200
    await saved(caller, "PATCH", f"/schedules/{schedule['id']}/tasks/design", {"note": "x"}, status=edits)
    assert (await caller.act(f"/schedules/{schedule['id']}/agree")).status_code == agrees


async def test_an_untouched_draft_follows_a_newer_estimate_by_itself(service):
    first = await opportunity(service)
    before = await newest(service, "schedules", first)

    await heard(service, events("permits", 6, estimate_revision=2, scale=1.5), ("estimate", "risk", "price"))

    [after] = await listed(service, "schedules", first)
    assert after["id"] == before["id"]
    assert after["basis"]["estimate_revision"] == 2
    assert after["finish"] > before["finish"]
    assert (after["freshness"], after["is_edited"]) == ("fresh", False)


async def test_an_edited_draft_becomes_stale_at_once_and_is_rebased_with_its_edits(service):
    first = await opportunity(service)
    schedule = await newest(service, "schedules", first)
    path = f"/schedules/{schedule['id']}/tasks"
    await saved(service, "PATCH", f"{path}/design", {"duration_days": 33, "note": "as we agreed"})
    await saved(service, "POST", path, {"id": "audit", "name": "Audit", "phase": "test", "duration_days": 8,
                                        "links": [{"predecessor": "built"}]})  # fmt: skip
    second = events("permits", 6, estimate_revision=2, scale=1.5)

    await heard(service, second, ("estimate",))
    stale = await newest(service, "schedules", first)
    early = await service.act(f"/schedules/{schedule['id']}/rebase")
    await heard(service, second, ("risk", "price"))
    rebased = (await service.act(f"/schedules/{schedule['id']}/rebase")).json()

    assert (stale["freshness"], stale["stale_reason"]["code"]) == ("stale", "estimate_revised")
    assert actions(stale) == {
        "change": None,
        "agree": "plan_is_stale",
        "withdraw": "illegal_transition",
        "rebase": None,
    }
    assert early.json()["code"] == "not_computed_yet"
    after = rebased["schedule"]
    assert (after["freshness"], after["basis"]["estimate_revision"], after["is_edited"]) == ("fresh", 2, True)
    assert (task(after, "design")["duration_days"], task(after, "design")["note"]) == (33, "as we agreed")
    assert task(after, "audit")["duration_days"] == 8
    old, new = task(schedule, "requirements")["duration_days"], task(after, "requirements")["duration_days"]
    assert new > old
    told_of = {(one["kind"], one["id"], one["field"]): (one["old"], one["new"]) for one in rebased["changes"]}
    assert told_of["taken", "requirements", "duration_days"] == (old, new)
    assert told_of["kept", "design", "duration_days"][0] == 33
    assert actions(after)["rebase"] == "nothing_to_rebase"


async def test_tasks_that_the_estimate_no_longer_has_go_and_what_waited_for_them_waits_on(service):
    first = await opportunity(service, "permits", None)
    schedule = await newest(service, "schedules", first)
    builds = [one["id"] for one in schedule["network"]["tasks"] if one["id"].startswith("build-")]
    last = next(one for one in builds if task(schedule, one)["links"][0]["predecessor"] in builds)
    gone = task(schedule, last)["links"][0]["predecessor"]
    await saved(service, "PATCH", f"/schedules/{schedule['id']}/tasks/{last}",
                {"links": [{"predecessor": gone, "lag_days": 3}]})  # fmt: skip
    module = task(schedule, gone)["module"]
    dropped = [number for number, item in enumerate(first.baseline.requirements, 1) if item.group == module]

    second = events("permits", None, epoch=2, drop=dropped)
    await heard(service, second)
    rebased = (await service.act(f"/schedules/{schedule['id']}/rebase")).json()

    assert ("removed", gone) in {(one["kind"], one["id"]) for one in rebased["changes"]}
    assert ("bridged", last) in {(one["kind"], one["id"]) for one in rebased["changes"]}
    assert gone not in dates(rebased["schedule"])
    [link] = task(rebased["schedule"], last)["links"]
    assert link["predecessor"] == task(schedule, gone)["links"][0]["predecessor"]


async def test_an_agreed_schedule_is_what_the_next_proposal_says(service):
    found = await opportunity(service)
    schedule = await newest(service, "schedules", found)
    computed = await content(service, found)
    await saved(service, "PATCH", f"/schedules/{schedule['id']}/tasks/design", {"duration_days": 40})

    agreed = (await service.act(f"/schedules/{schedule['id']}/agree")).json()

    assert (agreed["status"], agreed["agreed_by"]) == ("agreed", "ann")
    assert actions(agreed) == {"change": "illegal_transition", "agree": "illegal_transition", "withdraw": None,
                               "rebase": "nothing_to_rebase"}  # fmt: skip
    offered = await content(service, found)
    assert offered["schedule"]["finish"] == agreed["finish"] > computed["schedule"]["finish"]
    assert offered["schedule"]["p80_finish"] == agreed["p80_finish"]
    assert offered["key_figures"]["p80_finish"] == agreed["p80_finish"]
    assert {one["id"]: (one["start"], one["finish"]) for one in offered["schedule"]["tasks"]}.items() <= dates(
        agreed
    ).items()
    old, _new = await proposals(service, found)
    assert (old["status"], old["stale_reason"]["code"]) == ("superseded", "schedule_settled")
    [event] = await said(service.app.state.database, "proposal.schedule.agreed.v1")
    assert (event.data["schedule_id"], event.data["p80_finish"]) == (agreed["id"], agreed["p80_finish"])


async def test_nothing_that_persons_wrote_for_themselves_reaches_the_proposal(service):
    found = await opportunity(service)
    schedule = await newest(service, "schedules", found)
    await saved(service, "PATCH", f"/schedules/{schedule['id']}/tasks/design", {"note": "internal remark"})

    await service.act(f"/schedules/{schedule['id']}/agree")

    assert "internal remark" not in str(await content(service, found))


async def test_withdrawing_the_agreement_lets_the_computed_schedule_count_again(service):
    found = await opportunity(service)
    schedule = await newest(service, "schedules", found)
    computed = await content(service, found)
    await saved(service, "PATCH", f"/schedules/{schedule['id']}/tasks/design", {"duration_days": 40})
    await service.act(f"/schedules/{schedule['id']}/agree")

    withdrawn = (await service.act(f"/schedules/{schedule['id']}/withdraw", {"reason": "Client objects."})).json()

    assert (withdrawn["status"], withdrawn["agreed_by"], withdrawn["note"]) == ("draft", None, "Client objects.")
    assert (await content(service, found))["schedule"] == computed["schedule"]
    [event] = await said(service.app.state.database, "proposal.schedule.withdrawn.v1")
    assert event.data["reason"] == "Client objects."


async def test_an_agreed_schedule_counts_until_its_rebased_draft_is_agreed(service):
    first = await opportunity(service)
    schedule = await newest(service, "schedules", first)
    await saved(service, "PATCH", f"/schedules/{schedule['id']}/tasks/design", {"duration_days": 40})
    await service.act(f"/schedules/{schedule['id']}/agree")
    await heard(service, events("permits", 6, estimate_revision=2, scale=1.5), ("estimate", "risk", "price"))

    stale = await newest(service, "schedules", first)
    draft = (await service.act(f"/schedules/{schedule['id']}/rebase")).json()["schedule"]
    second_draft = await service.act(f"/schedules/{schedule['id']}/rebase")
    agreed = (await service.act(f"/schedules/{draft['id']}/agree")).json()

    assert (stale["status"], stale["freshness"]) == ("agreed", "stale")
    assert (draft["revision"], draft["status"], draft["id"] != stale["id"]) == (2, "draft", True)
    assert task(draft, "design")["duration_days"] == 40
    assert second_draft.json()["code"] == "there_is_a_draft"
    assert agreed["status"] == "agreed"
    assert [one["status"] for one in await listed(service, "schedules", first)] == ["superseded", "agreed"]
    assert (await content(service, first))["schedule"]["finish"] == agreed["finish"]


async def test_a_withdrawn_baseline_makes_a_schedule_stale(service):
    found = await opportunity(service)
    withdrawn = BaselineWithdrawn(
        opportunity_id=found.baseline.opportunity_id, baseline_id=found.baseline.baseline_id, baseline_number=1,
        epoch=2, withdrawn_by="ann", reason="Wrong.",
    )  # fmt: skip

    await on.handle(service.app.state.database, [envelope(withdrawn)])

    [schedule] = await listed(service, "schedules", found)
    assert (schedule["freshness"], schedule["stale_reason"]["code"]) == ("stale", "baseline_withdrawn")


async def test_nothing_changes_in_a_closed_opportunity(service):
    found = await opportunity(service)
    schedule = await newest(service, "schedules", found)
    closed = OpportunityClosed(opportunity_id=found.baseline.opportunity_id, outcome="lost", reason=None, epoch=2)

    for handlers in (on, on_opportunities):
        await handlers.handle(service.app.state.database, [envelope(closed)])

    after = await newest(service, "schedules", found)
    assert set(actions(after).values()) == {"opportunity_is_closed"}
    answer = await saved(service, "PATCH", f"/schedules/{schedule['id']}/tasks/design", {"name": "X"}, status=409)
    assert answer["code"] == "opportunity_is_closed"


async def test_lists_are_filtered(service):
    found = await opportunity(service)

    assert len((await service.get("/schedules?status=draft&freshness=fresh&code=SCH-2026-0012")).json()["items"]) == 1
    assert (await service.get("/schedules?status=agreed")).json()["items"] == []
    assert (await service.get("/schedules?status=strange")).status_code == 422
    assert "network" not in (await listed(service, "schedules", found))[0]
