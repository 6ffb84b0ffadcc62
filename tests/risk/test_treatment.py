"""Acceptance with its end, escalation, what passes, and the loop from the register to the next budget."""

import pytest

from tests.conftest import said
from tests.support.days import in_days
from tests.support.risk.example import estimate
from tests.support.risk.register import RESPONSE, SECOND, budgets, by_code, change, closed, hear, revise, wish
from tests.support.risk.waiting import wait


async def analysed(client, code="RSK-R04", **facts):
    if facts:
        await change(client, code, facts)
    row = await by_code(client, code)
    await client.act(f"/risks/{row['id']}/identify")
    return (await client.act(f"/risks/{row['id']}/analyse")).json()


async def accept(client, row, days=1, reason="Cheaper than any response"):
    return await client.act(f"/risks/{row['id']}/accept", {"until": in_days(days), "reason": reason})


async def test_an_accepted_risk_says_who_until_when_and_why(risk):
    row = await analysed(risk, owner="wei")

    accepted = (await accept(risk.as_("zoe", "approver"), row)).json()

    assert (accepted["status"], accepted["accepted_by"], accepted["accepted_until"]) == (
        "treated", "zoe", in_days(1),
    )  # fmt: skip
    assert accepted["acceptance_reason"] == "Cheaper than any response"
    [*_, told] = await said(risk.app.state.database, "risk.risk.recorded.v1")
    assert (told.data["status"], told.data["accepted_by"], told.data["owner"]) == ("treated", "zoe", "wei")


async def test_when_an_acceptance_ends_the_risk_waits_for_a_decision_again_and_that_is_told_once(risk):
    row = await analysed(risk)
    await accept(risk, row)

    await wait(risk, hours=1)
    early = (await by_code(risk, "RSK-R04"))["status"]
    await wait(risk, days=3)
    await wait(risk, days=4)

    [expired] = await said(risk.app.state.database, "risk.acceptance.expired.v1")
    seen = await by_code(risk, "RSK-R04")
    assert early == "treated"
    assert (seen["status"], seen["accepted_by"], seen["accepted_until"]) == ("analysed", None, None)
    assert (expired.data["accepted_by"], expired.data["accepted_until"]) == ("ann", in_days(1))


async def test_an_acceptance_that_was_renewed_ends_at_the_later_day(risk):
    row = await analysed(risk)
    await accept(risk, row)
    await accept(risk, row, 11)

    await wait(risk, days=5)

    assert (await by_code(risk, "RSK-R04"))["status"] == "treated"
    assert await said(risk.app.state.database, "risk.acceptance.expired.v1") == []


async def test_an_acceptance_survives_a_restart_and_ends_in_time(start, risk):
    await accept(risk, await analysed(risk))

    async with start("risk", clean=False) as again:
        await wait(again, days=3)

        assert (await by_code(again, "RSK-R04"))["status"] == "analysed"


async def test_an_owner_accepts_only_where_the_policy_lets_him(risk):
    row = await analysed(risk, owner="zoe")

    refused = await accept(risk.as_("zoe", "approver"), row)
    await revise(risk, {"name": "Trusting", "may_owner_accept": True}, "risk-policies")
    accepted = await accept(risk.as_("zoe", "approver"), row)

    assert (refused.status_code, refused.json()["code"]) == (409, "owners_acceptance")
    assert accepted.json()["status"] == "treated"


@pytest.mark.parametrize("days", [-1, 500])
async def test_nothing_is_accepted_for_longer_than_the_policy_says_or_for_the_past(risk, days):
    refused = await accept(risk, await analysed(risk), days)

    assert (refused.status_code, refused.json()["code"]) == (422, "accepted_too_long")


async def test_accepting_takes_the_authority_to_do_so(risk):
    refused = await accept(risk.as_("pia", "presales"), await analysed(risk))

    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_a_candidate_cannot_be_accepted(risk):
    refused = await accept(risk, await by_code(risk, "RSK-R04"))

    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")


async def test_an_escalated_risk_says_to_whom_and_counts_on(risk):
    row = await analysed(risk)

    done = await risk.act(f"/risks/{row['id']}/escalate", {"to": "the board", "reason": "Beyond our budget"})

    body = done.json()
    assert (body["status"], body["escalated_to"], body["status_reason"]) == (
        "escalated", "the board", "Beyond our budget",
    )  # fmt: skip
    assert [one["freshness"] for one in await budgets(risk)] == ["fresh"]
    back = await risk.act(f"/risks/{row['id']}/take-back")
    assert (back.json()["status"], back.json()["escalated_to"]) == ("analysed", None)


async def test_nobody_monitors_a_risk_without_an_owner(risk):
    row = await analysed(risk)
    treated = (await risk.act(f"/risks/{row['id']}/treat")).json()

    refused = await risk.act(f"/risks/{row['id']}/monitor")

    assert (refused.status_code, refused.json()["code"]) == (409, "nobody_watches")
    monitor = next(one for one in treated["allowed_actions"] if one["action"] == "monitor")
    assert (monitor["is_allowed"], monitor["reason"]["code"]) == (False, "nobody_watches")
    assert monitor["reason"]["message_zh"]


async def test_a_risk_whose_time_is_over_is_told_of_once(risk):
    await risk.post("/risks", json=wish(near_from=in_days(0), near_until=in_days(1), owner="wei"))

    await wait(risk, days=3)
    await wait(risk, days=4)

    [passed] = await said(risk.app.state.database, "risk.risk.passed.v1")
    assert (passed.data["code"], passed.data["owner"]) == ("RSK-001", "wei")
    row = await by_code(risk, "RSK-001")
    assert (row["status"], row["passed_at"] is not None) == ("identified", True)
    later = await change(risk, "RSK-001", {"near_until": in_days(31)})
    assert later.json()["passed_at"] is None


