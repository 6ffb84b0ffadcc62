"""Faults under load, and what they cost: `make reliability`, `python -m tests.support.reliability.faults --help`.

Two replicas of every service and of the gateway stand behind doors. Approvals come on a fixed schedule, whatever
happens; a journal keeps what each client was told. After each kind of fault all databases are read.
"""

import argparse
import asyncio
import json
import random
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import nats
from nats.js import JetStreamContext

from deploy import bus, invariants
from deploy.embedded import SERVICES, Server, throwaway_folder
from shared.kernel.clock import now
from shared.kernel.db import EVERY_TENANT
from shared.kernel.messaging.stream import NAME, inbox_prefix
from tests.support.reliability.load import Load, arriving
from tests.support.reliability.replicas import Replica, Replicated

FROZEN_SECONDS = 10.0
READ_ONLY_SECONDS = 5.0
_RECONCILE_SECONDS = "5"
"""For services under test: NATS that lost its events without a word is found out at the next look (300 by default)."""
_RECOVERED_SECONDS = 120.0
"""After so long a fault was not survived."""
_SETTLED_SECONDS = 60.0
_PROGRESS_SECONDS = 15.0
"""In which a queue must have become shorter."""
_AGAIN_SECONDS = 0.1
_REPEATED = 300
"""Messages that are published a second time."""
_LISTS = ("/opportunities", "/estimates", "/risk-budgets", "/proposals", "/journeys", "/commitments")


