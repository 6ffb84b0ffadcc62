"""The offer: how long it holds, who is told, and what follows it."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.proposal.content.authored import SolutionDesign
from services.proposal.content.base import Words
from services.proposal.handlers import on, on_opportunities
from services.proposal.timers import timers
from shared.kernel.clock import now
from shared.language.events.requirements import BaselineWithdrawn, OpportunityClosed
from tests.conftest import envelope, said
from tests.support.proposal.makers import action, content, hear, newest, proposals, settle, submitted
from tests.support.proposal.samples import events


async def offered(client, *args, **kwargs):
    found = events(*args or ("permits", 3), **kwargs)
    await hear(client, found)
    return found, await submitted(client, await newest(client, found))


async def on_day(client, days):
    """The timers as they would run so many days from now."""
    await timers.run_due(client.app.state.database, now() + timedelta(days=days))


async def shown(client, proposal):
    return (await client.get(f"/proposals/{proposal['id']}")).json()


async def test_an_offer_is_told_to_be_near_its_end_and_lapses_by_itself(service):
    _, offer = await offered(service)

    await on_day(service, 52)
    early = await shown(service, offer)
    await on_day(service, 54)
    near = await shown(service, offer)
    await on_day(service, 62)
    lapsed = await shown(service, offer)

    assert early["neared_at"] is None
    assert (near["neared_at"] is not None, near["status"]) == (True, "submitted")
    assert lapsed["status"] == "expired"
    database = service.app.state.database
    [event] = await said(database, "proposal.proposal.neared.v1")
    [answer] = await said(database, "proposal.proposal.answered.v1")
    assert (event.data["valid_until"], answer.data["status"]) == (offer["valid_until"], "expired")


async def test_an_answer_stops_the_clock(service):
    _, offer = await offered(service)

    await service.act(f"/proposals/{offer['id']}/accept")
    await on_day(service, 90)

    assert (await shown(service, offer))["status"] == "accepted"
    assert await said(service.app.state.database, "proposal.proposal.neared.v1") == []


async def test_closing_the_opportunity_stops_the_clock(service):
    found, offer = await offered(service)
    event = OpportunityClosed(opportunity_id=found.baseline.opportunity_id, outcome="lost", reason=None, epoch=2)

    await on_opportunities.handle(service.app.state.database, [envelope(event)])
    await on_day(service, 90)

    assert (await shown(service, offer))["status"] == "submitted"


async def test_an_offer_of_a_closed_opportunity_is_answered_no_more_and_says_why(service):
    found, offer = await offered(service)
    event = OpportunityClosed(opportunity_id=found.baseline.opportunity_id, outcome="lost", reason=None, epoch=2)
    for handlers in (on, on_opportunities):
        await handlers.handle(service.app.state.database, [envelope(event)])

    now_shown = await shown(service, offer)
    refused = [
        await service.act(f"/proposals/{offer['id']}/accept"),
        await service.act(f"/proposals/{offer['id']}/decline", {"reason": "No."}),
        await service.act(f"/proposals/{offer['id']}/extend", {"until": "2030-01-01", "reason": "Wait."}),
        await service.act(f"/proposals/{offer['id']}/revise", {"reason": "Cheaper."}),
    ]

    assert [(one.status_code, one.json()["code"]) for one in refused] == [(409, "proposal_is_stale")] * 4
    assert {one["action"] for one in now_shown["allowed_actions"] if one["is_allowed"]} == {"withdraw"}
    assert "closed" in action(now_shown, "accept")["reason"]["message"]
    assert (await shown(service, offer))["status"] == "submitted"


async def test_an_extended_offer_holds_longer_and_says_the_same(service):
    _, offer = await offered(service)
    until = date.fromisoformat(offer["valid_until"]) + timedelta(days=30)

    longer = await service.act(
        f"/proposals/{offer['id']}/extend", {"until": until.isoformat(), "reason": "The board meets in a month."}
    )
    await on_day(service, 70)
    holding = await shown(service, offer)
    await on_day(service, 92)

    assert (longer.json()["valid_until"], longer.json()["content_hash"]) == (until.isoformat(), offer["content_hash"])
    assert holding["status"] == "submitted"
    assert (await shown(service, offer))["status"] == "expired"
    [event] = await said(service.app.state.database, "proposal.proposal.extended.v1")
    assert event.data["reason"] == "The board meets in a month."


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"until": "2026-01-01", "reason": "不再需要"}, "not_later"),
        ({"until": "9999-12-31", "reason": "不再需要"}, "invalid"),
        ({"until": "2090-01-01"}, "invalid"),
        ({"until": "soon", "reason": "不再需要"}, "invalid"),
    ],
)
async def test_an_extension_is_to_a_later_day_and_has_a_reason(service, body, code):
    _, offer = await offered(service)

    refused = await service.act(f"/proposals/{offer['id']}/extend", body)

    assert refused.json()["code"] == code
    assert (await shown(service, offer))["valid_until"] == offer["valid_until"]


async def test_validity_is_settled_and_holds_from_the_submission(service):
    found = events("permits", 3)
    await hear(service, found)
    first = await newest(service, found)

    draft = (await service.act(f"/proposals/{first['id']}/set-validity", {"days": 30})).json()
    offer = await submitted(service, draft)

    assert (draft["validity_days"], draft["version_label"], draft["status"]) == (30, "1.1.1.1", "draft")
    assert (await shown(service, first))["status"] == "superseded"
    sent = datetime.fromisoformat(offer["submitted_at"]).astimezone(ZoneInfo("Asia/Shanghai")).date()
    assert offer["valid_until"] == (sent + timedelta(days=30)).isoformat()
    assert (await content(service, draft))["validity_days"] == 30


@pytest.mark.parametrize("days", [0, -1, 731, 10**9, None, "many", 1.5])
async def test_a_validity_is_some_days(service, days):
    found = events("permits", 3)
    await hear(service, found)

    refused = await service.act(f"/proposals/{(await newest(service, found))['id']}/set-validity", {"days": days})

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


async def test_a_new_offer_takes_the_place_of_the_one_before(service):
    found, first = await offered(service)
    await settle(service, found, "solution", SolutionDesign(summary=Words(en="Better.")), actor="sue")

    second = await submitted(service, await newest(service, found))
    await on_day(service, 70)

    assert (await shown(service, first))["status"] == "superseded"
    assert (await shown(service, second))["status"] == "expired"
    [event] = await said(service.app.state.database, "proposal.proposal.superseded.v1")
    assert (event.data["proposal_id"], event.data["superseded_by"]) == (first["id"], second["id"])


async def test_the_next_revision_of_what_is_with_the_client_is_a_draft_that_says_why(service):
    _, first = await offered(service)

    draft = (await service.act(f"/proposals/{first['id']}/revise", {"reason": "The client asks for two lots."})).json()

    assert (draft["version_label"], draft["status"]) == ("1.1.1.1", "draft")
    assert (await content(service, draft))["reissue"] == {
        "replaces": "1.1.1",
        "reason": "The client asks for two lots.",
    }
    assert (await shown(service, first))["status"] == "submitted"
    again = await service.act(f"/proposals/{first['id']}/revise", {"reason": "Again."})
    assert (again.status_code, again.json()["code"]) == (409, "newer_revision_exists")
    assert "1.1.1.1" in again.json()["detail"]


async def test_a_lapsed_offer_is_made_again_by_a_new_revision(service):
    found, first = await offered(service)
    await on_day(service, 70)

    draft = (await service.act(f"/proposals/{first['id']}/revise", {"reason": "Still wanted."})).json()
    second = await submitted(service, draft)

    assert second["status"] == "submitted"
    assert [one["status"] for one in await proposals(service, found)] == ["expired", "submitted"]


async def test_nothing_is_drafted_while_the_baseline_is_withdrawn_and_it_says_so(service):
    found, first = await offered(service)
    await withdraw_baseline(service, found)

    refused = await service.act(f"/proposals/{first['id']}/revise", {"reason": "Cheaper."})

    assert (refused.status_code, refused.json()["code"]) == (409, "no_baseline_to_draft_from")
    assert action(await shown(service, first), "revise")["reason"]["code"] == "no_baseline_to_draft_from"
    await hear(service, events("permits", 3, epoch=3))
    assert [one["version_label"] for one in await proposals(service, found)] == ["1.1.1", "3.1.1"]


async def test_the_validity_of_a_draft_whose_baseline_is_withdrawn_is_not_set(service):
    found = events("permits", 3)
    await hear(service, found)
    await withdraw_baseline(service, found)

    draft = await newest(service, found)
    refused = await service.act(f"/proposals/{draft['id']}/set-validity", {"days": 30})

    assert (refused.status_code, refused.json()["code"]) == (409, "no_baseline_to_draft_from")
    assert action(draft, "set-validity")["reason"]["code"] == "no_baseline_to_draft_from"


async def withdraw_baseline(client, found):
    withdrawn = BaselineWithdrawn(
        opportunity_id=found.baseline.opportunity_id, baseline_id=found.baseline.baseline_id, baseline_number=1,
        epoch=2, withdrawn_by="bob", reason="Wrong scope.",
    )  # fmt: skip
    await on.handle(client.app.state.database, [envelope(withdrawn)])


async def test_a_draft_is_not_revised(service):
    found = events("permits", 3)
    await hear(service, found)

    shown_ = await newest(service, found)

    assert action(shown_, "revise")["reason"]["code"] == "illegal_transition"
    assert (await service.act(f"/proposals/{shown_['id']}/revise", {"reason": "不再需要"})).status_code == 409


async def test_an_offer_accepted_later_takes_the_place_of_the_one_accepted_before(service):
    found, first = await offered(service)
    await service.act(f"/proposals/{first['id']}/accept")
    await settle(service, found, "solution", SolutionDesign(summary=Words(en="Better.")), actor="sue")
    second = await submitted(service, await newest(service, found))

    answer = await service.act(f"/proposals/{second['id']}/accept")

    assert answer.status_code == 200, answer.text
    assert [(await shown(service, one))["status"] for one in (first, second)] == ["superseded", "accepted"]
    [event] = await said(service.app.state.database, "proposal.proposal.superseded.v1")
    assert (event.data["proposal_id"], event.data["superseded_by"]) == (first["id"], second["id"])


async def test_an_offer_holds_until_its_last_day_is_over_where_we_work(service):
    _, offer = await offered(service)
    last = datetime.combine(date.fromisoformat(offer["valid_until"]), time(16), UTC)  # midnight in Shanghai

    await timers.run_due(service.app.state.database, last - timedelta(minutes=1))
    before = (await shown(service, offer))["status"]
    await timers.run_due(service.app.state.database, last)

    assert (before, (await shown(service, offer))["status"]) == ("submitted", "expired")
