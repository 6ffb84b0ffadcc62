"""Economic analyses of priced estimates."""

from services.estimation.handlers import on
from tests.conftest import said
from tests.support.estimation.events import DEAL, approved, hear, risk_budget

COMPLETED = "estimation.estimate.completed.v1"


async def priced(client, event=None):
    await hear(client, event or approved(), on=on)
    await hear(client, risk_budget((await said(client.app.state.database, COMPLETED))[-1].data), on=on)
    return (await client.get("/estimates", params={"view": "full", "opportunity_id": str(DEAL)})).json()["items"][0]


def wish(perspective="client", **assumptions):
    benefits = [{"code": "clerks", "name": "Fewer clerks", "name_zh": "减少人工", "annual_amount": "180000"}]
    usual = {"discount_rate": 0.08, **({"benefits": benefits} if perspective == "client" else {})}
    return {
        "opportunity_id": str(DEAL), "name": "Business case", "perspective": perspective,
        "assumptions": {**usual, **assumptions},
    }  # fmt: skip


async def analysed(client, perspective="client", **assumptions):
    answer = await client.post("/economic-analyses", json=wish(perspective, **assumptions))
    assert answer.status_code == 201, answer.text
    return answer.json()
