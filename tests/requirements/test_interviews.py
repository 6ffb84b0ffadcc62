"""Interviews, quotes, and the client's confirmation by link."""

from shared.kernel.context import new_id
from tests.conftest import said
from tests.requirements.conftest import baselined, blocked, made, opportunity, patched, requirement


async def interview(client, deal, **wish):
    quotes = [{"speaker": "Director Wang", "text": "审批太慢了，要三天。", "topic": "approval"}]
    body = {"title": "Kick-off", "held_at": "2026-11-02T09:00:00+08:00", "quotes": quotes, **wish}
    return await made(client, "/interviews", opportunity_id=deal["id"], **body)


async def test_a_quote_becomes_a_requirement_that_keeps_the_clients_words(requirements, deal):
    talk = await interview(requirements, deal)
    quote = talk["quotes"][0]
    wish = {"quote_id": quote["id"], "title": "Fast approval", "kind": "performance",
            "statement": "An approval shall take one working day at most."}  # fmt: skip

    answer = await requirements.act(f"/interviews/{talk['id']}/requirements", {"items": [wish]})

    [need] = answer.json()["items"]
    assert need["client_words"] == "审批太慢了，要三天。"
    assert need["sources"][0] == {
        "document": "INT-001 Kick-off, 2026-11-02", "location": "Director Wang", "quote": "审批太慢了，要三天。",
    }  # fmt: skip
    assert need["origin"] == {"kind": "quote", "id": quote["id"]}
    talk = (await requirements.get(f"/interviews/{talk['id']}")).json()
    assert talk["quotes"][0]["requirement_ids"] == [need["id"]]
    [told] = await said(requirements.app.state.database, "requirements.requirement.recorded.v1")
    assert told.data["origin"]["kind"] == "quote"


async def test_who_took_part_was_met_and_must_be_a_stakeholder_of_the_opportunity(requirements, deal):
    person = {"name": "王敏", "role": "economic_buyer", "last_met_on": "2026-01-05"}
    met = await made(requirements, "/stakeholders", opportunity_id=deal["id"], **person)
    stranger = await made(
        requirements, "/stakeholders", opportunity_id=(await opportunity(requirements))["id"], **person
    )
    body = {"opportunity_id": deal["id"], "title": "x", "held_at": "2026-01-01T09:00:00Z"}

    await interview(requirements, deal, participants=[{"name": "王敏", "stakeholder_id": met["id"]}])
    await interview(requirements, deal, held_at="2026-01-01T09:00:00Z", participants=[{"name": "王敏"}])
    refused = await requirements.post(
        "/interviews", json={**body, "participants": [{"name": "x", "stakeholder_id": stranger["id"]}]}
    )

    assert (await requirements.get(f"/stakeholders/{met['id']}")).json()["last_met_on"] == "2026-11-02"
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/participants")


async def test_a_requirement_of_a_quote_has_room_for_its_quote_among_the_sources(requirements, deal):
    talk = await interview(requirements, deal)
    sources = [{"document": "RFQ", "location": f"page {n}"} for n in range(49)]
    wish = {"quote_id": talk["quotes"][0]["id"], "title": "x", "kind": "user", "statement": "x"}
    path = f"/interviews/{talk['id']}/requirements"

    full = await requirements.act(path, {"items": [{**wish, "sources": sources}]})
    more = await requirements.act(path, {"items": [{**wish, "sources": [*sources, *sources[:1]]}]})

    assert len(full.json()["items"][0]["sources"]) == 50
    assert (more.status_code, more.json()["errors"][0]["pointer"]) == (422, "/items/0/sources")


async def test_an_unknown_quote_is_refused_and_nothing_is_made(requirements, deal):
    talk = await interview(requirements, deal)
    wish = {"title": "x", "kind": "user", "statement": "x"}
    both = [{**wish, "quote_id": talk["quotes"][0]["id"]}, {**wish, "quote_id": str(new_id())}]

    answer = await requirements.act(f"/interviews/{talk['id']}/requirements", {"items": both})

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_quote")
    assert (await requirements.get("/requirements")).json()["items"] == []


async def test_quotes_are_added_and_searched_but_never_changed(requirements, deal):
    talk = await interview(requirements, deal)

    more = {"items": [{"speaker": "Li", "text": "Our reports come from Excel."}]}
    await requirements.act(f"/interviews/{talk['id']}/quotes", more)
    changed = await patched(requirements, f"/interviews/{talk['id']}", notes="Second thoughts", place="Shanghai")
    refused = await requirements.patch(
        f"/interviews/{talk['id']}", json={"quotes": []}, headers={"If-Match": f'"{changed["version"]}"'}
    )

    assert [quote["speaker"] for quote in changed["quotes"]] == ["Director Wang", "Li"]
    assert refused.json()["errors"][0]["code"] == "unknown_field"
    for words in ("审批", "excel rep", "thoughts"):
        found = (await requirements.get("/interviews", params={"q": words})).json()["items"]
        assert [one["id"] for one in found] == [talk["id"]], words


METRIC = {"name": "审批用时", "operator": "<=", "value": 60, "unit": "秒", "condition": "征信正常返回时"}


