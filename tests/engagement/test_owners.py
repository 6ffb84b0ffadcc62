"""Whoever owes something may give it, whatever their role; others of that role may not, and both are told so before."""

import pytest

from tests.engagement.conftest import acted, actions_of, closed, heard, made, patched


async def owed(client, deal, what):
    """Something that chen owes: its path, how it is given, and with what."""
    if what == "clarifications":
        wish = {"opportunity_id": deal, "question": "几家分行？", "owed_by": "us", "owner": "chen"}
        path = f"/clarifications/{(await made(client, what, **wish))['id']}"
        await acted(client, f"{path}/ask")
        return path, "answer", {"answer": "三十家"}
    if what == "commitments":
        wish = {"opportunity_id": deal, "side": "us", "statement": "x", "owner": "chen", "due_on": "2126-12-01"}
        return f"/commitments/{(await made(client, what, **wish))['id']}", "complete", {"note": "已完成"}
    if what == "articles":
        wish = {"key": "sizing", "title": "Sizing", "body": "x", "review_on": "2126-12-01", "owner": "chen"}
        path = f"/articles/{(await made(client, what, **wish))['id']}"
        await acted(client, f"{path}/publish")
        return path, "review", {"review_on": "2127-12-01"}
    chen = await made(client, "colleagues", subject="chen", name="陈晨", role="risk manager")
    asked = {"title": "风险咨询", "description": "x", "domain": "risk_control", "kind": "consulting"}
    path = f"/support-requests/{(await made(client, what, opportunity_id=deal, **asked))['id']}"
    await acted(client, f"{path}/triage", {})
    await acted(client, f"{path}/assign", {"to": chen["id"]})
    return path, "start", None


@pytest.mark.parametrize("role", ["viewer", "risk_manager"])
@pytest.mark.parametrize("what", ["clarifications", "commitments", "articles", "support-requests"])
async def test_who_owes_it_gives_it_and_nobody_else_of_the_role(engagement, deal, what, role):
    path, action, body = await owed(engagement, deal, what)
    chen, other = engagement.as_("chen", role), engagement.as_("vic", role)

    offered = [(await actions_of(who, path))[action] for who in (chen, other)]
    refused = await other.act(f"{path}/{action}", body)
    given = await chen.act(f"{path}/{action}", body)

    assert refused.status_code == 403
    assert offered == [None, refused.json()["code"]]
    assert "chen" in refused.json()["detail"]
    assert given.status_code == 200, given.text


async def test_who_leaves_is_shown_with_what_others_have_to_take_on(engagement, deal):
    whats = ("support-requests", "clarifications", "commitments", "articles")
    paths = {what: (await owed(engagement, deal, what))[0] for what in whats}
    [colleague] = (await engagement.get("/colleagues")).json()["items"]
    where = f"/colleagues/{colleague['id']}"
    theirs = {"opportunity_id": deal, "side": "client", "statement": "x", "owner": "chen", "due_on": "2126-12-01"}
    await made(engagement, "commitments", **theirs)

    left = (await patched(engagement, where, is_active=False)).json()
    await acted(engagement, f"{paths['commitments']}/complete", {"note": "由他人完成"})
    later = (await engagement.get(where)).json()
    await heard(engagement, closed(deal))
    over = (await engagement.get(where)).json()

    kinds = ["article", "clarification", "commitment", "support_request"]
    assert (left["is_active"], [one["kind"] for one in left["owes"]]) == (False, kinds)
    assert {one["id"] for one in left["owes"]} == {path.split("/")[2] for path in paths.values()}
    assert {one["opportunity_id"] for one in left["owes"]} == {deal, None}
    assert [one["kind"] for one in later["owes"]] == ["article", "clarification", "support_request"]
    assert [one["kind"] for one in over["owes"]] == ["article"]


async def test_a_hand_over_that_was_offered_to_somebody_is_theirs_until_it_is_accepted(engagement, deal):
    from tests.support.engagement.handovers import handover, told, won

    dan = await made(engagement, "colleagues", subject="dan", name="丹", role="delivery lead")
    await told(engagement, won(deal))
    found, path = await handover(engagement, deal)
    await acted(engagement, f"{path}/offer", {"to": "dan"})

    offered = (await engagement.get(f"/colleagues/{dan['id']}")).json()["owes"]
    await acted(engagement.as_("dan", "viewer"), f"{path}/accept")
    taken = (await engagement.get(f"/colleagues/{dan['id']}")).json()["owes"]

    assert [(one["kind"], one["id"]) for one in offered] == [("handover", found["id"])]
    assert taken == []


async def test_who_owes_one_thing_changes_nothing_else_of_it(engagement, deal):
    path, _, _ = await owed(engagement, deal, "clarifications")
    chen = engagement.as_("chen", "viewer")

    offered = await actions_of(chen, path)
    withdrawn = await chen.act(f"{path}/withdraw", {"reason": "不再需要"})

    assert {action for action, why in offered.items() if why is None} == {"answer"}
    assert (withdrawn.status_code, withdrawn.json()["code"]) == (403, "forbidden")


async def test_what_the_client_owes_is_given_by_who_writes_there(engagement, deal):
    wish = {"opportunity_id": deal, "side": "client", "statement": "x", "owner": "chen", "due_on": "2126-12-01"}
    path = f"/commitments/{(await made(engagement, 'commitments', **wish))['id']}"

    of_the_client = await engagement.as_("chen", "viewer").act(f"{path}/complete", {})
    ours = await engagement.as_("sam", "sales").act(f"{path}/complete", {})

    assert (of_the_client.status_code, of_the_client.json()["code"]) == (403, "only_the_owner")
    assert ours.status_code == 200


async def test_the_assignee_writes_in_the_thread_and_lets_the_clocks_stand(engagement, deal):
    path, _, _ = await owed(engagement, deal, "support-requests")
    chen, other = engagement.as_("chen", "risk_manager"), engagement.as_("vic", "risk_manager")

    written = await chen.post(f"{path}/messages", json={"text": "正在评估"})
    strange = await other.post(f"{path}/messages", json={"text": "我也来看看"})
    waited = await chen.act(f"{path}/wait", {"waits_for": "client", "reason": "等待客户数据"})

    assert [one.status_code for one in (written, strange, waited)] == [201, 403, 200]


async def test_a_taker_without_a_role_for_it_takes_a_hand_over(engagement, deal):
    from tests.support.engagement.handovers import handover, told, won

    await told(engagement, won(deal))
    _, path = await handover(engagement, deal)
    await acted(engagement, f"{path}/offer", {"to": "dan"})

    assert (await acted(engagement.as_("dan", "viewer"), f"{path}/accept"))["accepted_by"] == "dan"
