"""Bringing a service's database to its newest schema: `presales migrate [SERVICE …]`.

Reads `PRESALES_MIGRATION_URL_<SERVICE>` (or `_FILE`): a URL of the role that owns the schema. Services themselves run
under a role without DDL.
"""

import argparse
import asyncio
import importlib.util
import os
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import pool
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.kernel.outages import reason_of
from shared.kernel.settings import database_url, read_file

VERSIONS = "schema_revision"
"""The table that says which revision a database is at."""
_VERSIONS_BEFORE = "alembic_version"
_LAST_BEFORE = {
    "requirements": "0015",
    "engagement": "0011",
    "estimation": "0018",
    "risk": "0022",
    "proposal": "0032",
    "insights": "0007",
}
"""The last revisions of the chains before 0001 began anew: with the schema of 0001 (docs/decisions/0054)."""
_SERVES = "serves code from "
_LOCK = 0x4D494752
_INDEX_LOCK = 0x4D494758
_LOCK_TIMEOUT = "5s"
_INDEX_TIMEOUT = "10min"
_PATIENCE_SECONDS = 10.0


def config_of(service: str) -> Config:
    """The alembic configuration of a service."""
    package = importlib.import_module(f"services.{service}")
    config = Config()
    config.set_main_option("script_location", str(Path(package.__path__[0]) / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def head_of(service: str) -> str | None:
    """The newest revision that this code knows; read once, since every look at `/readyz` asks for it."""
    return ScriptDirectory.from_config(config_of(service)).get_current_head()


@dataclass(frozen=True, slots=True)
class Schema:
    """The revision that a database is at, and the oldest code that may work with it, by the revision that it knows."""

    revision: str | None
    oldest: str | None = None

    def __str__(self) -> str:
        return f"{self.revision}, which serves code from {self.oldest} on" if self.oldest else self.revision or "none"

    def serves(self, head: str | None) -> bool:
        """Whether code whose newest revision is `head` may work with it: its own, or a newer one that serves it."""
        is_newer = self.revision and self.oldest and head and self.oldest <= head < self.revision
        return bool(is_newer) or self.revision == head


class UnknownRevision(Exception):
    """This code has no way from where a database is to its newest schema; the text says what does."""


async def schema_of(connection: AsyncConnection) -> Schema:
    """The schema that a database has."""
    if await connection.run_sync(_revision) is None:
        return Schema(None)
    serves = sa.func.obj_description(sa.cast(VERSIONS, postgresql.REGCLASS), "pg_class")
    said = sa.select(sa.column("version_num"), serves).select_from(sa.table(VERSIONS))
    revision, comment = (await connection.execute(said)).one()
    return Schema(revision, (comment or "").removeprefix(_SERVES) or None)


def _revision(connection: Connection, table: str = VERSIONS) -> str | None:
    """The revision that a table says; None where there is no such table, or nothing in it."""
    if not sa.inspect(connection).has_table(table):
        return None
    revision: str | None = connection.scalar(sa.select(sa.column("version_num")).select_from(sa.table(table)))
    return revision


def _say_oldest(connection: Connection, config: Config) -> None:
    """Note which code may go on while the newest revision is there: that of `OLDEST` in its file, or of the one before.

    In a comment on the table, since code that is older than the revision must understand it.
    """
    if (at := _revision(connection)) is None:
        return
    script = ScriptDirectory.from_config(config).get_revision(at)
    oldest = str(getattr(script.module, "OLDEST", script.down_revision) or at)
    connection.execute(sa.text(f"COMMENT ON TABLE {VERSIONS} IS '{_SERVES}{int(oldest):04d}'"))


async def why_unreachable(engine: AsyncEngine) -> str | None:
    """Why a database lets nobody in, in the words of PostgreSQL or the network; None where it does."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), engine.connect():
            return None
    except TimeoutError:
        return f"no answer within {_PATIENCE_SECONDS:.0f} s"
    except (OSError, sa.exc.SQLAlchemyError) as error:
        return reason_of(error)


def upgrade(service: str, url: str, to: str = "head") -> None:
    """Run what is missing, in one transaction, under a lock: two migration jobs may start at once. Then its indexes.

    Raises `UnknownRevision`, with nothing changed.
    """

    async def run() -> None:
        engine = create_async_engine(url, poolclass=pool.NullPool)
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade, service, to)
        async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            at = await connection.run_sync(_revision)
            await _make_indexes(connection, indexes_of(service, at))
        await engine.dispose()

    asyncio.run(run())


def indexes_of(service: str, at: str | None) -> dict[str, str]:
    """The statements that make what revisions up to `at` name in `INDEXES`, by the name of the index."""
    found: dict[str, str] = {}
    for one in ScriptDirectory.from_config(config_of(service)).iterate_revisions(at, "base"):
        found |= getattr(one.module, "INDEXES", {})
    return found


async def _make_indexes(connection: AsyncConnection, indexes: Mapping[str, str]) -> None:
    """Make each that is not there or was not finished, while everybody goes on writing (`CREATE INDEX CONCURRENTLY`).

    It waits for transactions that are older, without keeping anybody. Nobody may wait for us in a transaction: we would
    wait for them. So the lock is tried again and again.
    """
    missing = {name: create for name, create in indexes.items() if not await _is_valid(connection, name)}
    if not missing:
        return
    await connection.execute(sa.text(f"SET lock_timeout = '{_INDEX_TIMEOUT}'"))
    while not await connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_INDEX_LOCK))):  # noqa: ASYNC110
        await asyncio.sleep(0.5)
    for name, create in missing.items():
        if not await _is_valid(connection, name):
            await connection.execute(sa.text(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"'))
            await connection.execute(sa.text(create))


async def _is_valid(connection: AsyncConnection, name: str) -> bool:
    is_valid = sa.text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
    return bool(await connection.scalar(is_valid, {"name": name}))


def _upgrade(connection: Connection, service: str, to: str) -> None:
    config = config_of(service)
    connection.execute(sa.text(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'"))
    connection.execute(sa.text("SET LOCAL app.tenant = '*'"))  # what is mended is mended for all of them
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    config.attributes["connection"] = connection
    if _is_of_chain_before(connection, service):
        command.stamp(config, "0001")
    command.upgrade(config, to)
    _say_oldest(connection, config)


def _is_of_chain_before(connection: Connection, service: str) -> bool:
    """Whether a database is to be taken over. Raises `UnknownRevision` where it cannot be, or is ahead of this code.

    Its `alembic_version` stays as it is: by that, replicas of the release before serve on beside us.
    """
    if at := _revision(connection):
        if at not in {one.revision for one in ScriptDirectory.from_config(config_of(service)).walk_revisions()}:
            raise UnknownRevision(
                f"The database of {service} is at revision {at} of a newer release, which this one does not know."
            )
        return False
    before, last = _revision(connection, _VERSIONS_BEFORE), _LAST_BEFORE.get(service)
    if before not in {None, last}:
        raise UnknownRevision(
            f"The database of {service} is at revision {before} of an older release: upgrade it to {last} first, with"
            " the release before this one."
        )
    return before is not None


def environment() -> None:
    """What a service's `migrations/env.py` does: run on the connection that the caller opened."""
    context.configure(connection=context.config.attributes["connection"], version_table=VERSIONS)
    context.run_migrations()


def url_of(service: str) -> str:
    """The URL of the role that owns the service's schema. Raises `SystemExit` when it is not set."""
    name = f"PRESALES_MIGRATION_URL_{service.upper()}"
    if file := os.environ.get(name + "_FILE"):
        text = read_file(name + "_FILE", file)
    elif name in os.environ:
        text = os.environ[name]
    else:
        raise SystemExit(f"Set {name} to a URL of the role that owns the schema.")
    try:
        return database_url(text)
    except ValueError as wrong:
        raise SystemExit(f"{name}: {wrong}") from None


def _present() -> list[str]:
    """The services whose code is here."""
    return [module.name for module in pkgutil.iter_modules(importlib.import_module("services").__path__)]


def main(arguments: Sequence[str]) -> None:
    """Migrate the services that the command line names. A database that does not let us in ends it with a sentence."""
    parser = argparse.ArgumentParser(prog="presales migrate", description=__doc__)
    parser.add_argument("services", nargs="*", metavar="service", help="whose database (default: all of this image)")
    for service in parser.parse_args(arguments).services or _present():
        if importlib.util.find_spec(f"services.{service}") is None:
            parser.error(f"there is no service {service!r}")
        url = url_of(service)
        if why := asyncio.run(why_unreachable(create_async_engine(url, poolclass=pool.NullPool))):
            raise SystemExit(f"The database of {service} lets nobody in: {why}")
        try:
            upgrade(service, url)
        except UnknownRevision as why:
            raise SystemExit(str(why)) from None
