"""Hand-overs of won opportunities."""

from uuid import UUID

from services.engagement.handlers import on, on_handover
from shared.language.events.requirements import OpportunityClosed
from tests.conftest import envelope
from tests.engagement.conftest import ids


def won(deal):
    return OpportunityClosed(opportunity_id=UUID(deal), outcome="won", reason=None, epoch=9)


async def told(client, *events):
    """Events of others, for every handler of this service that hears them."""
    for handlers in (on, on_handover):
        ours = [envelope(event) for event in events if event.type in handlers.event_types]
        if ours:
            await handlers.handle(client.app.state.database, ours)


async def handover(client, deal):
    [key] = await ids(client, "handovers", opportunity_id=deal)
    return (await client.get(f"/handovers/{key}")).json(), f"/handovers/{key}"
