"""Writes the next migration of a service from its models: `make migration S=risk M="Responses have an owner"`.

The draft is made against a real database at the present head, and is then read and edited by a person.
"""

import argparse
import asyncio
import importlib
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent

import sqlalchemy as sa
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations.ops import CreateIndexOp, OpContainer
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.embedded import SERVICES, Postgres, free_port, throwaway_folder
from shared.kernel import audit, http, seals
from shared.kernel.base import AppendOnly, Base, TenantCalendar
from shared.kernel.db import EVERY_TENANT
from shared.kernel.messaging import tables
from shared.kernel.migrations import VERSIONS, head_of, upgrade
from shared.kernel.search import Searched

_HEAD = '''"""{message}"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "{revision}", {before}
'''
_ROW_SECURITY = {
    "ROWS_OF_TENANTS": (
        "Tables whose rows only their tenant sees, and the schema's owner.",
        """
        op.execute(f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))")
        op.execute(
            f"CREATE POLICY every_tenant ON {table} TO CURRENT_USER USING (current_setting('app.tenant') = '*')"
            " WITH CHECK (current_setting('app.tenant') = '*' AND tenant_id <> '*')"
        )
""",
    ),
    "OF_MACHINERY": (
        "Tables that the relay, the consumers and the timers use for all tenants at once.",
        """
        # The calendar is read in the statement that sets the tenant, which is planned before there is one.
        told = "current_setting('app.tenant', true)" if table == "tenant_calendar" else "current_setting('app.tenant')"
        op.execute(f"CREATE POLICY tenant ON {table} USING ({told} IN (tenant_id, '*'))")
""",
    ),
    "OF_NO_TENANT": (
        "Tables that hold nothing of any tenant.",
        """
        op.execute(f"CREATE POLICY everybody ON {table} USING (true)")
""",
    ),
}
"""By the name that a migration gives such tables: what they are, and their policies."""
_PROTECT = """
    for table in {name}:
        op.execute(f"ALTER TABLE {{table}} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"){policies}"""
_TRAIL = """
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE FUNCTION audited_tenants(since timestamptz, until timestamptz) RETURNS SETOF text STABLE"
        " SECURITY DEFINER SET search_path = public LANGUAGE sql AS $$"
        " SELECT DISTINCT tenant_id FROM audit_entry WHERE recorded_at >= since AND recorded_at < until $$"
    )
"""
_APPEND_ONLY = """
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
"""
KERNEL = (audit, http, seals, tables)
"""Modules whose tables every service has."""
_MACHINERY = {
    seals.AuditSeal.__tablename__,
    tables.Outbox.__tablename__,
    tables.Inbox.__tablename__,
    TenantCalendar.__tablename__,
    "timer",
}
_ENDS = 'raise NotImplementedError("Nothing comes before the first schema: make the database anew.")'


