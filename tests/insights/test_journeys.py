"""Journeys and the feed, from events alone."""

import asyncio
import json
import random
from datetime import timedelta

import httpx

from services.insights.domain.journey import fold
from services.insights.domain.status import view
from services.insights.handlers import on
from shared.kernel.context import new_id
from shared.kernel.events import EventParked, EventUnparked
from shared.language.events.engagement.support import PursuitTotalled
from shared.language.events.estimation import EstimateFailed
from shared.language.events.requirements import BaselineSubmitted, OpportunityClosed
from shared.language.events.values import Basis, Reason
from tests.conftest import envelope, serving, statements
from tests.support.insights.journeys import NOON, basis, chain, fact, folded, opened


def test_a_finished_chain_waits_for_the_review_of_the_proposal():
    standing = view(folded(chain(1, 0)), NOON + timedelta(hours=1))

    assert (standing.status, standing.waits_for) == ("waiting_person", "review of the proposal")
    assert [step.state for step in standing.steps] == ["done", "done", "done", "done", "draft", "done"]
    assert [step.seconds_after_approval for step in standing.steps] == [0, 1, 2, 3, 4, 5]


def test_a_document_that_could_not_be_made_is_seen_until_it_is_there():
    lost = {"proposal_id": "p1", "document_id": "d1", "revision": 1, "language": "zh", "reason": {"message": "no font"}}
    there = {"proposal_id": "p1", "document_id": "d1", "revision": 1, "language": "zh", "sha256": "1"}
    without = [one for one in chain(1, 0) if "document" not in one.type]
    failed = folded([*without, fact("proposal.document.failed.v1", 6, **lost)])

    assert view(failed, NOON + timedelta(hours=1)).steps[-1].state == "failed"
    mended = fold(failed, fact("proposal.document.rendered.v1", 9, **there))
    assert view(mended, NOON + timedelta(hours=1)).steps[-1].state == "done"


def test_a_new_approval_makes_what_was_made_before_stale():
    journey = folded([*chain(1, 0), *chain(2, 100)[:2]])

    standing = view(journey, NOON + timedelta(seconds=101))

    assert (standing.status, standing.waits_for) == ("running", "estimate")
    assert [step.state for step in standing.steps] == ["done", "stale", "stale", "stale", "stale", "stale"]


def test_a_step_that_says_nothing_for_two_minutes_has_stalled():
    journey = folded(chain(1, 0)[:3])

    early = view(journey, NOON + timedelta(seconds=100))
    late = view(journey, NOON + timedelta(seconds=200))

    assert (early.status, early.waits_for) == ("running", "risk_budget")
    assert (late.status, late.waits_for, late.reason.code) == ("stalled", "risk_budget", "stalled")


def test_any_order_and_any_repetition_end_in_the_same_journey():
    reason = {
        "code": "rate_missing",
        "message": "no rate",
        "message_zh": "缺少费率",
        "retryable": True,
        "actions": ["add a rate"],
    }
    failed = fact("estimation.estimate.failed.v1", 151, basis=basis(3), estimate_id="e3", revision=1, reason=reason)
    facts = [*chain(1, 0), *chain(2, 100), *chain(3, 150)[:2], failed]
    expected = folded(facts)

    for seed in range(200):
        schedule = facts + random.Random(seed).choices(facts, k=5)
        random.Random(seed).shuffle(schedule)
        assert folded(schedule) == expected

    standing = view(expected, NOON + timedelta(hours=1))
    assert (standing.status, standing.reason.code, standing.reason.actions) == (
        "blocked",
        "rate_missing",
        ("add a rate",),
    )


async def hear(client, *events, **more):
    await on.handle(client.app.state.database, [envelope(event, **more) for event in events])


async def test_replicas_that_hear_of_one_opportunity_at_once_fold_one_journey(insights):
    database = insights.app.state.database
    for _ in range(10):
        deal = new_id()
        told = [envelope(opened(deal)), envelope(submitted(deal)), envelope(closed(deal))]

        await asyncio.gather(*(on.handle(database, [event]) for event in told))

        journey = (await insights.get(f"/journeys/{deal}")).json()
        assert (journey["title"], journey["status"]) == ("Deal", "cancelled")

    feed = (await insights.get("/events", headers={"Accept": "application/json"}, params={"limit": 100})).json()
    assert [one["position"] for one in feed["items"]] == list(range(1, 31))


async def test_an_event_is_appended_and_its_journey_found_in_one_statement(insights):
    deal = new_id()
    await hear(insights, opened(deal))

    with statements(insights.app.state.database) as sent:
        await hear(insights, submitted(deal))

    assert len(sent) == 3  # claimed, appended, folded


