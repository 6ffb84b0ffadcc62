"""Change requests: assessed without being made, decided by somebody else, made as assessed."""

from datetime import date

from services.requirements.domain.feasibility import by_date, verdict
from services.requirements.domain.impact import differences
from services.requirements.handlers import heard, on_scenarios
from services.requirements.models.projections import KnownFigures
from shared.kernel.clock import now
from shared.kernel.context import Context, new_id
from shared.language.events.engagement import NeedHeard
from shared.language.events.estimation import EstimationScenarioFailed
from shared.language.events.proposal import ScenarioScheduled
from shared.language.events.values import Reason
from tests.conftest import TENANT, envelope, said
from tests.requirements.conftest import baselined, blocked, made, patched, requirement


async def change_request(client, deal, *operations, **wish):
    body = {"title": "Second wave", "reason": "The client asked", "operations": list(operations), **wish}
    return await made(client, "/change-requests", opportunity_id=deal["id"], **body)


def addition(**wish):
    content = {"title": "Export", "statement": "Reports shall be exported.", "kind": "functional", **wish}
    return {"op": "add", "requirement": content}


async def assessed(client, change):
    """Assess, and answer with dates alone: enough for the states."""
    answer = await client.act(f"/change-requests/{change['id']}/assess")
    assert answer.status_code == 200, answer.text
    told = (await said(client.app.state.database, "requirements.scenario.proposed.v1"))[-1]
    return told.data


async def put_through(client, change):
    """As assessed by other services: the row is set as their answers would set it."""
    proposed = await assessed(client, change)
    dates = {"start": date(2027, 1, 4), "finish": date(2027, 6, 1), "p80_finish": date(2027, 6, 20)}
    scheduled = ScenarioScheduled(opportunity_id=change["opportunity_id"], scenario_id=proposed["scenario_id"], **dates)
    await on_scenarios.handle(client.app.state.database, [envelope(scheduled)])
    return proposed


async def test_assessing_asks_what_if_and_changes_nothing(requirements, deal):
    kept = await requirement(requirements, deal, title="Kept")
    gone = await requirement(requirements, deal, title="Gone")
    change = await change_request(
        requirements, deal, addition(), {"op": "change", "code": kept["code"], "changes": {"priority": "could"}},
        {"op": "withdraw", "code": gone["code"]},
    )  # fmt: skip

    proposed = await assessed(requirements, change)

    wanted = {one["code"]: one for one in proposed["baseline"]["requirements"]}
    assert wanted.keys() == {kept["code"], "REQ-003"}
    assert wanted[kept["code"]]["priority"] == "could"
    now_there = {one["code"]: one for one in (await requirements.get("/requirements")).json()["items"]}
    assert now_there.keys() == {kept["code"], gone["code"]}
    assert (now_there[kept["code"]]["priority"], now_there[gone["code"]]["status"]) == ("must", "draft")
    recorded = await said(requirements.app.state.database, "requirements.requirement.recorded.v1")
    assert len(recorded) == 2  # of the two that were recorded, none of the attempt
    shown = (await requirements.get(f"/change-requests/{change['id']}")).json()
    assert (shown["status"], shown["impact"]["status"]) == ("assessing", "computing")


async def test_an_empty_change_request_cannot_be_assessed_and_says_so(requirements, deal):
    change = await change_request(requirements, deal)

    refused = await requirements.act(f"/change-requests/{change['id']}/assess")

    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_change")
    assert blocked(change, "assess")["code"] == "nothing_to_change"
    assert blocked(change, "apply")["code"] == "illegal_transition"


async def test_an_impossible_change_is_refused_and_leaves_nothing(requirements, deal):
    need = await requirement(requirements, deal)
    change = await change_request(
        requirements, deal, {"op": "change", "code": need["code"], "changes": {"depends_on": [need["code"]]}}
    )

    refused = await requirements.act(f"/change-requests/{change['id']}/assess")
    unknown = await requirements.post(
        "/change-requests",
        json={"opportunity_id": deal["id"], "title": "x", "reason": "不再需要",
              "operations": [{"op": "withdraw", "code": "REQ-999"}]},
    )  # fmt: skip
    twice = await requirements.post(
        "/change-requests",
        json={"opportunity_id": deal["id"], "title": "x", "reason": "不再需要",
              "operations": [{"op": "withdraw", "code": need["code"]}, {"op": "withdraw", "code": need["code"]}]},
    )  # fmt: skip

    assert (refused.status_code, refused.json()["code"]) == (422, "dependency_cycle")
    assert (await requirements.get(f"/requirements/{need['id']}")).json() == need
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_requirement")
    assert twice.json()["errors"][0]["code"] == "named_twice"


async def test_a_scenario_that_fails_gives_the_reason_and_may_be_asked_again(requirements, deal):
    await requirement(requirements, deal)
    change = await change_request(requirements, deal, addition())
    proposed = await assessed(requirements, change)
    reason = Reason(code="no_rate_card", message="There is no rate card.", message_zh="没有费率卡。")
    failed = EstimationScenarioFailed(opportunity_id=deal["id"], scenario_id=proposed["scenario_id"], reason=reason)

    await on_scenarios.handle(requirements.app.state.database, [envelope(failed)])

    shown = (await requirements.get(f"/change-requests/{change['id']}")).json()
    assert (shown["status"], shown["impact"]["status"]) == ("draft", "failed")
    assert shown["impact"]["failure"]["message_zh"] == "没有费率卡。"
    assert blocked(shown, "assess") is None


