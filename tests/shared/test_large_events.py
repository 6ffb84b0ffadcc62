"""An event larger than a message: its data go apart, and whoever hears it has what its outbox has."""

import json

import pytest
import sqlalchemy as sa

from deploy import bus
from deploy.embedded import Nats, free_port
from examples.subscriber import event_in
from services.requirements.models.opportunities import Client
from shared.kernel.clock import now
from shared.kernel.context import new_id
from shared.kernel.messaging import Handlers, parking, publish
from shared.kernel.messaging.envelope import MAX_BYTES, BadEnvelope, decode, encode, subject
from shared.kernel.messaging.large import DataAltered, DataMissing, divide, parts_of, whole
from shared.kernel.messaging.second_look import SecondLook
from shared.kernel.messaging.stream import NAME, Message
from shared.kernel.messaging.tables import Outbox, ParkedEvent
from shared.language.events.requirements import OpportunityClosed
from tests.conftest import TENANT, eventually
from tests.support.shared.delivery import CONTEXT, connection, parked, running, say, waits_in_outbox

OPPORTUNITY, EVENT = new_id(), new_id()
ON = subject(TENANT, OpportunityClosed.type, OPPORTUNITY)


class Parts:
    """What a stream holds, by subject."""

    def __init__(self, parts):
        self.by_subject = dict(parts)

    async def body_on(self, place):
        return self.by_subject.get(place)


def large_event(reason='“,"data":{”' * 300_000):
    told = OpportunityClosed(opportunity_id=OPPORTUNITY, outcome="won", reason=reason, epoch=1)
    return encode(told, CONTEXT, event_id=EVENT, aggregate_id=new_id(), sequence=1, time=now())


async def test_what_was_divided_is_whole_again_to_the_byte():
    payload = large_event()
    parts, body = divide(payload, ON, EVENT)

    again = await whole(Parts(parts), body, ON)

    assert again == payload
    assert len(parts) > 3
    assert len(body) < 2000
    assert {len(part) for _, part in parts[:-1]} == {2**20}
    told = json.loads(body)
    assert told["dataref"] == f"nats:presales-data{ON.removeprefix('presales')}.{EVENT}"
    assert (told["dataparts"], told["datasize"]) == (len(parts), sum(len(part) for _, part in parts))
    assert "data" not in told


async def test_what_came_whole_stays_as_it_is():
    payload = large_event('"dataref"')

    assert await whole(Parts({}), payload, ON) is payload


async def test_a_part_that_is_missing_is_asked_for_again():
    parts, body = divide(large_event(), ON, EVENT)

    with pytest.raises(DataMissing, match="part 2 of"):
        await whole(Parts([*parts[:1], *parts[2:]]), body, ON)


async def test_parts_that_are_not_what_the_event_says_are_not_believed():
    parts, body = divide(large_event(), ON, EVENT)
    forged = dict(parts) | {parts[1][0]: b"x" * len(parts[1][1])}

    with pytest.raises(DataAltered) as altered:
        await whole(Parts(forged), body, ON)

    assert altered.value.code == "data_altered"


@pytest.mark.parametrize(
    "told",
    [
        {"dataref": f"nats:presales-data.demo.{OpportunityClosed.type}.{OPPORTUNITY}.{EVENT}"},
        {"dataref": "https://example.com/"},
        {"id": str(new_id())},
        {"datasize": 2**40, "dataparts": 2**20},
        {"datasize": "many"},
        {"dataparts": 1},
        {"datasha256": None, "dataparts": None},
    ],
)
async def test_a_reference_leads_nowhere_but_beside_its_own_subject(told):
    parts, body = divide(large_event(), ON, EVENT)

    with pytest.raises(BadEnvelope):
        await whole(Parts(parts), json.dumps({**json.loads(body), **told}).encode(), ON)


def hearing(heard):
    on = Handlers("requirements-test")

    @on(OpportunityClosed)
    async def hear(_session, event):
        heard.append(event.reason)

    return on