def submitted(deal):
    return BaselineSubmitted(
        opportunity_id=deal, baseline_id=new_id(), baseline_number=1, requirement_count=1, submitted_by="ann"
    )


def closed(deal):
    return OpportunityClosed(opportunity_id=deal, outcome="cancelled", reason=None, epoch=1)


async def test_a_journey_is_read_with_its_reason(insights):
    deal = new_id()
    await hear(insights, opened(deal))
    parked = EventParked(
        opportunity_id=deal, parked_event_id=new_id(), consumer="risk-estimates", event_id="1",
        event_type="estimation.estimate.completed.v1", code="unreadable_event", detail="no field x",
    )  # fmt: skip
    await hear(insights, parked)

    journey = (await insights.get(f"/journeys/{deal}")).json()
    blocked = (await insights.get("/journeys", params={"status": "blocked,stalled"})).json()["items"]
    unknown = await insights.get(f"/journeys/{new_id()}")

    assert (journey["status"], journey["reason"]["code"], journey["title"]) == ("blocked", "unreadable_event", "Deal")
    assert [item["opportunity_id"] for item in blocked] == [str(deal)]
    assert unknown.status_code == 404

    solved = EventUnparked(
        opportunity_id=deal, parked_event_id=parked.parked_event_id, consumer="risk-estimates", event_id="1",
        event_type=parked.event_type, resolution="retried", reason=None,
    )  # fmt: skip
    await hear(insights, solved, sequence=2)
    assert (await insights.get(f"/journeys/{deal}")).json()["status"] == "open"


async def test_rebuilding_ends_in_the_same_journeys(insights):
    deals = [new_id() for _ in range(3)]
    for deal in deals:
        await hear(insights, opened(deal), BaselineSubmitted(
            opportunity_id=deal, baseline_id=new_id(), baseline_number=1, requirement_count=1, submitted_by="ann"))  # fmt: skip
    await hear(insights, OpportunityClosed(opportunity_id=deals[0], outcome="won", reason=None, epoch=1))
    before = {deal: (await insights.get(f"/journeys/{deal}")).json() for deal in deals}

    rebuilt = await insights.post("/journeys:rebuild")

    assert rebuilt.json() == {"journeys": 3, "outcomes": 0}
    for deal in deals:
        after = (await insights.get(f"/journeys/{deal}")).json()
        assert after | {"updated_at": 0} == before[deal] | {"updated_at": 0}
    assert before[deals[0]]["status"] == "done"