@dataclass
class Report:
    """What one kind of fault cost."""

    kind: str
    approvals: int = 0
    injected: int = 0
    recoveries: list[float] = field(default_factory=list)
    """Seconds from the end of each fault that was survived until every approval told till then had its draft."""
    lost: list[str] = field(default_factory=list)
    """What a client was told of and is not there, or not downstream."""
    doubled: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    """What waits that nothing will move: events parked, events and timers that nobody takes up."""
    waits: list[float] = field(default_factory=list)
    """Seconds that each reader waited for an answer."""
    refused: int = 0
    """Readers that got none, or a failure."""
    remarks: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """What must not be."""
        return [
            *(f"lost: {one}" for one in self.lost),
            *(f"doubled: {one}" for one in self.doubled),
            *(f"stuck: {one}" for one in self.stuck),
            *([f"{self.injected - len(self.recoveries)} not survived"] if len(self.recoveries) < self.injected else []),
        ]

    def __str__(self) -> str:
        slow = sorted(self.recoveries) or [float("nan")]
        p50, p99 = slow[len(slow) // 2], slow[min(len(slow) - 1, int(len(slow) * 0.99))]
        return (
            f"| {self.kind} | {self.approvals} | {self.injected} | {len(self.recoveries)} | {len(self.lost)} |"
            f" {len(self.doubled)} | {len(self.stuck)} | {p50:.1f} / {p99:.1f} / {slow[-1]:.1f} s |"
            f" {self.refused} of {len(self.waits)}, slowest {max(self.waits, default=0.0):.1f} s |"
        )


HEAD = """\
| kind | approvals | injected | survived | lost | doubled | stuck | recovery p50 / p99 / max | reads refused |
|---|---|---|---|---|---|---|---|---|"""


class Trial:
    """One kind of fault, again and again, in a system under load."""

    def __init__(self, replicated: Replicated, kind: str, *, seed: int, times: int, rate: float) -> None:
        self.replicated, self.system = replicated, replicated.system
        self.chance, self.times, self._rate = random.Random(f"{seed} {kind}"), times, rate
        self.report = Report(kind)
        self._load = Load(self.system.url, self.system.issuer, requirements=5)
        self._promises: set[str] = set()
        """Commitments whose day had passed when they were made: each lapses, once."""

    async def run(self, known: set[str]) -> Report:
        """Inject under load, then look at everything; what was `known` to be broken before is not told again."""
        async with self._loaded():
            await asyncio.sleep(2)
            await KINDS[self.report.kind](self)
            await asyncio.sleep(1)
        self.report.approvals = len(self._load.journal)
        await self._check(known)
        await self._load.close()
        return self.report

    @asynccontextmanager
    async def fault(self) -> AsyncIterator[None]:
        """The body injects one and ends it; recovery is measured from there."""
        await asyncio.sleep(self.chance.uniform(0.3, 1.5))
        self.report.injected += 1
        ended = time.monotonic()
        try:
            yield
            ended = max(ended, time.monotonic())
            await self._recovered()
        except TimeoutError:
            return
        self.report.recoveries.append(time.monotonic() - ended)

    async def _recovered(self) -> None:
        told = {approval.baseline_id for approval in self._load.journal if approval.answer == "ok"}
        async with asyncio.timeout(_RECOVERED_SECONDS):
            for replica in self.replicated.replicas:
                await _until(lambda: asyncio.to_thread(replica.is_ready))  # noqa: B023
            await _until(lambda: self._has_drafts(told))

    async def _has_drafts(self, baselines: set[str]) -> bool:
        return baselines <= {str(row[0]) for row in await self.ask("proposal", "SELECT baseline_id FROM proposal")}

    async def ask(self, service: str, query: str) -> list[asyncpg.Record]:
        """Rows of a service's database, of every tenant; none while it is away."""
        try:
            url = self.system.owner_urls[service].replace("+asyncpg", "")
            connection = await asyncpg.connect(url, server_settings=EVERY_TENANT, timeout=5)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return []
        try:
            return list(await connection.fetch(query, timeout=10))
        except (asyncpg.PostgresConnectionError, asyncpg.InternalClientError):  # killed meanwhile
            return []
        finally:
            await connection.close()

    @asynccontextmanager
    async def bus(self) -> AsyncIterator[JetStreamContext]:
        """The stream, as the administrator."""
        client = await nats.connect(
            self.system.nats.url,
            nkeys_seed_str=self.system.nats.seed(bus.ADMINISTRATOR),
            inbox_prefix=inbox_prefix(bus.ADMINISTRATOR),
        )
        try:
            yield client.jetstream(timeout=10)
        finally:
            await client.close()

    async def discard_parked(self) -> int:
        """Discard each event that waits parked, as an operator does it; how many there were."""
        count = 0
        for service in SERVICES:
            while items := (await self._load.get("root", f"/ops/{service}/parked-events", status="parked"))["items"]:
                await asyncio.gather(*(self._discard(service, one) for one in items))
                count += len(items)
        return count

    async def _discard(self, service: str, one: dict[str, Any]) -> None:
        path, tag = f"/ops/{service}/parked-events/{one['id']}/discard", {"If-Match": f'"{one["version"]}"'}
        await self._load.post("root", path, {"reason": f"put in by the trial: {one['code']}"}, tag)

    def _loaded(self) -> AbstractAsyncContextManager[None]:
        """While the body runs, approvals come on a schedule of their own, and readers twice a second."""
        return arriving({self._chain: 1 / self._rate, self._read: 0.5})

    async def _chain(self) -> None:
        opportunity, baseline = await self._load.prepare()
        await self._load.approve(opportunity, baseline)
        yesterday = (now() - timedelta(days=2)).date().isoformat()
        promise = {"opportunity_id": opportunity, "side": "us", "statement": "x", "owner": "li", "due_on": yesterday}
        await _until(lambda: self._knows_opportunity(opportunity))
        self._promises.add((await self._load.post("lin", "/commitments", promise))["id"])

    async def _knows_opportunity(self, opportunity: str) -> bool:
        return bool(await self.ask("engagement", f"SELECT 1 FROM known_opportunity WHERE id = '{opportunity}'"))

    async def _read(self) -> None:
        asked = time.monotonic()
        try:
            path = self.chance.choice(_LISTS)
            is_answered = (await self._load.clients["lin"].get(path)).is_success
        except httpx.TransportError:
            is_answered = False
        self.report.refused += not is_answered
        self.report.waits.append(time.monotonic() - asked)

    async def _check(self, known: set[str]) -> None:
        report = self.report
        for one in await invariants.broken(self.system.owner_urls, within=_SETTLED_SECONDS):
            if str(one) not in known:
                known.add(str(one))
                _heap_for(one, report).append(str(one))
        approved = "SELECT id FROM baseline WHERE status = 'approved'"
        there = {str(row[0]) for row in await self.ask("requirements", approved)}
        told = {approval.baseline_id for approval in self._load.journal if approval.answer == "ok"}
        report.lost += [f"baseline {key} was told approved" for key in sorted(told - there)]
        report.stuck += await self._stuck()
        await self._check_timers()

    async def _stuck(self) -> list[str]:
        """What is overdue and does not get less: a long queue that is worked off is none, however slow the machine."""
        left = await self._overdue()
        while left:
            await asyncio.sleep(_PROGRESS_SECONDS)
            before, left = left, await self._overdue()
            if len(left) >= len(before):
                return left
        return []

    async def _overdue(self) -> list[str]:
        found: list[str] = []
        late = "now() - interval '30 seconds'"
        waiting = f"SELECT event_id FROM outbox WHERE published_at IS NULL AND created_at < {late}"
        for service in SERVICES:
            found += [f"event {row[0]} of {service}" for row in await self.ask(service, waiting)]
            if service != "insights":  # it has no timers
                overdue = await self.ask(service, f"SELECT kind, subject, error FROM timer WHERE next_at < {late}")
                found += [f"timer {row[0]} {row[1]} {row[2]}" for row in overdue]
        return found

    async def _check_timers(self) -> None:
        lapsed = (
            "SELECT aggregate_id, count(*) FROM outbox WHERE subject LIKE '%.engagement.commitment.lapsed.v1.%'"
            " GROUP BY aggregate_id"
        )
        fired = {str(row[0]): row[1] for row in await self.ask("engagement", lapsed)}
        self.report.stuck += [f"commitment {key} did not lapse" for key in sorted(self._promises - fired.keys())]
        self.report.doubled += [
            f"commitment {key} lapsed {fired[key]} times" for key in self._promises if fired.get(key, 0) > 1
        ]


async def _until(is_so: Callable[[], Awaitable[bool]]) -> None:
    while not await is_so():  # noqa: ASYNC110 (nobody tells us)
        await asyncio.sleep(_AGAIN_SECONDS)


def _heap_for(one: invariants.Breakage, report: Report) -> list[str]:
    if one.rule == "no event waits parked":
        return report.stuck
    return report.doubled if one.rule.startswith("one ") or one.what.endswith("is there twice") else report.lost


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
    """One replica of each deployable in turn stands still (SIGSTOP), then nats-server."""
    victims = [*(door.behind[trial.chance.randrange(len(door.behind))] for door in trial.replicated.doors.values())]
    for victim in [*victims, trial.system.nats]:
        before = len(trial.report.waits)
        async with trial.fault():
            assert victim.process is not None
            victim.process.send_signal(signal.SIGSTOP)
            try:
                await asyncio.sleep(FROZEN_SECONDS)
            finally:
                victim.process.send_signal(signal.SIGCONT)
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


async def poison(trial: Trial) -> None:
    """Something that is no event comes on the subject of each durable: parked there, and nobody waits behind it."""
    async with trial.fault(), trial.bus() as stream:
        for subjects in set(_durables().values()):
            subject = subjects.replace("presales.*.", "presales.demo.").replace(".*", f".{uuid4()}")
            await stream.publish(subject.replace(">", f"demo.requirements.nothing.said.v1.{uuid4()}"), uuid4().bytes)
    log, subjects = "presales.>", set(_durables().values())
    expected = len(_durables()) + len(subjects - {log})  # the log of insights hears them all
    parked, deadline = 0, time.monotonic() + _SETTLED_SECONDS
    while parked < expected and time.monotonic() < deadline:
        parked += await trial.discard_parked()
        await asyncio.sleep(_AGAIN_SECONDS)
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
}