async def say_large(database, reason="y" * (3 * MAX_BYTES)):
    async with database.transaction(CONTEXT) as session:
        client = Client(name="x", language="en")
        session.add(client)
        event = OpportunityClosed(opportunity_id=new_id(), outcome="won", reason=reason, epoch=1)
        await publish(session, event, client)
    return reason


async def have_come(heard, *wanted):
    return heard == list(wanted)


async def test_a_large_event_comes_in_its_turn_and_leaves_its_outbox_as_it_was(database, nats):
    heard = []
    async with running(database, nats, hearing(heard)) as stream:
        await say(database)
        reason = await say_large(database)
        await say(database)

        assert await eventually(lambda: have_come(heard, None, reason, None))
        async with database.machinery.connect() as connected:
            rows = (await connected.execute(sa.select(Outbox.payload, Outbox.subject).order_by(Outbox.id))).all()
        on_the_wire = json.loads(await stream.body_on(rows[1].subject))

    assert decode(rows[1].payload).data["reason"] == reason
    assert "data" not in on_the_wire
    assert [row.stream_seq for row in await published(database)] == [
        1,
        on_the_wire["dataparts"] + 2,
        on_the_wire["dataparts"] + 3,
    ]


async def published(database):
    async with database.machinery.connect() as connected:
        return (await connected.execute(sa.select(Outbox.stream_seq).order_by(Outbox.id))).all()


async def test_what_a_reader_refuses_of_a_large_event_is_kept_whole_and_can_be_tried_again(database, nats):
    on = Handlers("requirements-test")

    @on(OpportunityClosed)
    async def refuse(_session, _event):
        raise parking.HandlingFailed(why="not today")

    async with running(database, nats, on):
        reason = await say_large(database)
        assert await eventually(lambda: are_parked(database, 1))

    [aside] = await parked(database)
    assert decode(aside.body).data["reason"] == reason


async def are_parked(database, count):
    return len(await parked(database)) == count


async def test_a_missing_part_holds_up_nobody_and_comes_when_it_is_there(database, nats):
    heard = []
    payload = large_event()
    parts, body = divide(payload, ON, EVENT)
    async with running(database, nats, hearing(heard)) as stream:
        assert await eventually(lambda: is_proven(stream))
        await stream.publish([Message(EVENT, ON, {}, body)])
        await say(database)
        assert await eventually(lambda: have_come(heard, None))

        for place, part in parts:
            await stream.publish([Message(place, place, {}, part)])

        assert await eventually(lambda: have_come(heard, None, decode(payload).data["reason"]))
    assert await parked(database) == []


async def is_proven(stream):
    return stream.is_proven


async def test_altered_parts_are_parked_with_their_reason_and_taken_in_by_a_retry_once_mended(database, nats):
    heard = []
    payload = large_event()
    parts, body = divide(payload, ON, EVENT)
    on = hearing(heard)
    async with running(database, nats, on) as stream:
        assert await eventually(lambda: is_proven(stream))
        for place, part in parts:
            await stream.publish([Message(f"{place}-", place, {}, part[::-1])])
        await stream.publish([Message(EVENT, ON, {}, body)])
        await say(database)
        assert await eventually(lambda: are_parked(database, 1))
        assert await eventually(lambda: have_come(heard, None))

        async with database.transaction(CONTEXT) as session:
            aside = await session.scalar(sa.select(ParkedEvent))
            with pytest.raises(parking.RetryRefused, match="data_altered"):
                await parking.retry(session, aside, {on.durable: on}, stream)
        for place, part in parts:
            await stream.publish([Message(place, place, {}, part)])
        async with database.transaction(CONTEXT) as session:
            aside = await session.scalar(sa.select(ParkedEvent))
            await parking.retry(session, aside, {on.durable: on}, stream)

    assert (aside.code, aside.status) == ("data_altered", "retried")
    assert aside.detail_zh
    assert heard == [None, decode(payload).data["reason"]]


