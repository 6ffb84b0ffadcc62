"""Tenants are kept apart by the database: in the machinery's tables, before the schema's owner, and at its door."""

import asyncio
import itertools
from datetime import timedelta

import asyncpg
import pytest
import sqlalchemy as sa

from deploy.embedded import SERVICES
from services.requirements.models.opportunities import Client
from shared.kernel.base import TenantCalendar
from shared.kernel.clock import now
from shared.kernel.context import Context, new_id
from shared.kernel.db import EVERY_TENANT, Database, serve_adding
from shared.kernel.messaging import Handlers
from shared.kernel.messaging.outbox import publish
from shared.kernel.messaging.tables import Inbox, Outbox
from shared.kernel.timers import Timer, set_timer
from shared.language.events.requirements import OpportunityClosed
from tests.conftest import empty, envelope, statements

TENANTS = ("acme", "other")
TABLES = (Outbox, Inbox, Timer, TenantCalendar)
CLOSED = {"outcome": "won", "reason": None, "epoch": 1}

on = Handlers("requirements-tenancy")


@on(OpportunityClosed)
async def hear(session, event):
    await set_timer(session, "heard", event.opportunity_id, now())


@pytest.fixture
async def database(postgres):
    """With a row of each tenant in each table of the machinery."""
    await empty(postgres, "requirements")
    database = Database(postgres.service_url("requirements"), name="test")
    for tenant in TENANTS:
        async with database.transaction(Context(tenant=tenant, actor="ann")) as session:
            client = Client(name=tenant, language="en")
            session.add(client)
            session.add(TenantCalendar(time_zone="Europe/Berlin", hours_per_day=8, version=1))
            await session.flush()
            await publish(session, OpportunityClosed(opportunity_id=new_id(), **CLOSED), about=client)
    events = [envelope(OpportunityClosed(opportunity_id=new_id(), **CLOSED), tenant=tenant) for tenant in TENANTS]
    assert await on.handle(database, events) == len(TENANTS)
    yield database
    await database.close()


async def seen(session, table):
    return sorted(await session.scalars(sa.select(table.tenant_id)))


@pytest.mark.parametrize("table", TABLES)
async def test_a_forgotten_where_in_a_request_reaches_no_other_tenants_rows(database, table):
    async with database.transaction(Context(tenant="acme", actor="ann")) as session:
        assert await seen(session, table) == ["acme"]
        assert (await session.execute(sa.delete(table))).rowcount == 1
    async with database.transaction(Context(tenant="other", actor="bob")) as session:
        assert await seen(session, table) == ["other"]


@pytest.mark.parametrize("table", TABLES)
async def test_nobody_takes_a_row_over_to_another_tenant(database, table):
    with pytest.raises(sa.exc.DBAPIError, match="row-level security"):
        async with database.transaction(Context(tenant="acme", actor="ann")) as session:
            await session.execute(sa.update(table).values(tenant_id="other"))


@pytest.mark.parametrize("table", TABLES)
async def test_the_machinery_sees_every_tenants(database, table):
    async with database.machinery.connect() as connection:
        found = await connection.scalars(sa.select(table.tenant_id))

    assert sorted(found) == sorted(TENANTS)


async def test_the_machinery_sees_nothing_of_what_is_no_business_of_its(database):
    async with database.machinery.connect() as connection:
        assert (await connection.execute(sa.select(Client))).all() == []


async def test_no_caller_and_no_event_works_for_every_tenant(database):
    with pytest.raises(ValueError, match="every tenant"):
        async with database.transaction(Context(tenant="*", actor="ann")):
            pass


@pytest.mark.usefixtures("database")
async def test_what_a_relay_without_the_setting_would_publish_is_an_error_and_not_nothing(postgres):
    """A replica of before, beside this schema: it says so in its log, and the present ones publish what it wrote."""
    before = Database(postgres.service_url("requirements"), name="requirements-relay")
    async with before.engine.connect() as connection:
        with pytest.raises(sa.exc.DBAPIError, match=r"app\.tenant"):
            await connection.execute(sa.select(Outbox.id).where(Outbox.published_at.is_(None)))
    await before.close()


@pytest.mark.usefixtures("database")
async def test_the_schemas_owner_sees_one_tenant_and_all_when_it_says_so(postgres):
    url = postgres.url("requirements", "requirements_owner").replace("+asyncpg", "")
    owner = await asyncpg.connect(url, server_settings={"app.tenant": "other"})
    migrating = await asyncpg.connect(url, server_settings=EVERY_TENANT)
    try:
        entries, changed = (
            await owner.fetch("select tenant_id from audit_entry"),
            await owner.execute("update client set name = 'taken'"),
        )
        everything = await migrating.fetch("select tenant_id from audit_entry union select tenant_id from client")
    finally:
        await owner.close()
        await migrating.close()

    assert {row["tenant_id"] for row in entries} == {"other"}
    assert changed == "UPDATE 1"
    assert {row["tenant_id"] for row in everything} == set(TENANTS)


async def test_a_batch_of_several_tenants_has_its_effect_once(database):
    events = [
        envelope(OpportunityClosed(opportunity_id=new_id(), **CLOSED), tenant=tenant)
        for tenant in ("other", "acme", "third", "acme")
    ]

    assert [await on.handle(database, events) for _ in range(2)] == [4, 0]

    async with database.machinery.connect() as connection:
        rows = (await connection.execute(sa.select(Inbox.event_id, Inbox.tenant_id))).all()
    assert {(event.id, event.tenant) for event in events} <= {tuple(row) for row in rows}


