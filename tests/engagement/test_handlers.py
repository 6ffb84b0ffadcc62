"""What engagement keeps of others' events, however they arrive."""

import random
from uuid import UUID

import pytest

from services.engagement.handlers import on
from shared.kernel.context import new_id
from tests.conftest import envelope
from tests.engagement.conftest import heard, opened, recorded, requirement, talk


async def links(client, interaction):
    [link] = (await client.get(f"/interactions/{interaction['id']}")).json()["requirements"]
    return link["title"], link["status"]


async def test_an_older_record_that_arrives_late_changes_nothing(engagement, deal):
    first = requirement(UUID(deal), title="Apply", version=1)
    third = requirement(
        UUID(deal), requirement_id=first.requirement_id, title="Apply online", status="agreed", version=3
    )
    await heard(engagement, third)
    made = await recorded(engagement, deal, requirement_ids=[str(first.requirement_id)])

    await heard(engagement, first)

    assert await links(engagement, made) == ("Apply online", "agreed")


async def test_a_newer_record_shows_in_the_talks_that_link_to_it(engagement, deal):
    first = requirement(UUID(deal), version=1)
    await heard(engagement, first)
    made = await recorded(engagement, deal, requirement_ids=[str(first.requirement_id)])

    await heard(engagement, first.model_copy(update={"title": "Apply by phone", "status": "withdrawn", "version": 2}))

    assert await links(engagement, made) == ("Apply by phone", "withdrawn")


async def test_the_same_event_has_its_effect_once(engagement, deal):
    event = envelope(requirement(UUID(deal)))
    database = engagement.app.state.database

    counts = [await on.handle(database, [event, event]), await on.handle(database, [event])]

    assert counts == [1, 0]


@pytest.mark.parametrize("seed", range(10))
async def test_any_order_with_duplicates_ends_in_the_same_state(engagement, seed):
    opportunity_id, shuffle = new_id(), random.Random(seed)
    needs = [requirement(opportunity_id, code=f"REQ-{n:03d}") for n in range(3)]
    told = [
        need.model_copy(update={"title": f"{need.code} as of {version}", "version": version})
        for need in needs
        for version in (1, 2, 3, 4)
    ]
    envelopes = [envelope(event) for event in (opened(opportunity_id), *told)]
    schedule = envelopes + shuffle.sample(envelopes, 5)
    shuffle.shuffle(schedule)

    while schedule:
        batch = [schedule.pop() for _ in range(min(len(schedule), shuffle.randint(1, 4)))]
        await on.handle(engagement.app.state.database, batch)

    ids = [str(need.requirement_id) for need in needs]
    made = await recorded(engagement, str(opportunity_id), requirement_ids=ids)
    assert [link["title"] for link in made["requirements"]] == [f"{need.code} as of 4" for need in needs]


async def test_a_requirement_heard_of_before_its_opportunity_proves_that_there_is_one(engagement):
    need = requirement(new_id())
    await heard(engagement, need)

    made = await engagement.post("/interactions", json=talk(str(need.opportunity_id)))
    late = await heard(engagement, opened(need.opportunity_id))

    assert (made.status_code, late) == (201, 1)
