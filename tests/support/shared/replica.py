"""A second replica of a service's relay as a process of its own, which a test may freeze: `python -m tests.support.shared.replica`."""

import asyncio
import sys

from shared.kernel.db import Database
from shared.kernel.messaging.reconcile import Reconciler
from shared.kernel.messaging.relay import Relay
from shared.kernel.messaging.stream import Stream
from shared.kernel.tasks import Tasks

NAME = "replica"


async def run(database_url, nats_url, seed):
    machinery = Database(database_url, name=NAME).machinery
    stream, tasks = Stream(nats_url, user="requirements", seed=seed), Tasks()
    relay = Relay(machinery, stream)
    tasks.start("nats", stream.run)
    tasks.start("reconcile", Reconciler(machinery, stream, wake=relay.wake, every=300).run)
    tasks.start("relay", relay.run)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:]))
