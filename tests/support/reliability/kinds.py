"""The kinds of fault that are tried: each does it to a running system under load, some times over."""

import asyncio
import json
import os
import shutil
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from uuid import uuid4

import asyncpg
import nats
import psutil

from deploy import bus
from deploy.embedded import Server
from shared.kernel.messaging.stream import NAME
from tests.support.reliability.replicas import Replica
from tests.support.reliability.trial import AGAIN_SECONDS, SETTLED_SECONDS, Trial

FROZEN_SECONDS = 10.0
READ_ONLY_SECONDS = 5.0
_REPEATED = 300
"""Messages that are published a second time."""


async def _kill(servers: list[Server]) -> None:
    """As the machine they are on would end them; then they are started again."""
    await asyncio.gather(*(asyncio.to_thread(server.kill) for server in servers))
    platform = [server for server in servers if not isinstance(server, Replica)]
    await asyncio.gather(*(asyncio.to_thread(server.start) for server in platform))
    await asyncio.gather(*(asyncio.to_thread(server.start) for server in servers if server not in platform))


async def kills(trial: Trial) -> None:
    """`kill -9` of one process after the other, in random order."""
    everybody: list[Server] = [trial.system.postgres, trial.system.nats, *trial.replicated.replicas]
    for _ in range(trial.times):
        async with trial.fault():
            await _kill([trial.chance.choice(everybody)])


async def storm(trial: Trial) -> None:
    """Everything is killed at once."""
    for _ in range(3):
        async with trial.fault():
            await _kill([trial.system.postgres, trial.system.nats, *trial.replicated.replicas])


async def freeze(trial: Trial) -> None:
    """One replica of each deployable in turn stands still (SIGSTOP), then nats-server, then PostgreSQL."""
    victims = [*(door.behind[trial.chance.randrange(len(door.behind))] for door in trial.replicated.doors.values())]
    for victim in [*victims, trial.system.nats, trial.system.postgres]:
        before = len(trial.report.waits)
        async with trial.fault():
            assert victim.process is not None
            processes = [*(main := psutil.Process(victim.process.pid)).children(recursive=True), main]
            try:
                for process in processes:
                    process.suspend()
                await asyncio.sleep(FROZEN_SECONDS)
            finally:
                for process in processes:
                    with suppress(psutil.NoSuchProcess):
                        process.resume()
        slowest = max(trial.report.waits[before:], default=0.0)
        trial.report.remarks.append(f"{victim.name} frozen: slowest answer {slowest:.1f} s")


async def store_lost(trial: Trial) -> None:
    """nats-server comes back with an empty disk, and the stream is made anew."""
    for _ in range(3):
        async with trial.fault():
            await asyncio.to_thread(trial.system.nats.kill)
            shutil.rmtree(trial.system.nats.store)
            await asyncio.to_thread(trial.system.nats.start)


async def purge(trial: Trial) -> None:
    """The stream is emptied while everybody is connected."""
    for _ in range(3):
        async with trial.fault(), trial.bus() as stream:
            await stream.purge_stream(NAME)


async def durables_deleted(trial: Trial) -> None:
    """Every durable consumer is deleted; each is made anew and hears the whole stream again."""
    for _ in range(3):
        async with trial.fault(), trial.bus() as stream:
            for durable in _durables():
                with suppress(nats.js.errors.NotFoundError):
                    await stream.delete_consumer(NAME, durable)


async def replay(trial: Trial) -> None:
    """Every durable begins again at the first message of the stream."""
    for _ in range(3):
        async with trial.fault(), trial.bus() as stream:
            for durable in _durables():
                subject, place = f"$JS.API.CONSUMER.RESET.{NAME}.{durable}", json.dumps({"seq": 1}).encode()
                answer = json.loads((await stream._nc.request(subject, place, timeout=10)).data)
                assert "error" not in answer, answer


async def duplicates(trial: Trial) -> None:
    """The last messages come again, in random order and with nothing that tells NATS of it."""
    for _ in range(3):
        async with trial.fault(), trial.bus() as stream:
            last = (await stream.stream_info(NAME)).state.last_seq
            places = list(range(max(1, last - _REPEATED), last + 1))
            trial.chance.shuffle(places)
            for place in places:
                with suppress(nats.js.errors.NotFoundError):
                    message = await stream.get_msg(NAME, place)
                    await stream.publish(message.subject or "", message.data or b"")


