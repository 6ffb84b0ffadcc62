"""Writes the next migration of a service from its models: `make migration S=risk M="Responses have an owner"`.

The draft is made against a real database at the present head, and is then read and edited by a person.
"""

import importlib
import re
import sys
import tempfile
from pathlib import Path
from textwrap import dedent, indent

import sqlalchemy as sa
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.embedded import Postgres, free_port
from shared import audit, http
from shared.db import Base
from shared.messaging import tables
from shared.migrations import head_of, upgrade

_HEAD = '''"""{message}"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "{revision}", {before}
'''
_ROWS_OF_TENANTS = '''
ROWS_OF_TENANTS = ({tables},)
"""Tables whose rows only their tenant sees."""
'''
_PROTECT = """
    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))"
            " WITH CHECK (tenant_id = current_setting('app.tenant'))"
        )
"""
_APPEND_ONLY = """
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
"""
SEEN_BY_ALL = {tables.Outbox.__tablename__}
"""Tables of messaging that the relay reads for all tenants at once."""


def draft(service: str, message: str) -> Path:
    """Write the migration and return its path. Raises `SystemExit` when the models match the database."""
    importlib.import_module(f"services.{service}.models")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        postgres = Postgres(Path(folder), free_port(), is_durable=False)
        postgres.start()
        try:
            return _draft(service, message, postgres.url(service, f"{service}_owner"))
        finally:
            postgres.stop()


def _draft(service: str, message: str, url: str) -> Path:
    import asyncio  # noqa: PLC0415

    before = head_of(service)
    if before:
        upgrade(service, url)
    up, down, new_tables = asyncio.run(_compare(url))
    if not up.strip().removeprefix("pass"):
        raise SystemExit(f"The models of {service} match its migrations: nothing to write.")
    revision = f"{int(before or 0) + 1:04d}"
    protected = sorted(new_tables - SEEN_BY_ALL)
    text = _HEAD.format(message=message, revision=revision, before=f'"{before}"' if before else None)
    if protected:
        text += _ROWS_OF_TENANTS.format(tables=", ".join(f'"{table}"' for table in protected))
    text += f"\n\ndef upgrade() -> None:\n{up}\n"
    text += _PROTECT if protected else ""
    text += _APPEND_ONLY if audit.AuditEntry.__tablename__ in new_tables else ""
    text += f"\n\ndef downgrade() -> None:\n{down}\n"
    slug = "_".join(message.lower().replace(",", "").replace(".", "").split()[:6])
    path = Path("services") / service / "migrations" / "versions" / f"{revision}_{slug}.py"
    path.write_text(text, encoding="utf-8")
    return path


async def _compare(url: str) -> tuple[str, str, set[str]]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        result = await connection.run_sync(_operations)
    await engine.dispose()
    return result


def _operations(connection: Connection) -> tuple[str, str, set[str]]:
    migrations = produce_migrations(MigrationContext.configure(connection), Base.metadata)
    existing = set(sa.inspect(connection).get_table_names())
    tenants = {table.name for table in Base.metadata.sorted_tables if "tenant_id" in table.columns}
    upgrade_ops, downgrade_ops = migrations.upgrade_ops, migrations.downgrade_ops
    if upgrade_ops is None or downgrade_ops is None:
        raise SystemExit("alembic produced nothing")

    def code(operations: object) -> str:
        lines = render_python_code(operations).splitlines()  # type: ignore[arg-type]
        kept = "\n".join(line.rstrip() for line in lines if not line.strip().startswith("# ###"))
        # alembic writes the element type of arrays and JSON without its module
        kept = re.sub(r"(?<=[(=])(Text|Uuid|Integer|BigInteger|Date|Numeric)\(", r"sa.\1(", kept)
        return indent(dedent("    " + kept.lstrip()), "    ")

    return code(upgrade_ops), code(downgrade_ops), tenants - existing


if __name__ == "__main__":
    assert http  # noqa: S101 (imported for its tables)
    print(draft(sys.argv[1], sys.argv[2]))  # noqa: T201
