"""Fit to send: one checklist, asked by review, approval and submission, and true when a fact moves late."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from uuid import UUID

import pytest

from services.proposal.commands.shipped import SHIPPED
from services.proposal.handlers import on, on_changes, on_opportunities, on_questions
from shared.kernel.clock import now
from shared.language.events.engagement import ClarificationRecorded
from shared.language.events.estimation import EstimateJudged, WarningFacts
from shared.language.events.estimation.sources import PaymentTermFacts, TermsFacts
from shared.language.events.requirements import (
    ChangeRequestRecorded,
    ConstraintFacts,
    OpportunityChanged,
    OpportunityClosed,
    OriginFacts,
)
from shared.language.events.risk import RiskBudgetOutdated
from shared.language.events.values import Reason
from shared.language.money import Money
from tests.conftest import envelope, said
from tests.support.proposal.makers import action, approved, content, hear, newest, proposals, submitted
from tests.support.proposal.samples import events

OUTGOING = ("submit-for-review", "approve", "submit")
REASON = {"reason": "The client's board has agreed to it by letter."}


@pytest.fixture
async def found(service):
    """A small opportunity that was drafted."""
    found = events("permits", 3)
    await hear(service, found)
    return found


def ceiling(amount, *, is_hard=True, kept=()):
    limit = ConstraintFacts(
        id=UUID(int=7), kind="budget", name="Ceiling", is_hard=is_hard, budget_max=Money.of(Decimal(amount), "USD")
    )
    return (*kept, limit)


async def tell(service, found, version=1, limits=(), **changes):
    """The opportunity is otherwise now."""
    event = OpportunityChanged(
        opportunity_id=found.baseline.opportunity_id,
        opportunity=found.baseline.opportunity.model_copy(update=changes),
        version=version,
        constraints=tuple(limits) or found.baseline.constraints,
    )
    await on_opportunities.handle(service.app.state.database, [envelope(event)])


async def ask(service, found, need, version=1, *, is_open=True):
    event = ClarificationRecorded(
        opportunity_id=found.baseline.opportunity_id,
        clarification_id=UUID(int=9),
        code="CLA-001",
        question="How many users?",
        requirement_ids=(need.id,),
        status="asked" if is_open else "accepted",
        is_open=is_open,
        owed_by="client",
        due_at=now(),
        version=version,
    )
    await on_questions.handle(service.app.state.database, [envelope(event)])


def check(proposal, code):
    """The reasons on a line of the checklist."""
    [line] = [one for one in proposal["checklist"] if one["code"] == code]
    assert line["is_passed"] is not bool(line["reasons"])
    return [one["code"] for one in line["reasons"]]


async def refused(service, proposal, name="submit-for-review"):
    answer = await service.act(f"/proposals/{proposal['id']}/{name}")
    assert answer.status_code == 409, answer.text
    return answer.json()["code"]


async def waive(client, proposal):
    wish = {"constraint_id": str(UUID(int=7)), **REASON}
    return await client.act(f"/proposals/{proposal['id']}/waive-limit", wish)


async def test_a_draft_of_which_nothing_has_moved_is_fit_to_send(service, found):
    proposal = await newest(service, found)

    assert proposal["is_fit_to_send"]
    assert {line["code"] for line in proposal["checklist"] if line["is_passed"]} == {
        "going_on",
        "fresh",
        "complete",
        "requirements_unmoved",
        "must_haves_clear",
        "limits_met",
        "warnings_judged",
        "bid_decided",
    }


@pytest.mark.parametrize("status", ["draft", "in_review", "approved"])
async def test_a_ceiling_that_is_cut_makes_a_draft_that_says_so_and_cannot_go_out(service, found, status):
    before = await newest(service, found)
    if status != "draft":
        await service.act(f"/proposals/{before['id']}/submit-for-review")
    if status == "approved":
        await service.as_("bob", "approver").act(f"/proposals/{before['id']}/approve")

    await tell(service, found, limits=ceiling("1000", kept=found.baseline.constraints))

    [old, new] = await proposals(service, found)
    assert (old["status"], old["freshness"], old["stale_reason"]["code"]) == ("superseded", "stale", "limits_settled")
    assert (new["freshness"], new["is_fit_to_send"]) == ("fresh", False)
    assert check(new, "limits_met") == ["limit_is_missed"]
    assert await refused(service, new) == "limit_is_missed"
    [limit] = [one for one in (await content(service, new))["constraints"] if one["name"] == "Ceiling"]
    assert (limit["limit"], limit["is_met"]) == ("1000.00", False)


async def test_a_hard_day_that_is_moved_earlier_keeps_the_offer_back(service, found):
    finish = date.fromisoformat((await newest(service, found))["finish"])
    limits = [
        one.model_copy(update={"latest": finish - timedelta(days=1)}) if one.kind == "date" else one
        for one in found.baseline.constraints
    ]

    await tell(service, found, limits=limits)

    proposal = await newest(service, found)
    [line] = [one for one in proposal["checklist"] if one["code"] == "limits_met"]
    assert line["reasons"][0]["message"].startswith(
        f"In use by: the limit is {finish - timedelta(days=1)}, {finish} is"
    )
    assert await refused(service, proposal) == "limit_is_missed"


async def test_a_retention_that_is_less_than_asked_keeps_the_offer_back_and_each_miss_is_waived_alone(service):
    found = events("permits", 3)
    payment = PaymentTermFacts(code="all", name="All", name_zh="全部", phase=None, share=Decimal(1), days_after=0)
    terms = TermsFacts(
        payments=(payment,), payment_days=30, invoice_days=0, advance_rate=Decimal(0), retention_rate=Decimal("0.03"),
        retention_days=0, supplier_days=0, staff_days=0,
    )  # fmt: skip
    found.price = found.price.model_copy(update={"terms": terms, "warranty_months": 6})
    found.baseline = found.baseline.model_copy(
        update={
            "constraints": (
                ConstraintFacts(
                    id=UUID(int=7), kind="other", name="Retention", statement="5% for two years.", is_hard=True
                ),
            )
        }
    )
    await hear(service, found)

    proposal = await newest(service, found)

    [line] = [one for one in proposal["checklist"] if one["code"] == "limits_met"]
    assert [one["message"].split(". ")[0] for one in line["reasons"]] == [
        "Retention: the limit is a retention of 5 %, a retention of 3 % is offered",
        "Retention: the limit is a retention for 730 days, a retention for 183 days is offered",
    ]
    assert "质保金比例 5%，本方案为 质保金比例 3%" in line["reasons"][0]["message_zh"]
    assert await refused(service, proposal) == "limit_is_missed"
    for left in (1, 0):
        given = await waive(service.as_("wang", "approver"), proposal)
        assert given.status_code == 200, given.text
        proposal = given.json()
        [line] = [one for one in proposal["checklist"] if one["code"] == "limits_met"]
        assert len(line["reasons"]) == left


async def test_each_of_the_three_doors_asks_the_same(service, found):
    sent = await newest(service, found)
    await approved(service, sent)
    await ask(service, found, found.baseline.requirements[0])

    proposal = await newest(service, found)

    bob = service.as_("bob", "approver")
    assert [r["code"] for r in action(proposal, "submit")["reasons"]] == ["must_have_is_open"]
    assert await refused(service, proposal, "submit") == "must_have_is_open"
    await bob.act(f"/proposals/{proposal['id']}/return", {"reason": "A question has come up."})
    assert await refused(service, proposal, "submit-for-review") == "must_have_is_open"
    await ask(service, found, found.baseline.requirements[0], 2, is_open=False)
    await service.act(f"/proposals/{proposal['id']}/submit-for-review")
    await ask(service, found, found.baseline.requirements[0], 3)
    assert await refused(bob, proposal, "approve") == "must_have_is_open"


async def test_a_limit_that_is_soft_or_kept_stands_in_nobodys_way(service, found):
    await tell(service, found, limits=ceiling("1000", is_hard=False))
    soft = await newest(service, found)
    await tell(service, found, 2, limits=ceiling("99000000"))
    kept = await newest(service, found)

    assert soft["is_fit_to_send"]
    assert kept["is_fit_to_send"]
    assert soft["id"] != kept["id"]


async def test_a_limit_that_is_set_back_is_that_of_the_baseline_again(service, found):
    await tell(service, found, limits=ceiling("1000"))
    await tell(service, found, 2)

    proposal = await newest(service, found)

    assert proposal["is_fit_to_send"]
    names = {one["name"] for one in (await content(service, proposal))["constraints"]}
    assert names == {one.name for one in found.baseline.constraints}


async def test_news_that_is_older_than_the_baseline_is_none(service):
    found = events("permits", 3)
    found.baseline = found.baseline.model_copy(update={"opportunity_version": 5})
    await tell(service, found, 4, limits=ceiling("1000"), client_name="An older name")
    await hear(service, found)
    await tell(service, found, 5, limits=ceiling("1000"), client_name="An older name")

    [only] = await proposals(service, found)

    assert only["is_fit_to_send"]
    assert only["client_name"] == "Regional Forest Service"


async def test_news_that_came_before_the_baseline_counts_when_it_is_newer(service):
    found = events("permits", 3)
    found.baseline = found.baseline.model_copy(update={"opportunity_version": 5})
    await tell(service, found, 6, limits=ceiling("1000"))
    await hear(service, found)

    [only] = await proposals(service, found)

    assert check(only, "limits_met") == ["limit_is_missed"]


async def test_an_approver_may_let_a_limit_be_missed_by_as_much_and_no_more(service, found):
    await tell(service, found, limits=ceiling("1000"))
    proposal = await newest(service, found)
    refusal = await waive(service.as_("lin", "presales", "sales"), proposal)
    given = await waive(service.as_("wang", "approver"), proposal)
    again = await waive(service.as_("wang", "approver"), proposal)
    sent = await submitted(service, given.json())

    assert (refusal.status_code, refusal.json()["code"]) == (403, "forbidden")
    assert given.status_code == 200, given.text
    assert given.json()["is_fit_to_send"]
    [waiver] = given.json()["waivers"]
    assert (waiver["created_by"], waiver["reason"], waiver["limit"]) == ("wang", REASON["reason"], "1000.00")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_waive")
    assert sent["status"] == "submitted"
    [event] = await said(service.app.state.database, "proposal.limit.waived.v1")
    assert (event.data["waived_by"], event.data["offered"]) == ("wang", sent["price_incl_tax"]["amount"])


async def test_nothing_is_waived_for_what_is_over(service, found):
    await tell(service, found, limits=ceiling("1000"))
    closed = OpportunityClosed(opportunity_id=found.baseline.opportunity_id, outcome="lost", reason=None, epoch=3)
    for handlers in (on, on_opportunities):
        await handlers.handle(service.app.state.database, [envelope(closed)])
    proposal = await newest(service, found)

    refusal = await waive(service.as_("wang", "approver"), proposal)

    assert (refusal.status_code, refusal.json()["code"]) == (409, "proposal_is_stale")
    seen = (await service.as_("wang", "approver").get(f"/proposals/{proposal['id']}")).json()
    assert [one["code"] for one in action(seen, "waive-limit")["reasons"]] == ["proposal_is_stale"]


async def test_a_waiver_covers_a_cheaper_offer_and_no_dearer_one(service, found):
    await tell(service, found, limits=ceiling("1000"))
    await waive(service.as_("wang", "approver"), await newest(service, found))

    fits = []
    for revision, scale in enumerate((0.8, 1.3), 2):
        others = events("permits", 3, estimate_revision=revision, scale=scale)
        await hear(service, others, ("estimate", "risk", "price"))
        fits.append(check(await newest(service, found), "limits_met"))

    assert fits == [[], ["limit_is_missed"]]


async def test_a_waiver_is_of_the_limit_that_it_was_given_for(service, found):
    await tell(service, found, limits=ceiling("1000"))
    await waive(service.as_("wang", "approver"), await newest(service, found))

    await tell(service, found, 2, limits=ceiling("900"))

    assert check(await newest(service, found), "limits_met") == ["limit_is_missed"]


async def test_a_question_on_a_must_have_blocks_whenever_it_is_heard(service):
    found = events("permits", 3)
    must = next(one for one in found.baseline.requirements if one.priority == "must")
    await ask(service, found, must)
    await hear(service, found)
    first = await newest(service, found)
    lowered = tuple(one.model_copy(update={"priority": "should"}) for one in found.baseline.requirements)
    again = events("permits", 3, epoch=2)
    again.baseline = again.baseline.model_copy(update={"requirements": lowered})
    await hear(service, again)

    second = await newest(service, found)

    assert check(first, "must_haves_clear") == ["must_have_is_open"]
    assert check(second, "must_haves_clear") == []


async def want(service, found, need, version=1, *, status="draft", origin="confirmation"):
    """A change request is told as it is now."""
    event = ChangeRequestRecorded(
        opportunity_id=found.baseline.opportunity_id,
        change_request_id=UUID(int=11),
        code="CR-001",
        title="Twice as fast",
        status=status,
        requirement_ids=(need.id,),
        origin=OriginFacts(kind=origin, id=UUID(int=12)) if origin else None,
        baseline_id=None,
        version=version,
    )
    await on_changes.handle(service.app.state.database, [envelope(event)])


@pytest.mark.parametrize(
    ("status", "keeps_back"),
    [("draft", True), ("assessing", True), ("assessed", True), ("approved", True),
     ("rejected", False), ("applied", False), ("withdrawn", False)],
)  # fmt: skip
async def test_a_change_of_a_must_have_that_the_client_asked_for_keeps_an_offer_back(
    service, found, status, keeps_back
):
    must = next(one for one in found.baseline.requirements if one.priority == "must")
    await want(service, found, must)
    early = await refused(service, await newest(service, found))

    await want(service, found, must, 2, status=status)
    await want(service, found, must, 1, status="assessed")
    proposal = await newest(service, found)

    assert early == "change_is_open"
    assert check(proposal, "must_haves_clear") == (["change_is_open"] if keeps_back else [])
    assert proposal["is_fit_to_send"] is not keeps_back
    if keeps_back:
        [line] = [one for one in proposal["checklist"] if one["code"] == "must_haves_clear"]
        assert f"CR-001, of must-have {must.code}" in line["reasons"][0]["message"]


async def test_a_change_of_ours_or_of_what_is_no_must_have_keeps_nothing_back(service, found):
    must = next(one for one in found.baseline.requirements if one.priority == "must")
    other = must.model_copy(update={"id": UUID(int=99)})
    await want(service, found, must, origin=None)
    ours = check(await newest(service, found), "must_haves_clear")
    await want(service, found, other)

    assert (ours, check(await newest(service, found), "must_haves_clear")) == ([], [])


async def test_the_newest_word_on_a_question_counts(service, found):
    need = found.baseline.requirements[0]
    await ask(service, found, need, 2, is_open=False)
    await ask(service, found, need, 1)

    assert check(await newest(service, found), "must_haves_clear") == []


async def decided(service, found, decision, conditions=()):
    """A bid that boss decided on ann's answers."""
    wish = {"opportunity_id": str(found.baseline.opportunity_id)}
    path = f"/bid-decisions/{(await service.post('/bid-decisions', json=wish)).json()['id']}"
    await service.act(f"{path}/answer", {"answers": {one.code: {"points": 1.0} for one in SHIPPED.questions}})
    wish = {"decision": decision, "reason": "As we see it.", "conditions": list(conditions)}
    answer = await service.as_("boss", "approver").act(f"{path}/decide", wish)
    assert answer.status_code == 200, answer.text
    return path


