"""Databases that a test may break: made beside the others, rows put in past every rule but the database's own."""

import contextlib
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import asyncpg

from shared.kernel.context import new_id
from tests.conftest import TENANT

_SOMETHING = {
    "text": "", "uuid": UUID(int=0), "integer": 0, "bigint": 0, "numeric": Decimal(0), "double precision": 0.0,
    "boolean": False, "jsonb": "{}", "date": date(2026, 1, 1), "ARRAY": [], "bytea": b"",
    "timestamp with time zone": datetime(2026, 1, 1, tzinfo=UTC),
}  # fmt: skip
"""By type of column: for those that must not be empty."""


def new_database(postgres, service):
    """An empty database with the service's roles; returns its name."""
    suffix = f"_{new_id().hex[-8:]}"
    postgres.make_database(service, suffix)
    return service + suffix


async def dump(postgres, name):
    """Keep a database as it is now, which nobody may be connected to; returns what `restore` takes."""
    kept = f"{name}_kept_{new_id().hex[-8:]}"
    await _on_server(postgres, f'CREATE DATABASE "{kept}" TEMPLATE "{name}" STRATEGY FILE_COPY')
    return kept


async def restore(postgres, name, kept):
    """Put what was kept in the place of a database, as an operator would beneath whoever works in it."""
    await _on_server(postgres, f'DROP DATABASE "{name}" WITH (FORCE)')
    await _on_server(postgres, f'CREATE DATABASE "{name}" TEMPLATE "{kept}" STRATEGY FILE_COPY')


async def _on_server(postgres, statement):
    connection = await asyncpg.connect(postgres.url("postgres").replace("+asyncpg", ""))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def in_database(postgres, name):
    """A connection that no foreign key and no trigger is asked for."""
    connection = await asyncpg.connect(postgres.url(name).replace("+asyncpg", ""))
    await connection.execute("set session_replication_role = replica")
    try:
        yield connection
    finally:
        await connection.close()


async def put(connection, table, **values):
    """Insert a row; columns that must not be empty and are not named get something."""
    columns = await connection.fetch(
        "select column_name, data_type, is_nullable = 'NO' and column_default is null from information_schema.columns"
        " where table_schema = 'public' and table_name = $1",
        table,
    )
    own = {"id": new_id(), "tenant_id": TENANT}
    usual = {name: own.get(name, _SOMETHING.get(kind)) for name, kind, is_wanted in columns if is_wanted or name in own}
    row = {**usual, **values}
    names, places = ", ".join(f'"{name}"' for name in row), ", ".join(f"${at}" for at in range(1, len(row) + 1))
    await connection.execute(f'insert into "{table}" ({names}) values ({places})', *row.values())
