"""Everything as a backup holds it: `presales restore FOLDER`, while no service runs.

Every file is compared with the manifest before anything is touched. Reads `PRESALES_MIGRATION_URL_<SERVICE>` (or
`_FILE`), `PRESALES_NATS_URL` and `PRESALES_DOCUMENTS_…`, as proposal does. The stream is made anew: when the services
start, each publishes all that its outbox keeps, and takes in what it lacks.
"""

import argparse
import asyncio
import gzip
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import asyncpg
import nats.errors

from deploy import bus
from deploy.backup import DOCUMENTS, FORMAT, MANIFEST, REVISION, Manifest, connect, digest_of, documents_at
from deploy.embedded import SERVICES
from services.proposal.document.store import Folder, StorageAway, Store
from shared.kernel import migrations
from shared.kernel.settings import read_file

_REFERENCES = (
    "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint"
    " WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conrelid <> confrelid"
)
_FORCED = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relforcerowsecurity"
)
_SEQUENCES = (
    "SELECT table_name, column_name, pg_get_serial_sequence(quote_ident(table_name), column_name)"
    " FROM information_schema.columns WHERE table_schema = 'public'"
    " AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL"
)
_AT_WORK = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = $1"


def proven(folder: Path) -> Manifest:
    """What the folder holds, once each file is what the manifest says. Raises `SystemExit`."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            raise SystemExit(f"{folder} has format {told['format']}; this release reads {FORMAT}.")
        manifest = Manifest(**told)
    except OSError as error:
        raise SystemExit(f"{folder} is no backup: {MANIFEST} cannot be read ({error.strerror}).") from None
    except (ValueError, KeyError, TypeError):
        raise SystemExit(f"{folder} is no backup: {MANIFEST} cannot be understood.") from None
    for name, file in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise SystemExit(f"{path} is missing: this backup cannot be restored.")
        if digest_of(path) != file:
            raise SystemExit(f"{path} is not what was backed up: this backup cannot be restored.")
    return manifest


async def _refuse_unready(urls: Mapping[str, str], manifest: Manifest, *, may_replace: bool) -> None:
    """Raises `SystemExit` where a service runs, or a database is not as it must be, with nothing touched."""
    async with AsyncExitStack() as stack:
        for service, connection in (await connect(urls, stack)).items():
            if count := await connection.fetchval(_AT_WORK, f"{service}_app"):
                raise SystemExit(f"{service} is at work ({count} sessions of {service}_app): stop every service first.")
            if not await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", migrations.VERSIONS):
                continue
            at = await connection.fetchval(REVISION)
            wanted = manifest.services[service]["revision"]
            if at and at != wanted:
                raise SystemExit(
                    f"The database of {service} is at revision {at}, the backup at {wanted}: drop it, and run"
                    " `presales setup`, which makes an empty one."
                )
            is_used = await connection.fetchval(
                "SELECT EXISTS (SELECT FROM outbox) OR EXISTS (SELECT FROM audit_entry)"
            )
            if is_used and not may_replace:
                raise SystemExit(f"The database of {service} is not empty: --replace throws away what all six hold.")


async def _load(urls: Mapping[str, str], manifest: Manifest, folder: Path) -> None:
    async with AsyncExitStack() as stack:
        to = await connect(urls, stack)
        for service, connection in to.items():
            await stack.enter_async_context(connection.transaction())
            await _fill(connection, manifest.services[service]["tables"], folder / service)
    # Left by the stack in one go, each database commits when all six are filled.


async def _fill(connection: asyncpg.Connection, tables: Mapping[str, Sequence[str]], folder: Path) -> None:
    """Put the rows in the place of what is there, as they were: no trigger changes or refuses them."""
    quoted = ", ".join(f'"{table}"' for table in tables)
    forced = {name for (name,) in await connection.fetch(_FORCED)}
    for table in tables:
        await connection.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY, DISABLE TRIGGER USER')
    await connection.execute(f"TRUNCATE {quoted}")
    needs: dict[str, set[str]] = {table: set() for table in tables}
    for table, other in await connection.fetch(_REFERENCES):
        needs[table].add(other)
    for table in TopologicalSorter(needs).static_order():
        with gzip.open(folder / f"{table}.copy.gz", "rb") as file:
            await connection.copy_to_table(table, source=file, columns=tables[table])
    # The stream is another one: nothing was published to it yet, and no durable has heard from it.
    await connection.execute("UPDATE outbox SET published_at = NULL, stream_seq = NULL")
    await connection.execute("DELETE FROM inbox WHERE tenant_id = '*'")
    # All is said again from now on: however old the backup is, an inbox remembers as long from now on.
    await connection.execute("UPDATE inbox SET processed_at = now()")
    for table, column, sequence in await connection.fetch(_SEQUENCES):
        newest = await connection.fetchval(f'SELECT max("{column}") FROM "{table}"')  # noqa: S608 (names of ours)
        await connection.execute("SELECT setval($1::text::regclass, $2, false)", sequence, (newest or 0) + 1)
    for table in tables:
        force = ", FORCE ROW LEVEL SECURITY" if table in forced else ""
        await connection.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER{force}')


def _put_documents(kept: Folder, documents: Store) -> None:
    for name in kept.names():
        documents.put(kept.get(name))


def restore(
    folder: Path, manifest: Manifest, urls: Mapping[str, str], documents: Store, make_stream: Callable[[], Any]
) -> None:
    """Databases, documents and stream; `make_stream` throws the stream away and makes it anew."""
    for service, url in urls.items():
        try:
            migrations.upgrade(service, url, manifest.services[service]["revision"])
        except migrations.UnknownRevision as why:
            raise SystemExit(str(why)) from None
    _put_documents(Folder(folder / DOCUMENTS), documents)
    make_stream()
    asyncio.run(_load(urls, manifest, folder))
    for service, url in urls.items():
        migrations.upgrade(service, url)


def main(arguments: Sequence[str]) -> None:
    """Restore what the command line names."""
    parser = argparse.ArgumentParser(
        prog="presales restore", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    option: Callable[..., Any] = parser.add_argument
    option("folder", type=Path, help="that `presales backup` made")
    option("--keys", type=Path, required=True, help="folder of administrator.nk: FOLDER/administration/nats of setup")
    option("--nats", default=os.environ.get("PRESALES_NATS_URL"), help="default: PRESALES_NATS_URL")
    option("--nats-ca", type=Path, help="certificate of the authority, where NATS speaks TLS")
    option("--replicas", type=int, default=1, help="of the stream; 3 in a cluster")
    option("--documents", type=Path, help="folder of documents (default: as PRESALES_DOCUMENTS_… say)")
    option("--replace", action="store_true", help="throw away what the databases hold")
    wanted = parser.parse_args(arguments)
    if not wanted.nats:
        parser.error("say where NATS is: --nats, or PRESALES_NATS_URL")
    urls = {service: migrations.url_of(service) for service in SERVICES}
    began = time.monotonic()
    manifest = proven(wanted.folder)
    seed = read_file(bus.ADMINISTRATOR, str(bus.seed_file(wanted.keys, bus.ADMINISTRATOR)))
    authority = read_file("--nats-ca", str(wanted.nats_ca)) if wanted.nats_ca else None

    def make_stream() -> None:
        asyncio.run(bus.make_stream(wanted.nats, seed, replicas=wanted.replicas, ca=authority, anew=True))

    try:
        asyncio.run(_refuse_unready(urls, manifest, may_replace=wanted.replace))
        restore(wanted.folder, manifest, urls, documents_at(wanted.documents), make_stream)
    except (nats.errors.Error, TimeoutError) as error:
        raise SystemExit(f"NATS at {wanted.nats} cannot be asked: {error or type(error).__name__}") from None
    except OSError as error:
        raise SystemExit(f"{error.filename or wanted.folder}: {error.strerror or error}") from None
    except StorageAway as problem:
        raise SystemExit(f"The bucket of documents cannot be used: {problem.__cause__}") from None
    except asyncpg.PostgresError as error:
        raise SystemExit(f"A database could not be filled, and none was changed: {error}") from None
    sys.stdout.write(
        f"Restored as of {manifest.made_at}, in {time.monotonic() - began:.1f} s. Start the services, then look:"
        " presales verify 60\n"
    )
