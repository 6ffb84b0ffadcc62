"""Dossiers are folded from events alone: in any order and any repetition, as they are heard or made anew."""

import random

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from services.insights.domain import dossier
from services.insights.domain.metrics.definitions import METRICS
from services.insights.models import JourneyRow
from shared.kernel.context import Context
from shared.language.events.requirements import OpportunityClosed
from tests.conftest import TENANT, statements
from tests.support.insights import stories
from tests.support.insights.stories import DEAL, fact, hear, key, story


def folded(envelopes):
    sections = {}
    for one in envelopes:
        sections = {**sections, **dossier.fold(sections, [fact(one)])}
    return sections


@given(st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_end_in_the_same_dossier(chance):
    events = story()
    schedule = events + chance.choices(events, k=8)
    chance.shuffle(schedule)

    assert folded(schedule) == folded(events)


def test_every_section_is_filled_and_told_by_what_is_newest():
    sections = folded(story())

    assert set(sections) == set(dossier.SECTIONS)
    assert [stage for stage, _ in sections["told"]["stages"].values()] == ["draft", "active", "submitted", "closed"]
    [clock_b] = [one for one in sections["clocks"]["clocks"].values() if one["state"] == "missed"]
    assert (clock_b["version"], clock_b["elapsed_minutes"]) == (4, 300)
    [price] = sections["work"]["prices"].values()
    assert price["margin"] == {"amount": "300.00", "currency": "CNY"}
    [request] = sections["support"]["requests"].values()
    assert (request["status"], request["first"][0], request["rating"]) == ("closed", 1, 4)
    assert sections["effort"]["hours"] == 16.5
    [project] = sections["deliveries"]["projects"].values()
    assert project["effort_days"] == 110.0


def test_only_sections_that_change_are_given_back():
    sections = folded(story())

    again = dossier.fold(sections, [fact(one) for one in story() if "opportunity" not in one.type])

    assert again == {}


async def rows(client):
    statement = sa.select(
        JourneyRow.opportunity_id, JourneyRow.dossier_to, *(getattr(JourneyRow, name) for name in dossier.SECTIONS)
    ).order_by(JourneyRow.opportunity_id)
    async with client.app.state.database.transaction(Context(tenant=TENANT, actor="test")) as session:
        return [tuple(row) for row in await session.execute(statement)]


async def figures(client):
    found = {}
    for metric in METRICS:
        answer = await client.get(f"/metrics/{metric}", params={"period": "2026", "group_by": "region,kind"})
        assert answer.status_code == 200, answer.text
        found[metric] = answer.json()
    return found


@pytest.mark.parametrize("seed", range(4))
async def test_thrown_away_and_rebuilt_every_figure_is_the_same_in_whatever_order_events_came(insights, seed):
    deals = [key("deal", number) for number in range(3)]
    events = [one for number, deal in enumerate(deals) for one in story(deal, number * 9)]
    await hear(insights, *events)
    expected = await figures(insights)
    async with insights.app.state.database.transaction(Context(tenant=TENANT, actor="test")) as session:
        for table in ("journey", "recorded_outcome", "logged_event", "inbox"):
            await session.execute(sa.text(f"DELETE FROM {table}"))
    chance = random.Random(seed)
    chance.shuffle(events)
    for batch in range(0, len(events), 7):
        await hear(insights, *events[batch : batch + 7], *chance.choices(events[: batch + 1], k=2))
    heard, before = await figures(insights), await rows(insights)

    assert (await insights.post("/journeys:rebuild")).status_code == 200

    assert heard == expected == await figures(insights)
    assert await rows(insights) == before


async def test_what_a_release_before_logged_is_in_the_dossier_with_the_next_event(insights):
    events = story()
    await hear(insights, *events[:10])
    async with insights.app.state.database.transaction(Context(tenant=TENANT, actor="test")) as session:
        names = ", ".join(f"{name} = NULL" for name in ("dossier_to", *dossier.SECTIONS))
        await session.execute(sa.text(f"UPDATE journey SET {names}"))
    before = (await insights.get("/metrics/rework")).json()

    await hear(insights, *events[10:])

    assert before["not_folded"] == 1
    [row] = await rows(insights)
    assert dict(zip(dossier.SECTIONS, row[2:], strict=True)) == folded(events)
    assert (await insights.get("/metrics/rework")).json()["not_folded"] == 0


async def test_an_event_costs_no_more_statements_for_its_dossier(insights):
    events = story()
    await hear(insights, *events[:5])

    with statements(insights.app.state.database) as sent:
        await hear(insights, events[6])

    assert len(sent) == 3  # claimed, appended, folded


async def test_a_closing_that_overtakes_the_opening_is_in_order_once_both_are_there():
    closing = stories.told(
        OpportunityClosed(opportunity_id=DEAL, outcome="lost", reason=None, epoch=1), stories.at(9), 5
    )
    opening = stories.changed(DEAL, "draft", 0, 1)

    assert folded([closing, opening])["told"]["stages"] == {
        "5": ["closed", "2026-07-10T04:00:00+00:00"], "1": ["draft", "2026-07-01T04:00:00+00:00"],
    }  # fmt: skip
