"""What was said and heard long ago goes, some rows at a time; what may still be needed stays, and nothing misses the rest."""

import asyncio
import shutil

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY

from shared.kernel.context import Context
from shared.kernel.messaging.pruning import _LOCK, Pruner, remembers
from shared.kernel.messaging.reconcile import Reconciler
from shared.kernel.messaging.stream import STREAM_KEEPS
from shared.kernel.messaging.tables import Inbox, Outbox
from shared.kernel.settings import ServiceSettings
from tests.conftest import eventually
from tests.support.shared.delivery import connection, counted, counting, is_counted, running, say, waits_in_outbox

KEEP = ServiceSettings(
    database_url="postgresql://x:x@x/x", nats_url="nats://x", nats_user_seed="x", internal_public_key="x"
).keep_events


async def aged(database, days, *, first=None):
    """Let `days` pass for what is there: for all, or for the `first` so many of the outbox."""
    some = sa.select(Outbox.id).order_by(Outbox.id).limit(first)
    by = sa.func.make_interval(0, 0, 0, days)
    async with database.machinery.begin() as there:
        moved = {"created_at": Outbox.created_at - by, "published_at": Outbox.published_at - by}
        await there.execute(sa.update(Outbox).where(Outbox.id.in_(some)).values(**moved))
        if first is None:
            await there.execute(sa.update(Inbox).values(processed_at=Inbox.processed_at - by))


async def kept(database, table):
    async with database.machinery.connect() as there:
        return await there.scalar(sa.select(sa.func.count()).select_from(table).where(table.tenant_id != "*"))


async def all_published(database):
    return await waits_in_outbox(database) == 0


async def said(database, nats, count):
    """So many events, said and heard."""
    async with running(database, nats, counting("requirements-test")):
        before = await counted(database)
        await say(database, count=count)
        assert await eventually(lambda: is_counted(database, before + count))
        assert await eventually(lambda: all_published(database))


async def reconciled(database, nats):
    """How many events the stream is found to have lost."""
    stream = connection(nats)
    await stream.connect()
    try:
        return await Reconciler(database.machinery, stream, wake=lambda: None, every=300, keep=KEEP).reconcile()
    finally:
        await stream.close()


def lose_the_stream(nats):
    nats.kill()
    shutil.rmtree(nats.store)
    nats.start()


async def test_an_outbox_keeps_what_is_young_and_what_is_not_in_the_stream(database, nats):
    await said(database, nats, 5)
    await aged(database, KEEP.days + 1)
    await said(database, nats, 2)
    async with database.machinery.begin() as there:
        first = sa.select(sa.func.min(Outbox.id)).scalar_subquery()
        change = {"published_at": None, "stream_seq": None, "failed": "too large"}
        await there.execute(sa.update(Outbox).where(Outbox.id == first).values(**change))

    assert await Pruner(database.machinery, KEEP).prune() == {"outbox": 4, "inbox": 0}
    assert await kept(database, Outbox) == 2 + 1


async def test_what_waits_for_nats_stays_however_old_it_is(database):
    await say(database, count=3)
    await aged(database, 1000)

    assert (await Pruner(database.machinery, KEEP).prune())["outbox"] == 0


async def test_an_inbox_remembers_for_as_long_as_an_event_can_come_again(database, nats):
    await said(database, nats, 4)
    await aged(database, KEEP.days + STREAM_KEEPS.days)
    within = await Pruner(database.machinery, KEEP).prune()
    await aged(database, remembers(KEEP).days - KEEP.days - STREAM_KEEPS.days + 1)

    assert (within["inbox"], (await Pruner(database.machinery, KEEP).prune())["inbox"]) == (0, 4)


async def test_up_to_where_a_durable_has_heard_is_never_forgotten(database, nats):
    notes = sa.select(sa.func.count()).where(Inbox.tenant_id == "*")
    async with running(database, nats, counting("requirements-test")), database.machinery.connect() as there:

        async def is_noted():
            return await there.scalar(notes) > 0

        await say(database)
        assert await eventually(is_noted)
    await aged(database, 1000)
    await Pruner(database.machinery, KEEP).prune()

    async with database.machinery.connect() as there:
        assert await there.scalar(notes) > 0
    assert await kept(database, Inbox) == 0


async def test_many_go_some_at_a_time_and_each_is_counted(database):
    before = REGISTRY.get_sample_value("presales_pruned_total", {"table": "outbox"}) or 0
    await said_long_ago(database, 1201)

    pruned = await Pruner(database.machinery, KEEP).prune()

    assert pruned["outbox"] == 1201
    assert REGISTRY.get_sample_value("presales_pruned_total", {"table": "outbox"}) == before + 1201
    assert await kept(database, Outbox) == 0


