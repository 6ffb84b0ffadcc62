"""Outcomes: recorded by persons, prepared by the client's answer, following from the closing; and what they tell."""

import pytest

from services.proposal.content.authored import DeliverablePart, SolutionDesign
from services.proposal.content.base import Words
from services.proposal.handlers import on_opportunities
from shared.language.events.requirements import OpportunityChanged, OpportunityClosed, Prospect
from tests.conftest import envelope, said
from tests.support.proposal.makers import action, change, hear, newest, settle, submitted
from tests.support.proposal.samples import events

PATH = "/outcomes"
RECORDED = "proposal.outcome.recorded.v1"


async def told(client, event):
    await on_opportunities.handle(client.app.state.database, [envelope(event)])


def closed(found, outcome="lost", reason=None):
    return OpportunityClosed(opportunity_id=found.baseline.opportunity_id, outcome=outcome, reason=reason, epoch=2)


async def offered(client, probability=0.4):
    found = events("permits", 6)
    await hear(client, found)
    facts = {"opportunity": found.baseline.opportunity, "version": 5, "prospect": Prospect(win_probability=probability)}
    await told(client, OpportunityChanged(opportunity_id=found.baseline.opportunity_id, **facts))
    return found, await submitted(client, await newest(client, found))


async def draft(client, found, **wish):
    body = {"opportunity_id": str(found.baseline.opportunity_id), "result": "lost", "reasons": ["price"], **wish}
    return await client.post(PATH, json=body)


async def only(client):
    [one] = (await client.get(PATH)).json()["items"]
    return one


def usd(amount):
    return {"amount": amount, "currency": "USD"}


async def test_a_lost_opportunity_is_recorded_with_all_that_calibration_needs(service):
    found, offer = await offered(service)
    rival = (await service.post("/competitors", json={"name": "Rival Ltd", "price_position": "lower"})).json()
    made = await draft(
        service, found, reasons=["price", "incumbent"], reason="They know the house.", competitor_id=rival["id"],
        winning_price=usd("200000.00"), decided_on="2026-01-20", lessons=["Ask for the budget sooner."],
    )  # fmt: skip

    recorded = (await service.act(f"{PATH}/{made.json()['id']}/record")).json()

    assert (made.status_code, made.json()["status"]) == (201, "draft")
    assert (recorded["status"], recorded["recorded_by"], recorded["win_probability"]) == ("recorded", "ann", 0.4)
    assert recorded["offered_price"] == offer["price_incl_tax"]
    [event] = await said(service.app.state.database, RECORDED)
    assert event.data["result"] == "lost"
    assert event.data["reasons"] == ["price", "incumbent"]
    assert event.data["competitor_name"] == "Rival Ltd"
    assert event.data["proposal_id"] == offer["id"]
    assert (event.data["win_probability"], event.data["winning_price"]) == (0.4, usd("200000.00"))
    assert event.data["lessons"] == ["Ask for the budget sooner."]


async def test_what_the_client_accepts_is_prepared_as_won_for_a_person_to_record(service):
    _, offer = await offered(service)

    await service.act(f"/proposals/{offer['id']}/accept")
    prepared = await only(service)
    silent = await said(service.app.state.database, RECORDED)
    await change(service, prepared, PATH, final_price=usd("250000.00"))
    recorded = await service.act(f"{PATH}/{prepared['id']}/record")

    assert (prepared["status"], prepared["result"], prepared["final_price"]) == (
        "draft",
        "won",
        offer["price_incl_tax"],
    )
    assert silent == []
    assert recorded.json()["final_price"] == usd("250000.00")


async def test_what_the_client_declines_is_prepared_as_lost_with_the_clients_reason(service):
    _, offer = await offered(service)

    await service.act(f"/proposals/{offer['id']}/decline", {"reason": "Too late."})

    prepared = await only(service)
    assert (prepared["status"], prepared["result"], prepared["reason"]) == ("draft", "lost", "Too late.")


