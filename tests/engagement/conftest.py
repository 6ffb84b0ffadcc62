"""Engagement on its real database, what it is told by requirements, and how a talk or a contact is recorded."""

import pytest

from services.engagement.handlers import on
from shared.kernel.context import new_id
from shared.language.events.requirements import (
    OpportunityChanged,
    OpportunityClosed,
    OpportunityFacts,
    OpportunityOpened,
    RequirementRecorded,
)
from tests.conftest import TENANT, envelope


@pytest.fixture
async def engagement(start):
    async with start("engagement") as client:
        yield client


async def heard(client, *events, tenant=TENANT):
    return await on.handle(client.app.state.database, [envelope(event, tenant=tenant) for event in events])


def facts(**known):
    told = {"code": "OPP-2026-0001", "title": "Lending platform", "client_name": "Bank of Pudong",
            "client_industry": None, "client_background": None, "language": "zh", "currency": "CNY",
            "region": None, "owner": "lin", "stage": "draft", **known}  # fmt: skip
    return OpportunityFacts(**told)


def opened(opportunity_id, **known):
    return OpportunityOpened(opportunity_id=opportunity_id, opportunity=facts(**known), version=1)


def changed(opportunity_id, version=2, **known):
    return OpportunityChanged(opportunity_id=opportunity_id, opportunity=facts(**known), version=version)


def closed(opportunity_id):
    return OpportunityClosed(opportunity_id=opportunity_id, outcome="lost", reason=None, epoch=3)


async def run_until(client, moment):
    """Do what is due until `moment`, as if it were now; returns how much was done."""
    return await client.app.state.timers.run_due(client.app.state.database, moment)


async def actions_of(client, path):
    """What can be done with a resource: the code of the reason where it cannot, else None."""
    shown = (await client.get(path)).json()["allowed_actions"]
    return {one["action"]: one["reason"] and one["reason"]["code"] for one in shown}


async def made(client, collection, **wish):
    answer = await client.post(f"/{collection}", json=wish)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def acted(client, path, json=None):
    answer = await client.act(path, json)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ids(client, collection, **query):
    answer = await client.get(f"/{collection}", params=query)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def requirement(opportunity_id, **facts):
    told = {"requirement_id": new_id(), "code": "REQ-001", "title": "Apply online", "kind": "functional",
            "priority": "must", "status": "draft", "version": 1, **facts}  # fmt: skip
    return RequirementRecorded(opportunity_id=opportunity_id, **told)


@pytest.fixture
async def deal(engagement):
    opportunity_id = new_id()
    await heard(engagement, opened(opportunity_id))
    return str(opportunity_id)


def talk(deal, **wish):
    return {"opportunity_id": deal, "channel": "meeting", "direction": "inbound",
            "occurred_at": "2026-11-18T06:30:00Z", "subject": "Approval limits", **wish}  # fmt: skip


async def recorded(client, deal, **wish):
    answer = await client.post("/interactions", json=talk(deal, **wish))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def contact(client, deal, **wish):
    answer = await client.post("/contacts", json={"opportunity_id": deal, "name": "Zhou Min", **wish})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def patched(client, path, **changes):
    seen = await client.get(path)
    return await client.patch(path, json=changes, headers={"If-Match": seen.headers["ETag"]})
