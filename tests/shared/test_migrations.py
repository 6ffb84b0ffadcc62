"""Which databases are migrated: new ones, those of this chain, and those at the end of the chain before it."""

import asyncpg
import pytest

from deploy.embedded import SERVICES
from shared.kernel import migrations
from tests.conftest import migrations_in_thread
from tests.support.databases import in_database, new_database, put
from tests.support.shared.catalogue import things

LAST_BEFORE = {
    "requirements": "0015", "engagement": "0011", "estimation": "0018", "risk": "0022", "proposal": "0032",
    "insights": "0007",
}  # fmt: skip


async def at_a_revision_of_the_chain_before(postgres, service, revision):
    """A database as the release before left it, with a row in each table; its name."""
    name = new_database(postgres, service)
    migrations_in_thread(service, postgres.url(name, f"{service}_owner"), "0001")
    async with in_database(postgres, name) as connection:
        await connection.execute(
            f"set role {service}_owner; drop table {migrations.VERSIONS};"
            "create table alembic_version (version_num varchar(32) not null primary key); reset role"
        )
        await connection.execute("insert into alembic_version values ($1)", revision)
        for table in await tables(connection):
            await put(connection, table, **({"id": 1} if table == "outbox" else {}))
    return name


async def tables(connection):
    rows = await connection.fetch("select tablename from pg_tables where schemaname = 'public' order by 1")
    return [name for (name,) in rows if name not in {migrations.VERSIONS, "alembic_version"}]


async def content(connection):
    return {table: await connection.fetch(f'select * from "{table}"') for table in await tables(connection)}


@pytest.mark.parametrize("service", SERVICES)
async def test_a_database_at_the_end_of_the_chain_before_is_taken_over_with_all_it_holds(postgres, service):
    name = await at_a_revision_of_the_chain_before(postgres, service, LAST_BEFORE[service])
    async with in_database(postgres, name) as connection:
        before, made_of = await content(connection), await things(connection)

        for _ in range(2):
            migrations_in_thread(service, postgres.url(name, f"{service}_owner"), "0001")

        assert await content(connection) == before
        assert await things(connection) == made_of
        assert await connection.fetchval(f"select version_num from {migrations.VERSIONS}") == "0001"
        migrations_in_thread(service, postgres.url(name, f"{service}_owner"))
        after = await content(connection)
    assert all(before.values())
    assert {table: len(after[table]) for table in before} == {table: len(rows) for table, rows in before.items()}


async def test_a_replica_of_the_release_before_serves_on_beside_it(postgres):
    name = await at_a_revision_of_the_chain_before(postgres, "risk", "0022")

    migrations_in_thread("risk", postgres.url(name, "risk_owner"))

    replica = await asyncpg.connect(postgres.url(name, "risk_app").replace("+asyncpg", ""))
    assert await replica.fetchval("select version_num from alembic_version") == "0022"
    await replica.close()


async def test_a_replica_of_this_release_waits_until_it_is_taken_over(start, postgres):
    name = await at_a_revision_of_the_chain_before(postgres, "risk", "0022")
    async with start("risk", clean=False, database_url=postgres.url(name, "risk_app")) as client:
        before = await client.get("http://service/readyz")
        migrations_in_thread("risk", postgres.url(name, "risk_owner"))
        after = await client.get("http://service/readyz")

    assert (before.status_code, before.json()["checks"]["database"]) == (503, "at revision none, this code wants 0001")
    assert (after.status_code, after.json()["checks"]["database"]) == (200, "ok")


async def test_an_older_database_is_refused_and_stays_as_it_is(postgres):
    name = await at_a_revision_of_the_chain_before(postgres, "risk", "0001")
    async with in_database(postgres, name) as connection:
        before, made_of = await content(connection), await things(connection)

        with pytest.raises(migrations.UnknownRevision) as told:
            migrations_in_thread("risk", postgres.url(name, "risk_owner"))

        assert (await content(connection), await things(connection)) == (before, made_of)
        assert await connection.fetchval("select to_regclass($1)::text", migrations.VERSIONS) is None
    assert str(told.value) == (
        "The database of risk is at revision 0001 of an older release: upgrade it to 0022 first, with the release before"
        " this one."
    )
