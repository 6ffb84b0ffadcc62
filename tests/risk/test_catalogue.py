"""The catalogue of a tenant over HTTP: its own rules, and the shipped ones changed or switched off."""

import pytest

from services.risk.handlers import on_lessons
from services.risk.queries.catalogue import catalogue_in_force, digest_of
from shared.kernel.context import Context, new_id
from shared.kernel.events import NO_OPPORTUNITY
from shared.language.events.insights import LessonProposed
from tests.conftest import TENANT, envelope, said
from tests.support.risk.example import DEAL, estimate, opened
from tests.support.risk.register import SECOND, budgets, by_code, hear, recomputed
from tests.support.risk.waiting import wait

RULE = {
    "key": "many_interfaces",
    "category": "technical",
    "breakdown": "technical/third parties",
    "trigger": {
        "over": "requirements",
        "where": [{"field": "kind", "operator": "=", "value": "interface"}],
        "worst": 5,
    },
    "title": {"en": "{count} partners are late", "zh": "{count} 家合作方延期"},
    "cause": {"en": "Interfaces to {codes}"},
    "effect": {"zh": "联调推迟"},
    "probability": {"weakest": 0.2, "strongest": 0.6},
    "cost_shares": {"optimistic": 0.05, "most_likely": 0.1, "pessimistic": 0.3},
    "preventive": {"en": "Agree on dates"},
    "contingency": {"en": "Use a simulator"},
}


async def revise(client, **wish):
    made = await client.post("/risk-catalogue", json={**RULE, **wish})
    assert made.status_code == 201, made.text
    await wait(client, seconds=1)
    return made.json()


async def rules(client, **query):
    return (await client.get("/risk-catalogue", params={"limit": 100, **query})).json()["items"]


def shipped_as(row, **changes):
    """The wish that would make a shipped rule what it is."""
    names = RULE.keys() - {"trigger"} | {"explanation", "strategy", "owner_role", "response_share"}
    return {**{name: row[name] for name in names}, "trigger": None, **changes}


async def test_the_shipped_rules_are_shown_with_their_figures(risk):
    found = await rules(risk)

    assert len(found) == 16
    first = found[0]
    assert (first["key"], first["risk_code"], first["is_shipped"], first["status"]) == (
        "performance_unmeasured", "RSK-R01", True, "enabled",
    )  # fmt: skip
    assert first["explanation"]["zh"]


async def test_an_own_rule_proposes_in_the_next_budget_and_explains_itself(risk):
    made = await revise(risk)
    [stale] = await budgets(risk)

    await recomputed(risk)

    row = await by_code(risk, "RSK-T01")
    assert (made["risk_code"], made["number"], made["is_shipped"]) == ("RSK-T01", 1, False)
    assert (stale["freshness"], stale["reason"]["code"]) == ("recomputing", "policy_changed")
    assert (row["title"], row["title_zh"], row["cause_zh"]) == (
        "1 partners are late",
        "1 家合作方延期",
        "Interfaces to REQ-010",
    )
    assert row["explanation"] == "1 of 4 where kind = interface: REQ-010 (figure 1, proposed from 1)."
    assert (row["breakdown"], row["origin"], row["requirement_codes"]) == (
        "technical/third parties",
        "rule",
        ["REQ-010"],
    )
    assert row["residual"]["probability"] == 0.2
    assert [one["kind"] for one in row["responses"]] == ["contingency", "preventive"]
    assert (await budgets(risk))[0]["freshness"] == "fresh"


async def test_a_rule_can_be_tried_before_anything_follows_from_it(risk):
    made = await revise(risk)
    await risk.act(f"/risk-catalogue/{made['id']}/disable")

    tried = await risk.post(f"/risk-catalogue/{made['id']}/try", json={"opportunity_id": str(DEAL)})

    [proposal] = tried.json()["items"]
    assert (proposal["code"], proposal["probability"]) == ("RSK-T01", 0.2)
    assert proposal["impact_cost"]["most_likely"] == "4000.00"
    listed = (await risk.get("/risks", params={"view": "full", "opportunity_id": str(DEAL)})).json()["items"]
    assert {row["code"] for row in listed} == {"RSK-CON-001", "RSK-R04"}


