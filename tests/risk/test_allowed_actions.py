"""What each resource of the risk service says may be done with it is what the calls answer, for every role."""

import pytest

from services.risk.handlers import on_pursuits
from tests.conftest import envelope
from tests.support.actions import FEW, WHY, collections_with_actions, disagreements
from tests.support.days import in_days
from tests.support.lists import too_heavy
from tests.support.risk.example import DEAL, estimate, opened
from tests.support.risk.pursuits import opened as prospected
from tests.support.risk.register import FIRST, RESPONSE, budgets, closed, draw, hear, model, wish

SOON = in_days(30)
RENAMED = {"title": "Other"}
BODIES = {
    "risks": {
        "change": {"probability": 0.3},
        "accept": {"until": SOON, **WHY},
        "escalate": {"to": "the board", **WHY},
        "materialise": WHY,
        "close": WHY,
    },
    "responses": {"change": {"statement": "Agree who pays what"}, "cancel": WHY},
    "pursuits": {"plan": {"remaining_cost": {"amount": "5000", "currency": "CNY"}}},
    "control-plans": {"change": RENAMED, "review": {"findings": "All is well."}},
    "control-tasks": {
        "change": RENAMED,
        "cancel": WHY,
        "record_evidence": {"text": "Passed."},
        "measure": {"value": 3},
    },
    "reserve-draws": {"void": WHY},
}


@pytest.fixture
async def risk(start):
    async with start("risk") as client:
        await hear(client, opened(), FIRST, estimate(FIRST))
        await on_pursuits.handle(client.app.state.database, [envelope(prospected())])
        yield client


async def made(client, collection, **body):
    answer = await client.post(f"/{collection}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def first(client, collection, **query):
    return (await client.get(f"/{collection}", params={"limit": 1, **query})).json()["items"][0]["id"]


async def everything(client):
    """A resource of every collection, fresh."""
    kept = {
        name: await first(client, name) for name in ("risk-catalogue", "risk-matrices", "risk-policies", "pursuits")
    }
    kept["risks"] = await made(client, "risks", **wish())
    kept["responses"] = await made(client, "responses", risk_id=kept["risks"], **RESPONSE)
    plan = {"opportunity_id": str(DEAL), "title": "Watch", "title_zh": "监控"}
    kept["control-plans"] = await made(client, "control-plans", **plan)
    task = {"title": "Test", "phase": "build", "owner": "li", "due_on": SOON}
    kept["control-tasks"] = await made(client, "control-tasks", control_plan_id=kept["control-plans"], **task)
    kept["risk-analyses"] = await made(client, "risk-analyses", model=model(), options={"seed": 1})
    kept["reserve-draws"] = (await draw(client, "10")).json()["id"]
    kept["risk-budgets"] = (await budgets(client))[0]["id"]
    return kept


async def moved_on(client, kept):
    """The same in other states."""
    client = client.as_("ann", "admin")  # a token lasts a minute
    for step in (
        "risks/analyse", "risks/treat", "responses/start", "control-plans/activate", "control-tasks/complete",
        "reserve-draws/void", "risk-catalogue/disable",
    ):  # fmt: skip
        collection, action = step.split("/")
        answer = await client.act(f"/{collection}/{kept[collection]}/{action}", WHY if action == "void" else None)
        assert answer.is_success, (step, answer.text)


async def ended(client, kept):
    """The response in place, the risk closed, the plan too."""
    client = client.as_("ann", "admin")  # a token lasts a minute
    for path, body in (
        (f"responses/{kept['responses']}/implement", None),
        (f"risks/{kept['risks']}/close", WHY),
        (f"control-plans/{kept['control-plans']}/close", None),
    ):
        answer = await client.act(f"/{path}", body)
        assert answer.is_success, (path, answer.text)


async def test_what_a_resource_says_is_what_its_calls_answer(risk):
    kept = await everything(risk)

    fresh = await disagreements(risk, kept.items(), BODIES)
    await moved_on(risk, kept)
    moved = await disagreements(risk, kept.items(), BODIES, FEW)
    heavy = await too_heavy(risk.as_("ann", "admin"), "risk")
    await ended(risk, kept)
    over = await disagreements(risk, kept.items(), BODIES, FEW)
    await hear(risk, closed(2))
    lost = await disagreements(risk, kept.items(), BODIES, FEW)

    assert (fresh, moved, over, lost) == ("", "", "", "")
    assert heavy == {}
    assert kept.keys() == collections_with_actions("risk")
