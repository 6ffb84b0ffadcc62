"""A whole system with replicas of every service and of the gateway, each behind a door as a cluster has it."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from deploy.embedded import Server, free_port
from deploy.system import Python, System

ROOT = Path(__file__).parents[3]
_PROBE_SECONDS = 2.0
"""Between two probes, and for the answer to one: the `readinessProbe` of deploy/k8s/base/pod.yaml."""
_MOST_MISSED = 2


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

    @property
    def probe(self) -> str:
        """The address that tells whether it is ready."""
        return f"http://127.0.0.1:{self.port}/readyz"

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def is_ready(self) -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(self.probe, timeout=5).status_code == 200
        return False


class Door:
    """Where a Service of a cluster would be: hands each connection on to one of the replicas behind it, in turn.

    As a kubelet does, it leaves out a process that has ended at once, one that was started until it answers, and one
    that missed two probes; where none is left it hands on to any. A connection that was handed on stays where it is.
    """

    def __init__(self, port: int) -> None:
        self.port, self.behind, self._turn = port, list[Replica](), 0
        self._missed: dict[object, int] = {}
        """Probes in a row that each process missed; one that is not here was never asked."""

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._hand_on, "127.0.0.1", self.port)
        self._probing = asyncio.create_task(self._probe())

    async def add(self, replica: Replica) -> None:
        """Let a replica in that has started."""
        self.behind.append(replica)
        async with httpx.AsyncClient(timeout=_PROBE_SECONDS) as client:
            await self._ask(client, replica)

    async def _probe(self) -> None:
        async with httpx.AsyncClient(timeout=_PROBE_SECONDS) as client:
            while True:
                await asyncio.gather(*(self._ask(client, replica) for replica in self.behind))
                await asyncio.sleep(_PROBE_SECONDS)

    async def _ask(self, client: httpx.AsyncClient, replica: Replica) -> None:
        process = replica.process
        try:
            self._missed[process] = 0 if (await client.get(replica.probe)).is_success else _MOST_MISSED
        except httpx.HTTPError:
            self._missed[process] = self._missed.get(process, _MOST_MISSED) + 1

    def _is_ready(self, replica: Replica) -> bool:
        return replica.is_running and self._missed.get(replica.process, _MOST_MISSED) < _MOST_MISSED

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ready = [replica for replica in self.behind if self._is_ready(replica)] or self.behind
        self._turn += 1
        replica = ready[self._turn % len(ready)]
        try:
            there, back = await asyncio.open_connection("127.0.0.1", replica.port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pipe(reader, back), _pipe(there, writer))

    def close(self) -> None:
        self._probing.cancel()
        self._server.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


class Replicated:
    """A whole system behind doors, `count` replicas of each deployable, of the code in `tree`."""

    def __init__(self, folder: Path, tree: Path = ROOT, *, count: int = 1, **settings_of_services: str) -> None:
        self.system = System(folder, log_level="warning")
        self.system.gateway.settings["rate_limit"] = "1000000"
        for service in self.system.services.values():
            service.settings.update(settings_of_services)
        self._tree, self._count = tree, count
        self.deployables: dict[str, Python] = {**self.system.services, "gateway": self.system.gateway}
        self.doors = {name: Door(one.port) for name, one in self.deployables.items()}
        durables = json.loads((tree / "deploy" / "nats" / "durables.json").read_text(encoding="utf-8"))
        self.system.nats._durables = durables

    @property
    def replicas(self) -> list[Replica]:
        return [replica for door in self.doors.values() for replica in door.behind]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Everything ready, and stopped at the end."""
        servers: list[Server] = [self.system.postgres, self.system.nats]
        try:
            for server in servers:
                await asyncio.to_thread(server.start)
            await self.migrate(self._tree)
            await asyncio.gather(*(self._first(name) for name in self.deployables))
            yield
        finally:
            await asyncio.gather(*(asyncio.to_thread(one.stop) for one in self.replicas))
            for door in self.doors.values():
                door.close()
            for server in reversed(servers):
                await asyncio.to_thread(server.stop)

    async def _first(self, name: str) -> None:
        door = self.doors[name]
        door.behind += [Replica(self.deployables[name], self._tree) for _ in range(self._count)]
        await door.open()
        await asyncio.gather(*(asyncio.to_thread(replica.start) for replica in door.behind))

    async def migrate(self, tree: Path) -> None:
        """What the job of a release does before its replicas are ready."""
        urls = {f"PRESALES_MIGRATION_URL_{name.upper()}": url for name, url in self.system.owner_urls.items()}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "presales", "migrate",
            cwd=tree, env={**os.environ, "PYTHONPATH": str(tree), **urls}, stderr=subprocess.PIPE,
        )  # fmt: skip
        _, told = await process.communicate()
        assert process.returncode == 0, told.decode()
