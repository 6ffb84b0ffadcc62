"""Bringing a service's database to its newest schema: `python -m shared.migrations requirements estimation …`.

Reads `PRESALES_MIGRATION_URL_<SERVICE>` (or `_FILE`): a URL of the role that owns the schema. Services themselves run
under a role without DDL.
"""

import asyncio
import importlib
import os
import sys
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import pool
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.db import Base

_LOCK = 0x4D494752
_LOCK_TIMEOUT = "5s"


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


async def revision_of(engine: AsyncEngine) -> str | None:
    """The revision that a database is at."""
    async with engine.connect() as connection:
        revision: str | None = await connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return revision


def upgrade(service: str, url: str, to: str = "head") -> None:
    """Run what is missing, in one transaction, under a lock: two migration jobs may start at once."""

    async def run() -> None:
        engine = create_async_engine(url, poolclass=pool.NullPool)
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade, config_of(service), to)
        await engine.dispose()

    asyncio.run(run())


def _upgrade(connection: Connection, config: Config, to: str) -> None:
    connection.execute(sa.text(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'"))
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def environment(service: str) -> None:
    """What a service's `migrations/env.py` does: run on the connection that the caller opened."""
    importlib.import_module(f"services.{service}.models")
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Base.metadata,
        compare_server_default=False,
    )
    context.run_migrations()


def url_of(service: str) -> str:
    """The URL of the role that owns the service's schema. Raises `SystemExit` when it is not set."""
    name = f"PRESALES_MIGRATION_URL_{service.upper()}"
    if name + "_FILE" in os.environ:
        return Path(os.environ[name + "_FILE"]).read_text(encoding="utf-8").strip()
    if name not in os.environ:
        raise SystemExit(f"Set {name} to a URL of the role that owns the schema.")
    return os.environ[name]


if __name__ == "__main__":
    for named in sys.argv[1:]:
        upgrade(named, url_of(named))
