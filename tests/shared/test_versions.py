"""Two versions of a service side by side: what only the newer one hears is lost by neither."""

import pytest

from deploy.embedded import Nats, free_port
from services.requirements.models.opportunities import Client, Counter
from shared.kernel.context import new_id
from shared.kernel.messaging import Handlers, publish
from shared.language.events.requirements import BaselineWithdrawn, OpportunityClosed
from tests.conftest import TENANT, eventually
from tests.support.shared.delivery import CONTEXT, counted, parked, running


def version(*heard):
    """Handlers of one purpose, as a version of the service that hears these events declares them."""
    on = Handlers("requirements-test")

    async def count(session, event):
        row = await session.get(Counter, (TENANT, event.type), with_for_update=True)
        if row is None:
            row = Counter(tenant_id=TENANT, name=event.type, value=0)
            session.add(row)
        row.value += 1

    for kind in heard:
        on(kind)(count)
    return on


OLD, NEW = version(OpportunityClosed), version(OpportunityClosed, BaselineWithdrawn)


@pytest.fixture
def nats(tmp_path):
    server = Nats(tmp_path, free_port(), durables={"requirements": NEW.durables})
    server.start()
    yield server
    server.kill()


async def say_both(database, count):
    for _ in range(count):
        async with database.transaction(CONTEXT) as session:
            for event in (
                OpportunityClosed(opportunity_id=new_id(), outcome="won", reason=None, epoch=1),
                BaselineWithdrawn(
                    opportunity_id=new_id(),
                    baseline_id=new_id(),
                    baseline_number=1,
                    epoch=1,
                    withdrawn_by="ann",
                    reason="x",
                ),
            ):
                client = Client(name="x", language="en")
                session.add(client)
                await publish(session, event, client)


async def seen(database):
    return await counted(database, OpportunityClosed.type), await counted(database, BaselineWithdrawn.type)


async def test_a_type_said_before_the_upgrade_comes_after_it(database, nats):
    async with running(database, nats, OLD):
        await say_both(database, 3)
        await eventually(lambda: have_come(database, 3, 0))

    async with running(database, nats, NEW):
        assert await eventually(lambda: have_come(database, 3, 3))


async def test_an_old_replica_takes_nothing_from_a_new_one(database, nats):
    async with running(database, nats, OLD), running(database, nats, NEW):
        await say_both(database, 20)
        await eventually(lambda: have_come(database, 20, 20))

    async with running(database, nats, NEW), running(database, nats, OLD):  # the old one declares last what it hears
        await say_both(database, 20)
        await eventually(lambda: have_come(database, 40, 40))

    async with running(database, nats, OLD):  # rolled back
        await say_both(database, 5)
        await eventually(lambda: have_come(database, 45, 40))
    async with running(database, nats, NEW):  # and forward again
        assert await eventually(lambda: have_come(database, 45, 45))

    assert await parked(database) == []


async def have_come(database, closed, withdrawn):
    return await seen(database) == (closed, withdrawn)
