"""What a chain leaves behind in each table, what a year of chains comes to, and that what is old makes room for what is new."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path

import asyncpg

from deploy import invariants
from deploy.system import System
from shared.kernel.db import EVERY_TENANT, Database
from shared.kernel.messaging.pruning import Pruner, remembers
from shared.kernel.settings import ServiceSettings
from tests.support.reliability.load import Load

_A_YEAR = 50 * 365
"""Chains, at 50 a day."""
_SETTLED_SECONDS = 60.0
_LEAST = 0.01
"""The share of a table that is told."""
_SIZES = (
    "SELECT relname, pg_total_relation_size(oid) FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
)
_KEEP = timedelta(days=ServiceSettings.model_fields["keep_events_days"].default)
_AGED = _KEEP + timedelta(days=1)
_AGE = (
    "UPDATE outbox SET created_at = created_at - $1::interval, published_at = published_at - $1::interval",
    "UPDATE inbox SET processed_at = processed_at - $1::interval WHERE tenant_id <> '*'",
)

Sizes = Counter[tuple[str, str]]
"""Bytes of each table with its indexes, by service and table."""


async def run(system: System, *, chains: int = 50, requirements: int = 50, windows: int = 8) -> None:
    """The tables after `chains` chains; then a fifth as many in each of `windows` windows, each longer than the retention."""
    load = Load(system.url, system.issuer, requirements=requirements)
    await load.rates()
    await _approve(system, load, 5)  # the first of a table take pages that later ones share
    before = await _sizes(system)
    await _approve(system, load, chains)
    _tell_of_a_chain(await _sizes(system) - before, system.folder / "documents", chains)
    few = chains // 5
    print(
        f"then {few} chains every {_AGED.days} days; outboxes keep {_KEEP.days} days, inboxes {remembers(_KEEP).days}:"
    )
    for window in range(1, windows + 1):
        await _on_each(system, _AGE, _AGED)
        await asyncio.gather(*(_prune(system, service) for service in system.services))
        left = await _messages(system)
        await _approve(system, load, few)
        sizes = await _sizes(system)
        told = (f"{name} {left[name]} rows, {_of(sizes, name) / 2**20:.1f} MiB {few} chains later" for name in left)
        print(f"  after {window * _AGED.days} days: {', '.join(told)}")
    await load.close()


async def _approve(system: System, load: Load, count: int) -> None:
    for _ in range(count):
        await load.approve(*await load.prepare())
    broken = await invariants.broken(system.owner_urls, within=_SETTLED_SECONDS)
    assert not broken, broken


async def _prune(system: System, service: str) -> None:
    database = Database(system.postgres.url(service, f"{service}_app"), name="growth")
    await Pruner(database.machinery, _KEEP).prune()
    await database.close()


def _tell_of_a_chain(grown: Sizes, documents: Path, chains: int) -> None:
    total = grown.total()
    year = _A_YEAR / chains
    print(f"a chain leaves {total / chains / 1024:,.0f} KiB in six databases, {total * year / 1e9:.1f} GB in a year:")
    for name in ("outbox", "inbox"):
        print(
            f"  every {name}: {_of(grown, name) / chains / 1024:.0f} KiB, {_of(grown, name) * year / 1e9:.2f} GB a year"
        )
    for (service, table), size in grown.most_common():
        if size / total >= _LEAST:
            print(f"  {service}.{table}: {size / chains / 1024:.1f} KiB, {size / total:.0%}")
    files = [path.stat().st_size for path in documents.glob("??/*")]
    print(f"documents: {len(files)} files, {sum(files) / 1024:,.0f} KiB")


def _of(sizes: Sizes, name: str) -> int:
    return sum(size for (_, table), size in sizes.items() if table == name)


async def _sizes(system: System) -> Sizes:
    answers = await _on_each(system, (_SIZES,))
    return Counter({(service, table): size for service, rows in answers.items() for table, size in rows})


async def _messages(system: System) -> Counter[str]:
    """Rows of the outboxes and of the inboxes."""
    count = "SELECT (SELECT count(*) FROM outbox) AS outbox, (SELECT count(*) FROM inbox) AS inbox"
    answers = await _on_each(system, (count,))
    return sum((Counter(dict(row)) for rows in answers.values() for row in rows), Counter())


async def _on_each(system: System, statements: tuple[str, ...], *arguments: object) -> dict[str, list[asyncpg.Record]]:
    """Run the statements as the owner of each database; the answers to the last, by service."""
    answers = {}
    for service, url in system.owner_urls.items():
        connection = await asyncpg.connect(url.replace("+asyncpg", ""), server_settings=EVERY_TENANT)
        for statement in statements:
            answers[service] = await connection.fetch(statement, *arguments)
        await connection.close()
    return answers
