"""History of before Presales: brought over HTTP, heard like what comes from the stream."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from services.insights.handlers import on
from shared.kernel.context import new_id
from shared.language.events.proposal import OutcomeRecorded
from shared.language.events.requirements import BaselineSubmitted
from shared.language.money import Money
from tests.conftest import envelope
from tests.support.insights.journeys import opened

THEN = "2025-03-04T05:06:07Z"


def past(event, time=THEN, **others):
    """An event as a file of history has it."""
    return {
        "id": str(new_id()),
        "type": f"presales.{event.type}",
        "time": time,
        "subject": f"opportunity/{event.opportunity_id}",
        "partitionkey": str(event.opportunity_id),
        "authid": "wang",
        "data": event.model_dump(mode="json"),
        **others,
    }


def won(opportunity_id):
    return OutcomeRecorded(
        opportunity_id=opportunity_id, outcome_id=new_id(), result="won", reasons=("fit",), reason=None, lessons=(),
        competitor_id=None, competitor_name=None, decided_on=date(2025, 3, 4), proposal_id=None, submitted_at=None,
        win_probability=0.5, offered_price=Money(amount=Decimal(100), currency="CNY"), final_price=None,
        winning_price=None, version=1,
    )  # fmt: skip


async def bring(insights, *events, expect=200):
    answer = await insights.post("/history", json={"events": events})
    assert answer.status_code == expect, answer.text
    return answer.json()


async def test_what_was_brought_has_a_journey_counts_and_is_in_the_feed_with_its_own_time(insights):
    key = new_id()

    assert await bring(insights, past(opened(key)), past(won(key))) == {"heard": 2, "known": 0}

    assert (await insights.get(f"/journeys/{key}")).json()["title"] == "Deal"
    assert (await insights.get("/win-loss")).json()["win_rate"]["numerator"] == 1
    feed = (await insights.get("/events", headers={"Accept": "application/json"})).json()["items"]
    assert [(one["event"]["time"], one["event"]["authid"]) for one in feed] == [(THEN, "wang")] * 2


async def test_what_was_brought_before_has_no_effect(insights):
    key = new_id()
    one, two = past(opened(key)), past(won(key))
    await bring(insights, one)

    assert await bring(insights, one, two, two) == {"heard": 1, "known": 2}


async def test_what_the_feed_shows_can_be_brought(insights):
    """Another installation's history is what its feed says."""
    key = new_id()
    await bring(insights, past(opened(key)))
    [shown] = (await insights.get("/events", headers={"Accept": "application/json"})).json()["items"]

    assert await bring(insights, shown["event"]) == {"heard": 0, "known": 1}


async def test_what_was_brought_is_nobodys_work(insights):
    """A baseline that waited for its review then is reviewed elsewhere, or never."""
    live, old = new_id(), new_id()
    waits = [
        BaselineSubmitted(opportunity_id=key, baseline_id=new_id(), baseline_number=1, requirement_count=3, submitted_by="lin")
        for key in (live, old)
    ]  # fmt: skip
    await bring(insights, past(opened(old)), past(waits[1]))
    await on.handle(insights.app.state.database, [envelope(opened(live)), envelope(waits[0])])

    assert [one["opportunity"]["id"] for one in (await insights.get("/work")).json()["items"]] == [str(live)]


async def test_an_opportunity_that_presales_works_on_has_no_history_to_bring(insights):
    live, old = new_id(), new_id()
    await on.handle(insights.app.state.database, [envelope(opened(live))])

    refused = await bring(insights, past(won(old)), past(won(live)), expect=422)

    assert [(one["pointer"], one["code"]) for one in refused["errors"]] == [("/events/1/subject", "not_history")]
    assert (await insights.get(f"/journeys/{old}")).status_code == 404


@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        ({"type": "presales.proposal.outcome.guessed.v1"}, "/events/0/type", "not_allowed"),
        ({"time": "2999-01-01T00:00:00Z"}, "/events/0/time", "in_the_future"),
        ({"time": "2025-01-01T00:00:00"}, "/events/0/time", "no_time_zone"),
        ({"subject": f"opportunity/{UUID(int=0)}"}, "/events/0/subject", "no_opportunity"),
        ({"subject": f"opportunity/{UUID(int=7)}"}, "/events/0/data/opportunity_id", "contradicts"),
        ({"subject": "client/7"}, "/events/0/subject", "wrong_format"),
        ({"data": {"opportunity_id": str(UUID(int=7))}, "subject": f"opportunity/{UUID(int=7)}"}, "/events/0/data/outcome_id", "missing"),
        ({"tenantid": "other"}, "/events/0/tenantid", "unknown_field"),
    ],
)  # fmt: skip
async def test_what_is_no_history_is_refused_as_a_whole_and_says_where(insights, changed, pointer, code):
    key = new_id()

    refused = await bring(insights, past(won(new_id())) | changed, past(opened(key)), expect=422)

    assert (pointer, code) in [(one["pointer"], one["code"]) for one in refused["errors"]]
    assert (await insights.get(f"/journeys/{key}")).status_code == 404


async def test_only_an_administrator_brings_history(insights):
    answer = await insights.as_("wang", "approver").post("/history", json={"events": [past(won(new_id()))]})

    assert answer.status_code == 403
