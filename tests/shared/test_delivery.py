"""From one transaction to another through the real outbox, stream and inbox, and through their failures."""

import asyncio
import shutil
from uuid import uuid4

import pytest
import sqlalchemy as sa

from deploy.embedded import free_port
from services.requirements.models.opportunities import Client, Counter
from shared.kernel.context import new_id
from shared.kernel.messaging import Handlers, publish
from shared.kernel.messaging.envelope import decode
from shared.kernel.messaging.reconcile import Reconciler
from shared.kernel.messaging.relay import _LOCKED_WITH_FIRST, Relay
from shared.kernel.messaging.stream import NAME, Message, Stream
from shared.kernel.messaging.tables import Inbox, Outbox
from shared.kernel.problems import NotFound
from shared.language.events.requirements import OpportunityClosed
from tests.conftest import TENANT, envelope, eventually
from tests.support.shared.delivery import (
    CONTEXT,
    connection,
    counted,
    counting,
    is_counted,
    parked,
    running,
    say,
    waits_in_outbox,
)


async def test_every_committed_event_has_its_effect_once(database, nats):
    async with running(database, nats, counting("requirements-test")):
        await asyncio.gather(*(say(database, count=25) for _ in range(4)))

        assert await eventually(lambda: is_counted(database, 100))
        assert await waits_in_outbox(database) == 0


async def test_a_rolled_back_change_says_nothing(database, nats):
    async with running(database, nats, counting("requirements-test")):
        with pytest.raises(RuntimeError):
            async with database.transaction(CONTEXT) as session:
                client = Client(name="x", language="en")
                session.add(client)
                event = OpportunityClosed(opportunity_id=new_id(), outcome="lost", reason=None, epoch=1)
                await publish(session, event, client)
                raise RuntimeError
        await say(database)

        await eventually(lambda: is_counted(database, 1))
        assert await counted(database, "lost") == 0


async def test_events_wait_for_a_server_that_is_away(database, nats):
    nats.kill()
    async with running(database, nats, counting("requirements-test")):
        await say(database, count=3)
        assert await waits_in_outbox(database) == 3

        nats.start()

        assert await eventually(lambda: is_counted(database, 3))


async def test_a_restarted_server_goes_on_where_it_was(database, nats):
    async with running(database, nats, counting("requirements-test")):
        await say(database, count=5)
        await eventually(lambda: is_counted(database, 5))
        nats.kill()
        nats.start()
        await say(database, count=5)

        assert await eventually(lambda: is_counted(database, 10))


async def test_a_lost_store_is_rebuilt_from_the_outbox(database, nats):
    async with running(database, nats, counting("requirements-test")):
        await say(database, count=5)
        await eventually(lambda: is_counted(database, 5))
    nats.kill()
    shutil.rmtree(nats.store)
    nats.start()

    late = counting("requirements-late")
    async with running(database, nats, counting("requirements-test"), late):
        await say(database, "lost")

        # the new consumer hears all that was ever said, the old one nothing twice
        await eventually(lambda: is_counted(database, 10))
        await eventually(lambda: is_counted(database, 2, "lost"))
    assert await inbox_size(database, "requirements-late") == 6


async def test_nothing_is_published_to_a_store_that_may_have_lost_events(database, nats):
    async with running(database, nats):
        await say(database, count=3)
        await eventually(lambda: is_published(database))
    nats.kill()
    shutil.rmtree(nats.store)
    nats.start()
    stream = connection(nats)
    await stream.connect()
    relay = Relay(database.machinery, stream)
    await say(database)

    early = await relay.drain()
    lost = await Reconciler(database.machinery, stream, wake=relay.wake, every=300).reconcile()
    late = await relay.drain()

    assert (early, lost, late) == (0, 3, 4)
    await stream.close()


async def is_published(database):
    return await waits_in_outbox(database) == 0


async def inbox_size(database, consumer):
    async with database.machinery.connect() as connection:
        return await connection.scalar(sa.select(sa.func.count()).where(Inbox.consumer == consumer))