async def test_an_offer_waits_for_the_bid_to_be_decided_and_its_conditions_to_be_met(service, found):
    conditions = [{"text": text, "owner": "li", "due": "2099-01-01"} for text in ("Budget in writing", "A reference")]
    path = await decided(service, found, "conditional", conditions)
    waiting = await newest(service, found)
    await service.act(f"{path}/meet-condition", {"condition": 1, "note": "Letter"})
    half = await newest(service, found)
    await service.act(f"{path}/meet-condition", {"condition": 2, "note": "Call"})
    whole = await newest(service, found)
    await service.act(f"{path}/reopen", {"reason": "The price of steel."})

    again = await newest(service, found)

    assert check(waiting, "bid_decided") == ["bid_condition_is_open"] * 2
    assert check(half, "bid_decided") == ["bid_condition_is_open"]
    assert whole["is_fit_to_send"]
    assert check(again, "bid_decided") == ["bid_is_open"]
    assert await refused(service, again) == "bid_is_open"


async def test_what_it_was_decided_not_to_bid_for_is_not_sent(service, found):
    await decided(service, found, "no_go")

    assert check(await newest(service, found), "bid_decided") == ["bid_is_off"]


async def test_a_register_that_moves_makes_the_draft_stale_until_its_budget_is_there(service, found):
    budget = found.risk
    moved = RiskBudgetOutdated(
        opportunity_id=budget.opportunity_id,
        risk_budget_id=budget.risk_budget_id,
        revision=budget.revision,
        basis=budget.basis,
        estimate_id=budget.estimate_id,
        estimate_revision=budget.estimate_revision,
        reason=Reason(code="register_changed", message="A risk was added.", message_zh="新增风险。"),
    )
    await on.handle(service.app.state.database, [envelope(moved)])
    stale = await newest(service, found)
    again = events("permits", 3, risk_revision=2)
    await hear(service, again, ("risk", "price"))

    fresh = await newest(service, found)

    assert check(stale, "fresh") == ["proposal_is_stale"]
    assert stale["stale_reason"]["code"] == "risk_budget_outdated"
    assert fresh["is_fit_to_send"]
    assert fresh["id"] != stale["id"]


