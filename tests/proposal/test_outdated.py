"""What was made from an estimate of which an input has changed does not go to the client."""

from services.proposal.handlers import on
from shared.language.events.estimation import EstimateOutdated
from shared.language.events.values import Reason
from tests.conftest import envelope, said
from tests.support.proposal.makers import hear, proposals
from tests.support.proposal.samples import events


def outdated(found, revision):
    reason = Reason(code="rates_changed", message="A rate card has changed.", message_zh="费率表已变更。")
    return EstimateOutdated(
        opportunity_id=found.baseline.opportunity_id, estimate_id=found.estimate.estimate_id, revision=revision,
        basis=found.estimate.basis, reason=reason,
    )  # fmt: skip


async def told(client, *events_):
    for event in events_:
        await on.handle(client.app.state.database, [envelope(event)])


async def test_a_proposal_of_an_outdated_estimate_is_stale_and_cannot_be_sent(service):
    found = events("permits", 3)
    await hear(service, found)

    await told(service, outdated(found, found.estimate.revision))
    [proposal] = await proposals(service, found)
    sent = await service.act(f"/proposals/{proposal['id']}/submit-for-review")

    assert (proposal["freshness"], proposal["stale_reason"]["code"]) == ("stale", "estimate_outdated")
    assert "重新估算" in proposal["stale_reason"]["message_zh"]
    assert (sent.status_code, sent.json()["code"]) == (409, "proposal_is_stale")
    [event] = await said(service.app.state.database, "proposal.proposal.outdated.v1")
    assert event.data["reason"]["code"] == "estimate_outdated"


async def test_news_of_another_revision_does_not_concern_it_whatever_comes_first(service):
    found = events("permits", 3)

    await told(service, outdated(found, found.estimate.revision), outdated(found, found.estimate.revision + 1))
    await hear(service, found)
    await told(service, outdated(found, found.estimate.revision))

    [proposal] = await proposals(service, found)
    assert proposal["freshness"] == "fresh"
