"""Committed events from outbox to inbox, against raw acknowledged publishing to the same kind of stream."""

import asyncio
import json
import multiprocessing
import time

import sqlalchemy as sa

from deploy.embedded import Nats, Postgres, free_port, throwaway_folder
from shared.kernel import migrations
from shared.kernel.clock import now
from shared.kernel.context import Context, new_id
from shared.kernel.db import Database
from shared.kernel.messaging import Handlers, envelope
from shared.kernel.messaging.consumer import HANDLED, Consumer
from shared.kernel.messaging.relay import Relay
from shared.kernel.messaging.stream import Stream
from shared.kernel.messaging.tables import Outbox
from shared.language.events.requirements import OpportunityClosed

_COUNT = 12_000
_USER = "requirements"
_ROLE = ("insights", "insights_app")


def _beat(trouble: str = "") -> None:
    """Nobody watches."""


def relay_until_killed(database_url: str, nats_url: str, seed: str) -> None:
    """A relay in a process of its own: who says an event and who hears it are different services."""

    async def relay() -> None:
        stream = Stream(nats_url, user=_USER, seed=seed)
        await stream.connect()
        stream.is_proven = True
        await Relay(Database(database_url, name="relay").machinery, stream).run(_beat)

    asyncio.run(relay())


async def run() -> None:
    """Both in turn, three times, on one nats-server that reaches the disk before it acknowledges."""
    with throwaway_folder("presales-bench-") as folder:
        hears = {name: subjects for number in range(3) for name, subjects in _handlers(number).durables.items()}
        postgres = Postgres(folder, free_port())
        nats = Nats(folder, free_port(), durables={_USER: hears})
        postgres.start()
        nats.start()
        try:
            await asyncio.to_thread(migrations.upgrade, "insights", postgres.url("insights", "insights_owner"))
            results = [await _once(postgres, nats, number) for number in range(3)]
        finally:
            nats.stop()
            postgres.stop()
    for serial, concurrent, path in results:
        print(
            f"events/s: raw publish one at a time {serial:.0f}, 64 at once {concurrent:.0f}; outbox → stream → inbox "
            f"{path:.0f} = {path / concurrent:.2f} × raw (64 at once)"
        )


async def _once(postgres: Postgres, nats: Nats, number: int) -> tuple[float, float, float]:
    stream = Stream(nats.url, user=_USER, seed=nats.seed(_USER))
    await stream.connect()
    body = _body()
    js = stream.client.jetstream(timeout=10)
    started = time.perf_counter()
    for _ in range(1000):
        await js.publish("presales.bench.requirements.raw", body)
    serial = 1000 / (time.perf_counter() - started)
    concurrent = await _concurrently(js, body)
    path = await _path(postgres, nats, stream, number)
    await stream.close()
    return serial, concurrent, path


def _body() -> bytes:
    event = OpportunityClosed(opportunity_id=new_id(), outcome="won", reason="x" * 300, epoch=1)
    context = Context(tenant="bench", actor="bench")
    return envelope.encode(event, context, event_id=new_id(), aggregate_id=new_id(), sequence=1, time=now())


async def _concurrently(js: object, body: bytes) -> float:
    left = iter(range(_COUNT))

    async def publisher() -> None:
        for _ in left:
            await js.publish("presales.bench.requirements.raw", body)  # type: ignore[attr-defined]

    started = time.perf_counter()
    await asyncio.gather(*(publisher() for _ in range(64)))
    return _COUNT / (time.perf_counter() - started)


def _handlers(number: int) -> Handlers:
    on = Handlers(f"bench-{number}")

    @on(OpportunityClosed)
    async def nothing(_session: object, _event: OpportunityClosed) -> None:
        """The path is what is measured."""

    return on


async def _path(postgres: Postgres, nats: Nats, stream: Stream, number: int) -> float:
    database = Database(postgres.url(*_ROLE), name="bench")
    on = _handlers(number)
    consumer, handled = Consumer(stream, on, database), HANDLED.labels(on.durable)
    consuming = asyncio.create_task(consumer.run(_beat))

    async def until(count: int) -> None:
        while handled._value.get() < count:  # noqa: SLF001 (prometheus_client has no public reader)
            await asyncio.sleep(0.005)

    await until(_COUNT * number)  # a new consumer hears first what was said before
    await _fill(database)
    relaying = multiprocessing.get_context("spawn").Process(
        target=relay_until_killed, args=(postgres.url(*_ROLE), nats.url, nats.seed(_USER))
    )
    relaying.start()
    await until(_COUNT * number + 1)
    first = time.perf_counter()  # the relay's process has started
    await until(_COUNT * (number + 1))
    taken = time.perf_counter() - first
    relaying.kill()
    consumer.stop()
    await consuming
    await database.close()
    return _COUNT / taken


async def _fill(database: Database) -> None:
    rows = []
    for _ in range(_COUNT):
        body, key = _body(), new_id()
        event_id = json.loads(body)["id"]
        rows.append(
            {
                "event_id": event_id,
                "tenant_id": "bench",
                "aggregate_type": "bench",
                "aggregate_id": key,
                "aggregate_seq": 1,
                "subject": envelope.subject("bench", OpportunityClosed.type, key),
                "headers": {},
                "payload": body,
            }
        )
    async with database.machinery.begin() as connection:
        await connection.execute(sa.insert(Outbox), rows)
