"""Commitments: ours and the client's, what comes first, and what was not kept in time."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.kernel.context import new_id
from tests.conftest import said
from tests.engagement.conftest import acted, actions_of, heard, ids, made, opened, patched, recorded, run_until

LAPSED = "engagement.commitment.lapsed.v1"


async def promise(client, deal, **wish):
    return await made(
        client,
        "commitments",
        **{
            "opportunity_id": deal,
            "side": "us",
            "statement": "提交架构方案",
            "owner": "li",
            "due_on": "2126-12-01",
            **wish,
        },
    )


async def test_a_promise_is_kept_and_each_step_is_told(engagement, deal):
    one = await promise(engagement, deal)

    done = await acted(engagement, f"/commitments/{one['id']}/complete", {"note": "已于例会演示"})

    assert (one["code"], one["status"], done["status"], done["note"]) == ("CMT-001", "open", "done", "已于例会演示")
    told = [event.data for event in await said(engagement.app.state.database, "engagement.commitment.recorded.v1")]
    assert [(event["status"], event["side"], event["version"]) for event in told] == [
        ("open", "us", 1),
        ("done", "us", 2),
    ]


async def test_a_promise_is_overdue_when_its_day_has_ended_where_we_work(engagement, deal):
    one = await promise(engagement, deal)

    on_the_day = await run_until(engagement, datetime(2126, 12, 1, 15, 59, tzinfo=UTC))
    early = (await engagement.get(f"/commitments/{one['id']}")).json()["is_overdue"]
    await run_until(engagement, datetime(2126, 12, 1, 16, 0, tzinfo=UTC))
    late = (await engagement.get(f"/commitments/{one['id']}")).json()
    await run_until(engagement, datetime(2127, 1, 1, tzinfo=UTC))

    assert (on_the_day >= 0, early) == (True, False)
    assert (late["is_overdue"], late["overdue_since"]) == (True, "2126-12-01T16:00:00Z")
    assert await ids(engagement, "commitments", overdue=True, side="us") == [one["id"]]
    [event] = await said(engagement.app.state.database, LAPSED)
    assert (event.data["code"], event.data["owner"], event.data["due_on"]) == ("CMT-001", "li", "2126-12-01")


async def test_days_end_elsewhere_when_the_calendar_moves_and_everybody_is_told(engagement, deal):
    one, article = await promise(engagement, deal), {"key": "k", "title": "x", "body": "x", "review_on": "2126-12-01"}
    article = await made(engagement, "articles", **article)
    await acted(engagement, f"/articles/{article['id']}/publish")
    [calendar] = await ids(engagement, "calendars", code="CN")

    await patched(engagement, f"/calendars/{calendar}", time_zone="America/New_York")
    await run_until(engagement, datetime(2126, 12, 2, 4, 59, tzinfo=UTC))
    early = [
        (await engagement.get(f"/commitments/{one['id']}")).json()["overdue_since"],
        (await engagement.get(f"/articles/{article['id']}")).json()["stale_since"],
    ]
    await run_until(engagement, datetime(2126, 12, 2, 5, tzinfo=UTC))

    assert early == [None, None]
    end = "2126-12-02T05:00:00Z"
    assert (await engagement.get(f"/commitments/{one['id']}")).json()["overdue_since"] == end
    assert (await engagement.get(f"/articles/{article['id']}")).json()["stale_since"] == end
    [told] = await said(engagement.app.state.database, "engagement.calendar.recorded.v1")
    assert (told.data["time_zone"], told.data["hours_per_day"], told.data["version"]) == (
        "America/New_York",
        "7.5000",
        2,
    )


async def test_another_day_takes_the_overdue_mark_away(engagement, deal):
    one = await promise(engagement, deal)
    await run_until(engagement, datetime(2127, 1, 1, tzinfo=UTC))

    moved = await patched(engagement, f"/commitments/{one['id']}", due_on="2127-06-01")
    await run_until(engagement, datetime(2127, 7, 1, tzinfo=UTC))

    assert (moved.json()["is_overdue"], moved.json()["due_on"]) == (False, "2127-06-01")
    assert len(await said(engagement.app.state.database, LAPSED)) == 2


async def test_what_comes_first_has_to_be_over_first(engagement, deal):
    first = await promise(engagement, deal, side="client", owner="周敏", statement="提供接口清单")
    then = await promise(engagement, deal, depends_on=[first["id"]])

    refused = await engagement.act(f"/commitments/{then['id']}/complete")
    blocked = await actions_of(engagement, f"/commitments/{then['id']}")
    await acted(engagement, f"/commitments/{first['id']}/miss", {"reason": "客户人员离职"})
    done = await acted(engagement, f"/commitments/{then['id']}/complete")

    assert (refused.status_code, refused.json()["code"]) == (409, "waits_for_others")
    assert "CMT-001" in refused.json()["detail"]
    assert blocked == {"change": None, "complete": "waits_for_others", "miss": None, "cancel": None}
    assert done["status"] == "done"


async def test_promises_cannot_wait_for_each_other_in_a_circle(engagement, deal):
    first = await promise(engagement, deal)
    second = await promise(engagement, deal, depends_on=[first["id"]])
    third = await promise(engagement, deal, depends_on=[second["id"]])

    refused = [
        await patched(engagement, f"/commitments/{first['id']}", depends_on=[key])
        for key in (third["id"], second["id"], first["id"])
    ]

    assert [answer.json()["code"] for answer in refused] == ["commitments_in_a_circle"] * 3


async def test_what_is_over_does_not_change(engagement, deal):
    one = await promise(engagement, deal)
    await acted(engagement, f"/commitments/{one['id']}/cancel", {"reason": "范围调整"})

    assert (await patched(engagement, f"/commitments/{one['id']}", owner="x")).json()["code"] == "commitment_is_over"
    assert await actions_of(engagement, f"/commitments/{one['id']}") == {
        "change": "commitment_is_over", **dict.fromkeys(("complete", "miss", "cancel"), "illegal_transition")
    }  # fmt: skip


async def test_the_next_step_of_a_talk_becomes_a_promise(engagement, deal):
    step = {"side": "client", "owner": "周敏", "due_on": "2126-12-05"}
    talk = await recorded(engagement, deal, next_step="提供网络拓扑图", next_step_by=step)

    [key] = talk["commitment_ids"]
    shown = (await engagement.get(f"/commitments/{key}")).json()

    assert (shown["statement"], shown["side"], shown["owner"]) == ("提供网络拓扑图", "client", "周敏")
    assert shown["interaction_id"] == talk["id"]


async def test_promises_are_listed_by_side_day_and_words(engagement, deal):
    one = await promise(engagement, deal, due_on="2126-01-01")
    two = await promise(engagement, deal, side="client", statement="Deliver interface list", due_on="2126-02-01")

    assert await ids(engagement, "commitments", opportunity_id=deal, side="client") == [two["id"]]
    assert await ids(engagement, "commitments", sort="due_on") == [one["id"], two["id"]]
    assert await ids(engagement, "commitments", due_before="2126-02-01") == [one["id"]]
    assert await ids(engagement, "commitments", q="架构") == [one["id"]]
    assert await ids(engagement, "commitments", overdue=False, owner="li") == [two["id"], one["id"]]


@pytest.mark.parametrize("name", ["contact_id", "depends_on"])
async def test_references_are_of_the_same_opportunity(engagement, deal, name):
    elsewhere = new_id()
    await heard(engagement, opened(elsewhere))
    other = await promise(engagement, str(elsewhere))
    wish = {"contact_id": str(new_id())} if name == "contact_id" else {"depends_on": [other["id"]]}
    body = {"opportunity_id": deal, "side": "us", "statement": "x", "owner": "li", "due_on": "2126-12-01", **wish}

    refused = await engagement.post("/commitments", json=body)

    assert (refused.status_code, refused.json()["code"]) == (422, "not_of_this_opportunity")


async def test_an_overdue_promise_is_told_once_over_a_restart(start, engagement, deal):
    await promise(engagement, deal)
    moment = datetime(2126, 12, 1, 16, 0, tzinfo=UTC) + timedelta(seconds=1)

    async with start("engagement", clean=False) as again:
        await run_until(again, moment)
        await run_until(again, moment)

    assert len(await said(engagement.app.state.database, LAPSED)) == 1


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "tomorrow"])
async def test_a_day_that_nobody_plans_for_is_refused(engagement, deal, day):
    body = {"opportunity_id": deal, "side": "us", "statement": "x", "owner": "li", "due_on": day}

    refused = await engagement.post("/commitments", json=body)

    assert [error["pointer"] for error in refused.json()["errors"]] == ["/due_on"]
