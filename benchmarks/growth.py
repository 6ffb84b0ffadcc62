"""What a chain leaves in each table, what a year of chains comes to, and that what is old makes room for what is new."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

import asyncpg

from deploy import invariants
from deploy.system import System
from services.estimation.commands.retention import prune_scenarios
from services.estimation.settings import Settings as EstimationSettings
from services.proposal.commands.retention import prune_documents
from services.proposal.settings import Settings as ProposalSettings
from shared.kernel.db import EVERY_TENANT, Database
from shared.kernel.messaging.pruning import Pruner, Prunes, remembers
from shared.kernel.settings import ServiceSettings
from tests.conftest import eventually
from tests.support.reliability.load import Load

_A_DAY = 50
"""Chains."""
_REPLACED, _WHAT_IFS = 2, 2
"""What a year is reckoned with: drafts of a chain that another takes the place of, and its what-ifs."""
_SETTLED_SECONDS = 60.0
_LEAST = 0.01
"""The share of a table that is told."""
_SIZES = (
    "SELECT relname, pg_total_relation_size(oid) FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
)
_KEEP = timedelta(days=ServiceSettings.model_fields["keep_events_days"].default)
_KEEP_FILES = timedelta(days=ProposalSettings.model_fields["keep_draft_documents_days"].default)
_KEEP_SCENARIOS = timedelta(days=EstimationSettings.model_fields["keep_scenarios_days"].default)
_AGED = _KEEP + timedelta(days=1)
_AGE = (
    "UPDATE outbox SET created_at = created_at - $1::interval, published_at = published_at - $1::interval",
    "UPDATE inbox SET processed_at = processed_at - $1::interval WHERE tenant_id <> '*'",
)
_AGE_OWN = {
    "proposal": (
        "UPDATE document SET created_at = created_at - $1::interval",
        "UPDATE proposal SET updated_at = updated_at - $1::interval",
        "UPDATE wanted_document SET due_at = due_at - $1::interval",
    ),
    "estimation": (
        "UPDATE estimate SET updated_at = updated_at - $1::interval",
        "UPDATE scenario SET updated_at = updated_at - $1::interval",
    ),
}
_UNMADE = "SELECT count(*) FROM wanted_document WHERE status IN ('waiting', 'rendering')"
_COUNTS = {"proposal": "SELECT count(*) FROM proposal", "estimation": "SELECT count(*) FROM scenario"}

Sizes = Counter[tuple[str, str]]
"""Bytes of each table with its indexes, by service and table."""


async def run(system: System, *, chains: int = 50, requirements: int = 50, windows: int = 8) -> None:
    """The tables after `chains` chains, and what becomes of a draft and a what-if.

    Then a fifth as many chains in each of `windows` windows, each longer than the retention of events and of files.
    """
    load = Load(system.url, system.issuer, requirements=requirements)
    await load.rates()
    await _approve(system, load, 5)  # the first of a table take pages that later ones share
    before = await _sizes(system)
    await _approve(system, load, chains)
    _tell_of_a_chain(await _sizes(system) - before, chains)
    few = chains // 5
    await _tell_of_moves(system, load, chains)
    print(
        f"then {few} chains every {_AGED.days} days, each with a what-if and a draft that is replaced; outboxes keep"
        f" {_KEEP.days} days, inboxes {remembers(_KEEP).days}, files {_KEEP_FILES.days}, scenarios"
        f" {_KEEP_SCENARIOS.days}:"
    )
    for window in range(1, windows + 1):
        await _age(system, _AGED)
        await asyncio.gather(*(_prune(system, service) for service in system.services))
        left, kept = await _messages(system), await _of_own(system)
        await _approve(system, load, few)
        await _move(system, load, few)
        sizes = await _sizes(system)
        told = [
            f"{name} {left[name]} rows, {_of(sizes, name) / 2**20:.1f} MiB {few} chains later"
            for name in ("outbox", "inbox")
        ]
        print(f"  after {window * _AGED.days} days: {', '.join(told)}; {kept}")
    await load.close()


async def _approve(system: System, load: Load, count: int) -> None:
    for _ in range(count):
        await load.approve(*await load.prepare())
    await _settled(system)


async def _settled(system: System) -> None:
    """Every chain has gone through, and every document that is wanted is made."""
    broken = await invariants.broken(system.owner_urls, within=_SETTLED_SECONDS)
    assert not broken, broken

    async def are_made() -> bool:
        return await _value(system, "proposal", _UNMADE) == 0

    assert await eventually(are_made, within=_SETTLED_SECONDS)


async def _tell_of_moves(system: System, load: Load, count: int) -> None:
    """What a what-if and a draft that is replaced leave, and what of it goes."""
    before = await _sizes(system)
    await _ask(system, load, count)
    asked = await _sizes(system) - before
    own, said, heard = asked["estimation", "scenario"], _of(asked, "outbox"), asked["insights", "logged_event"]
    print(
        f"a what-if leaves {asked.total() / count / 1024:.0f} KiB: {own / count / 1024:.1f} its scenario,"
        f" {said / count / 1024:.0f} in outboxes, {heard / count / 1024:.0f} in insights' log"
    )
    files = _files(system)
    await _replace(system, load, count)
    new = {name: size for name, size in _files(system).items() if name not in files}
    file = sum(new.values()) / len(new)
    print(f"a draft leaves {len(new) / count:.1f} files of {file / 1024:.0f} KiB until somebody looks for more")
    for what, each, many, days in (
        ("files of replaced drafts", file, _REPLACED, _KEEP_FILES.days),
        ("scenarios", own / count, _WHAT_IFS, _KEEP_SCENARIOS.days),
    ):
        day = each * many * _A_DAY / 2**20
        print(
            f"  {what}, {many} of each of {_A_DAY} chains a day: {day * 365:,.0f} MiB a year without retention,"
            f" level at {day * days:,.0f} MiB from day {days} on"
        )


async def _move(system: System, load: Load, count: int) -> None:
    """The newest chains get a what-if each, and then a draft in the place of the one that they have."""
    await _ask(system, load, count)
    await _replace(system, load, count)


async def _ask(system: System, load: Load, count: int) -> None:
    for done in load.journal[-count:]:
        body = {"opportunity_id": done.opportunity_id, "name": "What if", "changes": {}}
        await load.post("root", "/scenarios", body)
    computing = "SELECT count(*) FROM scenario WHERE status = 'computing'"

    async def are_computed() -> bool:
        return await _value(system, "estimation", computing) == 0

    assert await eventually(are_computed, within=_SETTLED_SECONDS)


async def _replace(system: System, load: Load, count: int) -> None:
    for done in load.journal[-count:]:
        page = await load.get("lin", "/estimates", opportunity_id=done.opportunity_id)
        newest = page["items"][0]
        tag = {"If-Match": f'"{newest["version"]}"'}
        await load.post("root", f"/estimates/{newest['id']}/recompute", headers=tag)
    await _settled(system)


async def _prune(system: System, service: str) -> None:
    database = Database(system.postgres.url(service, f"{service}_app"), name="growth")
    await Pruner(database.machinery, _KEEP, _own(system).get(service, {})).prune()
    await database.close()


def _own(system: System) -> dict[str, Mapping[str, Prunes]]:
    folder = system.folder / "documents"
    return {
        "proposal": {"document": partial(prune_documents, ProposalSettings.model_construct(documents_folder=folder))},
        "estimation": {"scenario": partial(prune_scenarios, EstimationSettings.model_construct())},
    }


async def _age(system: System, by: timedelta) -> None:
    await _on_each(system, _AGE, by)
    for service, statements in _AGE_OWN.items():
        for statement in statements:
            await _value(system, service, statement, by)


def _tell_of_a_chain(grown: Sizes, chains: int) -> None:
    total = grown.total()
    year = _A_DAY * 365 / chains
    print(f"a chain leaves {total / chains / 1024:,.0f} KiB in six databases, {total * year / 1e9:.1f} GB in a year:")
    for name in ("outbox", "inbox"):
        print(
            f"  every {name}: {_of(grown, name) / chains / 1024:.0f} KiB, {_of(grown, name) * year / 1e9:.2f} GB a year"
        )
    for (service, table), size in grown.most_common():
        if size / total >= _LEAST:
            print(f"  {service}.{table}: {size / chains / 1024:.1f} KiB, {size / total:.0%}")


def _of(sizes: Sizes, name: str) -> int:
    return sum(size for (_, table), size in sizes.items() if table == name)


def _files(system: System) -> dict[str, int]:
    """Bytes of each file of documents."""
    return {path.name: path.stat().st_size for path in (system.folder / "documents").glob("??/*")}


async def _of_own(system: System) -> str:
    files = _files(system)
    drafts, scenarios = [await _value(system, service, count) for service, count in _COUNTS.items()]
    return f"{len(files)} files of {drafts} drafts, {sum(files.values()) / 2**20:.2f} MiB; {scenarios} scenarios"


async def _sizes(system: System) -> Sizes:
    answers = await _on_each(system, (_SIZES,))
    return Counter({(service, table): size for service, rows in answers.items() for table, size in rows})


async def _messages(system: System) -> Counter[str]:
    """Rows of the outboxes and of the inboxes."""
    count = "SELECT (SELECT count(*) FROM outbox) AS outbox, (SELECT count(*) FROM inbox) AS inbox"
    answers = await _on_each(system, (count,))
    return sum((Counter(dict(row)) for rows in answers.values() for row in rows), Counter())


async def _value(system: System, service: str, statement: str, *arguments: object) -> object:
    """The first value that a statement gives, as the owner of that database."""
    connection = await _owner(system, service)
    found = await connection.fetchval(statement, *arguments)
    await connection.close()
    return found


async def _on_each(system: System, statements: tuple[str, ...], *arguments: object) -> dict[str, list[asyncpg.Record]]:
    """Run the statements as the owner of each database; the answers to the last, by service."""
    answers = {}
    for service in system.owner_urls:
        connection = await _owner(system, service)
        for statement in statements:
            answers[service] = await connection.fetch(statement, *arguments)
        await connection.close()
    return answers


async def _owner(system: System, service: str) -> asyncpg.Connection:
    url = system.owner_urls[service].replace("+asyncpg", "")
    return await asyncpg.connect(url, server_settings=EVERY_TENANT)