_TOKENS = """
    op.execute(
        r\"\"\"CREATE FUNCTION search_tokens(said text) RETURNS tsvector IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
        SELECT coalesce(array_to_tsvector(array_agg(DISTINCT CASE pairs WHEN 0 THEN run ELSE substr(run, i, 2) END)),
            '')
        FROM regexp_matches(
            lower(normalize(said, NFKC) COLLATE pg_c_utf8),
            '[\\u3400-\\u4dbf\\u4e00-\\u9fff]+|[0-9a-z\\u00df-\\u00f6\\u00f8-\\u024f\\u0370-\\u052f]+', 'g'
        ) AS found(match),
        LATERAL (SELECT match[1] AS run) AS runs,
        LATERAL (SELECT CASE WHEN run COLLATE "C" < '㐀' THEN 0 ELSE greatest(length(run) - 1, 1) END AS pairs) AS n,
        LATERAL generate_series(1, greatest(pairs, 1)) AS i $$\"\"\"
    )
    op.execute(
        r\"\"\"CREATE FUNCTION fill_search() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE name text; said text := '';
        BEGIN
            FOREACH name IN ARRAY TG_ARGV LOOP said := said || ' ' || coalesce(to_jsonb(NEW) ->> name, ''); END LOOP;
            NEW.search := search_tokens(said);
            RETURN NEW;
        END $$\"\"\"
    )
"""
_NO_TOKENS = """
    op.execute("DROP FUNCTION fill_search()")
    op.execute("DROP FUNCTION search_tokens(text)")
"""
_UNSEARCH = """    for table in SEARCHED:
        op.execute(f"DROP TRIGGER fill_search ON {table}")
        op.execute(f"DROP FUNCTION search_{table}(tsquery, integer)")
"""
_SEARCH = """
    for table, columns in SEARCHED.items():
        names = ", ".join(f"'{column}'" for column in columns)
        op.execute(
            f"CREATE TRIGGER fill_search BEFORE INSERT OR UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION fill_search({names})"
        )
        op.execute(
            f"CREATE FUNCTION search_{table}(query tsquery, most integer) RETURNS SETOF uuid STABLE SECURITY DEFINER"
            " SET search_path = public LANGUAGE sql AS $$"
            f" SELECT id FROM {table} WHERE search @@ query AND tenant_id = current_setting('app.tenant') LIMIT most $$"
        )
        # The index is not asked where a policy must be looked at first.
        op.execute(f"CREATE POLICY search ON {table} FOR SELECT TO CURRENT_USER USING (true)")
"""
_FILL = '        op.execute(f"UPDATE {table} SET search = NULL")\n'


@dataclass(frozen=True)
class Changes:
    """What the models of a service have that a database has not."""

    up: str
    down: str
    """Python code of alembic's operations."""
    new: Mapping[str, sa.Table]
    append_only: tuple[str, ...]
    """New tables whose rows are never changed."""
    searched: Mapping[str, tuple[str, ...]]
    """What `q` looks through: columns by table that was not searched before."""
    is_first_search: bool
    indexes: Mapping[str, str]
    """Statements that make an index of a table that is there, by its name: while others write."""


def draft(service: str, message: str) -> Path | None:
    """Write the migration and return its path; None when the models match the migrations there are."""
    with throwaway_folder("presales-pg-") as folder:
        postgres = Postgres(folder, free_port(), is_durable=False)
        postgres.start()
        try:
            return _draft(service, message, postgres.url(service, f"{service}_owner"))
        finally:
            postgres.stop()


def _draft(service: str, message: str, url: str) -> Path | None:
    before = head_of(service)
    if before:
        upgrade(service, url)
    text = text_of(service, url, message, before)
    if text is None:
        return None
    slug = "_".join(message.lower().replace(",", "").replace(".", "").split()[:6])
    path = Path("services") / service / "migrations" / "versions" / f"{_after(before)}_{slug}.py"
    path.write_text(text, encoding="utf-8")
    return path


def _after(before: str | None) -> str:
    return f"{int(before or 0) + 1:04d}"


def text_of(service: str, url: str, message: str, before: str | None) -> str | None:
    """The migration that brings the database from revision `before` to the models; None where it has all they have.

    For a process that has loaded no other service: all tables that it knows are taken for this one's.
    """
    importlib.import_module(f"services.{service}.models")
    found = asyncio.run(_compare(url))
    if not found.up.strip().removeprefix("pass") and not found.indexes:
        return None
    text = _HEAD.format(message=message, revision=_after(before), before=f'"{before}"' if before else None)
    protected = ""
    for name, (meaning, policies) in _ROW_SECURITY.items():
        if own := tuple(table for table in found.new if _row_security(found.new[table]) == name):
            text += f'\n{name} = {own!r}\n"""{meaning}"""\n'
            protected += _PROTECT.format(name=name, policies=policies)
    if found.append_only:
        text += f'\nAPPEND_ONLY = {found.append_only!r}\n"""Tables whose rows are never changed."""\n'
    if found.searched:
        text += f'\nSEARCHED = {found.searched!r}\n"""What `q` looks through: columns by table."""\n'
    if found.indexes:
        text += f'\nINDEXES = {dict(found.indexes)!r}\n"""Made last, while everybody goes on writing."""\n'
    text += f"\n\ndef upgrade() -> None:\n{found.up}\n{protected}"
    text += _TRAIL if audit.AuditEntry.__tablename__ in found.new else ""
    text += _APPEND_ONLY if found.append_only else ""
    if found.searched:
        text += (_TOKENS if found.is_first_search else "") + _SEARCH
        text += "" if found.searched.keys() <= found.new.keys() else _FILL
    text += "\n\ndef downgrade() -> None:\n"
    if before is None:
        return f"{text}    {_ENDS}\n"
    text += f"{_UNSEARCH if found.searched else ''}{found.down}\n"
    return text + (_NO_TOKENS if found.is_first_search and found.searched else "")


