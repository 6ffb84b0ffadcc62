"""A backup of everything, while it works: `presales backup FOLDER`.

FOLDER gets the rows of the six databases as of one moment, the documents, and `manifest.json`, by which
`presales restore` proves that nothing is missing and nothing was changed. The keys are not in it: keep them elsewhere.
Reads `PRESALES_MIGRATION_URL_<SERVICE>` (or `_FILE`), as migrations do, and `PRESALES_DOCUMENTS_…`, as proposal does.
It changes nothing.
"""

import argparse
import asyncio
import gzip
import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from pydantic import ValidationError

from deploy.embedded import SERVICES
from presales import VERSION
from services.proposal.document.store import DocumentUnavailable, Folder, StorageAway, Store, store_of
from services.proposal.settings import DocumentStorage
from shared.kernel.db import EVERY_TENANT
from shared.kernel.messaging.relay import LOCK
from shared.kernel.migrations import VERSIONS, url_of
from shared.kernel.settings import chosen

FORMAT = 1
MANIFEST = "manifest.json"
DOCUMENTS = "documents"
REVISION = f"SELECT version_num FROM {VERSIONS}"  # noqa: S608 (a name of ours)
_WAIT = "15s"
"""For a relay to finish the batch that it is publishing."""

_TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> $1"
    " ORDER BY relname"
)
_COLUMNS = (
    "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped"
    " AND attgenerated = '' ORDER BY attnum"
)
_SAID = "SELECT count(*) AS events, max(id) AS position, max(created_at)::text AS newest FROM outbox"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds; of each service its schema, how many events its outbox keeps, its tables and columns."""

    made_at: str
    version: str
    """Of the product that made it."""
    services: dict[str, dict[str, Any]]
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By path within the folder: `sha256` and `size` in bytes."""
    format: int = FORMAT


async def connect(urls: Mapping[str, str], stack: AsyncExitStack) -> dict[str, asyncpg.Connection]:
    """A connection to each database, as its owner, that sees the rows of every tenant. Raises `SystemExit`."""
    to = {}
    for service, url in urls.items():
        try:
            to[service] = await asyncpg.connect(url.replace("+asyncpg", ""), server_settings=EVERY_TENANT, timeout=10)
        except (asyncpg.PostgresError, OSError, TimeoutError) as error:
            raise SystemExit(f"The database of {service} lets nobody in: {error or type(error).__name__}") from None
        stack.push_async_callback(to[service].close)
    return to


def documents_at(folder: Path | None) -> Store:
    """Where documents are kept: in the `folder` that was named, or as the settings of proposal say."""
    if folder:
        return Folder(folder)
    told = chosen(os.environ, set(DocumentStorage.model_fields), "proposal")
    try:
        return store_of(DocumentStorage.model_validate(told))
    except ValidationError as wrong:
        raise SystemExit(f"Settings are wrong: {wrong.errors()[0]['msg']}") from None


