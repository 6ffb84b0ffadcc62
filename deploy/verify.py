"""What must not be in the six databases, named, and healed where hearing again heals it: `presales verify [SECONDS]`.

Prints what is broken and ends with 1 if something is; with `--repair`, if something stays broken. Reads
`PRESALES_MIGRATION_URL_<SERVICE>` (or `_FILE`), as migrations do: only the owner of a schema sees all tenants.
"""

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence

from deploy.embedded import SERVICES
from deploy.invariants import RULES, Breakage, broken
from deploy.nats_admin import add_options, beginning_again
from deploy.repair import repair
from shared.kernel.migrations import url_of

_HEARD_SECONDS = 30.0
"""For what is heard again, and what follows from it."""


def main(arguments: Sequence[str]) -> None:
    """Look, repair if that is asked for, look again."""
    parser = argparse.ArgumentParser(
        prog="presales verify", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "within", nargs="?", type=float, default=0.0, help="seconds to wait for what is under way (default: 0)"
    )
    parser.add_argument("--repair", action="store_true", help="have what heals a copy or a chain delivered again")
    add_options(parser, is_needed=False)
    wanted = parser.parse_args(arguments)
    urls = {service: url_of(service) for service in SERVICES}
    found = asyncio.run(broken(urls, wanted.within))
    _tell(found)
    if found and wanted.repair:
        found = asyncio.run(_repaired(parser, wanted, urls, found))
        _tell(found)
    sys.exit(bool(found))


def _tell(found: Sequence[Breakage]) -> None:
    for one in found:
        sys.stdout.write(f"{one}\n")
    sys.stdout.write(f"{len(RULES)} rules, {len(found)} broken\n")


async def _repaired(
    parser: argparse.ArgumentParser, wanted: argparse.Namespace, urls: Mapping[str, str], found: Sequence[Breakage]
) -> list[Breakage]:
    """What stays broken."""
    async with beginning_again(parser, wanted) as begin_again:
        for one in await repair(urls, found, begin_again):
            sys.stdout.write(f"{one}\n")
    return await broken(urls, _HEARD_SECONDS)
