"""From approval to a visible draft, and to its PDF, at a fixed rate of arrivals."""

import asyncio
import json
import os
import statistics
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from benchmarks.statements import Counted
from deploy.system import System
from tests.support.reliability.load import Approval, Load

_DRAFTED = "presales.proposal.proposal.drafted.v1"
_RENDERED = "presales.proposal.document.rendered.v1"


async def run(system: System, *, requirements: int = 50, seconds: int = 20) -> None:
    """Approvals at 1, 2 and 5 per second, each of a baseline with 50 requirements."""
    load = Load(system.url, system.issuer, requirements=requirements)
    await load.rates()
    for rate in (1, 2, 5):
        await _at(system, load, rate, count=rate * seconds)
    await load.close()


async def _at(system: System, load: Load, rate: int, count: int) -> None:
    prepared = [await load.prepare() for _ in range(count)]
    await asyncio.sleep(3)  # preparing made events too
    seen: dict[tuple[str, str], float] = {}
    reading = asyncio.create_task(_read(system, {opportunity for opportunity, _ in prepared}, seen, count * 2))
    await asyncio.sleep(0.5)
    first = time.monotonic()
    tasks: list[asyncio.Task[Approval]] = []
    for number, (opportunity, baseline) in enumerate(prepared):
        await asyncio.sleep(max(0.0, first + number / rate - time.monotonic()))
        tasks.append(asyncio.create_task(load.approve(opportunity, baseline)))
    approvals = await asyncio.gather(*tasks)
    await asyncio.wait_for(reading, 180)
    drafted = [seen[a.opportunity_id, _DRAFTED] - (a.answered or 0) for a in approvals]
    rendered = [seen[a.opportunity_id, _RENDERED] - seen[a.opportunity_id, _DRAFTED] for a in approvals]
    print(f"{rate} approvals/s × {load.requirements} requirements, {count} of them:")
    print(f"  approval answered → draft visible: {_distribution(drafted)}")
    print(f"  draft visible → its PDF:           {_distribution(rendered)}")


_LARGE = int(os.environ.get("LARGE", "3000"))
"""Requirements of a large baseline."""
_CHAIN = (
    "requirements.baseline.approved", "estimation.estimate.completed", "risk.budget.calculated",
    "estimation.estimate.priced", "proposal.proposal.drafted", "proposal.document.rendered",
)  # fmt: skip


async def large(system: System, *, requirements: int = _LARGE) -> None:
    """One baseline of many requirements: when each step was done, how large it is, and what each process took for it."""
    load = Load(system.url, system.issuer, requirements=requirements)
    await load.rates()
    counted = Counted(system)
    sent, used = counted.read()
    began = time.monotonic()
    opportunity, baseline = await load.prepare()
    print(f"one baseline of {requirements} requirements: in review after {time.monotonic() - began:.1f} s")
    approving = time.monotonic()
    await load.approve(opportunity, baseline)
    print(f"approved in {time.monotonic() - approving:.1f} s")
    headers = {"Authorization": f"Bearer {system.issuer.token('root', 'admin')}", "Accept": "application/json"}
    found: list[dict[str, Any]] = []
    async with httpx.AsyncClient(base_url=f"{system.url}/v1", headers=headers, timeout=60) as client:
        while sum(one["type"].endswith("document.rendered.v1") for one in found) < 1:
            await asyncio.sleep(1)
            found = []
            for step in _CHAIN:
                query = {"type": step, "opportunity_id": opportunity}
                page = (await client.get("/events", params=query)).json()
                found += [one["event"] for one in page["items"]]
    first = datetime.fromisoformat(found[0]["time"])
    for one in found:
        after, size = datetime.fromisoformat(one["time"]) - first, len(json.dumps(one, ensure_ascii=False).encode())
        print(f"  {one['type']}: {after.total_seconds():.1f} s, {size / 2**20:.2f} MiB")
    sent_after, used_after = counted.read()
    most = {one.name: _most_memory(one.process.pid) for one in system.servers if one.process}
    print("by process, from the first requirement on: statements, seconds of the processor, most memory")
    for name, seconds in used_after.items():
        statements = sent_after[name].total() - sent[name].total() if name in sent else 0
        print(f"  {name}: {statements}, {seconds - used[name]:.1f} s, {most[name] / 2**20:.0f} MiB")
    await load.close()


def _most_memory(pid: int) -> int:
    """Bytes that a process, without its children, has had in memory at most."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    [kib] = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(kib) * 1024


async def _read(system: System, wanted: set[str], seen: dict[tuple[str, str], float], count: int) -> None:
    token = system.issuer.token("root", "admin")
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    left = count
    async with httpx.AsyncClient(timeout=None) as client, client.stream(
        "GET", f"{system.url}/v1/events", params={"type": "proposal."}, headers=headers
    ) as answer:  # fmt: skip
        async for line in answer.aiter_lines():
            if not line.startswith("data: "):
                continue
            event = json.loads(line.removeprefix("data: "))
            opportunity = event["subject"].removeprefix("opportunity/")
            if opportunity in wanted and event["type"] in {_DRAFTED, _RENDERED}:
                seen[opportunity, event["type"]] = time.monotonic()
                left -= 1
                if left == 0:
                    return


def _distribution(values: list[float]) -> str:
    values = sorted(values)
    p99 = values[min(len(values) - 1, round(len(values) * 0.99))]
    return f"p50 {statistics.median(values):.3f} s, p99 {p99:.3f} s, max {values[-1]:.3f} s"
