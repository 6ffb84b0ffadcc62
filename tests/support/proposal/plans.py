"""Opportunities whose schedules and resource plans are drafted, and what one does with them."""

from services.proposal.handlers import on_plans
from tests.conftest import said
from tests.support.proposal.makers import KINDS, hear
from tests.support.proposal.samples import events


async def heard(client, found, kinds=KINDS):
    """Let the service hear these, then its own drafts."""
    await hear(client, found, kinds)
    await told(client)


async def told(client):
    """Let the service hear all of its own drafts that it has not heard yet."""
    database = client.app.state.database
    for draft in await said(database, "proposal.proposal.drafted.v1"):
        await on_plans.handle(database, [draft])


async def opportunity(client, name="permits", size=6, **knobs):
    """The events of an opportunity that the service has heard."""
    found = events(name, size, **knobs)
    await heard(client, found)
    return found


async def listed(client, collection, found):
    page = await client.get(f"/{collection}?opportunity_id={found.baseline.opportunity_id}&sort=revision&view=full")
    assert page.status_code == 200, page.text
    return page.json()["items"]


async def newest(client, collection, found):
    """The newest plan of an opportunity, whole."""
    items = await listed(client, collection, found)
    return (await client.get(f"/{collection}/{items[-1]['id']}")).json()


async def saved(client, method, path, body=None, status=200):
    """Change something with the ETag just seen, and its answer."""
    resource = "/".join(path.split("/")[:3])
    seen = await client.get(resource)
    answer = await client.request(method, path, json=body, headers={"If-Match": seen.headers["ETag"]})
    assert answer.status_code == status, answer.text
    return answer.json()


def actions(plan):
    return {one["action"]: one["reason"] and one["reason"]["code"] for one in plan["allowed_actions"]}


def dates(schedule):
    return {one["id"]: (one["start"], one["finish"]) for one in schedule["plan"]["tasks"]}


def task(schedule, key):
    return next(one for one in schedule["network"]["tasks"] if one["id"] == key)
