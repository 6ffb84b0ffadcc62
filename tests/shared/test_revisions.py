"""Revisions of a rule, on the real database: the next one takes the place of the one in force."""

import asyncio

import pytest

from services.estimation.models.discounts import PricingPolicy
from shared.kernel.context import Context
from shared.kernel.db import Database
from shared.kernel.revisions import in_force, put_in_force, revisions
from tests.conftest import empty

ANN, BEN = Context(tenant="acme", actor="ann"), Context(tenant="other", actor="ben")


@pytest.fixture
async def database(postgres):
    await empty(postgres, "estimation")
    database = Database(postgres.service_url("estimation"), name="test")
    yield database
    await database.close()


async def put(database, context, note):
    async with database.transaction(context) as session:
        return (await put_in_force(session, PricingPolicy(levels=[], note=note))).revision


async def test_the_next_revision_takes_the_place_of_the_one_in_force_in_its_tenant(database):
    assert [await put(database, ANN, "a"), await put(database, ANN, "b"), await put(database, BEN, "c")] == [1, 2, 1]

    async with database.transaction(ANN) as session:
        counts = await in_force(session, PricingPolicy)
        notes = {
            wanted: [row.note for row in await session.scalars(revisions(PricingPolicy, is_in_force=wanted))]
            for wanted in (True, False, None)
        }
    assert (counts.note, notes[True], notes[False], sorted(notes[None])) == ("b", ["b"], ["a"], ["a", "b"])


async def test_where_nobody_has_set_the_rule_none_is_in_force(database):
    async with database.transaction(ANN) as session:
        assert await in_force(session, PricingPolicy) is None


async def test_of_many_that_are_set_at_once_one_is_in_force_and_none_is_lost(database):
    await put(database, ANN, "first")

    numbers = await asyncio.gather(*(put(database, ANN, "more") for _ in range(5)))

    assert sorted(numbers) == [2, 3, 4, 5, 6]