async def test_the_list_pages_through_all_journeys(insights):
    deals = {str(new_id()) for _ in range(5)}
    for deal in deals:
        await hear(insights, opened(deal))

    seen, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await insights.get("/journeys", params=query)).json()
        seen += [item["opportunity_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break

    assert sorted(seen) == sorted(deals)


async def test_the_feed_pages_filters_and_hides_costs(insights):
    deal, other = new_id(), new_id()
    basis_ = Basis(baseline_id=new_id(), baseline_number=1, epoch=1, content_hash="x")
    failed = EstimateFailed(
        opportunity_id=deal, estimate_id=new_id(), revision=1, basis=basis_,
        reason=Reason(code="c", message="m", message_zh="m"),
    )  # fmt: skip
    await hear(insights, opened(deal), opened(other), failed)
    as_json = {"Accept": "application/json"}

    everything = (await insights.get("/events", headers=as_json)).json()
    of_deal = (await insights.get("/events", params={"opportunity_id": str(deal)}, headers=as_json)).json()
    rest = (await insights.get("/events", params={"after": everything["items"][1]["position"]}, headers=as_json)).json()
    viewer = (await insights.as_("guest", "viewer").get("/events", headers=as_json)).json()
    stranger = (await insights.as_("eve", "admin", tenant="other").get("/events", headers=as_json)).json()

    assert [item["event"]["type"].split(".")[1] for item in everything["items"]] == [
        "requirements",
        "requirements",
        "estimation",
    ]
    assert len(of_deal["items"]) == 2
    assert len(rest["items"]) == 1
    assert "data" in everything["items"][2]["event"]
    assert "data" not in viewer["items"][2]["event"]
    assert viewer["items"][2]["event"]["datawithheld"] is True
    assert "cost:read" in viewer["items"][2]["event"]["datawithheldreason"]
    assert "data" in viewer["items"][0]["event"]
    assert "datawithheld" not in viewer["items"][0]["event"] | everything["items"][2]["event"]
    assert stranger["items"] == []


async def test_the_feed_is_asked_for_types_as_events_carry_them_or_says_what_there_is(insights):
    deal, other = new_id(), new_id()
    totalled = PursuitTotalled(
        opportunity_id=deal, hours=8, costs=(), uncosted_hours=8, hours_by_activity={}, last_worked_on=None, version=1
    )  # fmt: skip
    await hear(insights, opened(deal), totalled, opened(other))

    async def types(*wanted):
        asked = [("type", one) for one in wanted]
        answer = await insights.get("/events", params=asked, headers={"Accept": "application/json"})
        assert answer.status_code == 200, answer.text
        return [item["event"]["type"] for item in answer.json()["items"]]

    everything = await types()
    [carried] = {kind for kind in everything if "pursuit" in kind}
    nonsense = await insights.get("/events", params={"type": "requirements.unicorn"})
    unheard = await insights.get("/events", params=[("type", "risk."), ("type", "presales.unicorns.")])

    assert carried == "presales.engagement.pursuit.totalled.v1"
    assert await types(carried) == await types("engagement.pursuit.") == await types("presales.engagement") == [carried]
    assert await types(f"{carried},requirements.") == await types(carried, "presales.requirements.") == everything
    assert await types("risk.") == []
    assert (nonsense.status_code, nonsense.json()["errors"][0]["pointer"]) == (422, "?type")
    assert "requirements.baseline.approved.v1" in nonsense.json()["errors"][0]["message"]
    assert unheard.status_code == 422
    assert "requirements., risk." in unheard.json()["errors"][0]["message"]


async def test_the_feed_comes_as_a_stream_or_pages_and_as_nothing_else(insights):
    await hear(insights, opened(new_id()))

    page, refused = [
        await insights.get("/events", headers={"Accept": accept})
        for accept in ("application/json, text/plain, */*", "text/csv, text/event-stream;q=0")
    ]

    assert page.json()["items"][0]["event"]["specversion"] == "1.0"
    assert (refused.status_code, refused.json()["code"]) == (406, "not_acceptable")
    assert "text/event-stream, application/json" in refused.json()["detail"]


async def test_journeys_are_asked_for_by_one_status_or_several(insights):
    deal = new_id()
    await hear(insights, opened(deal))
    [status] = {one["status"] for one in (await insights.get("/journeys")).json()["items"]}
    other = "done" if status != "done" else "open"

    both = await insights.get("/journeys", params={"status": f"{other},{status}"})
    twice = await insights.get("/journeys", params=[("status", other), ("status", status)])
    none = await insights.get("/journeys", params={"status": other})
    wrong = await insights.get("/journeys", params={"status": f"{status},unicorn"})

    assert len(both.json()["items"]) == len(twice.json()["items"]) == 1
    assert none.json()["items"] == []
    assert (wrong.status_code, "blocked" in wrong.json()["errors"][0]["message"]) == (422, True)


async def test_the_feed_hides_what_a_pursuit_costs(insights):
    totalled = PursuitTotalled(
        opportunity_id=new_id(), hours=8, costs=(), uncosted_hours=8, hours_by_activity={}, last_worked_on=None, version=1
    )  # fmt: skip
    await hear(insights, totalled)
    as_json = {"Accept": "application/json"}

    sales, estimator = (insights.as_("x", role) for role in ("sales", "estimator"))
    hidden, shown = [(await one.get("/events", headers=as_json)).json()["items"] for one in (sales, estimator)]

    assert ("data" in hidden[0]["event"], "data" in shown[0]["event"]) == (False, True)


async def test_the_stream_resumes_where_it_broke_off(insights):
    deal = new_id()
    await hear(insights, opened(deal, "first"), opened(deal, "second"))

    async with serving(insights.app, is_started=True) as url, httpx.AsyncClient(headers=insights.headers) as client:
        first = await read(client, url, 1, after=0)
        reading = asyncio.create_task(read(client, url, 2, resume=first[0][0]))
        await asyncio.sleep(0.2)
        await hear(insights, opened(deal, "third"))
        rest = await reading

    titles = [event["data"]["opportunity"]["title"] for _, event in [*first, *rest]]
    assert titles == ["first", "second", "third"]


async def read(client, url, count, after=None, resume=None):
    """The next `count` events of the stream, with their ids."""
    headers = {"Last-Event-ID": resume} if resume else {}
    events, position = [], None
    async with asyncio.timeout(5), client.stream(
        "GET", f"{url}/v1/events", params={} if after is None else {"after": after}, headers=headers
    ) as answer:  # fmt: skip
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for line in answer.aiter_lines():
            if line.startswith("id: "):
                position = line.removeprefix("id: ")
            if line.startswith("data: "):
                events.append((position, json.loads(line.removeprefix("data: "))))
                if len(events) == count:
                    return events
    return events


async def test_an_unknown_filter_or_position_is_refused(insights):
    unknown = await insights.get("/journeys", params={"colour": "red"})
    position = await insights.get("/events", headers={"Last-Event-ID": "x", "Accept-Language": "zh"})

    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "unknown_field")
    assert position.json()["errors"][0]["message"] == "必须是事件的 id"
