"""Whatever changes an opportunity locks its head first and what is known of it second: nobody waits for each other."""

import asyncio

import pytest
import sqlalchemy as sa

from services.proposal.handlers import on
from services.proposal.models.projections import KnownOpportunity
from services.proposal.queries.proposals import head_of
from shared.kernel.context import Context
from tests.conftest import TENANT, envelope, eventually
from tests.support.proposal.plans import newest, opportunity, saved
from tests.support.proposal.samples import events


async def a_new_baseline(client, _found):
    await on.handle(client.app.state.database, [envelope(events("permits", 3, epoch=2).baseline)])


async def a_schedule(client, found):
    await saved(client, "POST", f"/schedules/{(await newest(client, 'schedules', found))['id']}/agree")


async def a_resource_plan(client, found):
    await saved(client, "POST", f"/resource-plans/{(await newest(client, 'resource-plans', found))['id']}/agree")


@pytest.mark.parametrize("change", [a_new_baseline, a_schedule, a_resource_plan])
async def test_a_change_waits_for_the_head_before_it_holds_anything_else(service, change):
    found = await opportunity(service, size=3)
    database, key = service.app.state.database, found.baseline.opportunity_id

    async def is_waiting():
        async with database.engine.connect() as connection:
            return await connection.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted"))

    async with database.transaction(Context(tenant=TENANT, actor="bob")) as session:
        await head_of(session, key)
        under_way = asyncio.create_task(change(service, found))
        await eventually(is_waiting)
        free = sa.select(KnownOpportunity.id).where(KnownOpportunity.id == key).with_for_update(nowait=True)
        assert await session.scalar(free) == key
    await under_way