async def postgres_restart(trial: Trial) -> None:
    """PostgreSQL is stopped in order and started."""
    for _ in range(3):
        async with trial.fault():
            await asyncio.to_thread(trial.system.postgres.stop)
            await asyncio.to_thread(trial.system.postgres.start)


async def read_only(trial: Trial) -> None:
    """PostgreSQL refuses to write, as with a full disk."""
    for _ in range(3):
        async with trial.fault():
            await _set_read_only(trial, "on")
            try:
                await asyncio.sleep(READ_ONLY_SECONDS)
            finally:
                await _set_read_only(trial, "off")


async def _set_read_only(trial: Trial, is_so: str) -> None:
    url = trial.system.postgres.url("postgres").replace("+asyncpg", "")
    connection = await asyncpg.connect(url, server_settings={"default_transaction_read_only": "off"})
    try:
        await connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {is_so}")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()


async def no_connections(trial: Trial) -> None:
    """Strangers take every connection that PostgreSQL has, and whoever was connected has to come again."""
    for _ in range(3):
        async with trial.fault(), AsyncExitStack() as taken:
            url = trial.system.owner_urls["requirements"].replace("+asyncpg", "")
            for is_again in (False, True):
                with suppress(asyncpg.TooManyConnectionsError):
                    while True:
                        connection = await asyncpg.connect(url, timeout=5)
                        taken.push_async_callback(connection.close)
                if not is_again:
                    await _end_others(trial)
            await asyncio.sleep(FROZEN_SECONDS / 2)


async def _end_others(trial: Trial) -> None:
    connection = await asyncpg.connect(trial.system.postgres.url("postgres").replace("+asyncpg", ""))
    try:
        others = "pid <> pg_backend_pid() AND usename NOT LIKE '%_owner' AND backend_type = 'client backend'"
        await connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
    finally:
        await connection.close()


async def partition(trial: Trial) -> None:
    """No packet reaches NATS, then none PostgreSQL, for ten seconds each: nothing is refused, nothing is answered."""
    if shutil.which("iptables") is None or os.geteuid() != 0:
        trial.report.remarks.append("not tried: it wants iptables, and root")
        return
    for server in (trial.system.nats, trial.system.postgres):
        async with trial.fault():
            for flag in ("--dport", "--sport"):
                await _iptables("-A", flag, server.port)
            try:
                await asyncio.sleep(FROZEN_SECONDS)
            finally:
                for flag in ("--dport", "--sport"):
                    await _iptables("-D", flag, server.port)


async def _iptables(action: str, flag: str, port: int) -> None:
    rule = ("INPUT", "-i", "lo", "-p", "tcp", flag, str(port), "-j", "DROP")
    process = await asyncio.create_subprocess_exec("iptables", "-w", action, *rule)
    assert await process.wait() == 0, rule


async def poison(trial: Trial) -> None:
    """Something that is no event comes on the subject of each durable: parked there, and nobody waits behind it."""
    async with trial.fault(), trial.bus() as stream:
        for subjects in set(_durables().values()):
            subject = subjects.replace("presales.*.", "presales.demo.").replace(".*", f".{uuid4()}")
            await stream.publish(subject.replace(">", f"demo.requirements.nothing.said.v1.{uuid4()}"), uuid4().bytes)
    log, subjects = "presales.>", set(_durables().values())
    expected = len(_durables()) + len(subjects - {log})  # the log of insights hears them all
    parked, deadline = 0, time.monotonic() + SETTLED_SECONDS
    while parked < expected and time.monotonic() < deadline:
        parked += await trial.discard_parked()
        await asyncio.sleep(AGAIN_SECONDS)
    trial.report.remarks.append(f"parked {parked} of {expected} that were to be, each then discarded")
    if parked != expected:
        trial.report.lost.append(f"{parked} events parked in the place of {expected}")


def _durables() -> dict[str, str]:
    """Every durable consumer of a service, with the subjects that it hears."""
    return {durable: subjects for hears in bus.declared().values() for durable, subjects in hears.items()}


KINDS: dict[str, Callable[[Trial], Awaitable[None]]] = {
    "kill": kills,
    "freeze": freeze,
    "storm": storm,
    "store-lost": store_lost,
    "purge": purge,
    "durables-deleted": durables_deleted,
    "replay": replay,
    "duplicates": duplicates,
    "poison": poison,
    "postgres-restart": postgres_restart,
    "read-only": read_only,
    "no-connections": no_connections,
    "partition": partition,
}
