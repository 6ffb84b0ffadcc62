"""What a chain and an idle system cost: SQL statements by service as sent (a batch is one), and processor time.

Each service runs as ever, with its statements counted: `python -m benchmarks.statements SERVICE`. `FULL=1` lists them all.
"""

import asyncio
import json
import os
import re
import signal
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from deploy.system import System
from shared.kernel import service
from tests.support.reliability.load import Load

_FOLDER = "STATEMENTS_FOLDER"
_MOST_SHOWN = 12
_LEAST_SHOWN = 0.15
_CHAINS, _CREATED, _IDLE_SECONDS, _SETTLE_SECONDS, _BETWEEN_SECONDS = 10, 60, 10, 6, 0.3


def serve_counted() -> None:
    """Run the service that the command line names; on SIGUSR1 it writes down what it has sent until then."""
    sent: Counter[str] = Counter()
    file = Path(os.environ[_FOLDER]) / f"{sys.argv[1]}.json"

    @sa.event.listens_for(sa.Engine, "before_cursor_execute")
    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent[_named(statement)] += 1

    def write(*_: object) -> None:
        made = file.with_suffix(".new")
        made.write_text(json.dumps(sent), encoding="utf-8")
        made.rename(file)

    signal.signal(signal.SIGUSR1, write)
    service.main()


def _named(statement: str) -> str:
    """The statement without what differs from one sending to the next."""
    text = re.sub(r"\s+", " ", statement)
    text = re.sub(r"\$\d+(::[\w ]+(\(\d+(, \d+)?\))?(\[\])?)?", "?", text)
    return re.sub(r"\(\?(, \?)*\)(, \(\?(, \?)*\))*", "(?)", text)


class Counted:
    """The counters of a running system: read twice, the difference is what happened between."""

    def __init__(self, system: System) -> None:
        self._system, self._folder = system, _folder_of(system)

    def read(self) -> tuple[dict[str, Counter[str]], dict[str, float]]:
        """Statements by service, and seconds of the processor by process."""
        files = {name: self._folder / f"{name}.json" for name in self._system.services}
        for name, one in self._system.services.items():
            files[name].unlink(missing_ok=True)
            if one.process:
                one.process.send_signal(signal.SIGUSR1)
        while not all(file.exists() for file in files.values()):
            time.sleep(0.02)
        sent = {name: Counter[str](json.loads(file.read_text(encoding="utf-8"))) for name, file in files.items()}
        return sent, {one.name: processor(one.process.pid) for one in self._system.servers if one.process}


def counted_services(system: System) -> None:
    """Have the services of a system, not yet started, count what they send."""
    os.environ[_FOLDER] = str(_folder_of(system))
    for name, one in system.services.items():
        one.module = ["benchmarks.statements", name]


def _folder_of(system: System) -> Path:
    return system.folder / "logs"


def processor(pid: int) -> float:
    """Seconds of the processor that a process and its children, ended ones included, have used."""
    total, pids = 0.0, {pid}
    for stat in sorted(Path("/proc").glob("[0-9]*/stat"), key=lambda path: int(path.parent.name)):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(stat.parent.name) in pids or int(fields[1]) in pids:
            pids.add(int(stat.parent.name))
            total += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return total


async def run(system: System) -> None:
    """Idle, an opportunity created, and whole chains of 15 requirements one after the other."""
    load = Load(system.url, system.issuer, requirements=15)
    await load.rates()
    await load.approve(*await load.prepare())
    await asyncio.sleep(_SETTLE_SECONDS)
    counted = Counted(system)
    idle = await _measured(counted, "idle, each second", _IDLE_SECONDS, lambda: asyncio.sleep(_IDLE_SECONDS))
    client = await load.post("root", "/clients", {"name": "statements"})
    wish = {"type": "new", "currency": "CNY", "language": "zh"}
    taken: list[float] = []

    async def create() -> None:
        for number in range(_CREATED):
            began = time.perf_counter()
            await load.post("lin", "/opportunities", {"client_id": client["id"], **wish, "title": f"{number:03}"})
            taken.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(_BETWEEN_SECONDS)  # what follows from one is not waited for by the next
        await asyncio.sleep(_SETTLE_SECONDS)

    await _measured(counted, "an opportunity created", _CREATED, create, without=idle)
    print(f"  through the gateway, one at a time: p50 {statistics.median(taken):.1f} ms, min {min(taken):.1f} ms")
    prepared = [await load.prepare() for _ in range(_CHAINS)]
    await asyncio.sleep(_SETTLE_SECONDS)

    async def approve() -> None:
        for opportunity, baseline in prepared:
            await load.approve(opportunity, baseline)
            await asyncio.sleep(2)
        await asyncio.sleep(_SETTLE_SECONDS)

    await _measured(counted, "a chain, from its approval", _CHAINS, approve, without=idle)
    await load.close()


async def _measured(counted: Counted, what: str, count: int, work: Any, without: Any = None) -> Any:
    before, used = counted.read()
    began = time.monotonic()
    await work()
    after, used_after = counted.read()
    seconds = time.monotonic() - began
    rate: dict[str, dict[str, float]]
    burnt: dict[str, float]
    rate, burnt = without or ({}, {})
    print(f"{what}:")
    total = 0.0
    sent, spent = {}, {}
    for name, statements in after.items():
        told = Counter(statements)
        told.subtract(before[name])
        sent[name] = {text: number / seconds for text, number in told.items()}
        each = {text: (number - rate.get(name, {}).get(text, 0) * seconds) / count for text, number in told.items()}
        own = sum(each.values())
        total += own
        print(f"  {name}: {own:.1f} statements")
        shown = None if os.environ.get("FULL") else _MOST_SHOWN
        for text, number in sorted(each.items(), key=lambda one: -one[1])[:shown]:
            if number >= _LEAST_SHOWN:
                print(f"    {number:6.1f} × {text[:200]}")
    for name, one in used_after.items():
        spent[name] = (one - used[name]) / seconds
    each_used = {name: (one - used[name] - burnt.get(name, 0) * seconds) / count for name, one in used_after.items()}
    listed = ", ".join(f"{name} {one * 1000:.0f}" for name, one in each_used.items())
    print(f"  together {total:.1f} statements; processor {sum(each_used.values()) * 1000:.0f} ms = {listed}")
    return sent, spent


if __name__ == "__main__":
    serve_counted()
