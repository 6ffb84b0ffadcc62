"""A load of whole presales chains on a running system: opportunities with requirements, approved one after the other."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from deploy import invariants
from deploy.embedded import throwaway_folder
from deploy.system import System
from examples.demo import wait_until_ready
from gateway.development import DevelopmentIssuer

_BATCH = 100
_SETTLED_SECONDS = 60.0
"""For what is under way when a test ends."""
_SAMPLE = Path(__file__).parents[3] / "examples" / "bank-lending" / "sample.json"


@contextmanager
def throwaway_system(
    prepared: Callable[[System], None] = lambda _system: None, **settings_of_gateway: str
) -> Iterator[System]:
    """The whole system in a folder of its own, ready, its PostgreSQL and NATS as durable as shipped.

    `prepared` may change it before it starts.
    Whatever was done to it, at the end every invariant must hold.
    """
    with throwaway_folder("presales-system-") as folder:
        system = System(folder, log_level="warning")
        system.gateway.settings.update(settings_of_gateway)
        prepared(system)
        system.start()
        try:
            wait_until_ready(system.url)
            yield system
            if not system.failed():  # one that a test stopped and did not start again has told its failure
                asyncio.run(settled(system))
        finally:
            system.stop()


async def settled(system: System, within: float = _SETTLED_SECONDS) -> None:
    """What was approved has gone through every stage, and every invariant holds at once."""
    deadline = time.monotonic() + within
    while broken := await invariants.broken(system.owner_urls):
        assert time.monotonic() < deadline, "\n".join(map(str, broken))
        await asyncio.sleep(0.2)


@asynccontextmanager
async def arriving(every: Mapping[Callable[[], Coroutine[Any, Any, None]], float]) -> AsyncIterator[None]:
    """While the body runs they come every so many seconds, on a schedule of their own; the last are awaited."""
    tasks: set[asyncio.Task[None]] = set()

    async def arrive(visit: Callable[[], Coroutine[Any, Any, None]], seconds: float) -> None:
        due = time.monotonic()
        while True:
            tasks.add(asyncio.create_task(visit()))
            due += seconds
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    schedules = [asyncio.create_task(arrive(visit, seconds)) for visit, seconds in every.items()]
    try:
        yield
    finally:
        for one in schedules:
            one.cancel()
        await asyncio.gather(*tasks)


@dataclass
class Approval:
    """One approval as its client saw it: when it was asked for and answered, and what is known of it."""

    opportunity_id: str
    baseline_id: str
    asked: float
    answered: float | None = None
    answer: str = "unknown"
    """ok, refused or unknown."""


@dataclass
class Load:
    """Clients of one gateway."""

    url: str
    issuer: DevelopmentIssuer
    tenant: str = "demo"
    requirements: int = 50
    journal: list[Approval] = field(default_factory=list)
    asked_again: list[str] = field(default_factory=list)
    """Why a POST was repeated, each time."""

    def __post_init__(self) -> None:
        limits = httpx.Limits(max_connections=100)
        self.clients = {
            name: httpx.AsyncClient(
                base_url=f"{self.url}/v1",
                headers={"Authorization": f"Bearer {self.issuer.token(name, *roles, tenant=self.tenant)}"},
                timeout=20,
                limits=limits,
            )
            for name, roles in {"lin": ["presales"], "wang": ["approver"], "root": ["admin"]}.items()
        }
        self._sample = json.loads(_SAMPLE.read_text(encoding="utf-8"))

    async def close(self) -> None:
        for client in self.clients.values():
            await client.aclose()

    async def post(self, who: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        """POST until it is answered; the idempotency key makes the repetition harmless."""
        key = {"Idempotency-Key": f"{time.monotonic_ns()}-{random.random()}"}
        while True:
            try:
                answer = await self.clients[who].post(path, json=body, headers={**key, **(headers or {})})
                if answer.status_code < 500 and answer.json().get("code") != "idempotency_key_in_use":
                    assert answer.is_success, answer.text
                    return answer.json()
                self.asked_again.append(f"{answer.status_code} {path}: {answer.text[:200]}")
            except httpx.TransportError as error:
                self.asked_again.append(f"{path}: {error!r}")
            await asyncio.sleep(0.2)

    async def get(self, who: str, path: str, **query: Any) -> Any:
        """GET until it is answered."""
        while True:
            try:
                answer = await self.clients[who].get(path, params=query)
                if answer.status_code < 500:
                    answer.raise_for_status()
                    return answer.json()
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.2)

    async def rates(self) -> None:
        """The rate card that the estimates need."""
        await self.post("root", "/rate-cards", self._sample["rate_card"])

    async def prepare(self) -> tuple[str, str]:
        """An opportunity with a baseline in review; returns both ids."""
        client = await self.post("lin", "/clients", self._sample["client"])
        opportunity = await self.post(
            "lin", "/opportunities", {"client_id": client["id"], **self._sample["opportunity"]}
        )
        for start in range(0, self.requirements, _BATCH):
            count = min(_BATCH, self.requirements - start)
            items = [{"opportunity_id": opportunity["id"], **self._requirement(start + at)} for at in range(count)]
            await self.post("lin", "/requirements:batch", {"items": items})
        baseline = await self.post("lin", "/baselines", {"opportunity_id": opportunity["id"], "title": "Baseline"})
        tag = {"If-Match": f'"{baseline["version"]}"'}
        await self.post("lin", f"/baselines/{baseline['id']}/submit", headers=tag)
        return opportunity["id"], baseline["id"]

    def _requirement(self, at: int) -> dict[str, Any]:
        """One of the sample; when it has no more they come again, numbered."""
        given = self._sample["requirements"]
        requirement, round_ = given[at % len(given)], at // len(given) + 1
        if round_ > 1:
            requirement = {
                **requirement,
                "code": f"{requirement['code']}-{round_}",
                "title": f"{requirement['title']} ({round_})",
            }
        return {**requirement, "depends_on": []}

    async def approve(self, opportunity_id: str, baseline_id: str) -> Approval:
        """Approve, asking again after an unknown answer until it is known; noted in the journal."""
        approval = Approval(opportunity_id, baseline_id, time.monotonic())
        self.journal.append(approval)
        while approval.answer == "unknown":
            try:
                answer = await self.clients["wang"].post(
                    f"/baselines/{baseline_id}/approve", headers={"If-Match": '"2"'}
                )
                if answer.is_success:
                    approval.answer = "ok"
                elif answer.status_code in {409, 412}:
                    status = (await self.get("wang", f"/baselines/{baseline_id}"))["status"]
                    approval.answer = "ok" if status == "approved" else "refused"
            except httpx.TransportError:
                pass
            if approval.answer == "unknown":
                await asyncio.sleep(0.2)
        approval.answered = time.monotonic()
        return approval
