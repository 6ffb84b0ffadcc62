"""Writes the next migration of a service from its models: `make migration S=risk M="Responses have an owner"`.

The draft is made against a real database at the present head, and is then read and edited by a person.
"""

import argparse
import asyncio
import importlib
import re
from pathlib import Path
from textwrap import dedent, indent

import sqlalchemy as sa
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.embedded import SERVICES, Postgres, free_port, throwaway_folder
from shared.kernel import audit, http, seals
from shared.kernel.base import Base, TenantCalendar
from shared.kernel.messaging import tables
from shared.kernel.migrations import head_of, upgrade
from shared.kernel.search import Searched

_HEAD = '''"""{message}"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "{revision}", {before}
'''
_ROWS_OF_TENANTS = '''
ROWS_OF_TENANTS = ({tables},)
"""Tables whose rows only their tenant sees."""
OF_MACHINERY = {machinery!r}
"""Those of which the service's own machinery sees every tenant's; of the others the schema's owner alone does."""
'''
_PROTECT = """
    for table in ROWS_OF_TENANTS:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        if table in OF_MACHINERY:
            # The calendar is read in the statement that sets the tenant, which is planned before there is one.
            told = f"current_setting('app.tenant', {table == 'tenant_calendar'})"
            op.execute(f"CREATE POLICY tenant ON {table} USING ({told} IN (tenant_id, '*'))")
            continue
        op.execute(f"CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('app.tenant'))")
        op.execute(
            f"CREATE POLICY every_tenant ON {table} TO CURRENT_USER USING (current_setting('app.tenant') = '*')"
            " WITH CHECK (current_setting('app.tenant') = '*' AND tenant_id <> '*')"
        )
"""
_APPEND_ONLY = """
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE FUNCTION audited_tenants(since timestamptz, until timestamptz) RETURNS SETOF text STABLE"
        " SECURITY DEFINER SET search_path = public LANGUAGE sql AS $$"
        " SELECT DISTINCT tenant_id FROM audit_entry WHERE recorded_at >= since AND recorded_at < until $$"
    )
    for table in ("audit_entry", "audit_seal"):
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
"""
KERNEL = (audit, http, seals, tables)
"""Modules whose tables every service has."""
OF_MACHINERY = {
    seals.AuditSeal.__tablename__,
    tables.Outbox.__tablename__,
    tables.Inbox.__tablename__,
    TenantCalendar.__tablename__,
    "timer",
}
"""Tables that the relay, the consumers and the timers use for all tenants at once."""


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
_NO_TOKENS = (
    '    op.execute("DROP FUNCTION fill_search()")',
    '    op.execute("DROP FUNCTION search_tokens(text)")',
    "",
)
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
        op.execute(f"UPDATE {table} SET search = NULL")
"""


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
    up, down, new_tables, searched, is_first = compare(service, url)
    if not up.strip().removeprefix("pass"):
        return None
    revision = f"{int(before or 0) + 1:04d}"
    protected = sorted(new_tables)
    text = _HEAD.format(message=message, revision=revision, before=f'"{before}"' if before else None)
    if protected:
        text += _ROWS_OF_TENANTS.format(
            tables=", ".join(f'"{table}"' for table in protected), machinery=tuple(sorted(new_tables & OF_MACHINERY))
        )
    if searched:
        text += f'\nSEARCHED = {searched!r}\n"""What `q` looks through: columns by table."""\n'
    text += f"\n\ndef upgrade() -> None:\n{up}\n"
    text += _PROTECT if protected else ""
    text += _APPEND_ONLY if audit.AuditEntry.__tablename__ in new_tables else ""
    text += (_TOKENS if is_first else "") + _SEARCH if searched else ""
    text += f"\n\ndef downgrade() -> None:\n{_UNSEARCH if searched else ''}{down}\n"
    text += "\n".join(("", *_NO_TOKENS)) if is_first and searched else ""
    slug = "_".join(message.lower().replace(",", "").replace(".", "").split()[:6])
    path = Path("services") / service / "migrations" / "versions" / f"{revision}_{slug}.py"
    path.write_text(text, encoding="utf-8")
    return path


def compare(service: str, url: str) -> tuple[str, str, set[str], dict[str, tuple[str, ...]], bool]:
    """What a migration would do and undo, its new tables of tenants, those searched, and whether they are the first.

    For a process that has loaded no other service: all tables that it knows are taken for this one's.
    """
    importlib.import_module(f"services.{service}.models")
    return asyncio.run(_compare(url))


async def _compare(url: str) -> tuple[str, str, set[str], dict[str, tuple[str, ...]], bool]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        result = await connection.run_sync(_operations)
    await engine.dispose()
    return result


def _operations(connection: Connection) -> tuple[str, str, set[str], dict[str, tuple[str, ...]], bool]:
    migrations = produce_migrations(MigrationContext.configure(connection), Base.metadata)
    inspector = sa.inspect(connection)
    existing = set(inspector.get_table_names())
    filled = {table for table in existing if any(column["name"] == "search" for column in inspector.get_columns(table))}
    searched = {
        str(mapper.local_table): mapper.class_.searched
        for mapper in sorted(Base.registry.mappers, key=lambda one: str(one.local_table))
        if issubclass(mapper.class_, Searched) and str(mapper.local_table) not in filled
    }
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

    return code(upgrade_ops), code(downgrade_ops), tenants - existing, searched, not filled


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make migration", description=__doc__)
    parser.add_argument("service", choices=SERVICES, help="whose models changed (S=)")
    parser.add_argument("message", help="why, in a sentence; its first words name the file (M=)")
    wanted = parser.parse_args()
    written = draft(wanted.service, wanted.message)
    print(written or f"The models of {wanted.service} match its migrations: nothing to write.")  # noqa: T201