async def test_answers_to_an_earlier_question_are_not_taken(requirements, deal):
    await requirement(requirements, deal)
    change = await change_request(requirements, deal, addition())
    proposed = await assessed(requirements, change)
    await patched(requirements, f"/change-requests/{change['id']}", title="Third wave")

    dates = {"start": date(2027, 1, 4), "finish": date(2027, 6, 1), "p80_finish": date(2027, 6, 20)}
    late = ScenarioScheduled(opportunity_id=deal["id"], scenario_id=proposed["scenario_id"], **dates)
    await on_scenarios.handle(requirements.app.state.database, [envelope(late)])

    shown = (await requirements.get(f"/change-requests/{change['id']}")).json()
    assert (shown["status"], shown["impact"]["status"], shown["impact"]["figures"]) == ("draft", "none", [])


async def test_a_heard_wish_for_a_change_becomes_a_draft_request(requirements, deal):
    wish = NeedHeard(
        opportunity_id=deal["id"], need_id=new_id(), interaction_id=new_id(), statement="Drop the mobile app.",
        client_words="App 就不要了。", speaker="Director Wang", wants="change_request", source="call on 2026-11-02",
        heard_at=now(), recorded_by="lin",
    )  # fmt: skip

    await heard.handle(requirements.app.state.database, [envelope(wish)])

    [change] = (await requirements.get("/change-requests", params={"view": "full", "q": "mobile"})).json()["items"]
    assert (change["title"], change["status"]) == ("Drop the mobile app.", "draft")
    assert change["source"]["quote"] == "App 就不要了。"
    assert change["origin"]["kind"] == "need"
    assert (await requirements.get("/requirements")).json()["items"] == []


async def test_baselines_are_not_what_a_change_request_is_compared_with_until_figures_came(requirements, deal):
    await requirement(requirements, deal)
    await baselined(requirements, deal)
    change = await change_request(requirements, deal, addition())
    await put_through(requirements, change)

    listed = await requirements.get("/change-requests/compare", params={"ids": [change["id"]]})

    [row] = listed.json()["items"]
    figures = {one["figure"]: one for one in row["impact"]["figures"]}
    assert figures["requirement_count"]["after"] == 2
    assert figures["finish"] == {"figure": "finish", "before": None, "after": "2027-06-01", "delta": None}


async def test_figures_of_a_baseline_that_was_taken_back_say_nothing_of_feasibility(requirements, deal):
    date = {"kind": "date", "name": "Go-live", "is_hard": True, "latest": "2027-12-31"}
    await made(requirements, "/constraints", opportunity_id=deal["id"], **date)
    await requirement(requirements, deal)
    baseline = await baselined(requirements, deal)
    figures = {"start": "2027-01-04", "finish": "2027-06-01", "p80_finish": "2027-06-20"}
    async with requirements.app.state.database.transaction(Context(tenant=TENANT, actor="test")) as session:
        session.add(KnownFigures(opportunity_id=deal["id"], part="schedule", position=[1, 1, 1], figures=figures))
    path = f"/opportunities/{deal['id']}/feasibility"

    [before] = (await requirements.get(path)).json()["items"]
    await requirements.as_("bob", "approver").act(f"/baselines/{baseline['id']}/withdraw", {"reason": "wrong scope"})
    [after] = (await requirements.get(path)).json()["items"]

    assert (before["expected"], before["verdict"]) == ("2027-06-01", "likely")
    assert (after["expected"], after["verdict"]) == (None, "unknown")


def test_differences_come_in_the_order_scope_effort_money_dates():
    before = {"requirement_count": 3, "effort_days": 10.5, "price_incl_tax": "100.10", "finish": "2027-01-31"}
    after = {"finish": "2027-02-02", "price_incl_tax": "99.90", "effort_days": 12.0, "requirement_count": 4}

    rows = differences(before, after)

    assert [(row.figure, row.delta) for row in rows] == [
        ("requirement_count", 1), ("effort_days", 1.5), ("price_incl_tax", "-0.20"), ("finish", 2),
    ]  # fmt: skip
    assert [row.delta for row in differences(None, after)] == [None] * 4


def test_the_probability_of_a_date_is_one_half_at_the_plan_and_four_fifths_at_its_p80():
    plan, p80 = date(2027, 6, 1), date(2027, 6, 20)

    assert by_date(plan, plan, p80) == 0.5
    assert by_date(p80, plan, p80) == 0.8
    assert by_date(date(2027, 5, 1), plan, p80) < 0.1
    assert (by_date(plan, plan, plan), by_date(date(2027, 5, 31), plan, plan)) == (1.0, 0.0)
    assert [verdict(p).code for p in (0.8, 0.79, 0.5, 0.49)] == ["likely", "uncertain", "uncertain", "unlikely"]
