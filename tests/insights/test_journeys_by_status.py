"""Journeys are asked for by where they stand: in the database, and never otherwise than each of them says itself."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.insights.commands import hearing
from services.insights.domain.status import STALLED_AFTER
from services.insights.models import JourneyRow
from services.insights.queries.journeys import as_json
from services.insights.schemas.journeys import Status
from shared.kernel.clock import now
from shared.kernel.context import Context
from tests.conftest import TENANT
from tests.support.insights.journeys import chain, folded

STATUSES = Status.__args__
STANDING = {
    "open": [], "waiting_person": chain(1, 0), "running": chain(1, 0)[:2], "stalled": chain(1, 0)[:2],
}  # fmt: skip


async def kept(client):
    """A journey of each kind, as the service keeps it."""
    async with client.app.state.database.transaction(Context(tenant=TENANT, actor="test")) as session:
        for number, (name, facts) in enumerate(STANDING.items(), 1):
            journey = folded(facts)
            row = JourneyRow(opportunity_id=UUID(int=number), folded=as_json(journey), updated_at=now())
            hearing.stand(row, journey)
            if name == "running":
                row.stalls_at = now() + STALLED_AFTER
            session.add(row)


@pytest.mark.parametrize("status", STATUSES)
async def test_a_list_by_status_has_those_that_stand_so_now(insights, status):
    await kept(insights)

    found = (await insights.get("/journeys", params={"status": status, "limit": 1})).json()

    wanted = {"running": 3, "stalled": 4}.get(status, list(STANDING).index(status) + 1 if status in STANDING else None)
    assert [one["opportunity_id"] for one in found["items"]] == ([str(UUID(int=wanted))] if wanted else [])


async def test_a_journey_that_ran_out_of_time_has_stalled_without_an_event(insights):
    await kept(insights)
    async with insights.app.state.database.transaction(Context(tenant=TENANT, actor="time")) as session:
        await session.execute(sa.update(JourneyRow).values(stalls_at=now() - timedelta(seconds=1)))

    found = {
        status: len((await insights.get("/journeys", params={"status": status})).json()["items"])
        for status in ("running", "stalled", "running,stalled")
    }

    assert found == {"running": 0, "stalled": 2, "running,stalled": 2}


async def test_a_page_by_status_goes_on_where_the_one_before_ended(insights):
    await kept(insights)
    seen, cursor = [], None
    for _ in range(5):
        page = (
            await insights.get(
                "/journeys",
                params={"status": "open,waiting_person,stalled", "limit": 1} | ({"cursor": cursor} if cursor else {}),
            )
        ).json()
        seen += [one["opportunity_id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert sorted(seen) == [str(UUID(int=number)) for number in (1, 2, 4)]
