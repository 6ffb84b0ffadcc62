"""What tests of the requirements service start from."""

import pytest

from services.requirements import shipped
from shared.kernel.clock import now
from shared.kernel.context import new_id


@pytest.fixture
async def requirements(start):
    async with start("requirements") as client:
        yield client


@pytest.fixture
async def service(requirements):
    return requirements


@pytest.fixture
async def deal(requirements):
    """An opportunity without anything in it."""
    return await opportunity(requirements)


async def made(client, path, **body):
    """What a POST makes; it must succeed."""
    answer = await client.post(path, json=body)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def opportunity(client, **wish):
    owner = await made(client, "/clients", name="Bank of Pudong")
    body = {"client_id": owner["id"], "title": "Lending platform", "currency": "CNY", **wish}
    return await made(client, "/opportunities", **body)


async def requirement(client, deal, **wish):
    body = {"title": "Apply", "statement": "A client shall apply online.", "kind": "functional", **wish}
    return await made(client, "/requirements", opportunity_id=deal["id"], **body)


async def patched(client, path, **changes):
    """PATCH with the ETag just seen; it must succeed."""
    seen = await client.get(path)
    answer = await client.patch(path, json=changes, headers={"If-Match": seen.headers["ETag"]})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def baselined(client, deal):
    """An approved baseline of what is there."""
    baseline = await made(client, "/baselines", opportunity_id=deal["id"], title="Baseline")
    await client.act(f"/baselines/{baseline['id']}/submit")
    answer = await client.as_("bob", "approver").act(f"/baselines/{baseline['id']}/approve")
    assert answer.status_code == 200, answer.text
    return answer.json()


def blocked(resource, action):
    """The reason why an action is not allowed, None when it is."""
    [found] = [one for one in resource["allowed_actions"] if one["action"] == action]
    return None if found["is_allowed"] else found["reason"]


def question(deal, need, **changes):
    """A clarification as the engagement service tells it."""
    from shared.language.events.engagement import ClarificationRecorded

    facts = {
        "opportunity_id": deal["id"],
        "clarification_id": new_id(),
        "code": "CLA-001",
        "question": "How many users?",
        "requirement_ids": (need["id"],),
        "status": "asked",
        "is_open": True,
        "owed_by": "client",
        "due_at": now(),
        "version": 1,
    }
    return ClarificationRecorded(**{**facts, **changes})


@pytest.fixture(scope="module")
def synonyms():
    return shipped.synonyms()
