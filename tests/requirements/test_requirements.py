"""A requirement's states, history, links and suspect marks."""

from services.requirements.handlers import heard
from services.requirements.schemas.requirements import RequirementOut
from shared.kernel.pages import Page
from tests.conftest import envelope
from tests.requirements.conftest import baselined, blocked, made, opportunity, patched, question, requirement


async def test_a_requirement_goes_through_review(requirements, deal):
    need = await requirement(requirements, deal)
    path = f"/requirements/{need['id']}"

    submitted = (await requirements.act(f"{path}/submit")).json()
    returned = (await requirements.act(f"{path}/send-back")).json()
    await requirements.act(f"{path}/submit")
    agreed = (await requirements.act(f"{path}/agree")).json()

    assert [one["status"] for one in (submitted, returned, agreed)] == ["in_review", "draft", "agreed"]
    assert blocked(submitted, "submit")["code"] == "illegal_transition"
    assert blocked(submitted, "agree") is None
    assert blocked(agreed, "clear_suspect")["code"] == "not_suspect"


async def test_a_withdrawn_requirement_says_why_it_cannot_be_changed(requirements, deal):
    need = await requirement(requirements, deal)

    gone = (await requirements.act(f"/requirements/{need['id']}/withdraw")).json()

    assert blocked(gone, "change") is not None
    assert blocked(gone, "agree")["code"] == "illegal_transition"


async def test_the_history_says_who_changed_what(requirements, deal):
    need = await requirement(requirements, deal, title="First")
    lin = requirements.as_("lin", "presales")
    await patched(lin, f"/requirements/{need['id']}", title="Second")
    await baselined(requirements, deal)

    history = (await requirements.get(f"/requirements/{need['id']}/history")).json()

    assert [(one["actor"], one["action"]) for one in history] == [
        ("ann", "create"),
        ("lin", "update"),
        ("bob", "update"),
    ]
    assert history[1]["fields"] == [{"field": "title", "before": "First", "after": "Second"}]
    assert history[2]["fields"] == [{"field": "status", "before": "draft", "after": "baselined"}]


async def test_what_stands_on_a_changed_requirement_is_suspect_until_somebody_looks(requirements, deal):
    base = await requirement(requirements, deal, title="Base")
    upper = await requirement(requirements, deal, title="Upper", depends_on=[base["code"]])
    worry = await made(
        requirements, "/concerns", opportunity_id=deal["id"], category="technical", statement="Hard",
        requirement_codes=[base["code"]],
    )  # fmt: skip
    await requirements.act(f"/requirements/{base['id']}/agree")

    await patched(requirements, f"/requirements/{base['id']}", statement="Quite another thing.")

    marked = (await requirements.get(f"/requirements/{upper['id']}")).json()
    concern = (await requirements.get(f"/concerns/{worry['id']}")).json()
    assert [one["requirement_code"] for one in marked["suspects"]] == [base["code"]]
    assert marked["suspects"][0]["reason_zh"] == f"{base['code']} 已变更。"
    assert [one["requirement_code"] for one in concern["suspects"]] == [base["code"]]
    cleared = (await requirements.act(f"/requirements/{upper['id']}/clear-suspect")).json()
    again = await requirements.act(f"/requirements/{upper['id']}/clear-suspect")
    concern = (await requirements.act(f"/concerns/{worry['id']}/clear-suspect")).json()
    assert cleared["suspects"] == concern["suspects"] == []
    assert (again.status_code, again.json()["code"]) == (409, "not_suspect")


async def test_changing_a_draft_makes_nothing_suspect(requirements, deal):
    base = await requirement(requirements, deal)
    upper = await requirement(requirements, deal, depends_on=[base["code"]])

    await patched(requirements, f"/requirements/{base['id']}", statement="Another.")

    assert (await requirements.get(f"/requirements/{upper['id']}")).json()["suspects"] == []


