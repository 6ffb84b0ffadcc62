"""Many rows in one statement, and a row that is there nearly always: on the real database, with others at it."""

import asyncio

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm.exc import StaleDataError

from services.requirements.models.opportunities import Client, Counter
from shared.kernel.audit import AuditEntry, set_on_all
from shared.kernel.context import Context, new_id
from shared.kernel.db import locked_or_made, serve, taken_back
from shared.kernel.messaging import publish
from shared.language.events.requirements import OpportunityClosed
from tests.conftest import said, statements

ANN = Context(tenant="acme", actor="ann")


async def clients(database, count):
    async with database.transaction(ANN) as session:
        rows = [Client(name=f"client {number}", language="en") for number in range(count)]
        session.add_all(rows)
    return [row.id for row in rows]


async def test_what_somebody_else_changed_in_between_is_not_written_over(database):
    keys = await clients(database, 3)

    with pytest.raises(StaleDataError):
        async with database.transaction(ANN) as session:
            rows = (await session.scalars(sa.select(Client))).all()
            async with database.transaction(ANN) as other:
                (await other.get(Client, keys[1])).industry = "retail"
            await set_on_all(session, rows, industry="banking")

    async with database.transaction(ANN) as session:
        assert (await session.scalars(sa.select(Client.industry).order_by(Client.name))).all() == [None, "retail", None]


async def test_rows_that_are_so_already_keep_their_version(database):
    await clients(database, 3)
    async with database.transaction(ANN) as session:
        rows = (await session.scalars(sa.select(Client).order_by(Client.name))).all()
        await set_on_all(session, rows[:1], industry="banking")
        await set_on_all(session, rows, industry="banking")
        assert [row.version for row in rows] == [2, 2, 2]

    async with database.transaction(ANN) as session:
        kept = (await session.execute(sa.select(Client.version, Client.industry))).all()
    assert kept == [(2, "banking")] * 3


async def test_a_row_that_two_make_at_once_is_one_and_each_has_it_in_turn(database):
    async def count():
        async with database.transaction(ANN) as session:
            new = insert(Counter).values(name="seen", value=0)
            row = await locked_or_made(session, sa.select(Counter).where(Counter.name == "seen"), new)
            await asyncio.sleep(0.01)
            row.value += 1

    await asyncio.gather(*(count() for _ in range(6)))

    async with database.transaction(ANN) as session:
        assert (await session.scalars(sa.select(Counter.value))).all() == [6]


async def test_a_row_is_made_in_the_statement_after_the_one_that_found_none(database):
    async def kept(session):
        new = insert(Counter).values(name="seen", value=0)
        return await locked_or_made(session, sa.select(Counter).where(Counter.name == "seen"), new)

    for count in (2, 1):
        async with database.transaction(ANN) as session:
            with statements(database) as sent:
                row = await kept(session)
            row.value += 1
        assert len(sent) == count

    async with database.transaction(ANN) as session:
        assert (await kept(session)).value == 2


def tables(sent):
    """The tables that rows were added to, one name for each statement."""
    return [statement.split()[2] for statement in sent if statement.startswith("INSERT INTO ")]


async def say(session, name):
    client = Client(name=name, language="en")
    session.add(client)
    await session.flush()
    event = OpportunityClosed(opportunity_id=new_id(), outcome=name, reason=None, epoch=1)
    await publish(session, event, about=client)


async def told(database, tenant="acme"):
    """What is in the outbox, in its order, and whose creation is in the audit trail."""
    names = [event.data["outcome"] for event in await said(database, tenant=tenant)]
    async with database.transaction(Context(tenant=tenant, actor="ann")) as session:
        entries = await session.scalars(sa.select(AuditEntry.after["name"].as_string()).order_by(AuditEntry.id))
        return names, entries.all()


async def test_what_a_transaction_says_and_records_is_written_once_at_its_end(database):
    with statements(database) as sent:
        async with database.transaction(ANN) as session:
            for name in ("one", "two", "three"):
                await say(session, name)
            before = tables(sent)

    assert before == ["client"] * 3
    assert sorted(tables(sent)[3:]) == ["audit_entry", "outbox"]
    assert await told(database) == (["one", "two", "three"],) * 2


async def test_what_is_taken_back_was_neither_said_nor_recorded(database):
    async with database.transaction(ANN) as session:
        await say(session, "before")
        async with taken_back(session):
            await say(session, "tried")
            async with session.begin_nested():
                await say(session, "tried within")
        async with session.begin_nested():
            await say(session, "kept")
        await say(session, "after")

    assert await told(database) == (["before", "kept", "after"],) * 2


async def test_what_is_said_for_one_tenant_is_written_before_the_next_is_served(database):
    other = Context(tenant="other", actor="eve")
    async with database.transaction(ANN) as session:
        await say(session, "ours")
        await serve(session, other)
        await say(session, "theirs")

    assert await told(database) == (["ours"],) * 2
    assert await told(database, "other") == (["theirs"],) * 2


async def test_a_transaction_that_fails_says_and_records_nothing(database):
    with pytest.raises(RuntimeError):
        async with database.transaction(ANN) as session:
            await say(session, "one")
            raise RuntimeError

    assert await told(database) == ([], [])
