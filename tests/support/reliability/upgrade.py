"""A system whose replicas are replaced one by one under load, by those of another version's code."""

import asyncio
import subprocess
from collections import Counter
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx

from deploy import bus
from tests.support.reliability.load import Load, arriving
from tests.support.reliability.replicas import ROOT, Replica, Replicated

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


class Rolling(Replicated):
    """A whole system, one replica of each deployable, begun with the code in `tree`."""

    def permit(self) -> None:
        """Let users of NATS do what the handlers of this version declare, beside what is running."""
        bus.make_keys(self.system.nats.keys, bus.declared())
        process = self.system.nats.process
        assert process is not None
        process.send_signal(1)  # read the users again

    async def replace(self, name: str, tree: Path) -> None:
        """A new replica is ready and serves beside the old one for a moment, which then leaves in order."""
        door = self.doors[name]
        [old], new = door.behind, Replica(self.deployables[name], tree)
        await asyncio.to_thread(new.start)
        await door.add(new)
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

    def visiting(self) -> AbstractAsyncContextManager[None]:
        """While the body runs they come; then the last answers are awaited."""
        return arriving(self._every)

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