async def test_who_an_event_is_for_is_said_and_the_event_claimed_in_one_statement(database):
    events = [envelope(OpportunityClosed(opportunity_id=new_id(), **CLOSED), tenant="acme") for _ in range(3)]

    with statements(database) as sent:
        assert await on.handle(database, [*events, events[0]]) == 3

    assert [statement.split()[2] for statement in sent if "set_config" in statement or "inbox" in statement] == ["AS"]
    assert len([statement for statement in sent if "INTO timer" in statement]) == 3


async def test_claims_are_of_their_tenant_whomever_their_connection_served_before(postgres, database):
    """More often than it takes PostgreSQL to keep one plan of the statement for whatever tenant."""
    alone = Database(postgres.service_url("requirements"), name="test", pool_size=1)
    told = [
        envelope(OpportunityClosed(opportunity_id=new_id(), **CLOSED), tenant=f"tenant {number % 3}")
        for number in range(24)
    ]

    for event in told:
        assert await on.handle(alone, [event]) == 1
        assert await on.handle(alone, [event]) == 0
    await alone.close()

    for tenant in ("tenant 0", "tenant 1", "tenant 2"):
        async with database.transaction(Context(tenant=tenant, actor="ann")) as session:
            seen_by_it = set(await session.scalars(sa.select(Inbox.event_id)))
        assert seen_by_it == {event.id for event in told if event.tenant == tenant}


async def test_what_is_added_as_a_tenant_is_said_is_held_against_that_tenant(database):
    forged = (
        "INSERT INTO inbox (tenant_id, consumer, event_id, stream_seq) SELECT $2, 'c', gen_random_uuid(), 1 FROM served"
    )
    returning = " RETURNING event_id AS added"

    with pytest.raises(sa.exc.DBAPIError, match="row-level security"):
        async with database.unserved() as session:
            await serve_adding(session, Context(tenant="acme", actor="ann"), forged + returning, "other")


async def test_a_transaction_that_is_for_nobody_yet_reaches_nothing(database):
    async with database.unserved() as session:
        for table in (Client, *TABLES):
            assert await seen(session, table) == []
        with pytest.raises(KeyError, match="context"):
            await publish(session, OpportunityClosed(opportunity_id=new_id(), **CLOSED), about=Client(id=new_id()))


async def test_a_session_knows_the_calendar_of_whom_it_works_for(database):
    async with database.transaction(Context(tenant="acme", actor="ann")) as session:
        of_the_tenant = str(session.info["zone"])
    async with database.transaction(Context(tenant="third", actor="ann")) as session:
        usual = str(session.info["zone"])

    assert (of_the_tenant, usual) == ("Europe/Berlin", "Asia/Shanghai")


async def plan(connection, statement):
    rows = await connection.execute(sa.text(f"EXPLAIN {statement}"))
    return "\n".join(row[0] for row in rows)


async def test_policies_leave_the_indexes_of_the_machinery_in_use(database, postgres):
    owner = await asyncpg.connect(postgres.url("requirements").replace("+asyncpg", ""))
    await owner.execute(
        "insert into outbox (event_id, tenant_id, aggregate_type, aggregate_id, aggregate_seq, subject, headers, payload,"
        " created_at, published_at, stream_seq) select gen_random_uuid(), 't' || i % 50, 'x', gen_random_uuid(), 1, 's',"
        " '{}', 'x', now(), now(), i from generate_series(1, 20000) i"
    )
    await owner.execute(
        "insert into timer (tenant_id, kind, subject, due_at, next_at, actor, correlation_id, attempts) select 'x', 'k',"
        " gen_random_uuid(), now() + interval '1 day', now() + interval '1 day', 'a', gen_random_uuid(), 0"
        " from generate_series(1, 20000)"
    )
    await owner.execute("vacuum analyze outbox, timer")
    await owner.close()
    later = f"'{now() + timedelta(minutes=1)}'"
    async with database.machinery.connect() as connection:
        pending = "select id from outbox where published_at is null and failed is null order by id limit 200"
        assert "ix_outbox_pending" in await plan(connection, pending)
        assert "Index" in await plan(
            connection, "select event_id from outbox where stream_seq >= 19000 order by 1 limit 1"
        )
        assert "pk_outbox" in await plan(
            connection, "update outbox o set stream_seq = 1 from (values (7)) v(i) where o.id = v.i"
        )
        due = f"select * from timer where next_at <= {later} and kind in ('k', 'l') order by next_at limit 100"
        assert "ix_timer_next_at" in await plan(connection, due)


@pytest.mark.usefixtures("database")
async def test_policies_leave_the_index_of_the_search_in_use(postgres):
    owner = postgres.url("requirements", "requirements_owner")
    settings = {"server_settings": {"app.tenant": "acme", "enable_seqscan": "off"}}
    engine = sa.ext.asyncio.create_async_engine(owner, connect_args=settings)
    async with engine.connect() as connection:
        found = await plan(
            connection,
            "select id from client where search @@ to_tsquery('simple', 'x') and tenant_id = current_setting('app.tenant')",
        )
    await engine.dispose()

    assert "search @@" in found.partition("Index Cond")[2]


@pytest.mark.parametrize("kind", ["app", "owner"])
async def test_a_services_role_enters_its_own_database_alone(postgres, kind):
    async def enters(service, database):
        try:
            connection = await asyncpg.connect(postgres.url(database, f"{service}_{kind}").replace("+asyncpg", ""))
        except asyncpg.InsufficientPrivilegeError:
            return False
        await connection.close()
        return True

    doors = list(itertools.product(SERVICES, (*SERVICES, "postgres", "template1")))
    found = dict(zip(doors, await asyncio.gather(*(enters(*door) for door in doors)), strict=True))

    assert {door for door, is_open in found.items() if is_open} == {(service, service) for service in SERVICES}
