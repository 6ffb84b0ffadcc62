"""What tests of the proposal service have in common: opportunities that are heard, and calls on them."""

from datetime import timedelta

import sqlalchemy as sa

from services.proposal.commands.authoring import settle_part
from services.proposal.handlers import on, on_drafts
from services.proposal.models.documents import WantedDocument
from services.proposal.timers import timers
from shared.kernel.clock import now
from shared.kernel.context import Context
from tests.conftest import TENANT, envelope, eventually, said
from tests.support.proposal.samples import events

KINDS = ("baseline", "estimate", "risk", "price")


async def hear(client, found, kinds=KINDS):
    for kind in kinds:
        await on.handle(client.app.state.database, [envelope(getattr(found, kind))])


async def settle(client, found, kind, facts, actor="ann", **knobs):
    """Settle a part, as solution, schedule … do."""
    async with client.app.state.database.transaction(Context(tenant=TENANT, actor=actor)) as session:
        return await settle_part(session, found.baseline.opportunity_id, kind, facts, **knobs)


async def proposals(client, found):
    page = await client.get(
        f"/proposals?view=full&opportunity_id={found.baseline.opportunity_id}&sort=revision&limit=200"
    )
    return page.json()["items"]


async def newest(client, found):
    return (await proposals(client, found))[-1]


async def content(client, proposal):
    return (await client.get(f"/proposals/{proposal['id']}/content")).json()


async def drafted(client):
    """The draft of a small opportunity."""
    found = events("permits", 3)
    await hear(client, found)
    return await newest(client, found)


async def approved(client, proposal):
    await client.act(f"/proposals/{proposal['id']}/submit-for-review")
    return (await client.as_("bob", "approver").act(f"/proposals/{proposal['id']}/approve")).json()


async def submitted(client, proposal):
    await approved(client, proposal)
    return (await client.act(f"/proposals/{proposal['id']}/submit")).json()


async def section(client, found, code):
    page = await client.get(f"/proposal-sections?view=full&opportunity_id={found.baseline.opportunity_id}&code={code}")
    return page.json()["items"][0]


async def change(client, resource, path, **values):
    """PATCH with the version that `resource` was seen in."""
    return await client.patch(f"{path}/{resource['id']}", json=values, headers={"If-Match": f'"{resource["version"]}"'})


def action(resource, name):
    [found] = [one for one in resource["allowed_actions"] if one["action"] == name]
    return found


async def typeset(client, drafts=None):
    """The PDFs that these drafts, or all, want by themselves, and what was asked for."""
    database = client.app.state.database
    await on_drafts.handle(database, drafts or await said(database, "proposal.proposal.drafted.v1"))
    await timers.run_due(database, now() + timedelta(seconds=10))
    working = sa.select(WantedDocument).where(WantedDocument.status == "rendering")

    async def is_done():
        async with database.transaction(Context(tenant=TENANT, actor="ann")) as session:
            return await session.scalar(working) is None

    await eventually(is_done, within=60)


async def document(client, proposal, form="pdf", language="en"):
    """What becomes of a document that is asked for."""
    wish = {"proposal_id": proposal["id"], "language": language, "format": form}
    answer = await client.post("/documents", json=wish)
    if answer.status_code != 202:
        return answer
    await timers.run_due(client.app.state.database, now())

    async def become():
        found = await client.get(answer.headers["Location"].removeprefix("/v1"))
        return found if found.status_code != 202 else None

    return await eventually(become, within=60)
