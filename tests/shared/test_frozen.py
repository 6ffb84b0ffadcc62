"""A replica that is frozen, not dead: what it holds is taken from it in seconds, and it does no harm when it wakes."""

import asyncio
import signal
import subprocess
import sys
from time import monotonic

import pytest
import sqlalchemy as sa

from shared.kernel.messaging.reconcile import Reconciler
from shared.kernel.messaging.tables import Outbox
from tests.conftest import eventually
from tests.support.shared.delivery import counting, is_counted, running, say, waits_in_outbox
from tests.support.shared.replica import NAME as REPLICA


@pytest.fixture
def replica(postgres, nats):
    given = (postgres.service_url("requirements"), nats.url, nats.seed("requirements"))
    process = subprocess.Popen([sys.executable, "-m", "tests.support.shared.replica", *given])
    yield process
    process.kill()
    process.wait()


async def test_what_a_frozen_replica_holds_is_free_in_seconds(database, nats, replica):
    await say(database)
    await eventually(lambda: nothing_waits(database), within=60)
    nats.process.send_signal(signal.SIGSTOP)
    await say(database, count=3)
    await eventually(lambda: holds_the_lock(database))
    replica.send_signal(signal.SIGSTOP)
    frozen_at = monotonic()
    nats.process.send_signal(signal.SIGCONT)

    async with running(database, nats, counting("requirements-test")):
        await eventually(lambda: is_counted(database, 4))
        assert monotonic() - frozen_at < 8, "4 s, and what a busy machine takes"

        replica.send_signal(signal.SIGCONT)
        await say(database, count=5)
        await eventually(lambda: is_counted(database, 9))
        await eventually(lambda: nothing_waits(database))
        await asyncio.sleep(1)  # what it was at when it was frozen has come by now
        assert await is_counted(database, 9)
        async with database.machinery.connect() as connection:
            assert await connection.scalar(sa.select(sa.func.max(Outbox.stream_seq))) == 9, "each is stored once"
    assert replica.poll() is None


async def test_a_great_loss_is_queued_again_in_pieces(database, monkeypatch):
    monkeypatch.setattr("shared.kernel.messaging.reconcile._MOST_ROWS", 3)
    await say(database, count=8)
    async with database.machinery.begin() as connection:
        number = sa.func.row_number().over(order_by=Outbox.id)
        numbered = sa.select(Outbox.id, number.label("n")).subquery()
        sent = sa.update(Outbox).where(Outbox.id == numbered.c.id)
        await connection.execute(sent.values(stream_seq=numbered.c.n, published_at=sa.func.now()))

    reconciler = Reconciler(database.machinery, None, wake=lambda: None, every=300)

    assert await reconciler._queue_again(2) == 7
    assert await waits_in_outbox(database) == 7


async def nothing_waits(database):
    return await waits_in_outbox(database) == 0


async def holds_the_lock(database):
    held = (
        "select count(*) from pg_locks join pg_stat_activity using (pid)"
        f" where locktype = 'advisory' and granted and application_name = '{REPLICA}-relay'"
    )
    async with database.machinery.connect() as connection:
        return await connection.scalar(sa.text(held))