async def said_long_ago(database, count, *, of="x"):
    async with database.machinery.begin() as there:
        await there.execute(
            sa.text(
                "INSERT INTO outbox (event_id, tenant_id, aggregate_type, aggregate_id, aggregate_seq, subject, headers,"
                " payload, created_at, published_at, stream_seq) SELECT gen_random_uuid(), 'demo', :of,"
                " gen_random_uuid(), 1, 'presales.demo.x', '{}', 'x', past, past, number"
                " FROM generate_series(1, :count) AS number, (SELECT now() - interval '500 days' AS past)"
            ),
            {"count": count, "of": of},
        )


async def test_what_was_said_of_parked_events_stays_and_keeps_nothing_else(database):
    await said_long_ago(database, 600, of="parked_event")
    await said_long_ago(database, 3)

    assert (await Pruner(database.machinery, KEEP).prune())["outbox"] == 3


async def test_nobody_is_waited_for_and_nobody_waits(database):
    await said_long_ago(database, 10)
    first = sa.select(Outbox.id).order_by(Outbox.id).limit(1)
    pruner = Pruner(database.machinery, KEEP)
    async with database.engine.connect() as other:
        await other.execute(sa.text("SET app.tenant = '*'"))
        assert await other.scalar(first.with_for_update())
        async with asyncio.timeout(1):
            meanwhile = await pruner.prune()

    assert (meanwhile["outbox"], (await pruner.prune())["outbox"]) == (9, 1)


async def test_of_two_replicas_one_prunes(database):
    await said_long_ago(database, 10)
    async with database.engine.begin() as other:
        await other.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        meanwhile = await Pruner(database.machinery, KEEP).prune()

    assert (meanwhile["outbox"], (await Pruner(database.machinery, KEEP).prune())["outbox"]) == (0, 10)


async def test_what_went_is_not_missed_in_the_stream(database, nats):
    await said(database, nats, 3)
    await aged(database, KEEP.days + 1)
    await Pruner(database.machinery, KEEP).prune()
    lose_the_stream(nats)
    nothing_kept = await reconciled(database, nats)
    await said(database, nats, 2)
    lose_the_stream(nats)

    assert (nothing_kept, await reconciled(database, nats)) == (0, 2)


@pytest.mark.parametrize("is_lost", [True, False])
async def test_what_is_too_old_is_not_said_again_before_it_goes(database, nats, is_lost):
    """Consumers may have forgotten it already: after a long sleep the reconciler may come before the pruner."""
    await said(database, nats, 3)
    await aged(database, KEEP.days + 1)
    await said(database, nats, 2)
    if is_lost:
        lose_the_stream(nats)

    assert await reconciled(database, nats) == (2 if is_lost else 0)


async def test_a_stream_that_is_lost_after_pruning_gives_each_effect_once(database, nats):
    await said(database, nats, 3)
    await aged(database, KEEP.days + 1)
    await said(database, nats, 2)
    await Pruner(database.machinery, KEEP).prune()
    lose_the_stream(nats)

    async with running(database, nats, counting("requirements-test"), counting("requirements-late")):
        await say(database)
        # all six, of which the new consumer hears the three that are kept
        assert await eventually(lambda: is_counted(database, 6 + 3))


async def test_what_a_service_has_of_its_own_goes_tenant_by_tenant(database):
    """All tenants, sealed or not yet; each sees its own rows, and is gone through until nothing is left."""
    async with database.machinery.begin() as there:
        seal = sa.text(
            "INSERT INTO audit_seal (tenant_id, number, recorded_before, leaves, digest)"
            " VALUES ('sealed', 1, now() - interval '1 hour', '', '')"
        )
        await there.execute(seal)
    async with database.transaction(Context(tenant="recent", actor="ann")) as session:
        await session.execute(
            sa.text(
                "INSERT INTO audit_entry (id, at, actor, action, kind, resource_id, request_id, trace_id)"
                " VALUES (gen_random_uuid(), now(), 'ann', 'create', 'x', gen_random_uuid(), '', '')"
            )
        )
    left, seen = {"sealed": 3, "recent": 1}, []

    async def prune(connection, tenant, tenants):
        seen.append((await connection.scalar(sa.text("SELECT current_setting('app.tenant')")), tenant, *tenants))
        left[tenant] -= 1
        return int(left[tenant] >= 0)

    assert (await Pruner(database.machinery, KEEP, {"thing": prune}).prune())["thing"] == 4
    assert set(seen) == {(one, one, "recent", "sealed") for one in left}
