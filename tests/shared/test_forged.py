"""What is published on a subject that it does not say is set aside with its reason, and never handled."""

import json

import pytest
import sqlalchemy as sa

from shared.kernel.clock import now
from shared.kernel.context import Context, new_id
from shared.kernel.db import NOBODY
from shared.kernel.messaging import parking
from shared.kernel.messaging.envelope import encode, subject
from shared.kernel.messaging.tables import Inbox, ParkedEvent
from shared.language.events.requirements import OpportunityClosed
from tests.conftest import TENANT, eventually
from tests.support.shared.delivery import CONTEXT, connection, counted, counting, running

VICTIM = "demo"


def event(tenant=TENANT, opportunity_id=None, **attributes):
    """The body of an event of `tenant`, with other attributes than a producer of ours gives."""
    told = OpportunityClosed(opportunity_id=opportunity_id or new_id(), outcome="won", reason=None, epoch=1)
    context = Context(tenant=tenant, actor="mallory")
    body = encode(told, context, event_id=new_id(), aggregate_id=new_id(), sequence=1, time=now())
    return json.dumps({**json.loads(body), **attributes}).encode()


OPPORTUNITY = new_id()
ON = subject(TENANT, OpportunityClosed.type, OPPORTUNITY)
FORGED = {
    "another tenant": (event(VICTIM, OPPORTUNITY), "subject_disagrees"),
    "another opportunity": (event(), "subject_disagrees"),
    "another type": (event(opportunity_id=OPPORTUNITY, type="presales.requirements.baseline.withdrawn.v1"), "subject_disagrees"),
    "another producer": (event(opportunity_id=OPPORTUNITY, source="/presales/risk"), "not_an_event"),
    "another producer's type": (
        event(opportunity_id=OPPORTUNITY, type="presales.risk.budget.calculated.v1", source="/presales/risk"),
        "subject_disagrees",
    ),
}  # fmt: skip


@pytest.mark.parametrize("forged", FORGED)
async def test_a_forged_event_is_parked_where_it_was_published_and_never_handled(database, nats, forged):
    body, code = FORGED[forged]
    on = counting("requirements-test")
    async with running(database, nats, on) as stream:
        await eventually(lambda: is_there(stream))
        await stream.client.publish(ON, body)
        await stream.client.publish(ON, event(opportunity_id=OPPORTUNITY))

        await eventually(lambda: is_counted(database))

    [parked] = await of_tenant(database, TENANT)
    assert (parked.code, parked.event_type, parked.opportunity_id) == (code, OpportunityClosed.type, OPPORTUNITY)
    assert parked.detail
    assert parked.detail_zh
    assert await of_tenant(database, VICTIM) == []
    async with database.machinery.connect() as connection:
        assert set(await connection.scalars(sa.select(Inbox.tenant_id))) - {NOBODY} == {TENANT}
    assert await counted(database) == 1


async def is_there(stream):
    return stream.is_proven


async def is_counted(database):
    return await counted(database) == 1


async def of_tenant(database, tenant):
    async with database.transaction(Context(tenant=tenant, actor="ann")) as session:
        return (await session.scalars(sa.select(ParkedEvent))).all()


@pytest.mark.parametrize("forged", FORGED)
async def test_a_forged_event_is_not_let_in_by_a_retry(database, nats, forged):
    body, code = FORGED[forged]
    on = counting("requirements-test")
    await parking.park(
        database, on.durable, parking.Unhandled.by_subject(ON, body, 1, 1), parking.NotAnEvent(why="whatever it was")
    )

    async with database.transaction(CONTEXT) as session:
        parked = await session.scalar(sa.select(ParkedEvent))
        with pytest.raises(parking.RetryRefused) as refused:
            await parking.retry(session, parked, {on.durable: on}, connection(nats))

    assert code in refused.value.detail("en")
    assert await counted(database) == 0
