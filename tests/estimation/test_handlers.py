"""Deliveries: early, late, twice, in any order."""

import itertools
import random

import pytest
import sqlalchemy as sa

from services.estimation.handlers import on
from services.estimation.models.estimates import Estimate
from shared.kernel.context import Context
from tests.conftest import TENANT, envelope, said, statements
from tests.support.estimation.events import DEAL, approved, closed, hear, rate_card, requirement, risk_budget, withdrawn

COMPLETED, PRICED = "estimation.estimate.completed.v1", "estimation.estimate.priced.v1"


async def state(client):
    """Everything that estimates are, but for when and how often they changed."""
    context = Context(tenant=TENANT, actor="test")
    async with client.app.state.database.transaction(context) as session:
        rows = await session.scalars(
            sa.select(Estimate).order_by(Estimate.position).options(sa.orm.undefer(Estimate.lines))
        )
        left_out = {"version", "created_at", "updated_at", "parameter_set_id"}
        names = [name for name in Estimate.__mapper__.columns.keys() if name not in left_out]  # noqa: SIM118
        found = [{name: getattr(row, name) for name in names} for row in rows]
        # Rate cards are made anew with ids of their own.
        return [{**one, "figures": one["figures"] and {**one["figures"], "rates": None}} for one in found]


async def completed(client):
    return {event.data["basis"]["epoch"]: event.data for event in await said(client.app.state.database, COMPLETED)}


async def test_an_event_reads_and_writes_each_thing_once(estimation):
    await hear(estimation, approved(), on=on)

    with statements(estimation.app.state.database) as sent:
        await hear(estimation, approved(2), on=on)
    with statements(estimation.app.state.database) as sent_for_price:
        await hear(estimation, risk_budget((await completed(estimation))[2]), on=on)

    assert not [one for one in sent if "INTO parameter_set" in one]
    assert len([one for one in sent_for_price if "heard_risk_budget" in one]) == 1


async def test_a_duplicate_has_no_effect(estimation):
    database, first = estimation.app.state.database, envelope(approved())

    handled = [await on.handle(database, [first]), await on.handle(database, [first])]

    assert handled == [1, 0]
    assert len(await said(database, COMPLETED)) == 1


async def test_the_same_baseline_told_again_is_not_estimated_again(estimation):
    await hear(estimation, approved(), approved(), on=on)

    assert len(await said(estimation.app.state.database, COMPLETED)) == 1


async def test_a_risk_budget_that_comes_before_its_estimate_waits_for_it(start, estimation):
    await hear(estimation, approved(), on=on)
    early = risk_budget((await completed(estimation))[1])

    async with start("estimation") as fresh:
        await fresh.post("/rate-cards", json=rate_card())
        await hear(fresh, early, on=on)
        assert await said(fresh.app.state.database, PRICED) == []
        await hear(fresh, approved(), on=on)

        [estimate] = (await fresh.get("/estimates?view=full")).json()["items"]
        assert (estimate["status"], estimate["price"]["risk_revision"]) == ("priced", 1)
        assert len(await said(fresh.app.state.database, PRICED)) == 1


async def test_an_older_risk_budget_does_not_undo_a_newer_price(estimation):
    await hear(estimation, approved(), on=on)
    told = (await completed(estimation))[1]

    await hear(estimation, risk_budget(told, 2, contingency="50000.00"), risk_budget(told, 1), on=on)

    [estimate] = (await estimation.get("/estimates?view=full")).json()["items"]
    assert (estimate["price"]["risk_revision"], estimate["price"]["contingency"]["amount"]) == (2, "50000.00")
    assert len(await said(estimation.app.state.database, PRICED)) == 1


async def test_a_newer_risk_budget_makes_a_new_price(estimation):
    await hear(estimation, approved(), on=on)
    told = (await completed(estimation))[1]

    await hear(estimation, risk_budget(told, 1), risk_budget(told, 2, contingency="50000.00"), on=on)

    revisions = [event.data["risk_revision"] for event in await said(estimation.app.state.database, PRICED)]
    assert revisions == [1, 2]


async def test_a_late_older_baseline_is_stored_as_superseded_at_once(estimation):
    await hear(estimation, approved(2), approved(1), on=on)

    newest, late = (await estimation.get("/estimates?view=full")).json()["items"]

    assert (newest["basis"]["epoch"], newest["status"]) == (2, "completed")
    assert (late["basis"]["epoch"], late["status"], late["freshness"]) == (1, "superseded", "stale")


async def test_a_baseline_that_is_approved_again_since_its_approval_was_lost_is_estimated_again(estimation):
    await hear(estimation, approved(1), on=on)

    await hear(estimation, approved(1).model_copy(update={"epoch": 3, "content_hash": f"{3:064x}"}), on=on)
    await hear(estimation, approved(1), on=on)

    newest, lost = (await estimation.get("/estimates?view=full")).json()["items"]
    assert (newest["basis"]["epoch"], newest["revision"], newest["status"]) == (3, 2, "completed")
    assert (lost["basis"]["epoch"], lost["revision"], lost["status"]) == (1, 1, "superseded")
    assert newest["basis"]["content_hash"] == f"{3:064x}"


async def test_a_risk_budget_of_an_older_estimate_is_priced_but_does_not_make_it_current(estimation):
    await hear(estimation, approved(1), approved(2), on=on)

    await hear(estimation, risk_budget((await completed(estimation))[1]), on=on)

    newest, old = (await estimation.get("/estimates?view=full")).json()["items"]
    assert (newest["status"], newest["price"]) == ("completed", None)
    assert (old["status"], old["price"]["risk_revision"]) == ("superseded", 1)


async def test_every_order_of_events_ends_in_the_same_state(start):
    async with start("estimation") as client:
        await client.post("/rate-cards", json=rate_card())
        first, second = approved(1), approved(2, [requirement(n) for n in range(5)])
        await hear(client, first, second, on=on)
        told = await completed(client)
        events = [
            first,
            second,
            risk_budget(told[1]),
            risk_budget(told[2], 1),
            risk_budget(told[2], 2, contingency="30000.00"),
            withdrawn(3),
        ]

    orders = list(itertools.permutations(range(len(events))))
    ends = []
    for order in [orders[0], orders[-1], *random.Random(7).sample(orders, 10)]:
        async with start("estimation") as client:
            await client.post("/rate-cards", json=rate_card())
            await hear(client, *(events[i] for i in order), on=on)
            ends.append(await state(client))

    assert [row["status"] for row in ends[0]] == ["superseded", "superseded"]
    assert [row["risk_revision"] for row in ends[0]] == [1, 2]
    assert all(end == ends[0] for end in ends)


async def test_news_of_an_unknown_opportunity_counts_for_what_comes_later(estimation):
    await hear(estimation, closed(5), approved(4), on=on)

    [estimate] = (await estimation.get("/estimates", params={"view": "full", "opportunity_id": str(DEAL)})).json()[
        "items"
    ]

    assert (estimate["status"], estimate["reason"]["code"]) == ("superseded", "baseline_void")


async def test_an_unreadable_event_is_refused_with_nothing_half_written(estimation):
    from dataclasses import replace

    broken = envelope(approved())
    broken = replace(broken, data={**broken.data, "requirements": [{"id": "no"}]})

    with pytest.raises(Exception, match="/data/requirements/0"):
        await on.handle(estimation.app.state.database, [broken])

    assert await state(estimation) == []
    assert await said(estimation.app.state.database) == []
