"""What is known of an opportunity, in whatever order it is told; a closed one does not change."""

import random
from datetime import timedelta
from uuid import UUID

import pytest

from services.engagement.handlers import on
from shared.kernel.clock import now
from shared.kernel.context import new_id
from tests.conftest import envelope
from tests.engagement.conftest import (
    changed,
    closed,
    contact,
    heard,
    ids,
    made,
    opened,
    patched,
    recorded,
    run_until,
    talk,
)


async def cadence_of(client, deal):
    [cadence] = (await client.get("/cadences", params={"view": "full", "opportunity_id": deal})).json()["items"]
    return cadence


@pytest.mark.parametrize("seed", range(5))
async def test_the_newest_that_was_told_of_an_opportunity_counts_in_any_order(engagement, seed):
    opportunity_id = new_id()
    told = [opened(opportunity_id), changed(opportunity_id, 2, stage="qualifying", owner="li"),
            changed(opportunity_id, 3, stage="active", owner="wang")]  # fmt: skip
    random.Random(seed).shuffle(told)

    for event in told:
        await on.handle(engagement.app.state.database, [envelope(event)])

    cadence = await cadence_of(engagement, str(opportunity_id))
    assert (cadence["stage"], cadence["owner"]) == ("active", "wang")


async def test_nothing_changes_in_a_closed_opportunity(engagement, deal):
    person, kept = await contact(engagement, deal), await recorded(engagement, deal, needs_answer=True)
    question = await made(engagement, "clarifications", opportunity_id=deal, question="?", owed_by="us")
    promise = await made(
        engagement, "commitments", opportunity_id=deal, side="us", statement="x", owner="li", due_on="2026-12-01"
    )
    await heard(engagement, closed(UUID(deal)))

    refused = [
        await engagement.post("/interactions", json=talk(deal)),
        await engagement.post("/contacts", json={"opportunity_id": deal, "name": "Li"}),
        await patched(engagement, f"/contacts/{person['id']}", name="Li"),
        await patched(engagement, f"/interactions/{kept['id']}", notes="x"),
        await engagement.act(f"/clarifications/{question['id']}/ask"),
        await engagement.act(f"/commitments/{promise['id']}/complete"),
    ]

    assert {answer.json()["code"] for answer in refused} == {"opportunity_is_closed"}
    assert {answer.status_code for answer in refused} == {409}
    assert "OPP-2026-0001" in refused[0].json()["detail"]
    shown = (await engagement.get(f"/clarifications/{question['id']}")).json()
    assert {action["reason"]["code"] for action in shown["allowed_actions"]} >= {"opportunity_is_closed"}


async def test_nobody_waits_for_anything_in_a_closed_opportunity(engagement, deal):
    await recorded(engagement, deal, needs_answer=True, occurred_at=now().isoformat())
    await made(
        engagement, "commitments", opportunity_id=deal, side="us", statement="x", owner="li", due_on="2126-12-01"
    )

    await heard(engagement, closed(UUID(deal)))

    assert await ids(engagement, "response-clocks", opportunity_id=deal, is_open=True) == []
    assert (await cadence_of(engagement, deal))["state"] == "ended"
    assert await run_until(engagement, now() + timedelta(days=99_999)) == 0


async def test_what_comes_late_is_known_and_does_not_open_it_again(engagement):
    opportunity_id = new_id()
    await heard(engagement, closed(opportunity_id))

    await heard(engagement, opened(opportunity_id), changed(opportunity_id, 99, stage="active", code="OPP-9"))

    refused = await engagement.post("/interactions", json=talk(str(opportunity_id)))
    assert refused.json()["code"] == "opportunity_is_closed"
    assert "OPP-9" in refused.json()["detail"]