def back_up(urls: Mapping[str, str], documents: Store, folder: Path) -> tuple[Manifest, float, list[str]]:
    """Fill `folder`; returns what it holds, for how many seconds events waited, and which documents are damaged.

    Raises `SystemExit`, and `StorageAway`.
    """
    made_at = datetime.now(UTC)
    for service in urls:
        (folder / service).mkdir()
    services, waited = asyncio.run(_databases(urls, folder))
    # What the databases of that moment name was kept before it, and is never changed. What is thrown away meanwhile
    # can be made anew from them.
    damaged = copy_of(documents, folder / DOCUMENTS)
    files = {str(path.relative_to(folder)): digest_of(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    manifest = Manifest(made_at.isoformat(), VERSION, services, files)
    told = {name: getattr(manifest, name) for name in Manifest.__slots__}
    (folder / MANIFEST).write_text(json.dumps(told, indent=1), encoding="utf-8")
    os.sync()
    return manifest, waited, damaged


def copy_of(documents: Store, folder: Path) -> list[str]:
    """All documents into a folder; returns the names of those that are not what was kept."""
    damaged = []
    for name in documents.names():
        path = folder / name[:2] / name
        try:
            data = documents.get(name)
        except DocumentUnavailable:
            if documents.has(name):  # otherwise it was thrown away just now
                damaged.append(name)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return damaged


async def _databases(urls: Mapping[str, str], folder: Path) -> tuple[dict[str, dict[str, Any]], float]:
    async with AsyncExitStack() as stack:
        to = await connect(urls, stack)
        waited = await _at_one_moment(to)
        return {service: await _dump(connection, folder / service) for service, connection in to.items()}, waited


async def _at_one_moment(to: Mapping[str, asyncpg.Connection]) -> float:
    """Open a snapshot of each database, with no event under way that only its consumer would hold.

    An event leaves its outbox under the relay's lock. While all six locks are held none leaves: whatever a consumer has
    taken in is in its producer's snapshot too, however the six follow each other. Nobody who writes waits for it.
    """
    try:
        for connection in to.values():
            await connection.execute(f"SET lock_timeout = '{_WAIT}'")
        await asyncio.gather(*(connection.execute(f"SELECT pg_advisory_lock({LOCK})") for connection in to.values()))
        began = time.monotonic()
        await asyncio.gather(*map(_open_snapshot, to.values()))
        await asyncio.gather(*(connection.execute(f"SELECT pg_advisory_unlock({LOCK})") for connection in to.values()))
    except asyncpg.LockNotAvailableError:
        raise SystemExit(f"A relay did not finish its batch within {_WAIT}: look at /readyz, and try again.") from None
    return time.monotonic() - began


async def _open_snapshot(connection: asyncpg.Connection) -> None:
    await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    await connection.execute("SELECT FROM outbox LIMIT 1")


async def _dump(connection: asyncpg.Connection, folder: Path) -> dict[str, Any]:
    """Write the rows of every table, in PostgreSQL's own text form, which every version of it reads."""
    tables = {}
    for (table,) in await connection.fetch(_TABLES, VERSIONS):
        tables[table] = [name for (name,) in await connection.fetch(_COLUMNS, f'"{table}"')]
        with gzip.open(folder / f"{table}.copy.gz", "wb", compresslevel=1) as file:
            await connection.copy_from_table(table, output=file, columns=tables[table])
    revision = await connection.fetchval(REVISION)
    return {"revision": revision, "outbox": dict(await connection.fetchrow(_SAID)), "tables": tables}


def digest_of(path: Path) -> dict[str, Any]:
    """As the manifest says it of a file."""
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "size": path.stat().st_size}


def main(arguments: Sequence[str]) -> None:
    """Make a backup in a folder that is not there yet; one that was not finished never has that name."""
    parser = argparse.ArgumentParser(
        prog="presales backup", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    option: Callable[..., Any] = parser.add_argument
    option("folder", type=Path, help="is made; its name should say the day")
    option("--documents", type=Path, help="folder of documents (default: as PRESALES_DOCUMENTS_… say)")
    wanted = parser.parse_args(arguments)
    urls = {service: url_of(service) for service in SERVICES}
    if wanted.folder.exists():
        raise SystemExit(f"{wanted.folder} is there already: a backup is never written over another.")
    unfinished = wanted.folder.with_name(wanted.folder.name + ".unfinished")
    began = time.monotonic()
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, mode=0o700)
        manifest, waited, damaged = back_up(urls, documents_at(wanted.documents), unfinished)
        unfinished.rename(wanted.folder)
    except OSError as error:
        raise SystemExit(f"{error.filename or wanted.folder}: {error.strerror or error}") from None
    except asyncpg.PostgresError as error:
        raise SystemExit(f"A database could not be read: {error}") from None
    except StorageAway as problem:
        raise SystemExit(f"The bucket of documents cannot be used: {problem.__cause__}") from None
    size = sum(file["size"] for file in manifest.files.values())
    said = sum(service["outbox"]["events"] for service in manifest.services.values())
    sys.stdout.write(
        f"{wanted.folder}: six databases as of {manifest.made_at} with {said} events, {len(manifest.files)} files,"
        f" {size:,} bytes, in {time.monotonic() - began:.1f} s; events waited {waited * 1000:.0f} ms\n"
    )
    for name in damaged:
        sys.stderr.write(f"The document {name} is altered or gone, and not in it: an older backup has it.\n")