async def test_a_late_word_on_an_older_budget_is_no_news(service, found):
    again = events("permits", 3, risk_revision=2)
    await hear(service, again, ("risk", "price"))
    old = found.risk
    facts = {name: getattr(old, name) for name in ("opportunity_id", "risk_budget_id", "revision", "basis")}
    moved = RiskBudgetOutdated(
        **facts,
        estimate_id=old.estimate_id,
        estimate_revision=old.estimate_revision,
        reason=Reason(code="register_changed", message="-", message_zh="-"),
    )

    await on.handle(service.app.state.database, [envelope(moved)])

    assert (await newest(service, found))["freshness"] == "fresh"


async def test_a_draft_repeats_the_opportunity_as_it_is_now(service, found):
    await tell(service, found, client_name="Forest Agency", owner="chen", pains=("Everything is slow",))

    [old, new] = await proposals(service, found)

    assert (old["stale_reason"]["code"], new["client_name"], new["is_fit_to_send"]) == (
        "opportunity_settled",
        "Forest Agency",
        True,
    )
    assert (await content(service, new))["client"]["pains"] == ["Everything is slow"]


async def test_a_stage_that_moves_is_nothing_that_an_offer_repeats(service, found):
    await tell(service, found, stage="negotiating")

    assert len(await proposals(service, found)) == 1


