"""Databases at an older revision."""

import contextlib

from tests.conftest import migrations_in_thread
from tests.support.databases import in_database, new_database


@contextlib.asynccontextmanager
async def at(postgres, service, revision):
    """A database of the service as it was at `revision`: a connection, and what brings it to head."""
    name = new_database(postgres, service)
    url = postgres.url(name, f"{service}_owner")
    migrations_in_thread(service, url, revision)
    async with in_database(postgres, name) as connection:
        yield connection, lambda: migrations_in_thread(service, url)
