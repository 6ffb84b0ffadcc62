"""Estimates with a price, as tests ask for them."""

from services.estimation.handlers import on
from tests.conftest import said
from tests.support.estimation.events import DEAL, approved, hear, risk_budget


async def asked(client, estimate, **wish):
    body = {"estimate_id": estimate["id"], "reason": "The client asks for it.", **wish}
    answer = await client.post("/discounts", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


COMPLETED, PRICED = "estimation.estimate.completed.v1", "estimation.estimate.priced.v1"


async def estimates(client, **query):
    answer = await client.get("/estimates", params={"view": "full", **query})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def told(client, *types):
    return [event.data for event in await said(client.app.state.database, *types)]


async def priced(client, event=None):
    """Estimate and price a baseline; the newest estimate."""
    await hear(client, event or approved(), on=on)
    completed = (await told(client, COMPLETED))[-1]
    await hear(client, risk_budget(completed), on=on)
    return (await estimates(client, opportunity_id=completed["opportunity_id"]))[0]


async def begun(client, **changes):
    body = {"opportunity_id": str(DEAL), "name": "What if", "changes": changes}
    answer = await client.post("/scenarios", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()
