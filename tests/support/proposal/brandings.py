"""Brandings of tenants and opportunities."""

import re
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid5

import sqlalchemy as sa

from services.proposal.commands.brandings import DUE
from services.proposal.handlers import on_opportunities
from services.proposal.timers import timers
from shared.kernel.clock import now
from shared.kernel.context import Context, new_id
from shared.kernel.timers import Timer
from tests.conftest import TENANT, envelope, eventually
from tests.support.proposal.makers import KINDS, content, hear, newest
from tests.support.proposal.samples import events
from tests.support.proposal.selling import opened

COMPANY = {"en": "Harbour Systems", "zh": "海港系统"}


def deal():
    """What an opportunity of its own is made of."""
    salt, found = new_id(), events("permits", 2)
    told = {
        kind: type(event).model_validate_json(
            re.sub(
                r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
                lambda known: str(uuid5(salt, known[0])),
                event.model_dump_json(),
            )
        )
        for kind in KINDS
        for event in [getattr(found, kind)]
    }
    return SimpleNamespace(**told)


async def drafted(client):
    """An opportunity with a draft."""
    found = deal()
    await on_opportunities.handle(
        client.app.state.database, [envelope(opened(found.baseline.opportunity_id, found.baseline.opportunity))]
    )
    await hear(client, found)
    return found


async def branded(client, found=None, **wish):
    if found:
        wish["opportunity_id"] = str(found.baseline.opportunity_id)
    answer = await client.post("/brandings", json=wish)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def time_passes(client):
    """Every draft that waits for the tenant's branding has had its turn, here or by the service itself."""
    database = client.app.state.database
    await timers.run_due(database, now() + timedelta(hours=1))

    async def none_waits():
        async with database.transaction(Context(tenant=TENANT, actor="ann")) as session:
            return not await session.scalar(sa.select(sa.func.count()).where(Timer.kind == DUE))

    await eventually(none_waits)


async def branding_in_newest(client, found):
    return (await content(client, await newest(client, found)))["branding"]
