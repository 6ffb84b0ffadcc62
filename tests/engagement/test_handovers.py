"""Hand-overs: offered when an opportunity is won, with all that delivery must know; accepted or returned by others."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.engagement.handlers import on_handover
from shared.kernel.context import new_id
from shared.language.events.proposal import MilestoneFacts, OfferFacts, OutcomeRecorded, PaymentFacts, ProposalSubmitted
from shared.language.events.requirements import OpportunityClosed
from shared.language.money import Money
from tests.conftest import envelope, said
from tests.engagement.conftest import acted, actions_of, contact, ids, made, opened, requirement
from tests.support.engagement.handovers import handover, told, won
from tests.support.proposal.samples import events

RECORDED = "engagement.handover.recorded.v1"


@pytest.fixture
def upstream(deal):
    """A baseline and its risk budget, as other services told of this opportunity."""
    lending = events()
    mine = {"opportunity_id": UUID(deal)}
    facts = {"assumptions": ("核心系统接口就绪",), "out_of_scope": ("硬件采购",), "success_criteria": ("三个月上线",)}
    opportunity = lending.baseline.opportunity.model_copy(update=facts)
    return lending.baseline.model_copy(update={**mine, "opportunity": opportunity}), lending.risk.model_copy(
        update=mine
    )


def submitted(deal, risk, revision=1):
    return ProposalSubmitted(
        opportunity_id=UUID(deal), proposal_id=risk.risk_budget_id, revision=revision, basis=risk.basis,
        content_hash="a" * 64, submitted_by="lin", submitted_at=datetime(2026, 11, 20, tzinfo=UTC),
        valid_until=date(2027, 1, 1), price_incl_tax=risk.base_cost,
    )  # fmt: skip


async def test_a_won_opportunity_is_offered_with_all_that_delivery_must_know(engagement, deal, upstream):
    baseline, risk = upstream
    await told(engagement, baseline)
    await told(engagement, risk, submitted(deal, risk))
    person = await contact(engagement, deal, phone="+86 21 5888 0000")
    promise = {"side": "us", "statement": "提供压测报告", "owner": "li", "due_on": "2126-12-01"}
    await made(engagement, "commitments", opportunity_id=deal, **promise)
    question = await made(engagement, "clarifications", opportunity_id=deal, question="几家分行？", owed_by="client")
    await acted(engagement, f"/clarifications/{question['id']}/ask")
    plan = await made(
        engagement, "after-sales-plans", opportunity_id=deal, warranty_months=12,
        service_levels=[{"priority": "urgent", "response_minutes": 15}],
        contacts=[{"name": "赵晓", "phone": "+86 400 000 0000"}], channels=[{"kind": "phone", "address": "400"}],
    )  # fmt: skip
    await acted(engagement, f"/after-sales-plans/{plan['id']}/agree", {"agreed_by": "周敏"})
    await made(engagement, "trainings", opportunity_id=deal, topic="管理员培训", audience="IT")
    await made(engagement, "proofs-of-concept", opportunity_id=deal, kind="poc", title="性能验证", goal="x")

    await told(engagement, won(deal))

    shown, _ = await handover(engagement, deal)
    package = shown["content"]
    assert (shown["code"], shown["status"], shown["revision"], shown["offered_by"]) == ("HND-001", "offered", 1, "ann")
    assert package["basis"]["baseline"]["content_hash"] == baseline.content_hash
    assert package["basis"]["proposal"]["revision"] == 1
    assert "risks" not in package["basis"]["risk_budget"]
    assert [one["code"] for one in package["requirements"]] == [one.code for one in baseline.requirements]
    assert (package["assumptions"], package["exclusions"]) == (["核心系统接口就绪"], ["硬件采购"])
    assert [one["code"] for one in package["open_risks"]] == [one.code for one in risk.risks]
    assert package["open_risks"][0]["response"]["preventive_zh"]
    assert [one["statement"] for one in package["open_commitments"]] == ["提供压测报告"]
    assert [one["question"] for one in package["open_clarifications"]] == ["几家分行？"]
    assert package["after_sales_plan"]["warranty_months"] == 12
    assert [one["topic"] for one in package["trainings"]] == ["管理员培训"]
    assert [one["title"] for one in package["proofs"]] == ["性能验证"]
    assert [(one["id"], one["phone"]) for one in shown["contacts"]] == [(person["id"], "+86 21 5888 0000")]
    assert [one["code"] for one in package["missing"]] == ["open_commitments", "open_clarifications"]
    [event] = await said(engagement.app.state.database, RECORDED)
    assert (event.data["status"], event.data["content_hash"]) == ("offered", shown["content_hash"])
    content = event.data["content"]
    assert (content["baseline_number"], content["proposal_revision"]) == (baseline.baseline_number, 1)
    assert (content["requirements"], content["exclusions"]) == (len(baseline.requirements), ["硬件采购"])
    assert [one["code"] for one in content["open_risks"]] == [one.code for one in risk.risks]
    assert content["open_risks"][0]["strategy"] == risk.risks[0].response.strategy
    assert [(one["statement"], one["side"]) for one in content["open_commitments"]] == [("提供压测报告", "us")]
    assert [(one["statement"], one["side"]) for one in content["open_clarifications"]] == [("几家分行？", "client")]
    assert (content["after_sales_plan_id"], content["missing"]) == (
        plan["id"],
        ["open_commitments", "open_clarifications"],
    )


async def test_a_package_shows_no_internal_cost(engagement, deal, upstream):
    baseline, risk = upstream
    await told(engagement, baseline)
    await told(engagement, risk)
    await told(engagement, won(deal))

    _, path = await handover(engagement, deal)
    text = (await engagement.as_("vic", "viewer").get(path)).text

    [event] = await said(engagement.app.state.database, RECORDED)
    assert risk.risks
    for one in risk.risks:
        for shown in (text, str(event.data)):
            assert str(one.expected_value) not in shown
            assert str(one.response.cost) not in shown


async def test_what_is_missing_is_named_in_both_languages(engagement, deal):
    need = requirement(UUID(deal))
    await told(engagement, need, won(deal))

    shown, _ = await handover(engagement, deal)

    assert [one["code"] for one in shown["content"]["requirements"]] == ["REQ-001"]
    assert {one["code"]: one["message_zh"] for one in shown["content"]["missing"]} == {
        "no_baseline": "没有已批准的需求基线。",
        "no_risk_budget": "没有风险预算。",
        "no_proposal": "没有已提交的方案书。",
        "no_after_sales_plan": "尚无已商定的售后方案。",
    }


async def test_it_is_offered_to_somebody_and_only_they_take_it_over(engagement, deal):
    await told(engagement, won(deal))
    _, path = await handover(engagement, deal)
    delivery, third = engagement.as_("dan", "presales"), engagement.as_("eva", "admin")

    nobodys = await actions_of(delivery, path)
    early = await delivery.act(f"{path}/accept")
    own = await engagement.act(f"{path}/offer", {"to": "ann"})
    offered = await acted(engagement, f"{path}/offer", {"to": "dan"})
    mine, theirs = await actions_of(engagement, path), await actions_of(delivery, path)
    others = [await third.act(f"{path}/accept"), await third.act(f"{path}/return", {"reason": "缺少风险清单"})]
    accepted = await acted(delivery, f"{path}/accept")

    assert nobodys == {"accept": "handover_to_nobody", "return": "handover_to_nobody", "offer": None}
    assert (early.status_code, early.json()["code"]) == (409, "handover_to_nobody")
    assert (own.status_code, own.json()["code"]) == (403, "handover_to_oneself")
    assert (offered["offered_to"], offered["revision"]) == ("dan", 2)
    assert mine == {"accept": "only_the_taker", "return": "only_the_taker", "offer": None}
    assert theirs == {"accept": None, "return": None, "offer": None}
    assert [(one.status_code, one.json()["code"]) for one in others] == [(403, "only_the_taker")] * 2
    assert (accepted["status"], accepted["accepted_by"]) == ("accepted", "dan")
    assert await ids(engagement, "handovers", offered_to="dan") == [accepted["id"]]


@pytest.mark.parametrize("reason", ["", " ", ".", "x", "……", "!!!!", "1111", "n/a", "TBD", "暂无。"])
async def test_it_is_returned_for_a_reason_that_says_something(engagement, deal, reason):
    await told(engagement, won(deal))
    _, path = await handover(engagement, deal)
    await acted(engagement, f"{path}/offer", {"to": "dan"})

    refused = await engagement.as_("dan", "presales").act(f"{path}/return", {"reason": reason})

    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/reason", "says_nothing" if reason.strip() else "too_short")


async def test_a_returned_package_is_offered_again_as_it_is_then(engagement, deal, upstream):
    _, risk = upstream
    await told(engagement, won(deal))
    before, path = await handover(engagement, deal)
    await acted(engagement, f"{path}/offer", {"to": "dan"})
    delivery = engagement.as_("dan", "presales")

    returned = await acted(delivery, f"{path}/return", {"reason": "缺少风险清单"})
    await told(engagement, risk)
    again = await acted(engagement, f"{path}/offer", {"to": "交付一部", "note": "已补充"})

    assert (returned["status"], returned["returns"][0]["reason"], returned["returns"][0]["by"]) == (
        "returned",
        "缺少风险清单",
        "dan",
    )
    assert (again["revision"], again["offered_to"], again["note"]) == (3, "交付一部", "已补充")
    assert again["content_hash"] != before["content_hash"]
    assert again["content"]["open_risks"] != []
    steps = [(one.data["status"], one.data["reason"]) for one in await said(engagement.app.state.database, RECORDED)]
    assert steps == [("offered", None), ("offered", None), ("returned", "缺少风险清单"), ("offered", None)]


async def test_a_lost_opportunity_is_not_handed_over_and_a_won_one_once(engagement, deal):
    lost = OpportunityClosed(opportunity_id=UUID(deal), outcome="lost", reason=None, epoch=9)
    await told(engagement, lost)
    none = await ids(engagement, "handovers")

    closing = envelope(won(deal))
    await on_handover.handle(engagement.app.state.database, [closing])
    await on_handover.handle(engagement.app.state.database, [closing])
    await told(engagement, won(deal))

    assert (none, len(await ids(engagement, "handovers", status="offered"))) == ([], 1)


async def test_what_came_late_from_others_does_not_take_the_place_of_what_is_newer(engagement, deal, upstream):
    _, risk = upstream
    await told(engagement, submitted(deal, risk, revision=3), submitted(deal, risk, revision=2))
    await told(engagement, won(deal))

    shown, _ = await handover(engagement, deal)

    assert shown["content"]["basis"]["proposal"]["revision"] == 3


async def test_a_forgotten_person_is_not_in_the_package(engagement, deal):
    person = await contact(engagement, deal)
    await told(engagement, won(deal))
    seen = await engagement.get(f"/contacts/{person['id']}")
    await engagement.delete(f"/contacts/{person['id']}", headers={"If-Match": seen.headers["ETag"]})

    shown, _ = await handover(engagement, deal)

    assert shown["contacts"] == []
    assert "Zhou Min" not in str(shown)


async def test_another_opportunity_is_another_package(engagement, deal):
    other = opened(requirement(UUID(deal)).requirement_id)
    await told(engagement, other, won(deal), won(str(other.opportunity_id)))

    assert len(await ids(engagement, "handovers")) == 2
    assert len(await ids(engagement, "handovers", opportunity_id=deal)) == 1


def promised():
    return OfferFacts(
        version_label="1.1.1.2", start=date(2027, 2, 1), finish=date(2027, 9, 1), p80_finish=date(2027, 10, 1),
        milestones=(MilestoneFacts(name="Go-live", name_zh="正式上线", date=date(2027, 9, 1)),),
        payments=(PaymentFacts(name="Signing", name_zh="签订", due=date(2027, 2, 1), share=0.3, amount=Money.of("30", "CNY")),),
        assumptions=("核心系统接口就绪", "测试数据按期提供"), exclusions=("机房建设",), deliverables=("用户手册",),
        warranty_months=12,
    )  # fmt: skip


async def test_delivery_is_handed_what_was_promised_and_the_price_that_was_agreed(engagement, deal, upstream):
    baseline, risk = upstream
    submission = submitted(deal, risk).model_copy(update={"offer": promised()})
    outcome = OutcomeRecorded(
        opportunity_id=UUID(deal), outcome_id=new_id(), result="won", reasons=("fit",), reason=None, lessons=(),
        competitor_id=None, competitor_name=None, decided_on=date(2027, 1, 20), proposal_id=None, submitted_at=None,
        win_probability=0.5, offered_price=None, final_price=Money.of("4800000", "CNY"), winning_price=None, version=2,
    )  # fmt: skip

    await told(engagement, baseline)
    await told(engagement, risk, submission, outcome, won(deal))

    package = (await handover(engagement, deal))[0]["content"]
    assert package["price"] == {"amount": "4800000.00", "currency": "CNY"}
    assert package["milestones"] == [{"name": "Go-live", "name_zh": "正式上线", "date": "2027-09-01"}]
    assert package["payments"][0]["amount"] == {"amount": "30.00", "currency": "CNY"}
    assert package["assumptions"] == ["核心系统接口就绪", "测试数据按期提供"]
    assert package["exclusions"] == ["硬件采购", "机房建设"]
    assert package["deliverables"] == ["用户手册"]
    assert package["basis"]["proposal"]["version_label"] == "1.1.1.2"
    assert package["basis"]["outcome"]["decided_on"] == "2027-01-20"
