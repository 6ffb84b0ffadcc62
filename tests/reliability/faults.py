"""Kills processes of a running system under load and counts what was lost or doubled. `python -m tests.reliability.faults`

Open-loop load on a fixed schedule; a journal of what each client was told; at the end all databases are read.
"""

import asyncio
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

import asyncpg

from deploy.embedded import Server
from deploy.system import System
from examples.demo import wait_until_ready
from tests.reliability.load import Load, throwaway_system

_CHAIN = {
    # service: rows that each approved baseline must have exactly one of
    "estimation": "select baseline_id::text from estimate",
    "risk": "select baseline_id::text from risk_budget",
    "proposal": "select baseline_id::text from proposal",
}


@dataclass
class Report:
    """What a fault run found."""

    operations: int
    faults: int
    refused: int
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    orphaned: list[str] = field(default_factory=list)
    parked: list[str] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)
    """Seconds from each kill until the system was ready again."""

    def __str__(self) -> str:
        slow = sorted(self.recoveries) or [0.0]
        return (
            f"operations {self.operations}, faults {self.faults}, refused {self.refused}, lost {len(self.lost)}, "
            f"doubled {len(self.doubled)}, orphaned {len(self.orphaned)}, parked {len(self.parked)}, recovery p50 "
            f"{slow[len(slow) // 2]:.1f} s, max {slow[-1]:.1f} s"
        )


async def run(system: System, *, kills: int, seed: int, rate: float = 2.0, requirements: int = 8) -> Report:
    """Kill `kills` random processes while baselines are approved at `rate` per second; then check everything."""
    chance = random.Random(seed)
    load = Load(system.url, system.issuer, requirements=requirements)
    await load.rates()
    report = Report(0, kills, 0)
    stop = asyncio.Event()
    tasks: set[asyncio.Task[object]] = set()

    async def chain() -> None:
        await load.approve(*await load.prepare())

    async def arrivals() -> None:
        while not stop.is_set():
            tasks.add(asyncio.create_task(chain()))
            await asyncio.sleep(1 / rate)

    arriving = asyncio.create_task(arrivals())
    for _ in range(kills):
        await asyncio.sleep(chance.uniform(0.3, 1.5))
        victim = chance.choice([system.postgres, system.nats, *system.services.values()])
        report.recoveries.append(await _kill_and_restart(system, victim))
    await asyncio.sleep(1)
    stop.set()
    await arriving
    await asyncio.gather(*tasks)
    await _settled(system, load)
    await _check(system, load, report)
    await load.close()
    return report


async def _kill_and_restart(system: System, victim: Server) -> float:
    started = time.monotonic()
    await asyncio.to_thread(victim.kill)
    await asyncio.to_thread(victim.start)
    await asyncio.to_thread(wait_until_ready, system.url)
    return time.monotonic() - started


async def _settled(system: System, load: Load, within: float = 120.0) -> None:
    """Wait until every approval has its draft, or nothing changes any more."""
    deadline = time.monotonic() + within
    wanted = {approval.baseline_id for approval in load.journal if approval.answer == "ok"}
    while time.monotonic() < deadline:
        drafted = set(await _column(system, "proposal", _CHAIN["proposal"]))
        if wanted <= drafted:
            break
        await asyncio.sleep(0.5)
    await asyncio.sleep(2)  # whatever would come twice has come by now


async def _column(system: System, service: str, statement: str) -> list[str]:
    connection = await asyncpg.connect(system.postgres.url(service).replace("+asyncpg", ""))
    try:
        return [row[0] for row in await connection.fetch(statement)]
    finally:
        await connection.close()


async def _check(system: System, load: Load, report: Report) -> None:
    told_ok = {approval.baseline_id for approval in load.journal if approval.answer == "ok"}
    report.operations = len(load.journal)
    report.refused = sum(approval.answer == "refused" for approval in load.journal)
    approved = set(await _column(system, "requirements", "select id::text from baseline where status = 'approved'"))
    report.lost += [f"requirements {key}" for key in told_ok - approved]
    for service, statement in _CHAIN.items():
        rows = Counter(await _column(system, service, statement))
        report.lost += [f"{service} {key}" for key in approved - rows.keys()]
        report.doubled += [f"{service} {key} × {count}" for key, count in rows.items() if count > 1]
        report.orphaned += [f"{service} {key}" for key in rows.keys() - approved]
    for service in system.services:
        parked = await _column(system, service, "select consumer || ' ' || code || ': ' || detail from parked_event")
        report.parked += parked


def main() -> None:
    kills, seed = int(sys.argv[1]), int(sys.argv[2])
    with throwaway_system(rate_limit="1000000") as system:
        report = asyncio.run(run(system, kills=kills, seed=seed))
    print(report)
    for entry in (*report.lost, *report.doubled, *report.orphaned, *report.parked):
        print(" ", entry)


if __name__ == "__main__":
    main()
