"""What a database is made of, and what a service's models alone would make of one."""

import asyncio
import sys

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.migration import text_of
from shared.kernel.migrations import VERSIONS

_THINGS = """
with own as (select * from pg_class where relnamespace = 'public'::regnamespace and relname not like $1 || '%')
select 'relation', relname || ' ' || relkind::text || ', rls ' || relrowsecurity || ', forced ' || relforcerowsecurity
    || ', ' || coalesce(relacl::text, '')
    from own
union all
select 'column', relname || '.' || attname || ' ' || format_type(atttypid, atttypmod) || ', filled ' || attnotnull
    || ', identity ' || attidentity::text || ', generated ' || attgenerated::text || ', ' || attcollation::regcollation
    || coalesce(', default ' || pg_get_expr(adbin, adrelid), '')
    from own join pg_attribute a on attrelid = own.oid and attnum > 0 and not attisdropped
    left join pg_attrdef d on adrelid = own.oid and adnum = attnum
union all
select 'index', pg_get_indexdef(indexrelid) from own join pg_index on indrelid = own.oid
union all
-- what must be filled is said by its column; PostgreSQL numbers the names of these
select 'constraint', relname || ' ' || conname || ' ' || pg_get_constraintdef(c.oid)
    from own join pg_constraint c on conrelid = own.oid where contype <> 'n'
union all
select 'trigger', pg_get_triggerdef(t.oid) || tgenabled::text from own join pg_trigger t on tgrelid = own.oid
    where not tgisinternal
union all
select 'function', pg_get_functiondef(oid) || coalesce(proacl::text, '')
    from pg_proc where pronamespace = 'public'::regnamespace
union all
select 'policy', concat_ws(', ', tablename, policyname, permissive, roles, cmd, qual, 'check ' || with_check)
    from pg_policies where schemaname = 'public'
union all
select 'sequence', concat_ws(', ', sequencename, data_type, start_value, increment_by, cycle)
    from pg_sequences where schemaname = 'public'
"""


async def things(connection):
    """Everything in the schema by what defines it, but for the order in which it was made, and the revision."""
    rows = await connection.fetch(_THINGS, VERSIONS)
    return sorted(f"{kind} {definition}" for kind, definition in rows)


async def make_from_models(service, url):
    """Run the first migration that would be drafted for a service today, in an empty database.

    In a process of its own, as `make migration` runs: elsewhere the tables of all services are loaded.
    """
    first = {}
    exec(await asyncio.to_thread(text_of, service, url, "First", None), first)  # noqa: S102

    def run(connection):
        with Operations.context(MigrationContext.configure(connection)):
            first["upgrade"]()

    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(make_from_models(*sys.argv[1:]))
