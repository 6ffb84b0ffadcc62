"""Lists and search over 100,000 requirements, against the same rows by asyncpg and orjson alone."""

import asyncio
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from deploy.embedded import free_port
from deploy.system import System
from shared.kernel.auth import InternalSigner

_ROWS = 100_000
_WORDS = ("loan", "workflow", "report", "审批", "额度", "押品", "archive", "合同", "notice", "对账")
_ACTIONS = ("登记", "export", "复核", "print", "查询", "approve", "统计", "import")
_QUERIES = ("loan 复核", "审批", "workflow appr", "押品登记", "statement 77123", "合同 查询", "notice exp", "对账")


async def run(system: System) -> None:
    """Print the median of a list of 50, its ratio to the raw one, and search at the 95th percentile."""
    deal = await _filled(system)
    key = (system.folder / "keys" / "internal.pem").read_text(encoding="utf-8")
    token = InternalSigner(key).token({"sub": "bench", "tenant": "demo", "roles": ["admin"]}, "requirements")
    port = free_port()
    url = system.postgres.url("requirements", "requirements_app").replace("+asyncpg", "")
    raw = await asyncio.create_subprocess_exec(sys.executable, "-m", "benchmarks.raw_list", url, str(port))
    service = f"http://127.0.0.1:{system.services['requirements'].port}/v1"
    try:
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
            await _until_up(client, f"http://127.0.0.1:{port}/list")
            ours, bare = [], []
            for _ in range(5):
                ours += await _times(client, f"{service}/requirements", [{"limit": 50}] * 60)
                bare += await _times(client, f"http://127.0.0.1:{port}/list", [{}] * 60)
            own = await _times(client, f"{service}/requirements", [{"limit": 50, "opportunity_id": deal}] * 100)
            found = await _times(client, f"{service}/requirements", [{"limit": 50, "q": q} for q in _QUERIES * 25])
    finally:
        raw.terminate()
        await raw.wait()
    middle, least = statistics.median(ours), statistics.median(bare)
    print(f"list of 50 out of {_ROWS}: p50 {middle * 1000:.1f} ms, raw {least * 1000:.1f} ms = {least / middle:.2f} ×")
    print(f"  within one opportunity: p50 {statistics.median(own) * 1000:.1f} ms")
    percentiles = statistics.quantiles(found, n=20)
    print(f"search over {_ROWS}: p50 {percentiles[9] * 1000:.1f} ms, p95 {percentiles[18] * 1000:.1f} ms")


async def _filled(system: System) -> str:
    """An opportunity with all the rows, written past the service; its id."""
    access = {"Authorization": f"Bearer {system.issuer.token('bench', 'admin')}"}
    async with httpx.AsyncClient(base_url=f"{system.url}/v1", headers=access) as client:
        owner = (await client.post("/clients", json={"name": "bench"})).json()
        body = {"client_id": owner["id"], "title": "Many", "currency": "CNY"}
        deal: str = (await client.post("/opportunities", json=body)).json()["id"]
    connection = await asyncpg.connect(system.postgres.url("requirements").replace("+asyncpg", ""))
    columns = (
        "id", "tenant_id", "version", "created_at", "created_by", "updated_at", "opportunity_id", "code", "title",
        "statement", "kind", "priority", "acceptance_criteria", "depends_on", "sources", "status",
    )  # fmt: skip
    moments = await connection.fetch(
        "select now() - make_interval(secs => n) as at from generate_series(1, $1) n", _ROWS
    )
    rows = [
        (uuid4(), "demo", 1, moment["at"], "bench", moment["at"], deal, f"R-{n}", f"Need {n} {_WORDS[n % 10]}",
         f"Statement {n}: 系统应支持{_WORDS[n // 7 % 10]}的{_ACTIONS[n // 3 % 8]} {_ACTIONS[n % 8]}。", "functional",
         "must", [], [], "[]", "draft")
        for n, moment in enumerate(moments)
    ]  # fmt: skip
    await connection.copy_records_to_table("requirement", records=rows, columns=columns)
    await connection.execute("analyze requirement")
    await connection.close()
    return deal


async def _times(client: httpx.AsyncClient, url: str, queries: Sequence[Mapping[str, Any]]) -> list[float]:
    seconds = []
    for query in queries:
        started = time.perf_counter()
        (await client.get(url, params=query)).raise_for_status()
        seconds.append(time.perf_counter() - started)
    return seconds


async def _until_up(client: httpx.AsyncClient, url: str) -> None:
    for _ in range(200):
        try:
            (await client.get(url)).raise_for_status()
        except httpx.TransportError:
            await asyncio.sleep(0.05)
        else:
            return
