"""Snapshots: what the figures of a period were stays, and what has changed since is told number by number."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from services.insights.domain.metrics.definitions import METRICS
from shared.kernel.context import Context
from tests.conftest import TENANT
from tests.support.insights.stories import hear, key, outcome, pursuit, story


async def taken(client, period="2026-Q3", **wish):
    answer = await client.post("/snapshots", json={"period": period, **wish})
    assert answer.status_code == 201, answer.text
    return answer.json()


def numbers(snapshot, metric):
    [found] = [one["figures"] for one in snapshot["metrics"] if one["key"] == metric]
    return {one["id"]: one for one in found}


async def test_a_snapshot_says_what_was_and_what_is_now(insights):
    await hear(insights, *story(), outcome(key("b"), "lost", "2026-08-01", 1))
    snapshot = await taken(insights, note="Review of the quarter")

    unchanged = (await insights.get(f"/snapshots/{snapshot['id']}")).json()
    await hear(insights, outcome(key("b"), "won", "2026-08-01", 2), outcome(key("late"), "lost", "2026-07-31", 1))
    found = (await insights.get(f"/snapshots/{snapshot['id']}")).json()

    assert snapshot == unchanged
    assert (snapshot["changed"], snapshot["first"], snapshot["last"]) == (0, "2026-07-01", "2026-09-30")
    assert [one["key"] for one in snapshot["metrics"]] == list(METRICS)
    rate = numbers(found, "win_rate")["rate"]
    assert (rate["value"], rate["numerator"], rate["denominator"], rate["cases"]) == ("0.5", "1", "2", 2)
    assert (rate["value_now"], rate["numerator_now"], rate["denominator_now"]) == ("0.666667", "2", "3")
    assert rate["has_changed"]
    assert not numbers(found, "response_time")["p50;purpose=first"]["has_changed"]
    assert found["changed"] == sum(one["has_changed"] for metric in found["metrics"] for one in metric["figures"])


async def test_a_number_that_was_not_there_is_told_beside_what_is(insights):
    snapshot = await taken(insights, "2026-08")

    await hear(insights, *story())

    found = numbers((await insights.get(f"/snapshots/{snapshot['id']}")).json(), "conversion")
    assert (found["rate"]["cases"], found["rate"]["cases_now"]) == (0, None)
    won = found["rate;stage=negotiating;next=won;cohort=2026-08"]
    assert (won["value"], won["value_now"], won["has_changed"]) == (None, "1", True)


async def test_costs_in_a_snapshot_are_for_those_who_may_see_them(insights):
    await hear(insights, pursuit(key("deal"), 10.0, 1000, 1), outcome(key("deal"), "won", "2026-08-01"))
    snapshot = await taken(insights)

    viewer = (await insights.as_("guest", "viewer").get(f"/snapshots/{snapshot['id']}")).json()

    assert numbers(snapshot, "pursuit_cost")["mean;currency=CNY"]["value"] == "1000"
    assert "pursuit_cost" not in [one["key"] for one in viewer["metrics"]]


async def test_snapshots_are_listed_by_period_and_are_a_tenants_own(insights):
    first, second = await taken(insights, "2026-Q3"), await taken(insights, "2026-09")
    stranger = insights.as_("eve", "admin", tenant="other")

    listed = (await insights.get("/snapshots")).json()["items"]
    of_quarter = (await insights.get("/snapshots", params={"period": "2026-Q3,2026-Q4"})).json()["items"]

    assert [one["id"] for one in listed] == [second["id"], first["id"]]
    assert "metrics" not in listed[0]
    assert [one["id"] for one in of_quarter] == [first["id"]]
    assert (await stranger.get("/snapshots")).json()["items"] == []
    assert (await stranger.get(f"/snapshots/{first['id']}")).status_code == 404
    assert (await insights.as_("guest", "viewer").post("/snapshots", json={"period": "2026"})).status_code == 403


async def test_a_snapshot_is_never_changed(insights):
    await taken(insights)

    async with insights.app.state.database.transaction(Context(tenant=TENANT, actor="test")) as session:
        with pytest.raises(DBAPIError, match="append-only"):
            await session.execute(sa.text("UPDATE snapshot SET note = 'better'"))
        await session.rollback()


@pytest.mark.parametrize("period", ["2026-13", "2026-07-01..2026-07-02", ""])
async def test_only_a_month_a_quarter_or_a_year_is_frozen(insights, period):
    answer = await insights.post("/snapshots", json={"period": period})

    [error] = answer.json()["errors"]
    assert (answer.status_code, error["pointer"], error["code"]) == (422, "/period", "not_for_snapshots")
