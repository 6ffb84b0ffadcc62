"""Technical solutions: options, architecture, trace, completeness, and what the client reads of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.proposal.domain.option_scoring import Criterion, ranked, shares
from services.proposal.domain.tracing import trace
from services.proposal.handlers import on_opportunities
from shared.charts import Label
from shared.charts.boxes import Arrow, Box, Boxes
from shared.kernel.context import new_id
from tests.conftest import envelope
from tests.support.proposal import samples
from tests.support.proposal.makers import hear
from tests.support.proposal.selling import acted, codes, component, deal, made, opened, refused


async def heard(client, found):
    await on_opportunities.handle(
        client.app.state.database, [envelope(opened(found.baseline.opportunity_id, found.baseline.opportunity))]
    )
    await hear(client, found)
    return str(found.baseline.opportunity_id)


async def patched(client, path, **changes):
    seen = await client.get(path)
    return await client.patch(path, json=changes, headers={"If-Match": seen.headers["ETag"]})


DECISION = {
    "question": {"en": "Build or buy?"},
    "criteria": [
        {"code": "cost", "name": {"en": "Cost"}, "weight": 3},
        {"code": "time", "name": {"en": "Time"}, "weight": 1},
    ],
    "options": [
        {"code": "build", "name": {"en": "Build"}, "scores": {"cost": 2, "time": 5}},
        {"code": "buy", "name": {"en": "Buy"}, "scores": {"cost": 4, "time": 4}},
    ],
}


async def test_a_solution_begins_with_a_component_for_each_group_of_requirements(client):
    found = samples.events()
    solution = await made(client, "solutions", opportunity_id=await heard(client, found))

    trace = (await client.get(f"/solutions/{solution['id']}/trace")).json()

    groups = {need.group for need in found.baseline.requirements if need.priority != "wont" and need.group}
    assert {one["name"]["zh"] for one in solution["components"]} == groups
    grouped = {n.code for n in found.baseline.requirements if n.priority != "wont" and n.group}
    ungrouped = {n.code for n in found.baseline.requirements if n.priority != "wont"} - grouped
    assert set(trace["unmet"]) == ungrouped
    assert trace["coverage"] == pytest.approx(len(grouped) / (len(grouped) + len(ungrouped)), abs=1e-4)


async def test_orphans_are_shown_on_both_sides(client):
    found = samples.events("permits", 3)
    wish = {"components": [component("api", "REQ-001", "REQ-099"), component("cache")]}
    solution = await made(client, "solutions", opportunity_id=await heard(client, found), **wish)

    trace = (await client.get(f"/solutions/{solution['id']}/trace")).json()

    assert {row["requirement_code"]: row["component_codes"] for row in trace["items"]}["REQ-001"] == ["api"]
    assert "REQ-002" in trace["unmet"]
    assert (trace["idle"], trace["unknown"]) == (["cache"], ["REQ-099"])


async def test_a_decided_solution_is_in_the_next_draft(client):
    found = samples.events("permits", 3)
    where = await heard(client, found)
    wish = {"summary": {"en": "One platform for all permits."}, "components": [component("api", "REQ-001")]}
    chosen = {**DECISION, "chosen": "buy", "reasons": {"en": "Less to maintain."}}
    solution = await made(client, "solutions", opportunity_id=where, decisions=[chosen], **wish)

    decided = await acted(client, f"/solutions/{solution['id']}/decide")

    [draft, before] = (await client.get("/proposals", params={"view": "full", "opportunity_id": where})).json()["items"]
    design = (await client.get(f"/proposals/{draft['id']}/content")).json()["solution"]["design"]
    assert (decided["status"], decided["epoch"], before["status"]) == ("decided", 1, "superseded")
    assert design["summary"]["en"] == "One platform for all permits."
    options = {one["code"]: one for one in design["decisions"][0]["options"]}
    assert (options["buy"]["score"], options["buy"]["is_chosen"], options["build"]["score"]) == (0.8, True, 0.55)
    assert sum(one["weight"] for one in design["decisions"][0]["criteria"]) == pytest.approx(1)
    late = await patched(client, f"/solutions/{solution['id']}", summary=None)
    assert (late.status_code, late.json()["code"]) == (409, "solution_is_decided")


async def test_what_a_decision_lacks_is_said(client):
    solution = await made(client, "solutions", opportunity_id=await deal(client))
    path = f"/solutions/{solution['id']}"

    assert await refused(client, f"{path}/decide") == (409, "nothing_summarised")
    await patched(client, path, summary={"en": "x"})
    assert await refused(client, f"{path}/decide") == (409, "no_component")
    await patched(client, path, components=[component("api")], decisions=[DECISION])
    assert await refused(client, f"{path}/decide") == (409, "nothing_chosen")
    reasons = {one["action"]: one["reason"] for one in (await client.get(path)).json()["allowed_actions"]}
    assert "Build or buy?" in reasons["decide"]["message"]
    await patched(client, path, decisions=[{**DECISION, "chosen": "build"}])
    assert await refused(client, f"{path}/decide") == (409, "reasons_missing")
    await patched(client, path, decisions=[{**DECISION, "chosen": "build", "reasons": {"en": "We own it."}}])
    assert (await acted(client, f"{path}/decide"))["status"] == "decided"


async def test_completeness_names_what_each_chapter_lacks(client):
    wish = {"summary": {"en": "x"}, "decisions": [{**DECISION, "chosen": "buy"}]}
    solution = await made(client, "solutions", opportunity_id=await deal(client), **wish)

    found = (await client.get(f"/solutions/{solution['id']}/completeness")).json()

    chapters = {one["chapter"]: one for one in found["chapters"]}
    assert chapters["summary"]["is_complete"]
    assert chapters["decisions"]["missing"] == ["the reasons for: Build or buy?"]
    assert chapters["tools"]["missing_zh"] == ["工具"]
    assert found["share"] == pytest.approx(1 / 13, abs=1e-3)


async def test_scores_say_how_firm_the_best_is(client):
    solution = await made(client, "solutions", opportunity_id=await deal(client), decisions=[DECISION])

    [scores] = (await client.get(f"/solutions/{solution['id']}/scores")).json()

    assert (list(scores["scores"]), scores["best"], scores["is_firm"]) == (["buy", "build"], "buy", True)


async def test_a_diagram_is_drawn_from_the_components_it_names(client):
    wish = {
        "components": [
            component("web", layer={"zh": "接入层"}),
            component("api"),
            component("bureau", kind="external"),
        ],
        "connections": [
            {"code": "c1", "source": "web", "target": "api", "protocol": "HTTPS"},
            {"code": "c2", "source": "api", "target": "bureau", "data": {"zh": "信用报告"}},
        ],
        "diagrams": [
            {"code": "context", "name": {"zh": "上下文"}, "kind": "context", "component_codes": ["web", "api"]}
        ],
    }
    solution = await made(client, "solutions", opportunity_id=await deal(client), **wish)
    path = f"/solutions/{solution['id']}/diagrams"

    part = (await client.get(f"{path}/context")).json()
    whole = (await client.get(f"{path}/all")).json()
    svg = await client.get(f"{path}/all", headers={"Accept": "image/svg+xml"})
    missing = await client.get(f"{path}/nothing")

    assert [row["key"] for row in part["rows"] if row["kind"] == "box"] == ["web", "api"]
    assert [row["source"] for row in part["rows"] if row["kind"] == "arrow"] == ["web"]
    assert len(whole["rows"]) == 5
    assert svg.content.startswith(b"<svg ")
    assert (missing.status_code, missing.json()["code"]) == (404, "no_such_chart")


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"components": [component("a"), component("a")]}, "duplicate_code"),
        ({"connections": [{"code": "c", "source": "a", "target": "b"}]}, "unknown_component"),
        ({"decisions": [{**DECISION, "chosen": "rent"}]}, "unknown_option"),
        ({"decisions": [{**DECISION, "options": [{**DECISION["options"][0], "scores": {}}] * 2}]}, "duplicate_code"),
        ({"decisions": [{**DECISION, "criteria": DECISION["criteria"][:1]}]}, "unknown_criterion"),
        ({"decisions": [{**DECISION, "criteria": [{**DECISION["criteria"][0], "weight": 5e-324}]}]}, "too_small"),
        ({"summary": {}}, "no_language"),
        ({"summary": {"en": "a\x00b"}}, "null_character"),
    ],
)
async def test_parts_that_do_not_fit_together_are_refused(client, wish, code):
    answer = await client.post("/solutions", json={"opportunity_id": await deal(client), **wish})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


async def test_a_change_is_checked_with_what_stays(client):
    wish = {
        "components": [component("a"), component("b")],
        "connections": [{"code": "c", "source": "a", "target": "b"}],
    }
    solution = await made(client, "solutions", opportunity_id=await deal(client), **wish)

    answer = await patched(client, f"/solutions/{solution['id']}", components=[component("a")])

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unknown_component")


async def test_an_opportunity_that_nobody_knows_has_no_solution(client):
    answer = await client.post("/solutions", json={"opportunity_id": str(new_id())})

    assert answer.status_code == 404


weighted = st.lists(st.tuples(codes, st.floats(0.1, 100)), min_size=1, max_size=5, unique_by=lambda one: one[0])


@given(weighted, st.lists(st.floats(0, 5), min_size=10, max_size=10))
def test_scores_do_not_depend_on_the_unit_of_the_weights(pairs, values):
    criteria = [Criterion(*pair) for pair in pairs]
    scaled = [Criterion(code, weight * 7) for code, weight in pairs]
    options = {
        name: {one.code: values[(at + 3 * number) % 10] for number, one in enumerate(criteria)}
        for at, name in enumerate("xyz")
    }

    assert ranked(criteria, options).scores == pytest.approx(ranked(scaled, options).scores, abs=1e-4)
    assert sum(shares(criteria).values()) == pytest.approx(1)


def test_a_best_that_one_weight_decides_is_not_firm():
    criteria = [Criterion("cost", 1), Criterion("time", 1)]

    found = ranked(criteria, {"build": {"cost": 5, "time": 2}, "buy": {"cost": 2, "time": 4.9}})

    assert (found.best, found.is_firm) == ("build", False)


@given(st.lists(codes, unique=True), st.dictionaries(codes, st.lists(codes, max_size=4), max_size=4))
def test_every_wanted_requirement_is_met_or_named(wanted, components):
    found = trace(wanted, components)

    assert {code for code, by in found.met.items() if by} | set(found.unmet) == set(wanted)
    assert set(found.unknown) & set(wanted) == set()
    assert 0 <= found.coverage <= 1


def test_boxes_of_a_layer_stand_in_rows_of_nearly_equal_length():
    top, low, name = Label.same("top"), Label.same("low"), Label.same("box")
    boxes = [Box(f"top-{at}", name, layer=top) for at in range(7)] + [Box("low", name, layer=low)]
    chart = Boxes(title=name, alt=name, boxes=tuple(boxes), arrows=(Arrow("top-0", "low", name),))

    places = chart.places()

    assert [sum(one.row == row for one in places.values()) for row in range(3)] == [4, 3, 1]
