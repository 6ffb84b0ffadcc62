"""Events carry their state up to a limit, and a larger one is refused when it is written."""

import pytest
import sqlalchemy as sa

from services.requirements.models.opportunities import Client
from shared.kernel.context import Context, new_id
from shared.kernel.messaging import publish
from shared.kernel.messaging.envelope import MAX_BYTES
from shared.kernel.messaging.large import MOST_BYTES
from shared.kernel.messaging.reconcile import Reconciler
from shared.kernel.messaging.relay import Relay
from shared.kernel.messaging.stream import Stream
from shared.kernel.messaging.tables import Outbox
from shared.kernel.problems import EventTooLarge
from shared.language.events.requirements import OpportunityClosed
from tests.conftest import TENANT

CONTEXT = Context(tenant=TENANT, actor="ann")


async def say(database, size):
    async with database.transaction(CONTEXT) as session:
        client = Client(name="x", language="en")
        session.add(client)
        event = OpportunityClosed(opportunity_id=new_id(), outcome="won", reason="x" * size, epoch=1)
        await publish(session, event, client)


async def test_an_event_over_the_limit_is_refused_with_its_change(database):
    with pytest.raises(EventTooLarge):
        await say(database, MOST_BYTES)

    async with database.transaction(CONTEXT) as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(Client)) == 0


async def test_the_largest_messages_travel_together(database, broker):
    for _ in range(4):
        await say(database, MAX_BYTES - 2000)
    stream = Stream(broker.url, user="requirements", seed=broker.seed("requirements"))
    await stream.connect()

    relay = Relay(database.machinery, stream)
    await Reconciler(database.machinery, stream, wake=relay.wake, every=300).reconcile()
    while await relay.drain():
        pass

    async with database.machinery.connect() as connection:
        said = (await connection.execute(sa.select(Outbox.subject, Outbox.stream_seq, Outbox.event_id))).all()
    stored = [await stream.last_on(subject) for subject, _, _ in said]
    await stream.close()
    assert len(stored) == 4
    assert stored == [(sequence, str(event_id)) for _, sequence, event_id in said]