async def test_all_that_is_tied_to_a_requirement_is_listed(requirements, deal):
    base = await requirement(requirements, deal, title="Base")
    upper = await requirement(requirements, deal, title="Upper", depends_on=[base["code"]])
    await made(
        requirements, "/concerns", opportunity_id=deal["id"], category="technical", statement="Hard",
        requirement_codes=[base["code"]],
    )  # fmt: skip
    await heard.handle(requirements.app.state.database, [envelope(question(deal, base, is_open=False))])
    await made(
        requirements, "/change-requests", opportunity_id=deal["id"], title="Drop it", reason="Too dear",
        operations=[{"op": "withdraw", "code": base["code"]}],
    )  # fmt: skip
    await made(requirements, "/fit-assessments", requirement_id=base["id"], verdict="full")
    await baselined(requirements, deal)
    await patched(requirements, f"/requirements/{base['id']}", statement="Quite another thing.")

    links = {one["kind"]: one for one in (await requirements.get(f"/requirements/{base['id']}/links")).json()}
    above = (await requirements.get(f"/requirements/{upper['id']}/links")).json()

    assert links.keys() == {
        "needed_by", "concern", "clarification", "change_request", "baseline", "fit_assessment",
    }  # fmt: skip
    suspect = {kind for kind, one in links.items() if one["is_suspect"]}
    assert suspect == {"needed_by", "concern", "baseline", "fit_assessment"}
    assert [(one["kind"], one["is_suspect"]) for one in above] == [("depends_on", True), ("baseline", False)]


async def test_a_listed_requirement_is_as_the_single_one_in_every_field(requirements, deal):
    whole = {
        "metric": {"name": "p95", "operator": "<=", "value": 2.5, "unit": "s"}, "size": {"inputs": 3}, "group": "G",
        "sources": [{"document": "RFQ", "location": "page 3"}], "acceptance_criteria": ["a"], "client_words": "快",
    }  # fmt: skip
    first = await requirement(requirements, deal, **whole)
    await requirement(requirements, deal, depends_on=[first["code"]])
    await requirements.act(f"/requirements/{first['id']}/agree")
    await patched(requirements, f"/requirements/{first['id']}", statement="Otherwise.")
    other = await opportunity(requirements)
    await requirement(requirements, other)
    await requirements.act(f"/opportunities/{other['id']}/close", {"outcome": "lost", "reason": "price"})

    listed = await requirements.get("/requirements?view=full")

    items = listed.json()["items"]
    assert items == [(await requirements.get(f"/requirements/{one['id']}")).json() for one in items]
    assert [len(one["suspects"]) for one in items] == [0, 1, 0]
    assert Page[RequirementOut].model_validate_json(listed.content).next_cursor is None
    assert listed.headers["content-type"] == "application/json"


async def test_many_are_agreed_at_once_or_none(requirements, deal):
    needs = [await requirement(requirements, deal) for _ in range(3)]
    stale = await patched(requirements, f"/requirements/{needs[2]['id']}", title="Changed meanwhile")
    wish = {"opportunity_id": deal["id"], "action": "agree"}

    def seen(*rows):
        return [{"code": one["code"], "version": one["version"]} for one in rows]

    refused = await requirements.post("/requirements:move", json={**wish, "items": seen(*needs)})
    before = {one["status"] for one in (await requirements.get("/requirements")).json()["items"]}
    agreed = await requirements.post("/requirements:move", json={**wish, "items": seen(*needs[:2], stale)})
    twice = await requirements.post("/requirements:move", json={**wish, "items": seen(stale, stale)})
    unknown = await requirements.post("/requirements:move", json={**wish, "items": [{"code": "X-1", "version": 1}]})

    assert (refused.status_code, refused.json()["current_version"]) == (412, stale["version"])
    assert stale["code"] in refused.json()["detail"]
    assert before == {"draft"}
    assert [one["status"] for one in agreed.json()["items"]] == ["agreed"] * 3
    assert (twice.json()["errors"][0]["code"], unknown.json()["code"]) == ("named_twice", "unknown_requirement")


async def test_what_is_withdrawn_at_once_makes_suspect_what_stands_on_it_and_that_can_be_listed(requirements, deal):
    first, second = await requirement(requirements, deal), await requirement(requirements, deal)
    await requirement(requirements, deal, depends_on=[first["code"], second["code"]])
    items = [{"code": one["code"], "version": one["version"]} for one in (first, second)]

    body = {"opportunity_id": deal["id"], "action": "withdraw", "items": items}
    await requirements.post("/requirements:move", json=body)

    [marked] = (await requirements.get("/requirements", params={"is_suspect": True})).json()["items"]
    rest = (await requirements.get("/requirements", params={"is_suspect": False})).json()["items"]
    assert [one["requirement_code"] for one in marked["suspects"]] == [first["code"], second["code"]]
    assert {one["code"] for one in rest} == {first["code"], second["code"]}