async def test_a_metric_that_changed_since_it_was_shown_is_not_confirmed(requirements, deal):
    need = await requirement(requirements, deal, metric=METRIC)
    confirmation = await asked(requirements, deal, need)
    await patched(requirements, f"/requirements/{need['id']}", metric={**METRIC, "value": 600})

    client = requirements.as_link("confirmations", confirmation["id"])
    answers = {f"r_{need['code']}": "confirm"}
    await client.post(f"/confirmations/{confirmation['id']}/answers", json={"answers": answers})

    done = (await requirements.get(f"/confirmations/{confirmation['id']}")).json()
    assert [one["is_taken"] for one in done["outcome"]] == [False]


async def asked(client, deal, *needs):
    body = {"recipient_name": "Director Wang", "requirement_codes": [need["code"] for need in needs]}
    return await made(client, "/confirmations", opportunity_id=deal["id"], **body)


async def test_the_client_confirms_by_link_what_then_is_agreed(requirements, deal):
    good = await requirement(
        requirements, deal, title="Good", metric=METRIC, acceptance_criteria=["无需人工即得出结论"]
    )
    wrong = await requirement(requirements, deal, title="Wrong")
    await requirements.act(f"/requirements/{wrong['id']}/submit")
    confirmation = await asked(requirements, deal, good, wrong)
    client = requirements.as_link("confirmations", confirmation["id"])

    form = (await client.get(f"/confirmations/{confirmation['id']}/form")).json()
    answers = {f"r_{good['code']}": "confirm", f"r_{wrong['code']}": "change"}
    unexplained = await client.post(f"/confirmations/{confirmation['id']}/answers", json={"answers": answers})
    answers[f"r_{wrong['code']}_comment"] = "Offline too"
    taken = await client.post(f"/confirmations/{confirmation['id']}/answers", json={"answers": answers})
    again = await client.post(f"/confirmations/{confirmation['id']}/answers", json={"answers": answers})

    assert confirmation["link"].startswith("http")
    assert form["language"] == "zh"
    assert form["form"]["elements"][0]["description"] == (
        f"{good['statement']}\n指标：审批用时 ≤ 60 秒（征信正常返回时）\n验收标准：\n- 无需人工即得出结论"
    )
    assert unexplained.status_code == 422
    assert taken.status_code == 200, taken.text
    assert (again.status_code, again.json()["code"]) == (409, "already_answered")
    agreed = (await requirements.get(f"/requirements/{good['id']}")).json()
    returned = (await requirements.get(f"/requirements/{wrong['id']}")).json()
    assert (agreed["status"], agreed["confirmed_by"]) == ("agreed", "Director Wang")
    assert (returned["status"], returned["confirmed_by"]) == ("draft", None)
    done = (await requirements.get(f"/confirmations/{confirmation['id']}")).json()
    assert [(one["answer"], one["comment"], one["is_taken"]) for one in done["outcome"]] == [
        ("confirm", None, True), ("change", "Offline too", True),
    ]  # fmt: skip
    assert blocked(done, "withdraw")["code"] == "illegal_transition"
    links = (await requirements.get(f"/requirements/{wrong['id']}/links")).json()
    assert ("confirmation", "Director Wang: change: Offline too") in {(one["kind"], one["label"]) for one in links}


async def test_what_changed_after_the_link_was_sent_is_not_taken_as_confirmed(requirements, deal):
    need = await requirement(requirements, deal)
    confirmation = await asked(requirements, deal, need)
    await patched(requirements, f"/requirements/{need['id']}", statement="Another thing.")
    client = requirements.as_link("confirmations", confirmation["id"])

    await client.post(
        f"/confirmations/{confirmation['id']}/answers", json={"answers": {f"r_{need['code']}": "confirm"}}
    )

    now = (await requirements.get(f"/requirements/{need['id']}")).json()
    outcome = (await requirements.get(f"/confirmations/{confirmation['id']}")).json()["outcome"]
    assert (now["status"], now["confirmed_at"]) == ("draft", None)
    assert (outcome[0]["is_taken"], outcome[0]["reason"]) == (False, "此后该需求已变更，请重新确认。")


async def test_confirmations_of_wording_that_changed_meanwhile_are_listed_to_be_asked_again(requirements, deal):
    late, early = await requirement(requirements, deal), await requirement(requirements, deal)
    confirmations = {need["code"]: await asked(requirements, deal, need) for need in (late, early)}
    await patched(requirements, f"/requirements/{late['id']}", statement="Another thing.")
    for code, one in confirmations.items():
        await requirements.as_link("confirmations", one["id"]).post(
            f"/confirmations/{one['id']}/answers", json={"answers": {f"r_{code}": "confirm"}}
        )

    async def ids(has):
        query = {"opportunity_id": deal["id"], "has_untaken": has}
        return [one["id"] for one in (await requirements.get("/confirmations", params=query)).json()["items"]]

    assert await ids(True) == [confirmations[late["code"]]["id"]]
    assert await ids(False) == [confirmations[early["code"]]["id"]]