@pytest.mark.parametrize(
    "moved", [{"currency": "EUR"}, {"planned_start": date(2027, 6, 1)}, {"region": "Portland"}, {"language": "zh"}]
)
async def test_what_only_another_baseline_can_follow_makes_a_draft_stale_until_then(service, found, moved):
    await tell(service, found, **moved)
    stale = await newest(service, found)
    await tell(service, found, 2)
    back = await newest(service, found)

    assert (stale["stale_reason"]["code"], check(stale, "fresh")) == ("opportunity_moved", ["proposal_is_stale"])
    assert back["is_fit_to_send"]


async def test_what_the_client_accepted_stays_as_it_was_whatever_follows(service, found):
    sent = await submitted(service, await newest(service, found))
    await service.act(f"/proposals/{sent['id']}/accept")
    await tell(service, found, limits=ceiling("1000"), planned_start=date(2027, 6, 1))
    await hear(service, events("permits", 3, epoch=2))
    closed = OpportunityClosed(opportunity_id=found.baseline.opportunity_id, outcome="won", reason=None, epoch=3)
    for handlers in (on, on_opportunities):
        await handlers.handle(service.app.state.database, [envelope(closed)])

    shown = (await service.get(f"/proposals/{sent['id']}")).json()

    assert (shown["status"], shown["freshness"], shown["stale_reason"]) == ("accepted", "fresh", None)
    assert "proposal.proposal.outdated.v1" not in {
        event.type
        for event in await said(service.app.state.database)
        if event.data.get("proposal_id") == sent["id"] and event.data.get("status") == "accepted"
    }


