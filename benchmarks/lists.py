"""Lists over many rows: journeys by where they stand, through the gateway."""

import json
import statistics
import time

import httpx
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.system import System
from services.insights import queries
from services.insights.domain.journey import Journey, fold
from tests.insights.test_journeys import chain

JOURNEYS = 5_000
_INSERT = """
    INSERT INTO journey (tenant_id, opportunity_id, folded, updated_at, status, stalls_at)
    SELECT 'demo', gen_random_uuid(), CAST(CASE WHEN n % 500 = 0 THEN :stalled ELSE :waiting END AS jsonb),
           now() - n * interval '1 second', CASE WHEN n % 500 = 0 THEN 'running' ELSE 'waiting_person' END,
           CASE WHEN n % 500 = 0 THEN now() - interval '1 hour' END
    FROM generate_series(1, :count) AS n
"""


async def run(system: System) -> None:
    """Milliseconds of a page of journeys, of all and by status; one in 500 has stalled."""
    engine = create_async_engine(system.postgres.url("insights"))
    values = {"stalled": _folded(2), "waiting": _folded(8), "count": JOURNEYS}
    async with engine.begin() as connection:
        await connection.execute(sa.text(_INSERT), values)
        await connection.execute(sa.text("ANALYZE journey"))
    access = {"Authorization": f"Bearer {system.issuer.token('bench', 'admin')}"}
    async with httpx.AsyncClient(base_url=f"{system.url}/v1", headers=access, timeout=60) as client:
        for status in (None, "waiting_person", "stalled", "blocked", "blocked,stalled"):
            taken, size, found = [], 0, 0
            for _ in range(20):
                started = time.perf_counter()
                answer = await client.get("/journeys", params={"status": status} if status else {})
                taken.append(time.perf_counter() - started)
                size, found = len(answer.content), len(answer.json()["items"])
            ms = 1000 * statistics.median(taken)
            print(
                f"journeys of {status or 'any status'} among {JOURNEYS}: {found} in {ms:.0f} ms, {size / 1000:.0f} kB"
            )
    async with engine.begin() as connection:
        await connection.execute(sa.text("DELETE FROM journey"))
    await engine.dispose()


def _folded(events: int) -> str:
    journey = Journey()
    for fact in chain(1, 0)[:events]:
        journey = fold(journey, fact)
    return json.dumps(queries.as_json(journey))