async def test_what_is_closed_does_not_pass(risk):
    row = (await risk.post("/risks", json=wish(near_until=in_days(1)))).json()
    await risk.act(f"/risks/{row['id']}/close", {"reason": "Was none"})

    await wait(risk, days=3)

    assert await said(risk.app.state.database, "risk.risk.passed.v1") == []


async def test_timers_of_a_closed_opportunity_do_nothing(risk):
    await accept(risk, await analysed(risk))
    await hear(risk, closed(2))

    await wait(risk, days=3)

    assert await said(risk.app.state.database, "risk.acceptance.expired.v1") == []


async def test_a_changed_response_makes_the_next_budget_once_the_register_has_rested(risk):
    await revise(risk, {"name": "Slowly", "recompute_after_seconds": 60}, "risk-policies")
    row = await by_code(risk, "RSK-R04")
    for cost in ("100", "200"):
        measure = {**RESPONSE, "cost": {"amount": cost, "currency": "CNY"}, "risk_id": row["id"]}
        assert (await risk.post("/responses", json=measure)).status_code == 201

    [waiting] = await budgets(risk)
    await wait(risk, seconds=30)
    resting = len(await budgets(risk))
    await wait(risk, seconds=70)
    newest, oldest = await budgets(risk)

    assert (waiting["freshness"], waiting["reason"]["code"]) == ("recomputing", "register_changed")
    assert resting == 1
    assert (newest["revision"], newest["freshness"], oldest["status"]) == (2, "fresh", "superseded")
    difference = float(newest["response_cost"]["amount"]) - float(oldest["response_cost"]["amount"])
    assert difference == 300
    assert len(await said(risk.app.state.database, "risk.budget.calculated.v1")) == 2


async def test_a_moved_register_is_told_once_and_at_once_and_the_budget_follows_by_itself(risk):
    for probability in (0.9, 0.95):
        await change(risk, "RSK-R04", {"probability": probability})
    [before] = await budgets(risk)

    outdated = await said(risk.app.state.database, "risk.budget.outdated.v1")
    await wait(risk, minutes=1)
    await wait(risk, minutes=5)

    [event] = [one.data for one in outdated]
    assert (event["risk_budget_id"], event["revision"], event["estimate_id"], event["estimate_revision"]) == (
        before["id"], 1, before["estimate_id"], 1,
    )  # fmt: skip
    assert (event["basis"]["epoch"], event["reason"]["code"]) == (1, "register_changed")
    assert event["reason"]["message_zh"] == "风险登记册此后有变化，请重新计算。"
    newest, oldest = await budgets(risk)
    assert (newest["revision"], newest["freshness"], oldest["status"]) == (2, "fresh", "superseded")
    assert float(newest["contingency"]["amount"]) > float(oldest["contingency"]["amount"])
    assert len(await said(risk.app.state.database, "risk.budget.outdated.v1")) == 1


async def test_where_the_policy_does_not_want_it_a_moved_register_is_told_and_a_person_recomputes(risk):
    await revise(risk, {"name": "On request", "is_recomputed": False}, "risk-policies")
    await change(risk, "RSK-R04", {"probability": 0.9})

    await wait(risk, minutes=5)

    assert [one["freshness"] for one in await budgets(risk)] == ["stale"]
    assert len(await said(risk.app.state.database, "risk.budget.outdated.v1")) == 1


async def test_what_a_baseline_or_an_estimate_proposes_makes_one_budget_and_not_a_second(risk):
    await hear(risk, SECOND, estimate(SECOND), estimate(SECOND, revision=2))

    await wait(risk, minutes=5)

    assert len(await budgets(risk)) == 3
    assert await said(risk.app.state.database, "risk.budget.outdated.v1") == []


async def test_a_candidate_without_a_cause_that_a_person_takes_up_counts_from_then_on(risk):
    row = await by_code(risk, "RSK-CON-001")
    await hear(risk, SECOND, estimate(SECOND))
    assert (await by_code(risk, "RSK-CON-001"))["is_proposed"] is False

    await risk.act(f"/risks/{row['id']}/identify")
    await wait(risk, minutes=1)

    newest = (await said(risk.app.state.database, "risk.budget.calculated.v1"))[-1].data
    assert (newest["revision"], "RSK-CON-001" in {one["code"] for one in newest["risks"]}) == (2, True)


async def test_a_person_may_be_faster_than_the_timer(risk):
    await revise(risk, {"name": "Slowly", "recompute_after_seconds": 60}, "risk-policies")
    await change(risk, "RSK-R04", {"probability": 0.9})
    [waiting] = await budgets(risk)

    made = await risk.act(f"/risk-budgets/{waiting['id']}/recompute", {})
    await wait(risk, minutes=5)

    assert (made.status_code, len(await budgets(risk))) == (201, 2)


async def test_each_step_of_a_response_is_told(risk):
    row = await by_code(risk, "RSK-R04")
    made = (await risk.post("/responses", json={**RESPONSE, "risk_id": row["id"], "owner": "wei"})).json()
    await risk.act(f"/responses/{made['id']}/start")
    await risk.act(f"/responses/{made['id']}/implement")

    told = await said(risk.app.state.database, "risk.response.recorded.v1")

    assert [one.data["status"] for one in told] == ["planned", "in_progress", "implemented"]
    assert {one.data["owner"] for one in told} == {"wei"}
    assert all("cost" not in one.data for one in told)
