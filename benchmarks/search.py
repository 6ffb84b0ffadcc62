"""Finding things by words among 200,000, through the gateway."""

import httpx
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.reads import timed
from deploy.system import System

THINGS = 200_000
_ENTRIES = """
    INSERT INTO search_entry (tenant_id, id, kind, opportunity_id, place, at, code, title, body)
    SELECT 'demo', gen_random_uuid(), (ARRAY['requirement', 'risk', 'interaction', 'commitment'])[1 + n % 4],
           gen_random_uuid(), 1, now() - n * interval '1 minute', 'REQ-' || n,
           (ARRAY['Approval limits', '审批流程', 'Login with two factors', '数据迁移计划'])[1 + n % 4] || ' ' || n % 1999,
           'The system shall check w' || n % 7919 || ' before v' || n % 97 || '，并记录审计日志'
    FROM generate_series(1, :many) AS n
"""


async def run(system: System) -> None:
    """p50 and p95 of 200 calls each, in ms; beside each, in brackets, that of one journey asked for in between."""
    engine = create_async_engine(system.postgres.url("insights"))
    async with engine.begin() as connection:
        await connection.execute(sa.text(_ENTRIES), {"many": THINGS})
    async with engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(sa.text("VACUUM ANALYZE"))
    await engine.dispose()
    access = {"Authorization": f"Bearer {system.issuer.token('lin', 'presales')}"}
    async with httpx.AsyncClient(base_url=f"{system.url}/v1", timeout=60, headers=access) as client:
        for asked in ("q=w4711", "q=审批流程 1234", "q=approval v42", "q=login", "q=审计日志", "q=nothing-of-it"):
            await _show(client, asked)


async def _show(client: httpx.AsyncClient, asked: str) -> None:
    told, answer = await timed(client, f"/search?{asked}")
    print(f"search?{asked} among {THINGS}: {len(answer.json()['items'])} shown; {told}")
