"""Bid decisions that newer figures reopen: a price that has moved, a limit of the client's that is missed."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.proposal.commands.shipped import SHIPPED
from services.proposal.domain.bid import has_moved
from services.proposal.handlers import on_opportunities
from shared.language.events.requirements import OpportunityClosed
from tests.conftest import envelope, said
from tests.support.proposal.makers import hear
from tests.support.proposal.samples import events
from tests.support.proposal.selling import acted

DRAFTED = "proposal.proposal.drafted.v1"


async def drafted(client, **knobs):
    """The sample's proposal of these figures, told to the bid decision too."""
    found = with_latest(events("permits", 3, **knobs.pop("basis", {})), **knobs)
    await hear(client, found)
    await tell_drafts(client)
    return found


def with_latest(found, latest=None):
    """The client wants it by another day."""
    if latest is None:
        return found
    limits = tuple(
        one.model_copy(update={"latest": latest}) if one.kind == "date" else one for one in found.baseline.constraints
    )
    return SimpleNamespace(**{**vars(found), "baseline": found.baseline.model_copy(update={"constraints": limits})})


async def tell_drafts(client):
    database = client.app.state.database
    await on_opportunities.handle(database, await said(database, DRAFTED))


async def decided(client, found, decision="go"):
    """A bid that boss decided on ann's answers; its path."""
    wish = {"opportunity_id": str(found.baseline.opportunity_id)}
    path = f"/bid-decisions/{(await client.post('/bid-decisions', json=wish)).json()['id']}"
    await acted(client, f"{path}/answer", {"answers": {one.code: {"points": 1.0} for one in SHIPPED.questions}})
    await decide(client, path, decision)
    return path


async def decide(client, path, decision="go"):
    condition = {"text": "Budget in writing", "owner": "li", "due": "2099-01-01"}
    wish = {"decision": decision, "reason": "As we see it.", "conditions": [condition]}
    return await acted(client.as_("boss", "approver"), f"{path}/decide", wish)


async def shown(client, path):
    return (await client.get(path)).json()


@pytest.mark.parametrize(("decision", "then"), [("go", "open"), ("conditional", "open"), ("no_go", "no_go")])
async def test_a_price_that_has_moved_too_far_reopens_the_decision_to_bid(client, decision, then):
    found = await drafted(client)
    path = await decided(client, found, decision)
    before = await shown(client, path)

    dearer = await drafted(client, basis={"epoch": 2, "scale": 2.0})

    after = await shown(client, path)
    assert before["price"]["amount"] == str(found.price.price_incl_tax.amount)
    assert (after["status"], after["times_reopened"]) == (then, int(then == "open"))
    told = await said(client.app.state.database, "proposal.bid.reopened.v1")
    assert [one.data["reason"]["code"] for one in told] == ["price_changed"] * after["times_reopened"]
    for one in told:
        said_ = after["reopened_because"]
        assert said_.items() <= one.data["reason"].items()
        for text in (said_["message"], said_["message_zh"]):
            assert str(found.price.price_incl_tax.amount) in text
            assert str(dearer.price.price_incl_tax.amount) in text
            assert "10%" in text


async def test_a_small_change_of_the_price_leaves_the_decision_unless_the_policy_is_stricter(client):
    path = await decided(client, await drafted(client))

    await drafted(client, basis={"epoch": 2, "scale": 1.02})
    small = await shown(client, path)
    policy = await client.post("/bid-policies", json={**SHIPPED.model_dump(mode="json"), "price_change": 0.001})
    await drafted(client, basis={"epoch": 3, "scale": 1.02})

    assert (small["status"], policy.json()["price_change"]) == ("go", 0.001)
    assert (await shown(client, path))["status"] == "open"


