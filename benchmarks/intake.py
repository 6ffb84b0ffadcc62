"""Importing workbooks of 300 and 10,000 rows through the gateway, and the memory that it takes."""

import asyncio
import io
import time

import httpx
import psutil
import xlsxwriter

from deploy.system import System

_HEADINGS = ("编号", "标题", "需求描述", "类型", "优先级", "模块", "验收标准")


def workbook(rows: int) -> bytes:
    """A requirement list as a client would send one."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("需求")
        sheet.write_row(0, 0, _HEADINGS)
        for number in range(1, rows + 1):
            statement = f"系统应支持第 {number} 类业务的登记、查询、复核与导出，并在 {number % 9 + 1} 秒内返回结果。"
            cells = (
                f"REQ-{number}",
                f"业务 {number}",
                statement,
                "功能",
                "高",
                f"模块 {number % 20}",
                "可登记\n可查询",
            )
            sheet.write_row(number, 0, cells)
    return out.getvalue()


async def run(system: System) -> None:
    """Seconds of preview and commit, and the most that the service and its reader took together."""
    access = {"Authorization": f"Bearer {system.issuer.token('bench', 'admin')}"}
    process = psutil.Process(system.services["requirements"].process.pid)  # type: ignore[union-attr]
    async with httpx.AsyncClient(base_url=f"{system.url}/v1", headers=access, timeout=120) as client:
        for rows in (300, 10_000):
            seen = [_resident(process)]
            watching = asyncio.create_task(_watch(process, seen))
            preview, commit = await _imported(client, workbook(rows))
            watching.cancel()
            print(
                f"import of {rows} rows: preview {preview:.2f} s, commit {commit:.2f} s;"
                f" memory {seen[0] / 2**20:.0f} MB before, {max(seen) / 2**20:.0f} MB at most"
            )


async def _watch(process: psutil.Process, seen: list[int]) -> None:
    while True:
        await asyncio.sleep(0.02)
        seen.append(_resident(process))


def _resident(process: psutil.Process) -> int:
    """Resident memory of a process and its children."""
    total = 0
    for one in (process, *process.children(recursive=True)):
        try:
            total += one.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


async def _imported(client: httpx.AsyncClient, content: bytes) -> tuple[float, float]:
    owner = (await client.post("/clients", json={"name": "bench"})).json()
    body = {"client_id": owner["id"], "title": "Import", "currency": "CNY"}
    deal = (await client.post("/opportunities", json=body)).json()
    started = time.monotonic()
    query = {"opportunity_id": deal["id"], "file_name": "a.xlsx"}
    taken = await _over(client, await client.post("/imports", params=query, content=content))
    previewed = time.monotonic()
    committed = await client.post(
        f"/imports/{taken['id']}/commit", json={}, headers={"If-Match": f'"{taken["version"]}"'}
    )
    taken = await _over(client, committed)
    assert taken["status"] == "committed", taken
    return previewed - started, time.monotonic() - previewed


async def _over(client: httpx.AsyncClient, answer: httpx.Response) -> dict[str, object]:
    """The import once the operation about it, if there is one, is over."""
    answer.raise_for_status()
    taken: dict[str, object] = answer.json()
    while answer.status_code == 202:
        operation = (await client.get(answer.headers["Location"].removeprefix("/v1"))).json()
        if operation["status"] in {"done", "failed"}:
            assert operation["status"] == "done", operation
            break
        await asyncio.sleep(0.05)
    current: dict[str, object] = (await client.get(f"/imports/{taken['id']}")).json()
    return current
