"""Retrospectives: findings, causes, actions, and what came of the actions before."""

import pytest

from tests.support.days import in_days
from tests.support.insights.stories import changed, hear, key

WELL = {
    "kind": "went_well",
    "statement": "The client was heard early.",
    "causes": ["Interviews first"],
    "metric": "win_rate",
}


async def held(client, **wish):
    body = {"period": "2026-Q3", "title": "Third quarter", "findings": [WELL], **wish}
    answer = await client.post(
        "/retrospectives", json={name: value for name, value in body.items() if value is not None}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def action(client, retrospective, statement="Ask sooner", due_on=None):
    body = {
        "retrospective_id": retrospective["id"], "statement": statement, "owner": "lin", "due_on": due_on or in_days(9),
    }  # fmt: skip
    answer = await client.post("/retrospective-actions", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_the_next_retrospective_shows_what_came_of_the_actions_before(insights):
    first = await held(insights, held_on="2026-07-05")
    done, late = await action(insights, first), await action(insights, first, "Write it down", in_days(-1))
    second = await held(insights, period="2026-09", held_on="2026-10-05")
    own = await action(insights, second, "Review prices")
    finished = await insights.act(
        f"/retrospective-actions/{done['id']}/complete", {"result": "Interviews take place first."}
    )

    third = await held(insights, period="2026", held_on="2026-12-05")
    again = (await insights.get(f"/retrospectives/{second['id']}")).json()

    assert (finished.json()["status"], finished.json()["result"]) == ("done", "Interviews take place first.")
    assert [(one["id"], one["status"], one["is_overdue"]) for one in again["follow_up"]] == [
        (late["id"], "open", True), (done["id"], "done", False),
    ]  # fmt: skip
    assert [one["id"] for one in again["actions"]] == [own["id"]]
    # all of the one before, and of earlier ones what is still open
    assert {one["id"] for one in third["follow_up"]} == {own["id"], late["id"]}
    assert first["follow_up"] == []


async def test_retrospectives_of_an_opportunity_follow_each_other_alone(insights):
    deal, other = key("deal"), key("other")
    await hear(insights, changed(deal, "draft", 0, 1), changed(other, "draft", 0, 1))
    for one in (deal, other):
        await action(insights, await held(insights, opportunity_id=str(one), period=None, held_on="2026-07-01"))

    found = await held(insights, opportunity_id=str(deal), period=None, held_on="2026-08-01")

    assert len(found["follow_up"]) == 1
    listed = (await insights.get("/retrospectives", params={"opportunity_id": str(deal)})).json()["items"]
    assert [one["held_on"] for one in listed] == ["2026-08-01", "2026-07-01"]
    unknown = await insights.post("/retrospectives", json={"opportunity_id": str(key("nobody")), "title": "X"})
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "unknown_opportunity")


async def test_what_is_concluded_stands_and_its_actions_go_on(insights):
    found = await held(insights)
    todo = await action(insights, found)
    path = f"/retrospectives/{found['id']}"
    changed_ = await insights.patch(path, json={"title": "Q3"}, headers={"If-Match": '"1"'})
    concluded = (await insights.act(f"{path}/conclude")).json()

    refused = await insights.patch(path, json={"title": "Q4"}, headers={"If-Match": f'"{concluded["version"]}"'})
    added = await insights.post(
        "/retrospective-actions",
        json={"retrospective_id": found["id"], "statement": "More", "owner": "lin", "due_on": in_days(1)},
    )
    cancelled = await insights.act(f"/retrospective-actions/{todo['id']}/cancel", {"reason": "Others do it."})
    again = await insights.act(f"/retrospective-actions/{todo['id']}/complete", {"result": "It was done."})

    assert (changed_.json()["title"], concluded["status"]) == ("Q3", "concluded")
    assert (refused.json()["code"], added.json()["code"]) == ("retrospective_is_concluded",) * 2
    assert (cancelled.json()["status"], again.json()["code"]) == ("cancelled", "illegal_transition")


async def test_what_somebody_owes_is_listed(insights):
    found = await held(insights)
    mine = await action(insights, found, due_on=in_days(-1))

    owed = await insights.get("/retrospective-actions", params={"owner": "lin", "status": "open", "sort": "due_on"})

    assert [(one["id"], one["is_overdue"]) for one in owed.json()["items"]] == [(mine["id"], True)]
    assert (await insights.get("/retrospective-actions", params={"owner": "wang"})).json()["items"] == []


async def test_retrospectives_are_a_tenants_own_and_viewers_read(insights):
    found = await held(insights)
    todo = await action(insights, found)
    stranger, viewer = insights.as_("eve", "admin", tenant="other"), insights.as_("guest", "viewer")

    assert (await stranger.get(f"/retrospectives/{found['id']}")).status_code == 404
    assert (await stranger.get(f"/retrospective-actions/{todo['id']}")).status_code == 404
    assert (await viewer.get(f"/retrospectives/{found['id']}")).status_code == 200
    assert (await viewer.post("/retrospectives", json={"period": "2026", "title": "X"})).status_code == 403


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"period": None}, "one_subject"),
        ({"opportunity_id": str(key("deal"))}, "one_subject"),
        ({"period": "2026-13"}, "not_for_snapshots"),
        ({"findings": [{**WELL, "metric": "luck"}]}, "no_such_metric"),
        ({"findings": [{**WELL, "kind": "good"}]}, "not_allowed"),
        ({"title": " "}, "too_short"),
    ],
)
async def test_a_wrong_retrospective_is_refused(insights, wish, code):
    body = {"period": "2026-Q3", "title": "Third quarter", **wish}
    answer = await insights.post("/retrospectives", json={name: value for name, value in body.items() if value})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