@asynccontextmanager
async def replicated(count: int = 2) -> AsyncIterator[Replicated]:
    """A system with `count` replicas of everything of ours, ready."""
    with throwaway_folder("presales-faults-") as folder:
        system = Replicated(folder, count=count, reconcile_seconds=_RECONCILE_SECONDS)
        async with system.running():
            load = Load(system.system.url, system.system.issuer)
            await load.rates()
            await load.close()
            yield system


async def suite(kinds: list[str], *, seed: int, times: int, rate: float) -> list[Report]:
    """Run kinds of fault one after the other in one system; each report is printed when it is there."""
    reports, known = [], set[str]()
    async with replicated() as system:
        print(f"seed {seed}, {rate:g} approvals a second, two replicas of each\n\n{HEAD}", flush=True)
        for kind in kinds:
            reports.append(await Trial(system, kind, seed=seed, times=times, rate=rate).run(known))
            print(reports[-1], flush=True)
    return reports


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="kind", help=f"of {', '.join(KINDS)} (default: all)")
    parser.add_argument("--seed", type=int, default=1, help="of what is chosen at random (default: 1)")
    parser.add_argument("--kills", type=int, default=200, help="processes killed by `kill` (default: 200)")
    parser.add_argument("--rate", type=float, default=1.0, help="approvals that begin in a second (default: 1)")
    wanted = parser.parse_args()
    if unknown := set(wanted.kinds) - KINDS.keys():
        parser.error(f"no such kind: {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    kinds = wanted.kinds or list(KINDS)
    reports = asyncio.run(suite(kinds, seed=wanted.seed, times=wanted.kills, rate=wanted.rate))
    for report in reports:
        for told in (*report.remarks, *report.faults):
            print(f"{report.kind}: {told}")
    sys.exit(any(report.faults for report in reports))


if __name__ == "__main__":
    main()
