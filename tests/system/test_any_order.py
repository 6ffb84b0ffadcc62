"""Late, duplicate and out-of-order events end in the same state.

Real services on real databases; only the transport is replaced, by one that is as unreliable as it can be: it
delivers whatever was said in random order, some of it again and again.
"""

import json
import random
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from shared.kernel.messaging.envelope import SUBJECTS
from tests.conftest import empty, said

DOWNSTREAM = ("estimation", "risk", "proposal", "engagement", "insights")
COLLECTIONS = {"estimation": "estimates", "risk": "risk-budgets", "proposal": "proposals"}
_OF_THE_MOMENT = {"version", "created_at", "updated_at", "created_by", "rate_card_id"}
"""Marks of a run; the rate card is made anew for each order."""
_SAMPLE = Path(__file__).parent.parent.parent / "examples" / "bank-lending" / "sample.json"


@pytest.fixture(scope="module")
def sample():
    content = json.loads(_SAMPLE.read_text(encoding="utf-8"))
    for requirement in content["requirements"]:
        requirement["depends_on"] = []
    return content


async def approve(client, opportunity_id):
    baseline = (await client.post("/baselines", json={"opportunity_id": opportunity_id, "title": "B"})).json()
    await client.act(f"/baselines/{baseline['id']}/submit")
    answer = await client.as_("bob", "approver").act(f"/baselines/{baseline['id']}/approve")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def story(requirements, sample, *, withdraw):
    """Two approved baselines of one opportunity, the second one perhaps withdrawn; returns what was said."""
    client = (await requirements.post("/clients", json=sample["client"])).json()
    body = {"client_id": client["id"], **sample["opportunity"]}
    deal = (await requirements.post("/opportunities", json=body)).json()
    items = [{"opportunity_id": deal["id"], **requirement} for requirement in sample["requirements"][:9]]
    await requirements.post("/requirements:batch", json={"items": items[:8]})
    await approve(requirements, deal["id"])
    await requirements.post("/requirements", json=items[8])
    second = await approve(requirements, deal["id"])
    if withdraw:
        await requirements.as_("bob", "approver").act(f"/baselines/{second['id']}/withdraw", {"reason": "too early"})
    return deal["id"], await said(requirements.app.state.database)


class Chaos:
    """Delivers what services say to each other, in any order and more than once."""

    def __init__(self, clients, seed):
        self.clients, self.chance = clients, random.Random(seed)
        self.waiting, self.delivered, self.known = [], [], set()

    def hear(self, events):
        for event in events:
            if event.id in self.known:
                continue
            self.known.add(event.id)
            for service in DOWNSTREAM:
                for durable, on in self.clients[service].app.state.handlers.items():
                    is_heard = list(on.durables.values()) == [SUBJECTS] or event.type in on.event_types
                    if is_heard and durable != "proposal-documents":
                        self.waiting.append((service, on, event))

    async def run(self):
        while self.waiting:
            delivery = self.waiting.pop(self.chance.randrange(len(self.waiting)))
            await self.deliver(delivery)
            self.delivered.append(delivery)
            if self.chance.random() < 0.25:
                await self.deliver(self.chance.choice(self.delivered))

    async def deliver(self, delivery):
        service, on, event = delivery
        database = self.clients[service].app.state.database
        await on.handle(database, [event])
        self.hear(await said(database))


async def state_of(clients, deal):
    """What a user sees in the end, without the marks of when and in which order it came about."""

    def plain(value):
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items() if k not in _OF_THE_MOMENT}
        return [plain(v) for v in value] if isinstance(value, list) else value

    state = {}
    for service, collection in COLLECTIONS.items():
        answer = await clients[service].get(
            f"/{collection}", params={"opportunity_id": deal, "limit": 50, "view": "full"}
        )
        assert answer.status_code == 200, answer.text
        state[collection] = sorted((plain(item) for item in answer.json()["items"]), key=lambda item: item["id"])
    journey = plain((await clients["insights"].get(f"/journeys/{deal}")).json())
    for step in journey["steps"]:
        # When a computed step was done differs from run to run, and with it these.
        step.pop("since")
        step.pop("seconds_after_approval")
    state["journey"] = journey
    return state


@pytest.mark.parametrize("withdraw", [False, True])
async def test_every_order_of_delivery_ends_in_the_same_state(start, postgres, sample, withdraw):
    async with AsyncExitStack() as stack:
        clients = {name: await stack.enter_async_context(start(name)) for name in ("requirements", *DOWNSTREAM)}
        deal, events = await story(clients["requirements"], sample, withdraw=withdraw)
        states = []
        for seed in range(6):
            for service in DOWNSTREAM:
                await empty(postgres, service)
            card = await clients["estimation"].post("/rate-cards", json=sample["rate_card"])
            assert card.status_code == 201, card.text
            chaos = Chaos(clients, seed)
            chaos.hear(events)
            await chaos.run()
            states.append(await state_of(clients, deal))

    assert [len(states[0][collection]) for collection in COLLECTIONS.values()] == [2, 2, 2]
    for state in states[1:]:
        assert state == states[0]
    current = [item["status"] for item in states[0]["estimates"]]
    assert sorted(current) == (["superseded", "superseded"] if withdraw else ["priced", "superseded"])