async def test_a_relay_that_finds_nothing_has_asked_once_and_one_that_finds_many_has_said_so_once(database, nats):
    stream, asked = connection(nats), []
    await stream.connect()
    stream.is_proven = True
    relay, engine = Relay(database.machinery, stream), database.machinery.sync_engine

    @sa.event.listens_for(engine, "before_cursor_execute")
    def note(_connection, _cursor, statement, *_):
        asked.append(statement)

    nothing, asked_for_nothing = await relay.drain(), len(asked)
    await say(database, count=7)
    seven, asked_for_seven = await relay.drain(), len(asked) - asked_for_nothing

    assert (nothing, asked_for_nothing) == (0, 1)
    assert (seven, asked_for_seven) == (7, 2)
    await stream.close()


async def test_what_another_relay_published_meanwhile_is_not_published_again(database, nats):
    """It was seen as waiting by who then gets the lock: here the other has not committed yet."""
    stream = connection(nats)
    await stream.connect()
    stream.is_proven = True
    await say(database, count=3)

    async with database.machinery.begin() as other:
        first = sa.select(Outbox.id).order_by(Outbox.id).limit(2)
        await other.execute(sa.update(Outbox).where(Outbox.id.in_(first)).values(published_at=sa.func.now()))
        draining = asyncio.create_task(Relay(database.machinery, stream).drain())
        await eventually(lambda: somebody_waits_for_a_lock(database))

    assert await draining == 1
    assert await waits_in_outbox(database) == 0
    await stream.close()


async def test_of_two_relays_one_has_the_lock(database, nats):
    stream = connection(nats)
    await stream.connect()
    stream.is_proven = True
    await say(database, count=3)

    async with database.machinery.begin() as other:
        assert len((await other.execute(_LOCKED_WITH_FIRST)).all()) == 3
        busy = await Relay(database.machinery, stream).drain()
    ours = await Relay(database.machinery, stream).drain()

    assert (busy, ours) == (1, 3)
    await stream.close()


async def somebody_waits_for_a_lock(database):
    async with database.engine.connect() as connection:
        return await connection.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted"))


async def test_a_store_rolled_back_gets_its_tail_again(database, nats, tmp_path):
    async with running(database, nats, counting("requirements-test")):
        await say(database, count=4)
        await eventually(lambda: is_counted(database, 4))
    nats.stop()
    shutil.copytree(nats.store, tmp_path / "backup")
    nats.start()
    async with running(database, nats, counting("requirements-test")):
        await say(database, count=4)
        await eventually(lambda: is_counted(database, 8))
    nats.kill()
    shutil.rmtree(nats.store)
    shutil.copytree(tmp_path / "backup", nats.store)
    nats.start()

    async with running(database, nats, counting("requirements-test"), counting("requirements-late")):
        assert await eventually(lambda: is_counted(database, 16))


async def test_publishing_the_same_batch_again_stores_nothing_twice(nats):
    stream = connection(nats)
    await stream.connect()
    messages = [Message(uuid4(), f"presales.acme.requirements.b.c.v1.{n}", {}, b"{}") for n in range(5)]

    first = await stream.publish(messages[:3])
    again = await stream.publish(messages)

    assert first == [1, 2, 3]
    assert again == [1, 2, 3, 4, 5]
    assert await stream.last_on("presales.acme.requirements.b.c.v1.4") == (5, str(messages[4].id))
    await stream.close()


async def test_poison_is_parked_with_its_reason_and_blocks_nobody(database, nats):
    def refuse(event):
        if event.outcome == "lost":
            raise NotFound(kind="opportunity", id=1)

    async with running(database, nats, counting("requirements-test", fails=refuse)) as stream:
        await say(database, "lost")
        await eventually(lambda: is_there(stream))
        await stream.client.publish(f"presales.{TENANT}.requirements.opportunity.closed.v1.{uuid4()}", b"\xff not json")
        await say(database, count=3)

        await eventually(lambda: is_counted(database, 3))
        rows = await eventually(lambda: two_parked(database))

    assert {row.code for row in rows} == {"not_found", "not_an_event"}
    assert all(row.detail and row.detail_zh for row in rows)
    assert await counted(database, "lost") == 0


async def is_there(stream):
    """What is published before there is a stream is kept by nobody."""
    return stream.is_proven


async def two_parked(database):
    rows = await parked(database)
    return rows if len(rows) == 2 else None