async def test_a_later_answer_corrects_what_was_prepared(service):
    _, first = await offered(service)
    await service.act(f"/proposals/{first['id']}/decline", {"reason": "Too late."})
    revised = (await service.act(f"/proposals/{first['id']}/revise", {"reason": "Sooner."})).json()
    second = await submitted(service, revised)

    await service.act(f"/proposals/{second['id']}/accept")

    prepared = await only(service)
    assert (prepared["result"], prepared["proposal_id"], prepared["reason"]) == ("won", second["id"], None)


async def test_closing_the_opportunity_elsewhere_records_its_outcome(service):
    found, _ = await offered(service)
    await draft(service, found, result="no_decision", reasons=["budget"])

    await told(service, closed(found, "cancelled_by_client", "The project was stopped."))

    one = await only(service)
    assert (one["status"], one["result"], one["reasons"]) == ("recorded", "cancelled_by_client", ["budget"])
    [event] = await said(service.app.state.database, RECORDED)
    assert event.data["reason"] == "The project was stopped."


async def test_the_closing_that_follows_from_an_outcome_records_nothing_again(service):
    found, _ = await offered(service)
    made = await draft(service, found)
    await service.act(f"{PATH}/{made.json()['id']}/record")

    await told(service, closed(found, "lost"))

    assert len(await said(service.app.state.database, RECORDED)) == 1
    assert (await only(service))["status"] == "recorded"


async def test_what_is_recorded_is_answered_no_more_before_the_closing_is_heard(service):
    found, offer = await offered(service)
    room = (await service.post("/rooms", json={"proposal_id": offer["id"], "recipient_name": "Li Hua"})).json()
    holder = service.as_link("rooms", room["id"])
    made = (await draft(service, found)).json()
    await service.act(f"{PATH}/{made['id']}/record")

    path = f"/proposals/{offer['id']}"
    ours = [
        await service.act(f"{path}/accept"),
        await service.act(f"{path}/decline", {"reason": "No."}),
        await service.act(f"{path}/extend", {"until": "2030-01-01", "reason": "Wait."}),
        await service.act(f"{path}/revise", {"reason": "Cheaper."}),
        await service.post("/rooms", json={"proposal_id": offer["id"], "recipient_name": "Wang"}),
        await service.act(f"/rooms/{room['id']}/renew", {"expires_at": "2099-01-01T00:00:00Z"}),
    ]
    theirs = [
        await holder.post(f"/rooms/{room['id']}/accept", json={"name": "Li"}),
        await holder.post(f"/rooms/{room['id']}/decline", json={"name": "Li", "reason": "Late."}),
    ]

    assert [(one.status_code, one.json()["code"]) for one in ours] == [(409, "outcome_is_recorded")] * 6
    assert [(one.status_code, one.json()["code"]) for one in theirs] == [(409, "matter_is_closed")] * 2
    seen = (await service.get(path)).json()
    assert seen["status"] == "submitted"
    for name in ("accept", "decline", "extend", "revise"):
        assert action(seen, name)["reason"]["code"] == "outcome_is_recorded"
    assert action(seen, "withdraw")["is_allowed"]
    assert (
        action((await service.get(f"/rooms/{room['id']}")).json(), "renew")["reason"]["code"] == "outcome_is_recorded"
    )
    assert not (await holder.get(f"/rooms/{room['id']}/view")).json()["may_answer"]
    assert (await only(service))["result"] == "lost"


async def test_lessons_are_added_after_the_end_and_told_again_but_the_result_stands(service):
    found, _ = await offered(service)
    made = await draft(service, found)
    recorded = (await service.act(f"{PATH}/{made.json()['id']}/record")).json()
    await told(service, closed(found, "lost"))

    more = (await change(service, recorded, PATH, lessons=["Bring a reference."], reason="Talked to them.")).json()
    same = await change(service, more, PATH, lessons=["Bring a reference."])
    refused = await change(service, same.json(), PATH, result="won")

    assert more["lessons"] == ["Bring a reference."]
    events_ = await said(service.app.state.database, RECORDED)
    assert [event.data["lessons"] for event in events_] == [[], ["Bring a reference."]]
    assert (refused.status_code, refused.json()["code"]) == (409, "result_stands")


