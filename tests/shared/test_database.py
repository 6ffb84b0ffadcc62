"""What every service's database must be: at head, tenant by tenant, without rights for the service to change that."""

import asyncio
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from deploy.embedded import SERVICES
from services.requirements.models.opportunities import Client
from shared.kernel import migrations
from shared.kernel.context import Context
from shared.kernel.db import Database
from tests.conftest import empty
from tests.support.databases import in_database, new_database
from tests.support.shared.catalogue import things

ROOT = Path(__file__).parent.parent.parent
OF_NO_TENANT = {migrations.VERSIONS, "log_head"}
"""Which revision this is, and how many events the log of all tenants has."""
OF_MACHINERY = {"audit_seal", "outbox", "inbox", "timer", "tenant_calendar"}
"""What the relay, the consumers and the timers use for all tenants at once."""


@pytest.fixture(params=SERVICES)
async def connection(postgres, request):
    postgres.service_url(request.param)
    connection = await asyncpg.connect(postgres.url(request.param, f"{request.param}_app").replace("+asyncpg", ""))
    yield connection
    await connection.close()


async def test_every_table_has_row_level_security_for_its_owner_too(connection):
    rows = await connection.fetch(
        "select c.oid, relname, relrowsecurity and relforcerowsecurity as is_forced"
        " from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = 'public' and relkind in ('r', 'p')"
    )

    assert {row["relname"] for row in rows if not row["is_forced"]} == {migrations.VERSIONS}
    for row in rows:
        if row["relname"] not in OF_NO_TENANT:
            assert await policies_of(connection, row["oid"]) in EXPECTED[row["relname"] in OF_MACHINERY]


async def policies_of(connection, table):
    """Names of the policies that a table has, and for whom."""
    rows = await connection.fetch(
        "select polname, polroles::regrole[]::text[] as whose from pg_policy where polrelid = $1 order by polname",
        table,
    )
    return [(row["polname"], "owner" if row["whose"][0].endswith("_owner") else "all") for row in rows]


_OF_OWNER = [("every_tenant", "owner"), ("tenant", "all")]
EXPECTED = {
    True: [[("tenant", "all")]],
    False: [_OF_OWNER, [_OF_OWNER[0], ("search", "owner"), _OF_OWNER[1]]],
}
"""By whether the machinery uses a table: the policies that it may have."""


async def test_the_services_role_can_neither_bypass_it_nor_change_the_schema(connection):
    role = await connection.fetchrow("select rolsuper, rolbypassrls from pg_roles where rolname = current_user")

    assert (role["rolsuper"], role["rolbypassrls"]) == (False, False)
    for statement in ("create table t (i int)", "alter table outbox disable row level security", "drop table outbox"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)


async def test_without_a_tenant_nothing_is_seen(connection):
    tables = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")

    for row in tables:
        if row["tablename"] == "tenant_calendar":
            assert await connection.fetch("select * from tenant_calendar") == []  # a tenant is yet to be set
        elif row["tablename"] not in OF_NO_TENANT:
            with pytest.raises(asyncpg.PostgresError, match=r"app\.tenant"):
                await connection.fetch(f'select * from "{row["tablename"]}"')


@pytest.mark.parametrize("service", SERVICES)
async def test_the_models_alone_make_the_same_schema_as_the_migrations(postgres, service):
    postgres.service_url(service)
    name = new_database(postgres, service)

    command = [sys.executable, "-m", "tests.support.shared.catalogue", service, postgres.url(name, f"{service}_owner")]
    ran = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr
    async with in_database(postgres, service) as migrated, in_database(postgres, name) as drafted:
        assert await things(migrated) == await things(drafted)
    assert len(ScriptDirectory.from_config(migrations.config_of(service)).get_heads()) == 1


@pytest.mark.parametrize(
    "change",
    [
        "alter table journey alter column status drop default",
        "alter table journey alter column stalls_at set not null",
        "alter table journey alter column stalls_at type date",
        "drop index ix_journey_status",
        "alter table logged_event drop constraint uq_logged_event_event_id",
        "alter table audit_entry disable trigger append_only",
        "drop trigger append_only on audit_seal",
        "create or replace function refuse_change() returns trigger language plpgsql as $$ begin return new; end $$",
        "alter function audited_tenants security invoker",
        "alter policy every_tenant on journey to public",
        "alter policy everybody on log_head with check (false)",
        "alter table journey no force row level security",
        "grant truncate on journey to insights_app",
        "create table forgotten (tenant_id text)",
    ],
)
async def test_a_schema_that_differs_in_one_thing_is_another(postgres, change):
    await empty(postgres, "insights")
    async with in_database(postgres, "insights") as connection:
        before = await things(connection)
        change_of_schema = connection.transaction()
        await change_of_schema.start()
        await connection.execute(change)

        after = await things(connection)

        await change_of_schema.rollback()
    assert after != before


async def test_a_forgotten_where_leaks_nothing(postgres):
    await empty(postgres, "requirements")
    database = Database(postgres.service_url("requirements"), name="test")
    for tenant in ("acme", "other"):
        async with database.transaction(Context(tenant=tenant, actor="ann")) as session:
            session.add(Client(name=tenant, language="en"))

    async with database.transaction(Context(tenant="acme", actor="ann")) as session:
        seen = (await session.scalars(sa.select(Client.name))).all()
        changed = await session.execute(sa.update(Client).values(name="taken"))
    with pytest.raises(sa.exc.DBAPIError, match="row-level security"):
        async with database.transaction(Context(tenant="acme", actor="ann")) as session:
            session.add(Client(name="smuggled", language="en", tenant_id="other"))
    await database.close()

    assert seen == ["acme"]
    assert changed.rowcount == 1


async def test_a_failed_commit_is_not_answered_as_success(start, postgres):
    """A deferred constraint fails at the very commit: after the endpoint, and it must be before the answer."""
    async with start("requirements") as client:
        owner = await asyncpg.connect(postgres.url("requirements", "requirements_owner").replace("+asyncpg", ""))
        await owner.execute("alter table client add constraint late unique (name) deferrable initially deferred")
        try:
            first = await client.post("/clients", json={"name": "x"})
            second = await client.post("/clients", json={"name": "x"})
            listed = (await client.get("/clients")).json()["items"]
        finally:
            await owner.execute("alter table client drop constraint late")
            await owner.close()

    assert (first.status_code, second.status_code) == (201, 409)
    assert len(listed) == 1
