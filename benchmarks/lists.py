"""Lists over many rows, through the gateway: journeys by where they stand, and what else is asked by a derived state."""

import asyncio
import json
import statistics
import time
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from deploy.system import System
from services.insights.domain.journey import Journey, fold
from services.insights.queries.journeys import as_json
from tests.support.insights.journeys import chain

MANY, ONE_IN = 5_000, 500
_JOURNEYS = """
    INSERT INTO journey (tenant_id, opportunity_id, folded, updated_at, status, stalls_at)
    SELECT 'demo', gen_random_uuid(), CAST(CASE WHEN n % 500 = 0 THEN :stalled ELSE :waiting END AS jsonb),
           now() - n * interval '1 second', CASE WHEN n % 500 = 0 THEN 'running' ELSE 'waiting_person' END,
           CASE WHEN n % 500 = 0 THEN now() - interval '1 hour' END
    FROM generate_series(1, :count) AS n
"""
_COLUMNS = """
    SELECT quote_ident(attname) FROM pg_attribute
    WHERE attrelid = to_regclass(:name) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""
_OWN = {
    "id": "gen_random_uuid()",
    "code": "code || '-' || n",
    "key": "key || '-' || n",
    "created_at": "created_at - n * interval '1 second'",
}


class Derived(NamedTuple):
    """A list, what is asked of it, and how one row in `ONE_IN` comes to be so."""

    service: str
    collection: str
    table: str
    body: dict[str, Any]
    asked: tuple[str, ...]
    made_so: str


_SUSPECT = {
    "requirement_id": str(UUID(int=0)), "requirement_code": "REQ-001", "at": "2026-01-01T00:00:00+00:00",
    "reason": "REQ-001 has changed.", "reason_zh": "REQ-001 已变更。",
}  # fmt: skip
_REMARK = {
    "confirmation_id": str(UUID(int=0)), "said_by": "Li", "words": "Daily.", "at": "2026-01-01T00:00:00+00:00"
}  # fmt: skip

_DERIVED = (
    Derived(
        "engagement", "clarifications", "clarification",
        {"question": "审批限额由谁设定？", "owed_by": "us", "owner": "li"},
        ("overdue=true", "suspect=true", "is_open=false", "status=asked,reopened", "q=unheard"),
        "status = 'asked', due_at = now() - interval '1 day'",
    ),
    Derived(
        "engagement", "commitments", "commitment",
        {"side": "us", "statement": "提交架构方案", "owner": "li", "due_on": "2126-12-01"},
        ("overdue=true", "status=done,missed", "due_before=2027-01-01"),
        "overdue_since = now()",
    ),
    Derived(
        "engagement", "support-requests", "support_request",
        {"title": "性能咨询", "description": "500 并发是否可行？", "domain": "technical", "kind": "consulting"},
        ("overdue=true", "is_open=false", "status=closed,declined"),
        "needed_by = current_date - 1",
    ),
    Derived(
        "requirements", "requirements", "requirement",
        {"kind": "functional", "title": "Limits", "statement": "The system shall check limits.", "priority": "must"},
        ("is_suspect=true", "has_remarks=true", "status=agreed,baselined"),
        f"suspects = '{json.dumps([_SUSPECT])}', remarks = '{json.dumps([_REMARK])}', status = 'agreed'",
    ),
)  # fmt: skip


async def run(system: System) -> None:
    """Milliseconds of a page of each list; one row in 500 is what is asked for."""
    access = {"Authorization": f"Bearer {system.issuer.token('bench', 'admin')}"}
    async with httpx.AsyncClient(base_url=f"{system.url}/v1", headers=access, timeout=60) as client:
        await _journeys(system, client)
        owner = (await client.post("/clients", json={"name": "bench"})).json()
        body = {"client_id": owner["id"], "title": "Lists", "currency": "CNY"}
        deal: str = (await client.post("/opportunities", json=body)).json()["id"]
        for one in _DERIVED:
            await _derived(system, client, deal, one)


async def _journeys(system: System, client: httpx.AsyncClient) -> None:
    engine = create_async_engine(system.postgres.url("insights"))
    await _execute(engine, _JOURNEYS, stalled=_folded(2), waiting=_folded(8), count=MANY)
    await _execute(engine, "ANALYZE journey")
    for status in ("", "status=waiting_person", "status=stalled", "status=blocked", "status=blocked,stalled"):
        await _show(client, "journeys", status)
    await _execute(engine, "DELETE FROM journey")
    await engine.dispose()


async def _derived(system: System, client: httpx.AsyncClient, deal: str, one: Derived) -> None:
    """One row is made by the service itself, and is there `MANY` times then."""
    body = {"opportunity_id": deal, **one.body}
    async with asyncio.timeout(10):
        while (made := await client.post(f"/{one.collection}", json=body)).is_client_error:
            await asyncio.sleep(0.2)  # the service has not heard of the opportunity yet
    made.raise_for_status()
    engine = create_async_engine(system.postgres.url(one.service))
    async with engine.connect() as connection:
        names = (await connection.scalars(sa.text(_COLUMNS), {"name": one.table})).all()
    columns, values = ", ".join(names), ", ".join(_OWN.get(name, name) for name in names)
    key = made.json()["id"]
    copied = f"SELECT {values} FROM {one.table}, generate_series(1, :many) AS n WHERE id = :id"
    await _execute(engine, f"INSERT INTO {one.table} ({columns}) {copied}", many=MANY, id=key)
    some = f"abs(hashtext(id::text)) % {ONE_IN} = 0"
    await _execute(engine, f"UPDATE {one.table} SET {one.made_so} WHERE {some} AND id <> :id", id=key)
    await _execute(engine, f"ANALYZE {one.table}")
    for asked in ("", *one.asked):
        await _show(client, one.collection, asked)
    await _execute(engine, f"DELETE FROM {one.table} WHERE id <> :id", id=key)  # no event told others of these
    await engine.dispose()


async def _show(client: httpx.AsyncClient, collection: str, asked: str) -> None:
    taken, size, found = [], 0, 0
    for _ in range(20):
        started = time.perf_counter()
        answer = await client.get(f"/{collection}?{asked}")
        taken.append(time.perf_counter() - started)
        size, found = len(answer.content), len(answer.json()["items"])
    ms = 1000 * statistics.median(taken)
    print(f"{collection}?{asked} among {MANY}: {found} in {ms:.0f} ms, {size / 1000:.0f} kB")


async def _execute(engine: AsyncEngine, statement: str, **values: Any) -> None:
    async with engine.begin() as connection:
        await connection.execute(sa.text(statement), values)


def _folded(events: int) -> str:
    journey = Journey()
    for fact in chain(1, 0)[:events]:
        journey = fold(journey, fact)
    return json.dumps(as_json(journey))
