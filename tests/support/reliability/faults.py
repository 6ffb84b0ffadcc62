"""Kills processes of a running system under load and counts what was lost or broken. `python -m tests.support.reliability.faults`

Open-loop load on a fixed schedule; a journal of what each client was told; at the end all databases are read.
"""

import asyncio
import random
import sys
import time
from dataclasses import dataclass, field

import asyncpg

from deploy.embedded import Server
from deploy.invariants import Breakage, broken
from deploy.system import System
from examples.demo import wait_until_ready
from shared.kernel.db import EVERY_TENANT
from tests.support.reliability.load import Load, throwaway_system


@dataclass
class Report:
    """What a fault run found."""

    operations: int
    faults: int
    refused: int
    lost: list[str] = field(default_factory=list)
    """Approvals that a client was told of and that are not there."""
    broken: list[Breakage] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)
    """Seconds from each kill until the system was ready again."""

    def __str__(self) -> str:
        slow = sorted(self.recoveries) or [0.0]
        return (
            f"operations {self.operations}, faults {self.faults}, refused {self.refused}, lost {len(self.lost)}, "
            f"broken {len(self.broken)}, recovery p50 "
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
    await _check(system, load, report)
    await load.close()
    return report


async def _kill_and_restart(system: System, victim: Server) -> float:
    started = time.monotonic()
    await asyncio.to_thread(victim.kill)
    await asyncio.to_thread(victim.start)
    await asyncio.to_thread(wait_until_ready, system.url)
    return time.monotonic() - started


async def _check(system: System, load: Load, report: Report) -> None:
    report.operations = len(load.journal)
    report.refused = sum(approval.answer == "refused" for approval in load.journal)
    report.broken = await broken(system.owner_urls, within=120)
    url = system.owner_urls["requirements"].replace("+asyncpg", "")
    connection = await asyncpg.connect(url, server_settings=EVERY_TENANT)
    rows = await connection.fetch("select id::text from baseline where status = 'approved'")
    await connection.close()
    told_ok = {approval.baseline_id for approval in load.journal if approval.answer == "ok"}
    report.lost = sorted(told_ok - {row[0] for row in rows})


def main() -> None:
    kills, seed = int(sys.argv[1]), int(sys.argv[2])
    with throwaway_system(rate_limit="1000000") as system:
        report = asyncio.run(run(system, kills=kills, seed=seed))
    print(report)
    for entry in (*report.lost, *report.broken):
        print(" ", entry)


if __name__ == "__main__":
    main()
