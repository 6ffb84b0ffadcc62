"""What each user of NATS may do and what is refused, on the real server with the permissions that are shipped."""

import contextlib
import json
import re
import secrets
from contextlib import asynccontextmanager
from uuid import uuid4

import nats
import nats.errors
import nkeys
import pytest
from nats.aio.client import Client

from deploy import bus
from deploy.embedded import SERVICES, Nats, free_port
from shared.kernel.messaging.stream import NAME, Message, Stream, inbox_prefix
from tests.conftest import eventually

OTHERS = {service: [other for other in SERVICES if other != service] for service in SERVICES}
DURABLES = bus.declared()
_QUOTED = re.compile(r'permissions violation for (?:publish|subscription) to "(.+?)"')


@asynccontextmanager
async def connected(broker, user, **options):
    """A plain client with the key of `user`, and the subjects that NATS refused to it."""
    refused = []

    async def note(error):
        refused.extend(_QUOTED.findall(str(error).lower()))

    client = await nats.connect(
        broker.url,
        nkeys_seed_str=broker.seed(user),
        inbox_prefix=inbox_prefix(user),
        allow_reconnect=False,
        error_cb=note,
        **options,
    )
    try:
        yield client, refused
    finally:
        await client.close()


async def all_refused(refused, wanted):
    async def is_complete():
        return {subject.lower() for subject in wanted} <= set(refused)

    assert await eventually(is_complete), set(wanted) - set(refused)


async def stored(broker):
    async with connected(broker, bus.ADMINISTRATOR) as (client, _):
        stream = client.jetstream()
        consumers = await stream.consumers_info(NAME)
        info = await stream.stream_info(NAME)
        return info.state.messages, info.config.as_dict(), sorted(one.name for one in consumers)


def of_others(service):
    """Subjects by which a service would speak as another, or hear in its place."""
    for other in OTHERS[service]:
        yield f"presales.acme.{other}.thing.happened.v1.{uuid4()}"
        yield f"{inbox_prefix(other)}.x.1"
        yield f"$JS.API.DIRECT.GET.{NAME}.presales.acme.{other}.thing.happened.v1.{uuid4()}"
        for durable, subjects in DURABLES[other].items():
            yield f"$JS.API.CONSUMER.CREATE.{NAME}.{durable}.{subjects}"
            yield f"$JS.API.CONSUMER.DURABLE.CREATE.{NAME}.{durable}"
            yield f"$JS.API.CONSUMER.MSG.NEXT.{NAME}.{durable}"
            yield f"$JS.API.CONSUMER.INFO.{NAME}.{durable}"
            yield f"$JS.API.CONSUMER.DELETE.{NAME}.{durable}"
            yield f"$JS.API.CONSUMER.RESET.{NAME}.{durable}"
            yield f"$JS.ACK.{NAME}.{durable}.1.1.1.1.1"