async def test_what_a_replica_of_the_release_before_could_not_read_is_taken_in_by_one_that_can(database, nats):
    heard = []
    payload = large_event()
    parts, body = divide(payload, ON, EVENT)
    on = hearing(heard)
    with pytest.raises(BadEnvelope) as unread:
        decode(body)  # as that release reads it
    await parking.park(database, on.durable, parking.Unhandled.by_subject(ON, body, 1, 1), not_an_event(unread))
    await parking.park(database, on.durable, parking.Unhandled.by_subject(ON, b"{}", 2, 1), not_an_event(unread))
    stream = connection(nats)
    await stream.connect()
    look = SecondLook(database, {on.durable: on}, stream).look

    too_soon = await look()
    for place, part in parts:
        await stream.publish([Message(place, place, {}, part)])
    counts = [await look(), await look()]
    await stream.close()

    assert (too_soon, counts) == (0, [1, 0])
    assert heard == [decode(payload).data["reason"]]
    assert sorted(aside.status for aside in await parked(database)) == ["parked", "retried"]


def not_an_event(unread):
    return parking.NotAnEvent(why=str(unread.value))


async def test_a_service_puts_and_reads_data_beside_its_own_subjects_alone(broker):
    risk = connection(broker, "risk")
    await risk.connect()
    own, others = (f"presales-data.acme.{service}.thing.happened.v1.x.y.1" for service in ("risk", "proposal"))
    heard = f"presales-data.acme.requirements.baseline.approved.v1.{new_id()}.{new_id()}.1"
    unheard = f"presales-data.acme.requirements.baseline.rejected.v1.{new_id()}.{new_id()}.1"

    await risk.publish([Message(str(new_id()), own, {}, b"1")])
    with pytest.raises(TimeoutError):
        await risk.publish([Message(str(new_id()), others, {}, b"1")])
    assert await risk.body_on(heard) is None
    with pytest.raises(TimeoutError):
        await risk.body_on(unheard)
    await risk.close()


async def test_an_outside_system_reads_a_large_event_with_its_own_key(tmp_path, database):
    server = Nats(tmp_path, free_port())
    bus.add_subscriber(server.keys, "my-crm", "presales.*.requirements.opportunity.closed.v1.*")
    server.start()
    try:
        async with running(database, server):
            reason = await say_large(database)
            assert await eventually(lambda: nothing_waits(database))
        outside = connection(server, "my-crm")
        await outside.connect()
        stream = outside.client.jetstream()
        await stream.add_consumer(
            NAME,
            name="my-crm",
            durable_name="my-crm",
            ack_policy="explicit",
            filter_subject="presales.*.requirements.opportunity.closed.v1.*",
        )
        subscription = await stream.pull_subscribe_bind("my-crm", stream=NAME)
        [message] = await subscription.fetch(1, timeout=5)

        event = await event_in(message, stream)
        await outside.close()
    finally:
        server.kill()

    assert event["data"]["reason"] == reason


async def nothing_waits(database):
    return await waits_in_outbox(database) == 0


@pytest.mark.parametrize(
    ("heard", "lie"),
    [
        ("presales.>", "presales-data.>"),
        ("presales.demo.>", "presales-data.demo.>"),
        ("presales.*.a.b.c.v1.*", "presales-data.*.a.b.c.v1.*.>"),
    ],
)
def test_where_parts_lie_follows_from_what_is_heard(heard, lie):
    assert parts_of(heard) == lie


async def test_a_stream_from_before_takes_data_when_administration_has_looked_again(nats):
    administrator = connection(nats, bus.ADMINISTRATOR)
    await administrator.connect()
    managed = administrator.client.jetstream()
    there = (await managed.stream_info(NAME)).config
    there.subjects = ["presales.>"]
    await managed.update_stream(there)
    place = "presales-data.acme.risk.thing.happened.v1.x.y.1"

    is_new = await bus.make_stream(nats.url, nats.seed(bus.ADMINISTRATOR))

    assert not is_new
    assert await administrator.publish([Message("1", place, {}, b"1")]) == [1]
    await administrator.close()
