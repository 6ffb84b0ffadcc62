"""A consumer that counts what it is given."""

from contextlib import asynccontextmanager

import sqlalchemy as sa

from services.requirements.models.opportunities import Client, Counter
from shared.kernel.context import Context, new_id
from shared.kernel.messaging import Handlers, publish
from shared.kernel.messaging.consumer import Consumer
from shared.kernel.messaging.reconcile import Reconciler
from shared.kernel.messaging.relay import Relay
from shared.kernel.messaging.stream import Stream
from shared.kernel.messaging.tables import Outbox, ParkedEvent
from shared.kernel.tasks import Tasks
from shared.language.events.requirements import OpportunityClosed
from tests.conftest import TENANT

CONTEXT = Context(tenant=TENANT, actor="ann")


def counting(durable, *, fails=lambda _event: None, batch=64):
    """Handlers that count each event's effect in the table `counter`, after `fails(event)` had its chance."""
    on = Handlers(durable, batch=batch)

    @on(OpportunityClosed)
    async def count(session, event):
        fails(event)
        row = await session.get(Counter, (TENANT, event.outcome), with_for_update=True)
        if row is None:
            session.add(Counter(tenant_id=TENANT, name=event.outcome, value=1))
        else:
            row.value += 1

    return on


def connection(nats, user="requirements"):
    return Stream(nats.url, user=user, seed=nats.seed(user))


@asynccontextmanager
async def running(database, nats, *handlers, every=300):
    """Relay, reconciler and consumers of one service."""
    stream, tasks = connection(nats), Tasks()
    stream.tasks = tasks
    relay = Relay(database.machinery, stream)
    database.on_commit = relay.wake
    consumers = [Consumer(stream, on, database) for on in handlers]
    tasks.start("nats", stream.run)
    reconciler = Reconciler(database.machinery, stream, wake=relay.wake, every=every, consumers=consumers)
    tasks.start("reconcile", reconciler.run)
    tasks.start("relay", relay.run)
    for on, consumer in zip(handlers, consumers, strict=True):
        tasks.start(on.durable, consumer.run)
    try:
        yield stream
    finally:
        for consumer in consumers:
            consumer.stop()
        await tasks.finish([on.durable for on in handlers], 5)
        await tasks.stop()
        await stream.close()


async def say(database, outcome="won", count=1):
    """Commit `count` events about new clients, in one transaction each."""
    for _ in range(count):
        async with database.transaction(CONTEXT) as session:
            client = Client(name="x", language="en")
            session.add(client)
            await publish(
                session, OpportunityClosed(opportunity_id=new_id(), outcome=outcome, reason=None, epoch=1), client
            )


async def counted(database, outcome="won"):
    async with database.transaction(CONTEXT) as session:
        row = await session.get(Counter, (TENANT, outcome))
        return row.value if row else 0


async def parked(database):
    async with database.transaction(CONTEXT) as session:
        return (await session.scalars(sa.select(ParkedEvent))).all()


async def waits_in_outbox(database):
    async with database.machinery.connect() as connection:
        return await connection.scalar(sa.select(sa.func.count()).where(Outbox.published_at.is_(None)))


async def is_counted(database, wanted, outcome="won"):
    return await counted(database, outcome) == wanted
