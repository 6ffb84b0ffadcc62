"""Metrics over many opportunities, through the gateway, and how fast journeys and dossiers are made anew from the log."""

import json
import statistics
import time
from collections.abc import Iterable, Sequence
from typing import Any

import httpx
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from benchmarks.statements import processor
from deploy.system import System
from services.insights.domain import dossier
from services.insights.domain.metrics.definitions import METRICS
from shared.kernel.messaging.envelope import Envelope
from shared.language.events.proposal import OutcomeRecorded
from tests.support.insights.stories import fact, key, story

OPPORTUNITIES, STORIES, REBUILT, CALLS = 10_000, 40, 500, 20
_ROWS = f"""
    INSERT INTO journey (tenant_id, opportunity_id, folded, updated_at, status, dossier_to, {", ".join(dossier.SECTIONS)})
    SELECT 'demo', gen_random_uuid(), '{{}}', now(), 'open', 1, {", ".join(f"CAST(:{one} AS jsonb)" for one in dossier.SECTIONS)}
    FROM generate_series(1, :count)
"""
_OUTCOMES = """
    INSERT INTO recorded_outcome (tenant_id, opportunity_id, version, decided_on, told)
    SELECT 'demo', opportunity_id, 1, DATE '2026-08-02', CAST(:told AS jsonb) FROM journey
    WHERE abs(hashtext(opportunity_id::text)) % 2 = 0
"""
_LOG = """
    INSERT INTO logged_event (tenant_id, position, event_id, type, opportunity_id, time, aggregate_id, sequence, actor,
                              correlation_id, traceparent, data)
    VALUES ('demo', :position, gen_random_uuid(), :type, :opportunity_id, :time, :aggregate_id, :sequence, 'ann',
            gen_random_uuid(), '', CAST(:data AS jsonb))
"""


async def run(system: System) -> None:
    """Milliseconds of each metric over `OPPORTUNITIES`, plain and in groups; then events a second of a rebuild."""
    access = {"Authorization": f"Bearer {system.issuer.token('bench', 'admin')}"}
    engine = create_async_engine(system.postgres.url("insights"))
    process = system.services["insights"].process
    pid = process.pid if process else 0
    async with httpx.AsyncClient(base_url=f"{system.url}/v1", headers=access, timeout=300) as client:
        for number in range(STORIES):
            sections = _folded(story(key("bench", number), number))
            values = {name: json.dumps(sections.get(name)) for name in dossier.SECTIONS}
            await _execute(engine, _ROWS, [{**values, "count": OPPORTUNITIES // STORIES}])
        [*_, told] = [one.data for one in story() if one.type == OutcomeRecorded.type]
        await _execute(engine, _OUTCOMES, [{"told": json.dumps(told)}])
        await _execute(engine, "ANALYZE journey", [{}])
        slowest = 0.0
        for metric in METRICS:
            for asked in ("period=2026-Q3", "period=2026-Q3&compare_to=2026-Q2&group_by=region,kind"):
                slowest = max(slowest, await _show(client, f"{metric}?{asked}", pid))
        print(f"slowest p95 over {OPPORTUNITIES} opportunities: {slowest:.0f} ms")
        await _execute(engine, "DELETE FROM journey", [{}])
        await _execute(engine, "DELETE FROM recorded_outcome", [{}])
        await _rebuild(engine, client)
    await engine.dispose()


async def _rebuild(engine: AsyncEngine, client: httpx.AsyncClient) -> None:
    events = [one for number in range(REBUILT) for one in story(key("bench", number))]
    rows = [
        {
            "position": 10_000_000 + position, "type": one.type, "opportunity_id": one.opportunity_id,
            "time": one.time, "aggregate_id": one.aggregate_id, "sequence": one.sequence, "data": json.dumps(one.data),
        }
        for position, one in enumerate(events)
    ]  # fmt: skip
    await _execute(engine, _LOG, rows)
    started = time.perf_counter()
    made = (await client.post("/journeys:rebuild")).json()
    seconds = time.perf_counter() - started
    print(f"rebuild of {made['journeys']} opportunities: {len(events) / seconds:.0f} events/s")


def _folded(events: Iterable[Envelope]) -> dossier.Sections:
    sections: dict[str, dossier.Section] = {}
    for one in events:
        sections |= dossier.fold(sections, [fact(one)])
    return sections


async def _show(client: httpx.AsyncClient, asked: str, pid: int) -> float:
    taken, size, used = [], 0, processor(pid)
    for _ in range(CALLS):
        started = time.perf_counter()
        answer = await client.get(f"/metrics/{asked}")
        taken.append(1000 * (time.perf_counter() - started))
        answer.raise_for_status()
        size = len(answer.content)
    used = 1000 * (processor(pid) - used) / CALLS
    late = statistics.quantiles(taken, n=20)[-1]
    print(
        f"metrics/{asked}: p50 {statistics.median(taken):.0f} ms, p95 {late:.0f} ms, processor {used:.0f} ms, {size / 1000:.0f} kB"
    )
    return late


async def _execute(engine: AsyncEngine, statement: str, rows: Sequence[dict[str, Any]]) -> None:
    async with engine.begin() as connection:
        await connection.execute(sa.text(statement), rows if len(rows) > 1 else rows[0])