async def test_what_is_switched_off_is_proposed_no_more(risk):
    [shipped] = await rules(risk, key="external_interfaces")
    off = await risk.act(f"/risk-catalogue/{shipped['id']}/disable")
    await wait(risk, seconds=1)

    budget = await recomputed(risk)

    assert off.json()["status"] == "disabled"
    assert {one["code"] for one in budget["risks"]} == {"RSK-CON-001"}
    assert (await by_code(risk, "RSK-R04"))["is_proposed"] is False
    await risk.act(f"/risk-catalogue/{shipped['id']}/enable")
    await wait(risk, seconds=1)
    assert {one["code"] for one in (await recomputed(risk))["risks"]} == {"RSK-CON-001", "RSK-R04"}


async def test_a_shipped_rule_takes_other_figures_and_keeps_its_trigger_and_its_risks(risk):
    [shipped] = await rules(risk, key="external_interfaces")
    before = await by_code(risk, "RSK-R04")

    made = await revise(risk, **shipped_as(shipped, probability={"weakest": 0.7, "strongest": 0.7}))
    await recomputed(risk)

    after = await by_code(risk, "RSK-R04")
    assert (made["number"], made["is_shipped"], made["trigger"]) == (2, True, None)
    assert (after["id"], after["title"]) == (before["id"], before["title"])
    assert after["residual"]["probability"] == 0.7
    assert [row["status"] for row in await rules(risk, key="external_interfaces", sort="created_at")] == [
        "disabled", "enabled",
    ]  # fmt: skip


async def test_enabling_an_earlier_version_puts_it_in_place_of_the_other(risk):
    first = await revise(risk)
    second = await revise(risk, probability={"weakest": 0.5, "strongest": 0.5})

    again = await risk.act(f"/risk-catalogue/{first['id']}/enable")

    assert (second["number"], second["risk_code"], again.json()["status"]) == (2, "RSK-T01", "enabled")
    assert [row["id"] for row in await rules(risk, key="many_interfaces", status="enabled")] == [first["id"]]
    twice = await risk.act(f"/risk-catalogue/{first['id']}/enable")
    assert (twice.status_code, twice.json()["code"]) == (409, "illegal_transition")


async def test_a_new_baseline_is_looked_at_by_the_rules_in_force(risk):
    await revise(risk)

    await hear(risk, SECOND, estimate(SECOND))

    row = await by_code(risk, "RSK-T01")
    assert (row["title"], row["requirement_codes"]) == ("2 partners are late", ["REQ-010", "REQ-011"])


async def test_without_a_basis_there_is_nothing_to_try_a_rule_on(start):
    async with start("risk") as client:
        await hear(client, opened())
        made = await revise(client)

        refused = await client.post(f"/risk-catalogue/{made['id']}/try", json={"opportunity_id": str(DEAL)})

        assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_try")


TRIGGER = RULE["trigger"]
WHERE = TRIGGER["where"][0]


@pytest.mark.parametrize(
    ("facts", "pointer", "code"),
    [
        ({"trigger": None}, "", "trigger_missing"),
        ({"key": "external_interfaces"}, "", "trigger_stays"),
        ({"key": "Not A Slug"}, "/key", "wrong_format"),
        ({"strategy": "exploit"}, "", "for_threats"),
        ({"title": {"en": "{salary}"}}, "", "unknown_placeholder"),
        ({"title": {}}, "/title", "blank"),
        ({"probability": {"weakest": 0.6, "strongest": 0.2}}, "/probability", "range_order"),
        ({"probability": {"weakest": 0.6, "strongest": 1}}, "/probability/strongest", "too_large"),
        ({"cost_shares": {"optimistic": 2, "most_likely": 1, "pessimistic": 3}}, "/cost_shares", "range_order"),
        ({"impact_factor": 0}, "/impact_factor", "too_small"),
        ({"trigger": {**TRIGGER, "over": "weather"}}, "/trigger/over", "not_allowed"),
        ({"trigger": {**TRIGGER, "where": [{**WHERE, "field": "colour"}]}}, "/trigger", "unknown_source_field"),
        ({"trigger": {**TRIGGER, "where": [{**WHERE, "operator": "<"}]}}, "/trigger", "wrong_operator"),
        ({"trigger": {**TRIGGER, "where": [{**WHERE, "field": "has_metric"}]}}, "/trigger", "wrong_operator"),
        ({"trigger": {**TRIGGER, "measure": "value"}}, "/trigger", "wrong_measure"),
        ({"trigger": {**TRIGGER, "of": "dependencies"}}, "/trigger", "wrong_measure"),
        ({"trigger": {**TRIGGER, "worst": 1e300}}, "/trigger/worst", "too_large"),
    ],
)
async def test_a_rule_that_cannot_be_is_refused(risk, facts, pointer, code):
    refused = await risk.post("/risk-catalogue", json={**RULE, **facts})

    assert refused.status_code == 422
    assert [(one["pointer"], one["code"]) for one in refused.json()["errors"]] == [(pointer, code)]


