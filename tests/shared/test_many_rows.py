"""Many rows in one statement, and a row that is there nearly always: on the real database, with others at it."""

import asyncio

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm.exc import StaleDataError

from services.requirements.models.opportunities import Client, Counter
from shared.audit import set_on_all
from shared.context import Context
from shared.db import Database, locked_or_made
from tests.conftest import empty

ANN = Context(tenant="acme", actor="ann")


@pytest.fixture
async def database(postgres):
    await empty(postgres, "requirements")
    database = Database(postgres.service_url("requirements"), name="test")
    yield database
    await database.close()


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
