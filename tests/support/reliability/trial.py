"""One kind of fault, again and again, under load, and what it cost: a journal keeps what each client was told."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import nats
from nats.js import JetStreamContext

from deploy import bus, invariants
from deploy.embedded import SERVICES
from shared.kernel.clock import now
from shared.kernel.db import EVERY_TENANT
from shared.kernel.messaging.stream import inbox_prefix
from tests.support.reliability.load import Load, arriving
from tests.support.reliability.replicas import Replicated

_RECOVERED_SECONDS = 120.0
"""After so long a fault was not survived."""
SETTLED_SECONDS = 60.0
_PROGRESS_SECONDS = 15.0
"""In which a queue must have become shorter."""
AGAIN_SECONDS = 0.1
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


class Trial:
    """One kind of fault, again and again, in a system under load."""

    def __init__(
        self,
        replicated: Replicated,
        inject: "Callable[[Trial], Awaitable[None]]",
        kind: str,
        *,
        seed: int,
        times: int,
        rate: float,
    ) -> None:
        self.replicated, self.system = replicated, replicated.system
        self.chance, self.times, self._rate = random.Random(f"{seed} {kind}"), times, rate
        self.report, self._inject = Report(kind), inject
        self._load = Load(self.system.url, self.system.issuer, requirements=5)
        self._promises: set[str] = set()
        """Commitments whose day had passed when they were made: each lapses, once."""

    async def run(self, known: set[str]) -> Report:
        """Inject under load, then look at everything; what was `known` to be broken before is not told again."""
        async with self._loaded():
            await asyncio.sleep(2)
            await self._inject(self)
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
                await until(lambda: asyncio.to_thread(replica.is_ready))  # noqa: B023
            await until(lambda: self._has_drafts(told))

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
        await until(lambda: self._knows_opportunity(opportunity))
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
        for one in await invariants.broken(self.system.owner_urls, within=SETTLED_SECONDS):
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


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Ask until it is so."""
    while not await is_so():  # noqa: ASYNC110 (nobody tells us)
        await asyncio.sleep(AGAIN_SECONDS)


def _heap_for(one: invariants.Breakage, report: Report) -> list[str]:
    if one.rule == "no event waits parked":
        return report.stuck
    return report.doubled if one.rule.startswith("one ") or one.what.endswith("is there twice") else report.lost
