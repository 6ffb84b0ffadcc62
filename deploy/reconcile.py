"""What each service has heard compared with what each has said, after databases were restored one by one.

`presales reconcile` names, a sentence each, and mends: what a service lacks is delivered to it again; where a service
was put back behind what others have heard of it, its numbers go on after theirs, and what counts there counts again.
What it said and does not know any more is forgotten: who said it is the record. Services may run, insights must have
heard what there is. Reads `PRESALES_MIGRATION_URL_<SERVICE>` (or `_FILE`) and `PRESALES_NATS_URL`.
"""

import argparse
import asyncio
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from uuid import UUID

import asyncpg

import services.requirements.handlers  # noqa: F401 (all its models)
from deploy import bus
from deploy.backup import connect
from deploy.embedded import SERVICES
from deploy.nats_admin import Ask, add_options, beginning_again
from services.requirements.commands.baselines import go_on_after
from shared.kernel.context import Context
from shared.kernel.db import Database
from shared.kernel.migrations import url_of
from shared.language.events.requirements import BaselineWithdrawn

_ACTOR = "presales reconcile"
_HEADS = (
    ("estimation", "SELECT tenant_id, opportunity_id, epoch FROM estimation_head"),
    ("risk", "SELECT tenant_id, opportunity_id, greatest(epoch, void_epoch) FROM risk_head"),
    ("proposal", "SELECT tenant_id, opportunity_id, epoch FROM proposal_head"),
)
_HEARD_BASELINE = (
    "SELECT baseline_id, (facts ->> 'baseline_number')::int FROM heard_baseline"
    " WHERE facts ->> 'opportunity_id' = $1 ORDER BY (facts ->> 'epoch')::int DESC LIMIT 1"
)
_SAID = (
    "SELECT event_id, split_part(subject, '.', 3) || '.' || split_part(subject, '.', 4) || '.'"
    " || split_part(subject, '.', 5) || '.' || split_part(subject, '.', 6) AS kind, stream_seq, created_at"
    " FROM outbox WHERE published_at < now() - interval '5 s'"
)
_SINCE = "SELECT min(created_at) FROM outbox WHERE failed IS NULL AND aggregate_type <> 'parked_event'"
"""From when on an outbox is whole: what failed or was said of parked events it keeps for ever (`pruning.py`)."""
_LOGGED = (
    "SELECT event_id, type, aggregate_id, sequence, time FROM logged_event WHERE type LIKE $1 || '.%'"
    " AND NOT EXISTS (SELECT FROM past_opportunity AS past WHERE past.tenant_id = logged_event.tenant_id"
    " AND past.opportunity_id = logged_event.opportunity_id)"
)
"""What was brought of before Presales no service has said."""
_VERSIONED = (
    "SELECT table_name FROM information_schema.columns"
    " WHERE table_schema = 'public' AND column_name IN ('id', 'version')"
    " AND NOT EXISTS"
    " (SELECT FROM pg_trigger WHERE tgrelid = quote_ident(table_name)::regclass AND tgname = 'append_only')"
    " GROUP BY table_name HAVING count(*) = 2"
)

Databases = Mapping[str, asyncpg.Connection]


async def forgotten(to: Databases) -> list[str]:
    """Raise each aggregate's version to what others have heard of it; names the kinds of events that nobody said."""
    found = []
    for service in SERVICES:
        said = {row[0] for row in await to[service].fetch("SELECT event_id FROM outbox")}
        since = await to[service].fetchval(_SINCE)
        newest: dict[UUID, int] = {}
        kinds: dict[str, list[datetime]] = defaultdict(list)
        for row in await to["insights"].fetch(_LOGGED, service):
            if row["event_id"] not in said and (since is None or row["time"] >= since):
                newest[row["aggregate_id"]] = max(row["sequence"], newest.get(row["aggregate_id"], 0))
                kinds[row["type"]].append(row["time"])
        for (table,) in await to[service].fetch(_VERSIONED) if newest else ():
            raised = f'UPDATE "{table}" SET version = $2 WHERE id = $1 AND version < $2'  # noqa: S608 (a name of ours)
            await to[service].executemany(raised, list(newest.items()))
        found += [
            f"{service} does not know any more: {len(times)} × {kind}, since {min(times):%Y-%m-%d %H:%M:%S}"
            for kind, times in sorted(kinds.items())
        ]
    return found