def of_administration(service):
    """Subjects by which the stream or a consumer would be changed or read whole."""
    for action in ("CREATE", "UPDATE", "DELETE", "PURGE", "INFO", "MSG.DELETE", "MSG.GET", "SNAPSHOT", "RESTORE",
                   "LEADER.STEPDOWN", "PEER.REMOVE"):  # fmt: skip
        yield f"$JS.API.STREAM.{action}.{NAME}"
    yield from ("$JS.API.INFO", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.LIST", "$SYS.REQ.SERVER.PING")
    yield f"$JS.API.DIRECT.GET.{NAME}"
    yield f"$JS.API.CONSUMER.CREATE.{NAME}"
    yield f"$JS.API.CONSUMER.CREATE.{NAME}.{service}-more.presales.>"
    for durable in DURABLES[service]:
        yield f"$JS.API.CONSUMER.CREATE.{NAME}.{durable}"
        yield f"$JS.API.CONSUMER.CREATE.{NAME}.{durable}.{'elsewhere' if service == 'insights' else 'presales'}.>"
        yield f"$JS.API.CONSUMER.DURABLE.CREATE.{NAME}.{durable}"
        yield f"$JS.API.CONSUMER.DELETE.{NAME}.{durable}"
        yield f"$JS.API.CONSUMER.PAUSE.{NAME}.{durable}"


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_may_not_act_as_another_or_as_administration(broker, service):
    tried = [*of_others(service), *of_administration(service)]
    before = await stored(broker)

    async with connected(broker, service, pending_size=8 * 1024 * 1024) as (client, refused):
        for subject in tried:
            await client.publish(subject, b"{}")
        await client.flush(timeout=10)
        await all_refused(refused, tried)

    assert await stored(broker) == before


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_reads_its_own_inbox_alone(broker, service):
    tried = [f"{inbox_prefix(other)}.>" for other in (*OTHERS[service], bus.ADMINISTRATOR)]
    tried += ["_INBOX.>", ">", "presales.>", f"presales.acme.{service}.>", "$JS.>", "$SYS.>"]

    async with connected(broker, service) as (client, refused):
        for subject in tried:
            await client.subscribe(subject)
        await client.flush(timeout=10)
        await all_refused(refused, tried)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_says_and_hears_what_is_its_own(broker, service):
    stream = Stream(broker.url, user=service, seed=broker.seed(service))
    await stream.connect()
    own = [Message(uuid4(), f"presales.acme.{said}.v1.{uuid4()}", {}, b"{}")
           for said in (f"{service}.thing.happened", "platform.event.parked")]  # fmt: skip

    sequences = await stream.publish(own)
    for durable, subjects in DURABLES[service].items():
        await stream.consume(durable, subjects)
        pending = await stream.waiting_for(durable)
        assert pending is not None
    seen = [await stream.last_on(message.subject) for message in own]
    await stream.close()

    assert seen == [(sequence, str(message.id)) for sequence, message in zip(sequences, own, strict=True)]


async def test_a_service_pulls_and_acknowledges_by_its_own_durable(broker):
    durable = "insights-log"
    async with connected(broker, "insights") as (client, refused):
        stream = Stream(broker.url, user="insights", seed=broker.seed("insights"))
        stream.client = client
        await stream.publish([Message(uuid4(), f"presales.acme.insights.thing.happened.v1.{uuid4()}", {}, b"{}")])
        await stream.consume(durable, DURABLES["insights"][durable])
        inbox = client.new_inbox()
        answers = await client.subscribe(inbox)
        before = await stream.waiting_for(durable)

        request = json.dumps({"batch": 1, "expires": 5_000_000_000}).encode()
        await client.publish(f"$JS.API.CONSUMER.MSG.NEXT.{NAME}.{durable}", request, reply=inbox)
        message = await answers.next_msg(timeout=5)
        await message.ack_sync()

        assert await stream.waiting_for(durable) == before - 1
        assert refused == []


async def test_a_subscriber_hears_what_it_was_given_and_says_nothing(tmp_path):
    durable, subjects = "my-crm", "presales.acme.proposal.>"
    server = Nats(tmp_path, free_port())
    bus.add_subscriber(server.keys, durable, subjects)
    server.start()
    tried = ["presales.acme.proposal.thing.happened.v1.x", "presales.acme.platform.event.parked.v1.x",
             *of_others("insights"), *of_administration("insights"),
             f"$JS.API.CONSUMER.CREATE.{NAME}.{durable}.presales.>"]  # fmt: skip
    try:
        async with connected(server, "proposal") as (producer, _), connected(server, durable) as (client, refused):
            for service in ("proposal", "risk"):
                await producer.publish(f"presales.acme.{service}.thing.happened.v1.x", b"{}")
            await producer.flush()
            stream = client.jetstream()
            await stream.add_consumer(
                NAME, name=durable, durable_name=durable, ack_policy="explicit", filter_subject=subjects
            )
            subscription = await stream.pull_subscribe_bind(durable, stream=NAME)
            [message] = await subscription.fetch(1, timeout=5)
            await message.ack()

            for subject in tried:
                await client.publish(subject, b"{}")
            await all_refused(refused, tried)
    finally:
        server.kill()

    assert message.subject == "presales.acme.proposal.thing.happened.v1.x"


@pytest.mark.parametrize("name", [*SERVICES, bus.ADMINISTRATOR, "../x", "A", ">"])
def test_a_subscriber_has_a_name_of_its_own(tmp_path, name):
    with pytest.raises(SystemExit, match="cannot be a subscriber's name"):
        bus.add_subscriber(tmp_path, name, "presales.>")


async def answer_to(url, **options):
    """What the server says to somebody who comes with these options."""

    async def quietly(_error):
        """A refusal is what is wanted."""

    client = Client()
    try:
        await client.connect(url, allow_reconnect=False, error_cb=quietly, **options)
    except nats.errors.Error as error:
        return str(error)
    finally:
        client._transport.close()
        with contextlib.suppress(ConnectionError):  # the server has cut it off
            await client._transport.wait_closed()
    return "welcome"


@pytest.mark.parametrize("options", [{}, {"user": "requirements", "password": ""}, {"token": "x"}])
async def test_who_has_no_key_is_not_let_in(broker, options):
    assert "Authorization Violation" in await answer_to(broker.url, **options)


@pytest.mark.parametrize("name", ["gateway", "outsider", "requirements", bus.ADMINISTRATOR])
async def test_who_has_another_key_is_not_let_in(broker, name):
    key = nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_USER).decode()

    assert "Authorization Violation" in await answer_to(broker.url, name=name, nkeys_seed_str=key)


def test_keys_are_made_once_and_for_their_owner_alone(tmp_path):
    bus.make_keys(tmp_path, DURABLES)
    first = {path.name: path.read_text() for path in tmp_path.glob("*.nk")}
    bus.make_keys(tmp_path, {**DURABLES, "another": {}})

    assert set(first) == {f"{user}.nk" for user in (*SERVICES, bus.ADMINISTRATOR)}
    assert len(set(first.values())) == len(first)
    assert {name: (tmp_path / name).read_text() for name in first} == first
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("*.nk")} == {0o600}
    assert not any(seed in (tmp_path / "users.conf").read_text() for seed in first.values())