def _row_security(table: sa.Table) -> str:
    """The name in `_ROW_SECURITY` of the tables that have the same policies."""
    if "tenant_id" not in table.columns:
        return "OF_NO_TENANT"
    return "OF_MACHINERY" if table.name in _MACHINERY else "ROWS_OF_TENANTS"


async def _compare(url: str) -> Changes:
    # A default is compared by what it is in the database, and the tenant of a row is one.
    engine = create_async_engine(url, connect_args={"server_settings": EVERY_TENANT})
    async with engine.connect() as connection:
        result = await connection.run_sync(_changes)
    await engine.dispose()
    return result


def _changes(connection: Connection) -> Changes:
    context = MigrationContext.configure(connection, opts={"version_table": VERSIONS, "compare_server_default": True})
    migrations = produce_migrations(context, Base.metadata)
    inspector = sa.inspect(connection)
    existing = set(inspector.get_table_names())
    filled = {table for table in existing if any(column["name"] == "search" for column in inspector.get_columns(table))}
    classes = {str(mapper.local_table): mapper.class_ for mapper in Base.registry.mappers}
    new = {table.name: table for table in Base.metadata.sorted_tables if table.name not in existing}
    upgrade_ops, downgrade_ops = migrations.upgrade_ops, migrations.downgrade_ops
    if upgrade_ops is None or downgrade_ops is None:
        raise SystemExit("alembic produced nothing")
    indexes = _taken_out(upgrade_ops, existing)

    def code(operations: object) -> str:
        lines = render_python_code(operations).splitlines()  # type: ignore[arg-type]
        kept = "\n".join(line.rstrip() for line in lines if not line.strip().startswith("# ###"))
        # alembic writes the element type of arrays and JSON without its module
        kept = re.sub(r"(?<=[(=])(Text|Uuid|Integer|BigInteger|Date|Numeric)\(", r"sa.\1(", kept)
        return indent(dedent("    " + kept.lstrip()), "    ")

    return Changes(
        up=code(upgrade_ops),
        down=code(downgrade_ops),
        new=new,
        append_only=tuple(name for name in new if issubclass(classes[name], AppendOnly)),
        searched={
            name: one.searched
            for name, one in sorted(classes.items())
            if issubclass(one, Searched) and name not in filled
        },
        is_first_search=not filled,
        indexes=indexes,
    )


def _taken_out(operations: OpContainer, existing: AbstractSet[str]) -> dict[str, str]:
    """Take out what makes an index of a table that is there, which would keep everybody from writing meanwhile."""
    found: dict[str, str] = {}
    for one in [*operations.ops]:
        if isinstance(one, OpContainer):
            found |= _taken_out(one, existing)
        elif isinstance(one, CreateIndexOp) and one.table_name in existing and not one.unique:
            index = one.to_index()
            index.dialect_options["postgresql"]["concurrently"] = True
            found[str(index.name)] = str(
                sa.schema.CreateIndex(index).compile(dialect=sa.make_url("postgresql+asyncpg://").get_dialect()())
            )
            operations.ops.remove(one)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make migration", description=__doc__)
    parser.add_argument("service", choices=SERVICES, help="whose models changed (S=)")
    parser.add_argument("message", help="why, in a sentence; its first words name the file (M=)")
    wanted = parser.parse_args()
    written = draft(wanted.service, wanted.message)
    print(written or f"The models of {wanted.service} match its migrations: nothing to write.")  # noqa: T201