async def test_an_outcome_that_says_too_little_is_not_recorded_and_says_what_is_missing(service):
    found, _ = await offered(service)
    made = (await draft(service, found, result="won", reasons=[])).json()

    refused = await service.act(f"{PATH}/{made['id']}/record", **{"Accept-Language": "zh"})

    assert action(made, "record")["reason"]["code"] == "outcome_is_thin"
    assert (refused.status_code, refused.json()["code"]) == (409, "outcome_is_thin")
    assert "最终价格" in refused.json()["detail"]


async def test_nobody_wins_or_loses_what_was_not_offered_nor_declines_to_bid_what_was(service):
    found = events("permits", 3)
    await hear(service, found)
    lost = (await draft(service, found)).json()
    early = await service.act(f"{PATH}/{lost['id']}/record")
    await submitted(service, await newest(service, found))
    seen = (await service.get(f"{PATH}/{lost['id']}")).json()  # it is of the offer now
    not_bid = (await change(service, seen, PATH, result="not_bid")).json()

    late = await service.act(f"{PATH}/{not_bid['id']}/record")

    assert (early.status_code, early.json()["code"]) == (409, "outcome_has_no_offer")
    assert (late.status_code, late.json()["code"]) == (409, "outcome_has_an_offer")


async def test_one_opportunity_has_one_outcome(service):
    found, _ = await offered(service)
    await draft(service, found)

    again = await draft(service, found)

    assert (again.status_code, again.json()["code"]) == (409, "already_exists")


async def test_what_was_promised_is_told_with_the_submission(service):
    found = events("permits", 6)
    await hear(service, found)
    design = SolutionDesign(
        assumptions=(Words(en="Test data in time."),), exclusions=(Words(en="Hardware.", zh="硬件"),),
        deliverables=(DeliverablePart(code="D1", name="Manual", name_zh="手册"),),
    )  # fmt: skip
    await settle(service, found, "solution", design)

    offer = await submitted(service, await newest(service, found))

    [event] = await said(service.app.state.database, "proposal.proposal.submitted.v1")
    told_ = event.data["offer"]
    assert (told_["version_label"], told_["finish"]) == ("1.1.1.1", offer["finish"])
    assert "Test data in time." in told_["assumptions"]
    assert "Hardware." in told_["exclusions"]
    assert told_["deliverables"] == ["Manual"]
    assert [one["name"] for one in told_["milestones"]][-1] == "End of warranty"
    assert sum(float(one["share"]) for one in told_["payments"]) == pytest.approx(1)


@pytest.mark.parametrize(
    "wish",
    [
        {"result": "splendid"},
        {"reasons": ["weather"]},
        {"reasons": ["price", "price"]},
        {"final_price": usd("-1")},
        {"final_price": {"amount": "1", "currency": "CNY"}},
        {"competitor_id": "01a214b7-92c4-75f1-8502-594af4683b24"},
        {"decided_on": "0001-01-01"},
        {"decided_on": "2199-01-01"},
        {"reason": "\x00"},
        {"lessons": [""]},
    ],
)
async def test_what_no_outcome_can_be_is_refused(service, wish):
    found, _ = await offered(service)

    refused = await draft(service, found, **wish)

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


async def test_outcomes_of_another_tenant_are_not_found(service):
    found, _ = await offered(service)
    made = (await draft(service, found)).json()
    eve = service.as_("eve", "admin", tenant="other")

    assert (await eve.get(f"{PATH}/{made['id']}")).status_code == 404
    assert (await draft(eve, found)).status_code == 404
    assert (await service.as_("vic", "viewer").get(f"{PATH}/{made['id']}")).status_code == 200
    assert (await draft(service.as_("vic", "viewer"), found)).status_code == 403