async def test_a_passing_failure_is_tried_again(database, nats):
    failures = iter([True, False])

    def fail_once(_event):
        if next(failures, False):
            raise RuntimeError("not now")

    async with running(database, nats, counting("requirements-test", fails=fail_once)):
        await say(database)

        assert await eventually(lambda: is_counted(database, 1))
        assert await parked(database) == []


async def test_an_outage_of_the_database_is_no_fault_of_an_event(database, nats):
    outage = iter([True] * 4)

    def away(_event):
        if next(outage, False):
            raise ConnectionRefusedError("the database is away")

    on = counting("requirements-test", fails=away)
    async with running(database, nats, on) as stream:
        await say(database, count=2)

        assert await eventually(lambda: is_counted(database, 2))
        seen = await stream.client.jetstream().consumer_info(NAME, next(iter(on.durables)))

    assert seen.delivered.consumer_seq == 2, "delivered once each: after many deliveries an event counts as poison"


async def test_an_event_that_is_too_much_for_the_database_holds_up_nobody(database, nats):
    on = Handlers("requirements-test")

    @on(OpportunityClosed)
    async def count(session, event):
        if event.outcome == "lost":
            await session.execute(sa.text("set local statement_timeout = '5ms'"))
            await session.execute(sa.text("select pg_sleep(1)"))
        session.add(Counter(tenant_id=TENANT, name=str(event.opportunity_id), value=1))

    async with running(database, nats, on):
        async with database.transaction(CONTEXT) as session:
            for outcome in ("won", "lost", "won", "won"):
                client = Client(name="x", language="en")
                session.add(client)
                told = OpportunityClosed(opportunity_id=new_id(), outcome=outcome, reason=None, epoch=1)
                await publish(session, told, client)

        assert await eventually(lambda: three_counters(database))


async def three_counters(database):
    async with database.transaction(CONTEXT) as session:
        return await session.scalar(sa.select(sa.func.count()).select_from(Counter)) == 3


async def test_the_same_delivery_twice_has_one_effect(database):
    on = counting("requirements-test")
    event = envelope(OpportunityClosed(opportunity_id=new_id(), outcome="won", reason=None, epoch=1))

    fresh = [await on.handle(database, [event, event]), await on.handle(database, [event])]

    assert fresh == [1, 0]
    assert await counted(database) == 1


async def test_what_a_handler_says_names_its_cause(database):
    on = Handlers("test-cause")

    @on(OpportunityClosed)
    async def answer(session, event):
        client = Client(name="y", language="en")
        session.add(client)
        await publish(session, event, client)

    event = envelope(OpportunityClosed(opportunity_id=new_id(), outcome="won", reason=None, epoch=1))
    await on.handle(database, [event])

    async with database.transaction(CONTEXT) as session:
        said = decode(await session.scalar(sa.select(Outbox.payload)))
    assert (said.causation_id, said.correlation_id) == (event.id, event.correlation_id)
    trace, span = event.traceparent.split("-")[1:3]
    assert said.traceparent.split("-")[1] == trace
    assert said.traceparent.split("-")[2] != span  # it is said by the handling, not by what was handled
    assert said.actor == "ann"


async def test_two_events_about_one_version_are_refused(database):
    with pytest.raises(sa.exc.IntegrityError):
        async with database.transaction(CONTEXT) as session:
            client = Client(name="x", language="en")
            session.add(client)
            event = OpportunityClosed(opportunity_id=new_id(), outcome="won", reason=None, epoch=1)
            await publish(session, event, client)
            await publish(session, event, client)


async def test_any_server_of_several_will_do(nats):
    for urls in (f"nats://127.0.0.1:{free_port()}, {nats.url}", f"{nats.url},nats://127.0.0.1:{free_port()}"):
        stream = Stream(urls, user="requirements", seed=nats.seed("requirements"))

        await asyncio.wait_for(stream.connect(), 10)

        assert stream.state == "ok"
        await stream.close()


async def test_a_connection_that_was_closed_for_good_is_made_anew(database, nats):
    async with running(database, nats, counting("requirements-test")) as stream:
        await say(database)
        await eventually(lambda: is_counted(database, 1))

        await stream.client.close()  # as nats-py does when the server withdraws a key
        await say(database)

        assert await eventually(lambda: is_counted(database, 2))