async def test_a_change_takes_the_confirmation_back(requirements, deal):
    need = await requirement(requirements, deal)
    confirmation = await asked(requirements, deal, need)
    client = requirements.as_link("confirmations", confirmation["id"])
    await client.post(
        f"/confirmations/{confirmation['id']}/answers", json={"answers": {f"r_{need['code']}": "confirm"}}
    )

    changed = await patched(requirements, f"/requirements/{need['id']}", title="Other")

    assert (changed["confirmed_by"], changed["confirmed_at"]) == (None, None)


async def test_a_link_opens_its_own_confirmation_only_and_none_once_withdrawn(requirements, deal):
    need = await requirement(requirements, deal)
    mine, other = await asked(requirements, deal, need), await asked(requirements, deal, need)
    client = requirements.as_link("confirmations", mine["id"])

    strange = await client.get(f"/confirmations/{other['id']}/form")
    await requirements.act(f"/confirmations/{mine['id']}/withdraw")
    closed = await client.get(f"/confirmations/{mine['id']}/form")

    assert strange.status_code == 403
    assert (closed.status_code, closed.json()["code"]) == (409, "link_not_open")


async def wants_changed(client, deal, need, words):
    confirmation = await asked(client, deal, need)
    holder = client.as_link("confirmations", confirmation["id"])
    answers = {f"r_{need['code']}": "change", f"r_{need['code']}_comment": words}
    answer = await holder.post(f"/confirmations/{confirmation['id']}/answers", json={"answers": answers})
    assert answer.status_code == 200, answer.text
    return confirmation


async def remarked(client, **query):
    listed = (await client.get("/requirements", params={"has_remarks": True, **query})).json()["items"]
    return [(one["code"], [remark["words"] for remark in one["remarks"]]) for one in listed]


async def findings(client, need, **query):
    found = (await client.get(f"/requirements/{need['id']}/findings", params=query)).json()["items"]
    return [one["words"] for one in found if one["rule"] == "client_remark"]


async def test_what_the_client_wants_changed_is_listed_found_and_asked_until_it_is_changed(requirements, deal):
    need = await requirement(requirements, deal)
    await requirement(requirements, deal, title="Other")

    confirmation = await wants_changed(requirements, deal, need, "离线也要能用")

    assert await remarked(requirements) == [(need["code"], ["离线也要能用"])]
    assert await findings(requirements, need) == ["离线也要能用"]
    [event] = await said(requirements.app.state.database, "requirements.confirmation.remarked.v1")
    assert (event.data["requirement_id"], event.data["said_by"]) == (need["id"], "Director Wang")
    assert (event.data["words"], event.data["confirmation_id"]) == ("离线也要能用", confirmation["id"])
    await patched(requirements, f"/requirements/{need['id']}", statement="A client shall apply, offline too.")
    assert await remarked(requirements) == []
    assert await findings(requirements, need) == []


async def test_a_wish_about_a_baselined_requirement_is_a_change_request(requirements, deal):
    need = await requirement(requirements, deal)
    await baselined(requirements, deal)

    confirmation = await wants_changed(requirements, deal, need, "Offline too")

    [change] = (
        await requirements.get("/change-requests", params={"view": "full", "opportunity_id": deal["id"]})
    ).json()["items"]
    assert (change["status"], change["requirement_ids"]) == ("draft", [need["id"]])
    assert change["title"] == f"{need['code']}: Offline too"
    assert change["source"]["quote"] == "Offline too"
    assert change["origin"] == {"kind": "confirmation", "id": confirmation["id"]}
    assert await remarked(requirements) == [(need["code"], ["Offline too"])]
    assert await said(requirements.app.state.database, "requirements.confirmation.remarked.v1") == []


async def test_a_wish_about_an_earlier_wording_is_heard_too(requirements, deal):
    need = await requirement(requirements, deal)
    confirmation = await asked(requirements, deal, need)
    await patched(requirements, f"/requirements/{need['id']}", statement="Another thing.")
    answers = {f"r_{need['code']}": "change", f"r_{need['code']}_comment": "Offline too"}

    holder = requirements.as_link("confirmations", confirmation["id"])
    await holder.post(f"/confirmations/{confirmation['id']}/answers", json={"answers": answers})

    assert await remarked(requirements) == [(need["code"], ["Offline too"])]


async def test_a_wish_is_dismissed_with_a_reason_or_by_the_clients_own_confirmation(requirements, deal):
    one, other = await requirement(requirements, deal), await requirement(requirements, deal, title="Other")
    for need in (one, other):
        await wants_changed(requirements, deal, need, "Offline too")

    wish = {"rule": "client_remark", "words": "Offline too", "reason": "Agreed by phone to leave it"}
    dismissed = await requirements.act(f"/requirements/{one['id']}/dismiss-finding", wish)
    confirmation = await asked(requirements, deal, other)
    holder = requirements.as_link("confirmations", confirmation["id"])
    await holder.post(
        f"/confirmations/{confirmation['id']}/answers", json={"answers": {f"r_{other['code']}": "confirm"}}
    )

    assert dismissed.status_code == 200, dismissed.text
    assert await remarked(requirements) == []