async def test_a_catalogue_is_a_tenants_own_and_for_those_who_may(risk):
    made = await revise(risk)
    stranger, pia = risk.as_("eve", "admin", tenant="other"), risk.as_("pia", "presales")

    assert len(await rules(stranger)) == 16
    assert (await stranger.get(f"/risk-catalogue/{made['id']}")).status_code == 404
    assert (await pia.get(f"/risk-catalogue/{made['id']}")).status_code == 200
    assert (await pia.post("/risk-catalogue", json=RULE)).status_code == 403
    assert (await pia.post(f"/risk-catalogue/{made['id']}/try", json={"opportunity_id": str(DEAL)})).status_code == 403


LESSON = LessonProposed(
    opportunity_id=NO_OPPORTUNITY, lesson_id=new_id(), retrospective_id=new_id(), finding=1, kind="risk_rule",
    title=None, title_zh="伙伴 {who} 延期", text=None, text_zh="接口未约定日期", version=1,
)  # fmt: skip


async def propose(client, *events):
    return await on_lessons.handle(client.app.state.database, [envelope(one) for one in events])


async def test_a_lesson_becomes_a_draft_once_that_counts_for_nothing(risk):
    await propose(risk, LESSON)
    await propose(risk, LESSON, LESSON.model_copy(update={"lesson_id": new_id(), "kind": "article"}))

    [draft] = await rules(risk, status="draft")
    assert (draft["id"], draft["key"]) == (str(LESSON.lesson_id), f"lesson_{LESSON.lesson_id.hex[:12]}")
    assert (draft["title"], draft["cause"]) == (
        {"en": "伙伴 {who} 延期", "zh": "伙伴 {who} 延期"}, {"en": "接口未约定日期", "zh": "接口未约定日期"},
    )  # fmt: skip
    assert (draft["trigger"], draft["probability"], draft["effect"], draft["category"]) == (None, None, None, None)
    path = f"/risk-catalogue/{draft['id']}"
    refused = [await risk.act(f"{path}/enable"), await risk.act(f"{path}/disable")]
    refused.append(await risk.post(f"{path}/try", json={"opportunity_id": str(DEAL)}))
    assert [one.json()["code"] for one in refused] == ["illegal_transition"] * 2 + ["rule_is_draft"]
    assert [one["freshness"] for one in await budgets(risk)] == ["fresh"]
    async with risk.app.state.database.transaction(Context(tenant=TENANT, actor="test")) as session:
        assert digest_of(await catalogue_in_force(session)) is None


async def test_who_revises_the_draft_of_a_lesson_finishes_it(risk):
    await propose(risk, LESSON)
    [draft] = await rules(risk, status="draft")

    finished = await revise(risk, key=draft["key"])
    later = await revise(risk, key=draft["key"], category="commercial")

    assert (finished["id"], finished["number"], finished["status"]) == (draft["id"], 1, "enabled")
    assert finished["title"] == RULE["title"]
    assert (later["number"], later["status"]) == (2, "enabled")
    recorded = await said(risk.app.state.database, "risk.rule.recorded.v1")
    assert [(str(one.aggregate_id), one.data["number"], one.data["status"]) for one in recorded] == [
        (draft["id"], 1, "draft"), (draft["id"], 1, "enabled"), (draft["id"], 1, "disabled"),
        (later["id"], 2, "enabled"),
    ]  # fmt: skip