async def test_a_decision_is_reopened_once_by_a_price_and_not_again_when_it_was_made_on_it(client):
    path = await decided(client, await drafted(client))
    await drafted(client, basis={"epoch": 2, "scale": 2.0})
    dearest = await drafted(client, basis={"epoch": 3, "scale": 3.0})
    open_ = await shown(client, path)

    again = await decide(client, path)
    await drafted(client, basis={"epoch": 4, "scale": 3.0})

    assert (open_["status"], open_["times_reopened"]) == ("open", 1)
    assert again["price"]["amount"] == str(dearest.price.price_incl_tax.amount)
    assert ((await shown(client, path))["status"], again["times_reopened"]) == ("go", 1)


async def test_what_was_decided_before_there_was_a_price_is_reopened_by_none(client):
    found = events("permits", 3)
    await hear(client, found, ("baseline",))
    path = await decided(client, found)

    await drafted(client)
    await drafted(client, basis={"epoch": 2, "scale": 2.0})

    after = await shown(client, path)
    assert (after["status"], after["proposal_id"], after["price"]) == ("go", None, None)


async def test_a_date_of_the_clients_that_the_newest_proposal_misses_reopens_the_decision_once(client):
    path = await decided(client, await drafted(client))

    await drafted(client, basis={"epoch": 2}, latest=date(2027, 1, 20))
    missed = await shown(client, path)
    await decide(client, path)
    await drafted(client, basis={"epoch": 3}, latest=date(2027, 1, 19))

    assert (missed["status"], missed["reopened_because"]["code"]) == ("open", "limit_missed")
    assert "2027-01-20" in missed["reopened_because"]["message"]
    assert "2027-01-20" in missed["reopened_because"]["message_zh"]
    assert (await shown(client, path))["status"] == "go"


async def test_no_decision_of_a_closed_opportunity_is_reopened(client):
    found = await drafted(client)
    path = await decided(client, found)
    await hear(client, events("permits", 3, epoch=2, scale=2.0))
    closed = OpportunityClosed(
        opportunity_id=found.baseline.opportunity_id, outcome="no_decision", reason=None, epoch=3
    )
    await on_opportunities.handle(client.app.state.database, [envelope(closed)])

    await tell_drafts(client)

    assert (await shown(client, path))["status"] == "go"


@pytest.mark.parametrize("share", [-0.1, 1.1, None, "much"])
async def test_a_policy_takes_a_share_of_the_price(client, share):
    refused = await client.post("/bid-policies", json={**SHIPPED.model_dump(mode="json"), "price_change": share})

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


async def test_a_condition_that_is_met_keeps_who_met_it(client):
    found = events("permits", 3)
    await hear(client, found, ("baseline",))
    path = await decided(client, found, "conditional")
    conditions = [{"text": text, "owner": "li", "due": "2099-01-01"} for text in ("Budget", "Architects")]
    await acted(client, f"{path}/reopen", {"reason": "Two conditions."})
    boss = client.as_("boss", "approver")
    wish = {"decision": "conditional", "reason": "As we see it.", "conditions": conditions}
    await acted(boss, f"{path}/decide", wish)
    await acted(client, f"{path}/meet-condition", {"condition": 1, "note": "Mail of Monday"})

    again = await client.as_("cid", "sales").act(f"{path}/meet-condition", {"condition": 1})

    assert (again.status_code, again.json()["code"]) == (409, "condition_is_met")
    assert "ann" in again.json()["detail"]
    first = (await shown(client, path))["conditions"][0]
    assert (first["met_by"], first["note"]) == ("ann", "Mail of Monday")


prices = st.decimals(0, 10**9, places=2)


@given(prices, prices, st.floats(0, 1))
def test_a_price_that_is_the_same_has_not_moved_and_one_beyond_twice_its_share_has(before, other, share):
    assert not has_moved(before, before, share)
    assert has_moved(before, before + Decimal(str(share)) * before * 2 + Decimal("0.01"), share)
    assert has_moved(before, other, share) == (abs(other - before) > before * Decimal(str(share)))