async def test_an_offer_that_is_with_the_client_tells_that_a_limit_has_moved(service, found):
    sent = await submitted(service, await newest(service, found))

    await tell(service, found, limits=ceiling("1000"))

    shown = (await service.get(f"/proposals/{sent['id']}")).json()
    assert (shown["status"], shown["stale_reason"]["code"]) == ("submitted", "limits_settled")
    [event] = [
        event
        for event in await said(service.app.state.database, "proposal.proposal.outdated.v1")
        if event.data["proposal_id"] == sent["id"]
    ]
    assert event.data["reason"]["code"] == "limits_settled"


UNSIZED = WarningFacts(
    id=UUID(int=11), code="requirements_unsized", message="Two have no size.", message_zh="两项未给出规模。"
)


def judged(found, version, *warnings):
    return EstimateJudged(
        opportunity_id=found.estimate.opportunity_id, estimate_id=found.estimate.estimate_id,
        revision=found.estimate.revision, basis=found.estimate.basis, warnings=warnings, version=version,
    )  # fmt: skip


async def test_a_warning_of_the_estimate_keeps_the_offer_back_until_a_person_has_judged_it(service):
    found = events("permits", 3)
    estimate = found.estimate.model_copy(update={"warnings": (UNSIZED,)})
    await hear(service, SimpleNamespace(**{**vars(found), "estimate": estimate}))
    warned = await newest(service, found)
    refused = await service.act(f"/proposals/{warned['id']}/submit-for-review")

    said_by = UNSIZED.model_copy(update={"judged_by": "chen", "judged_at": now(), "judgement": "Counted by hand."})
    for event in (judged(found, 3, said_by), judged(found, 2, UNSIZED)):
        await on.handle(service.app.state.database, [envelope(event)])
    after = await newest(service, found)

    assert check(warned, "warnings_judged") == ["warning_is_open"]
    assert (refused.status_code, refused.json()["code"]) == (409, "warning_is_open")
    assert "Two have no size." in refused.json()["detail"]
    assert check(after, "warnings_judged") == []
    assert (await service.act(f"/proposals/{warned['id']}/submit-for-review")).status_code == 200