async def overtaken(to: Databases, urls: Mapping[str, str]) -> list[str]:
    """Have requirements go on after the epochs that others have heard of; names each opportunity where it does."""
    given = {
        (row[0], row[1]): row[2]
        for row in await to["requirements"].fetch("SELECT tenant_id, id, epoch FROM opportunity")
    }
    ahead: dict[tuple[str, UUID], int] = {}
    for service, heads in _HEADS:
        for tenant, opportunity, epoch in await to[service].fetch(heads):
            if epoch > given.get((tenant, opportunity), 0):
                ahead[tenant, opportunity] = max(epoch, ahead.get((tenant, opportunity), 0))
    found = []
    database = Database(urls["requirements"], name="reconcile")
    try:
        for (tenant, opportunity), epoch in ahead.items():
            if (tenant, opportunity) not in given:
                found.append(f"opportunity {opportunity} of {tenant} is nowhere but downstream, up to epoch {epoch}")
                continue
            baseline = await to["estimation"].fetchrow(_HEARD_BASELINE, str(opportunity)) or (UUID(int=0), 0)
            lost = BaselineWithdrawn(
                opportunity_id=opportunity, baseline_id=baseline[0], baseline_number=baseline[1], epoch=epoch,
                withdrawn_by=_ACTOR, reason="Its approval was lost when the database of requirements was restored.",
            )  # fmt: skip
            async with database.transaction(Context(tenant=tenant, actor=_ACTOR)) as session:
                counts = await go_on_after(session, lost)
            what = f"baseline {counts.number} counts again" if counts else "nothing counts until the next approval"
            found.append(f"opportunity {opportunity} of {tenant} goes on after epoch {epoch}: {what}")
    finally:
        await database.close()
    return found


async def lacking(to: Databases, begin_again: Ask) -> list[str]:
    """Have what a service lacks delivered again; names how much."""
    said: dict[str, list[tuple[UUID, int, datetime]]] = defaultdict(list)
    for service in SERVICES:
        for row in await to[service].fetch(_SAID):
            said[row["kind"]].append((row["event_id"], row["stream_seq"], row["created_at"]))
    found = []
    for service, durables in bus.declared().items():
        for durable, subjects in durables.items():
            kind = ".".join(subjects.split(".")[2:-1])
            consumer = durable.removesuffix(f"-{kind.replace('.', '-')}") if kind else durable
            rows = await to[service].fetch(
                "SELECT event_id, processed_at FROM inbox WHERE consumer = $1 AND tenant_id <> '*'", consumer
            )
            heard, since = {row[0] for row in rows}, min((row[1] for row in rows), default=None)
            parked = await to[service].fetch("SELECT event_id FROM parked_event WHERE consumer = $1", consumer)
            heard |= {UUID(row[0]) for row in parked}
            told = said[kind] if kind else [one for some in said.values() for one in some]
            lacks = [place for event, place, at in told if event not in heard and (since is None or at >= since)]
            if lacks:
                await begin_again(durable, min(lacks))
                found.append(f"{service} lacked {len(lacks)} events of {durable}: they are delivered again")
    return found


async def reconcile(urls: Mapping[str, str], begin_again: Ask) -> list[str]:
    """All three, in the order in which they heal each other."""
    async with AsyncExitStack() as stack:
        to = await connect(urls, stack)
        return [*await lacking(to, begin_again), *await forgotten(to), *await overtaken(to, urls)]


def main(arguments: Sequence[str]) -> None:
    """Compare and mend; 0 also where something was found."""
    parser = argparse.ArgumentParser(
        prog="presales reconcile", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_options(parser, is_needed=True)
    wanted = parser.parse_args(arguments)
    urls = {service: url_of(service) for service in SERVICES}

    async def run() -> list[str]:
        async with beginning_again(parser, wanted) as begin_again:
            return await reconcile(urls, begin_again)

    found = asyncio.run(run())
    for one in found:
        sys.stdout.write(f"{one}\n")
    sys.stdout.write(f"{len(found)} things were out of step\n")
