"""A system whose replicas are replaced one by one under load, by those of another version's code."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from deploy import bus
from deploy.embedded import Server, free_port
from deploy.system import Python, System
from tests.support.reliability.load import Load

ROOT = Path(__file__).parents[3]
_BOTH_SECONDS = 1.5
"""How long a replica and its successor serve side by side."""


def previous_release(folder: Path) -> Path | None:
    """The code of the release before, laid down in `folder`; None where this clone has not its commit."""
    commit = (ROOT / "deploy" / "previous_release").read_text(encoding="utf-8").strip()
    made = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=False)
    if made.returncode:
        return None
    subprocess.run(["tar", "-x", "-C", str(folder)], input=made.stdout, check=True)
    return folder


class Replica(Python):
    """One process of a deployable, of the code in `tree`, on a port of its own."""

    def __init__(self, like: Python, tree: Path) -> None:
        known = json.loads((tree / "shared" / "kernel" / "known_settings.json").read_text(encoding="utf-8"))[like.name]
        own = {"port": str(free_port()), "metrics_port": str(free_port())}
        settings = {
            name: own.get(name, value)
            for name, value in like.settings.items()
            if name in known or name.removesuffix("_file") in known
        }
        log = like.log.with_name(f"{like.name}-{own['port']}.log")
        super().__init__(like.name, int(own["port"]), log, module=like.module, settings=settings)
        self._tree = tree

    def account(self) -> dict[str, Any]:
        return {"cwd": str(self._tree)}

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "PYTHONPATH": str(self._tree)}

    def is_ready(self) -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5).status_code == 200
        return False


class Door:
    """Where a Service of a cluster would be: hands each connection on to one of the replicas behind it, in turn."""

    def __init__(self, port: int) -> None:
        self.port, self.behind, self._turn = port, list[Replica](), 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._hand_on, "127.0.0.1", self.port)

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._turn += 1
        replica = self.behind[self._turn % len(self.behind)]
        try:
            there, back = await asyncio.open_connection("127.0.0.1", replica.port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pipe(reader, back), _pipe(there, writer))

    def close(self) -> None:
        self._server.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


class Rolling:
    """A whole system behind doors, begun with the code in `tree`."""

    def __init__(self, folder: Path, tree: Path) -> None:
        self.system = System(folder, log_level="warning")
        self.system.gateway.settings["rate_limit"] = "1000000"
        self._tree = tree
        self._deployables: dict[str, Python] = {**self.system.services, "gateway": self.system.gateway}
        self.doors = {name: Door(one.port) for name, one in self._deployables.items()}
        durables = json.loads((tree / "deploy" / "nats" / "durables.json").read_text(encoding="utf-8"))
        self.system.nats._durables = durables

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Everything ready, and stopped at the end."""
        servers: list[Server] = [self.system.postgres, self.system.nats]
        try:
            for server in servers:
                await asyncio.to_thread(server.start)
            await self.migrate(self._tree)
            await asyncio.gather(*(self._first(name) for name in self._deployables))
            yield
        finally:
            replicas = [replica for door in self.doors.values() for replica in door.behind]
            await asyncio.gather(*(asyncio.to_thread(one.stop) for one in replicas))
            for door in self.doors.values():
                door.close()
            for server in reversed(servers):
                await asyncio.to_thread(server.stop)

    async def _first(self, name: str) -> None:
        replica = Replica(self._deployables[name], self._tree)
        self.doors[name].behind.append(replica)
        await self.doors[name].open()
        await asyncio.to_thread(replica.start)

    async def migrate(self, tree: Path) -> None:
        """What the job of a release does before its replicas are ready."""
        urls = {f"PRESALES_MIGRATION_URL_{name.upper()}": url for name, url in self.system.owner_urls.items()}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "presales", "migrate",
            cwd=tree, env={**os.environ, "PYTHONPATH": str(tree), **urls}, stderr=subprocess.PIPE,
        )  # fmt: skip
        _, told = await process.communicate()
        assert process.returncode == 0, told.decode()

    def permit(self) -> None:
        """Let users of NATS do what the handlers of this version declare, beside what is running."""
        bus.make_keys(self.system.nats.keys, bus.declared())
        process = self.system.nats.process
        assert process is not None
        process.send_signal(1)  # read the users again

    async def replace(self, name: str, tree: Path) -> None:
        """A new replica is ready and serves beside the old one for a moment, which then leaves in order."""
        door = self.doors[name]
        [old], new = door.behind, Replica(self._deployables[name], tree)
        await asyncio.to_thread(new.start)
        door.behind.append(new)
        await asyncio.sleep(_BOTH_SECONDS)
        door.behind.remove(old)
        await asyncio.sleep(0.5)  # until everybody knows, it goes on answering
        await asyncio.to_thread(old.stop)


class Visitors:
    """Opportunities taken to an approved baseline and lists read, at fixed rates; every answer is counted."""

    def __init__(self, load: Load, *, approvals_every: float, reads_every: float) -> None:
        self._load, self._every = load, {self._approve: approvals_every, self._read: reads_every}
        self.answers: Counter[int | str] = Counter()
        self.approved: list[str] = []
        self._refused: list[str] = []

    @property
    def refusals(self) -> list[str]:
        """Whatever was not answered as it should be, at the first try."""
        return self._refused + self._load.asked_again

    @asynccontextmanager
    async def visiting(self) -> AsyncIterator[None]:
        """While the body runs they come, on a schedule of their own; then the last answers are awaited."""
        tasks: set[asyncio.Task[None]] = set()

        async def arrive(visit: Callable[[], Coroutine[Any, Any, None]], every: float) -> None:
            due = time.monotonic()
            while True:
                tasks.add(asyncio.create_task(visit()))
                due += every
                await asyncio.sleep(max(0.0, due - time.monotonic()))

        arriving = [asyncio.create_task(arrive(visit, every)) for visit, every in self._every.items()]
        try:
            yield
        finally:
            for one in arriving:
                one.cancel()
            await asyncio.gather(*tasks)

    async def _read(self) -> None:
        for path in ("/opportunities", "/estimates", "/risk-budgets", "/proposals", "/journeys", "/commitments"):
            await self._count(self._load.clients["lin"].get(path))

    async def _approve(self) -> None:
        _, baseline = await self._load.prepare()
        request = self._load.clients["wang"].post(f"/baselines/{baseline}/approve", headers={"If-Match": '"2"'})
        if await self._count(request):
            self.approved.append(baseline)

    async def _count(self, request: Awaitable[httpx.Response]) -> bool:
        try:
            answer = await request
        except httpx.HTTPError as error:
            self.answers[type(error).__name__] += 1
            self._refused.append(repr(error))
            return False
        self.answers[answer.status_code] += 1
        if not answer.is_success:
            self._refused.append(f"{answer.status_code} {answer.request.url.path}: {answer.text[:200]}")
        return answer.is_success
