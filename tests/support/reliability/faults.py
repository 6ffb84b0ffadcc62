"""Faults under load, and what they cost: `make reliability`, `python -m tests.support.reliability.faults --help`.

Two replicas of every service and of the gateway stand behind doors. Approvals come on a fixed schedule, whatever
happens; a journal keeps what each client was told. After each kind of fault all databases are read.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from deploy.embedded import throwaway_folder
from tests.support.reliability.kinds import KINDS
from tests.support.reliability.load import Load
from tests.support.reliability.replicas import Replicated
from tests.support.reliability.trial import Report, Trial

HEAD = """\
| kind | approvals | injected | survived | lost | doubled | stuck | recovery p50 / p99 / max | reads refused |
|---|---|---|---|---|---|---|---|---|"""
_RECONCILE_SECONDS = "5"
"""For services under test: NATS that lost its events without a word is found out at the next look (300 by default)."""


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
            reports.append(await Trial(system, KINDS[kind], kind, seed=seed, times=times, rate=rate).run(known))
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
