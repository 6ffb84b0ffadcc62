"""What waits for somebody, among 10,000 open items of a tenant: pages and counts, through the gateway."""

import httpx
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.reads import timed
from deploy.system import System

OPEN, CLOSED, OPPORTUNITIES, PEOPLE = 10_000, 30_000, 1_000, 40
_JOURNEYS = """
    INSERT INTO journey (tenant_id, opportunity_id, folded, updated_at, status, code, title, owner)
    SELECT 'demo', ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, '{}', now(), 'open',
           'OPP-' || n, 'Deal ' || n, 'person-' || n % :people
    FROM generate_series(1, :many) AS n
"""
_ITEMS = """
    INSERT INTO work_item (tenant_id, slot, subject_id, opportunity_id, place, is_open, kind, code, title, owner,
                           blocks, since, due_at, due_on, path, part_of)
    SELECT 'demo', kinds.slot, gen_random_uuid(),
           ('00000000-0000-7000-8000-' || lpad((1 + n % :opportunities)::text, 12, '0'))::uuid, 1, n <= :open,
           kinds.kind, 'C-' || n, 'What is to be done, number ' || n,
           CASE WHEN kinds.is_named THEN 'person-' || n % :people END, kinds.kind LIKE '%_review',
           now() - n * interval '1 minute', CASE WHEN n % 7 = 0 THEN now() + (n % 99 - 20) * interval '1 hour' END,
           CASE WHEN n % 5 = 0 THEN current_date + n % 30 - 5 END, '/v1/x', NULL
    FROM generate_series(1, :many) AS n
    JOIN (VALUES (0, 'commitment', 'commitment', true), (1, 'clarification', 'clarification_answer', true),
                 (2, 'baseline', 'baseline_review', false), (3, 'support_request', 'support_delivery', true),
                 (4, 'proposal', 'proposal_draft', false), (5, 'control_task', 'control_task', true),
                 (6, 'proposal', 'proposal_review', false), (7, 'risk', 'risk_review', false)
         ) AS kinds (number, slot, kind, is_named) ON kinds.number = n % 8
"""


async def run(system: System) -> None:
    """p50 and p95 of 200 calls each, in ms; beside each, in brackets, that of one journey asked for in between."""
    engine = create_async_engine(system.postgres.url("insights"))
    async with engine.begin() as connection:
        await connection.execute(sa.text(_JOURNEYS), {"many": OPPORTUNITIES, "people": PEOPLE})
        values = {"many": OPEN + CLOSED, "open": OPEN, "opportunities": OPPORTUNITIES, "people": PEOPLE}
        await connection.execute(sa.text(_ITEMS), values)
    async with engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(sa.text("ANALYZE"))
    await engine.dispose()
    async with httpx.AsyncClient(base_url=f"{system.url}/v1", timeout=60) as client:
        for who, roles, asked in (
            ("person-7", ("presales",), ""),
            ("person-7", ("approver",), ""),
            ("person-7", ("approver",), "kind=baseline_review&reason=blocks_others"),
            ("person-7", ("approver",), "subject=person-8"),
            ("root", ("admin",), ""),
            ("root", ("admin",), "limit=200"),
            ("person-7", ("risk_manager",), "role=risk_manager"),
        ):
            client.headers["Authorization"] = f"Bearer {system.issuer.token(who, *roles)}"
            await _show(client, f"{who} as {roles[0]}", asked)


async def _show(client: httpx.AsyncClient, who: str, asked: str) -> None:
    told, answer = await timed(client, f"/work?{asked}")
    print(f"work?{asked} of {who}: {answer.json()['total']} of {OPEN}; {told}")
