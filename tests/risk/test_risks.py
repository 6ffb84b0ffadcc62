"""The risk register over HTTP."""

from uuid import uuid4

import pytest

from services.risk.domain.catalogue import RULES
from services.risk.domain.client_wordings import CLIENT_WORDINGS
from services.risk.domain.rule import PLACE
from tests.conftest import said
from tests.support.risk.example import baseline, concern, estimate, opened, requirements
from tests.support.risk.register import (
    FIRST,
    RESPONSE,
    SECOND,
    budgets,
    by_code,
    change,
    closed,
    cost,
    counted,
    hear,
    recomputed,
    wish,
)


@pytest.fixture
async def risk(start):
    async with start("risk") as client:
        yield client


@pytest.fixture
async def budgeted(risk):
    """The service with a computed budget."""
    await hear(risk, opened(), FIRST, estimate(FIRST))
    return risk


def days(*points):
    return dict(zip(("optimistic", "most_likely", "pessimistic"), points, strict=True))


async def test_a_person_records_a_risk_before_there_is_a_baseline(risk):
    await hear(risk, opened())

    made = await risk.as_("rita", "risk_manager").post("/risks", json=wish())

    body = made.json()
    assert (made.status_code, body["code"], body["status"], body["origin"]) == (201, "RSK-001", "identified", "person")
    assert made.headers["Location"] == f"/v1/risks/{body['id']}"
    assert (body["probability_level"], body["impact_level"], body["rating"]) == (3, None, None)
    assert body["impact_cost"] == cost("10000.00", "20000.00", "60000.50")
    assert body["title_zh"] == body["title"]
    assert body["explanation_zh"] == "由 rita 登记。"


async def test_a_recorded_risk_is_assessed_and_counts_in_the_next_budget(budgeted):
    made = await budgeted.post("/risks", json=wish(responses=[RESPONSE], requirement_codes=["REQ-010"]))

    budget = await recomputed(budgeted)

    assert (made.json()["impact_level"], made.json()["score"], made.json()["rating"]) == (3, 0.1, "moderate")
    assert counted(budget, "RSK-001")["requirement_codes"] == ["REQ-010"]
    assert counted(budget, "RSK-001")["response"]["preventive_zh"] == "Agree who pays"
    assert (budget["revision"], budget["basis"]["epoch"]) == (2, 1)


async def test_a_change_makes_the_budget_stale_and_recomputing_mends_it(budgeted):
    await change(budgeted, "RSK-R04", {"probability": 0.9})

    [stale] = await budgets(budgeted)
    budget = await recomputed(budgeted)
    newest, oldest = await budgets(budgeted)

    assert (stale["freshness"], stale["reason"]["code"], stale["reason"]["actions"]) == (
        "recomputing", "register_changed", ["recompute"],
    )  # fmt: skip
    fact = counted(budget, "RSK-R04")
    assert (fact["inherent_probability"], fact["probability"]) == (0.9, 0.63)
    assert (newest["freshness"], newest["revision"], oldest["status"]) == ("fresh", 2, "superseded")
    assert float(newest["contingency"]["amount"]) > float(oldest["contingency"]["amount"])
    assert newest["seed"] == oldest["seed"]


async def test_a_change_that_no_figure_depends_on_leaves_the_budget_fresh(budgeted):
    changed = await change(budgeted, "RSK-R04", {"owner": "wei"})

    assert changed.json()["owner"] == "wei"
    assert [one["freshness"] for one in await budgets(budgeted)] == ["fresh"]


async def test_what_a_person_decided_survives_a_newer_baseline(budgeted):
    decided = {"probability": 0.85, "impact_cost": cost(1, 2, 3)}
    await change(budgeted, "RSK-R04", decided)

    await hear(budgeted, SECOND, estimate(SECOND))

    row = await by_code(budgeted, "RSK-R04")
    [*_, budget] = await said(budgeted.app.state.database, "risk.budget.calculated.v1")
    fact = counted(budget.data, "RSK-R04")
    assert row["decided"] == ["impact_cost", "probability"]
    assert (row["probability"], row["impact_cost"]["pessimistic"]) == (0.85, "3.00")
    assert (fact["inherent_probability"], fact["inherent_impact_cost"]["pessimistic"]) == (0.85, 3.0)
    assert fact["requirement_codes"] == ["REQ-010", "REQ-011"]
    assert [one["freshness"] for one in await budgets(budgeted, status="calculated")] == ["fresh"]


async def test_a_decision_also_holds_for_an_older_baseline_that_comes_late(risk):
    await hear(risk, SECOND, estimate(SECOND))
    await change(risk, "RSK-R04", {"probability": 0.85})

    await hear(risk, estimate(FIRST), FIRST)

    [*_, late] = await said(risk.app.state.database, "risk.budget.calculated.v1")
    assert late.data["basis"]["epoch"] == 1
    assert counted(late.data, "RSK-R04")["inherent_probability"] == 0.85
    assert counted(late.data, "RSK-R04")["requirement_codes"] == ["REQ-010"]
    assert (await by_code(risk, "RSK-R04"))["requirement_codes"] == ["REQ-010", "REQ-011"]


async def test_a_risk_that_a_person_took_over_counts_on_when_its_cause_is_gone(budgeted):
    taken = await by_code(budgeted, "RSK-CON-001")
    await budgeted.act(f"/risks/{taken['id']}/identify")

    await hear(budgeted, SECOND, estimate(SECOND))

    [*_, budget] = await said(budgeted.app.state.database, "risk.budget.calculated.v1")
    assert counted(budget.data, "RSK-CON-001")
    assert (await by_code(budgeted, "RSK-CON-001"))["is_proposed"] is False


async def test_a_closed_risk_counts_no_longer_and_newer_baselines_do_not_reopen_it(budgeted):
    row = await by_code(budgeted, "RSK-R04")
    done = await budgeted.act(f"/risks/{row['id']}/close", {"reason": "The interface is dropped."})

    await hear(budgeted, SECOND, estimate(SECOND))

    [*_, budget] = await said(budgeted.app.state.database, "risk.budget.calculated.v1")
    assert (done.json()["status"], done.json()["status_reason"]) == ("closed", "The interface is dropped.")
    assert "RSK-R04" not in {risk["code"] for risk in budget.data["risks"]}
    changed = await change(budgeted, "RSK-R04", {"probability": 0.5})
    assert (changed.status_code, changed.json()["code"]) == (409, "risk_is_closed")


async def test_a_risk_that_materialised_is_certain(budgeted):
    row = await by_code(budgeted, "RSK-R04")
    await budgeted.act(f"/risks/{row['id']}/identify")
    await budgeted.act(f"/risks/{row['id']}/materialise", {"reason": "The bureau changed its API."})

    budget = await recomputed(budgeted)

    assert counted(budget, "RSK-R04")["probability"] == 1.0
    assert counted(budget, "RSK-R04")["probability_level"] == 5


async def test_the_whole_way_of_a_risk(budgeted):
    row = (await change(budgeted, "RSK-CON-001", {"owner": "wei"})).json()

    states = [
        (await budgeted.act(f"/risks/{row['id']}/{action}")).json()["status"]
        for action in ("identify", "analyse", "treat", "monitor")
    ]
    await budgeted.act(f"/risks/{row['id']}/close", {"reason": "Over."})
    reopened = await budgeted.act(f"/risks/{row['id']}/reopen")

    assert states == ["identified", "analysed", "treated", "monitored"]
    assert (reopened.json()["status"], reopened.json()["status_reason"]) == ("identified", None)


async def test_an_illegal_transition_names_what_is_possible(budgeted):
    row = await by_code(budgeted, "RSK-CON-001")

    refused = await budgeted.act(f"/risks/{row['id']}/treat", **{"Accept-Language": "zh"})

    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
    assert refused.json()["state"] == "candidate"
    assert refused.json()["detail"] == "风险当前状态为“候选”，不能执行“应对”；当前可执行：修改、识别、关闭。"
    allowed = {action["action"] for action in row["allowed_actions"] if action["is_allowed"]}
    assert allowed == {"change", "identify", "close"}


async def test_a_treatment_needs_a_response(budgeted):
    row = (await budgeted.post("/risks", json=wish())).json()
    await budgeted.act(f"/risks/{row['id']}/analyse")

    refused = await budgeted.act(f"/risks/{row['id']}/treat")
    await budgeted.post("/responses", json={**RESPONSE, "risk_id": row["id"]})
    treated = await budgeted.act(f"/risks/{row['id']}/treat")

    assert (refused.status_code, refused.json()["code"]) == (409, "no_response")
    assert treated.json()["status"] == "treated"


async def test_a_title_in_one_language_stands_for_both(budgeted):
    changed = await change(budgeted, "RSK-R04", {"title": "The bureau is late"})
    more = await change(budgeted, "RSK-R04", {"title_zh": "征信接口延期"})

    assert changed.json()["title_zh"] == "The bureau is late"
    assert (more.json()["title"], more.json()["title_zh"]) == ("The bureau is late", "征信接口延期")


WRONG = {
    "certain": ({"probability": 1}, "", "this_is_an_issue_not_a_risk"),
    "impossible": ({"probability": 0}, "/probability", "too_small"),
    "beyond certain": ({"probability": 1.2}, "/probability", "too_large"),
    "order": ({"impact_cost": cost(3, 2, 1)}, "/impact_cost", "range_order"),
    "order of days": ({"impact_days": days(3, 2, 1)}, "/impact_days", "range_order"),
    "negative cost": ({"impact_cost": cost(-3, 2, 4)}, "", "wrong_sign"),
    "negative days": ({"impact_days": days(-3, 2, 4)}, "", "wrong_sign"),
    "costly opportunity": ({"kind": "opportunity"}, "", "wrong_sign"),
    "negative response": ({"responses": [{**RESPONSE, "cost": {"amount": "-1", "currency": "CNY"}}]}, "/responses/0/cost", "negative_amount"),
    "strategy": ({"responses": [{**RESPONSE, "strategy": "exploit"}]}, "", "wrong_strategy"),
    "factor": ({"responses": [{**RESPONSE, "impact_factor": 1.1}]}, "", "wrong_factor"),
    "knowledge": ({"knowledge": "weak"}, "", "knowledge_without_reason"),
    "proximity": ({"near_from": "2027-02-01", "near_until": "2027-01-01"}, "", "end_before_start"),
    "unknown field": ({"severity": 3}, "/severity", "unknown_field"),
    "unknown currency": ({"impact_cost": cost(1, 2, 3, currency="XXX")}, "/impact_cost/currency", "unknown_currency"),
    "not a number": ({"impact_cost": cost("NaN", 2, 3)}, "/impact_cost/optimistic", "not_finite"),
    "too large": ({"impact_days": days(0, 1, 1e300)}, "/impact_days/pessimistic", "too_large"),
    "null character": ({"title": "a\x00b"}, "/title", "null_character"),
    "category": ({"category": "weather"}, "/category", "not_allowed"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
async def test_a_wrong_risk_is_refused_with_the_place_and_the_mend(risk, name):
    facts, pointer, code = WRONG[name]

    for language in ("en", "zh"):
        refused = await risk.post("/risks", json=wish(**facts), headers={"Accept-Language": language})

        assert refused.status_code == 422
        [error] = refused.json()["errors"]
        assert (error["pointer"], error["code"]) == (pointer, code)
        assert any("\u4e00" <= sign <= "\u9fff" for sign in error["message"]) == (language == "zh")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e309"])
async def test_a_probability_that_is_no_number_is_refused(budgeted, number):
    body = '{"probability": ' + number + "}"
    row = await by_code(budgeted, "RSK-R04")
    headers = {"If-Match": f'"{row["version"]}"', "Content-Type": "application/json"}

    refused = await budgeted.patch(f"/risks/{row['id']}", content=body, headers=headers)

    assert refused.status_code in {400, 422}
    assert (await by_code(budgeted, "RSK-R04"))["version"] == row["version"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"probability": 1}, "invalid"),
        ({"impact_days": days(-5, -4, -3)}, "invalid"),
        ({"probability": None}, "invalid"),
        ({"status": "closed"}, "invalid"),
        ({"kind": "opportunity"}, "invalid"),
        ({"knowledge": "strong"}, "invalid"),
        ({"impact_cost": cost(1, 2, 3, currency="USD")}, "other_currency"),
        ({"requirement_codes": ["REQ-001", "REQ-999"]}, "not_in_baseline"),
    ],
)
async def test_a_wrong_change_is_refused_and_changes_nothing(budgeted, body, code):
    before = await by_code(budgeted, "RSK-R04")

    refused = await change(budgeted, "RSK-R04", body)

    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert await by_code(budgeted, "RSK-R04") == before


async def test_a_change_needs_the_version_that_was_seen(budgeted):
    row = await by_code(budgeted, "RSK-R04")

    blind = await budgeted.patch(f"/risks/{row['id']}", json={"probability": 0.5})
    late = await budgeted.patch(f"/risks/{row['id']}", json={"probability": 0.5}, headers={"If-Match": '"99"'})

    assert (blind.status_code, late.status_code, late.json()["current_version"]) == (428, 412, row["version"])


async def test_an_opportunity_that_is_not_known_is_not_found(budgeted):
    unknown = await budgeted.post("/risks", json=wish(opportunity_id=str(uuid4())))

    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")


async def test_another_tenant_sees_and_changes_nothing(budgeted):
    row, [budget] = await by_code(budgeted, "RSK-R04"), await budgets(budgeted)
    stranger = budgeted.as_("eve", "admin", tenant="other")
    tag = {"If-Match": '"1"'}

    answers = [
        await stranger.get(f"/risks/{row['id']}"),
        await stranger.patch(f"/risks/{row['id']}", json={"probability": 0.5}, headers=tag),
        await stranger.post(f"/risks/{row['id']}/identify", headers=tag),
        await stranger.post("/risks", json=wish()),
        await stranger.get(f"/risk-budgets/{budget['id']}"),
        await stranger.get(f"/risk-budgets/{budget['id']}/curve"),
        await stranger.get(f"/risk-budgets/{budget['id']}/heat-map"),
        await stranger.post(f"/risk-budgets/{budget['id']}/recompute", json={}, headers=tag),
    ]

    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert (await stranger.get("/risks")).json()["items"] == []
    assert (await stranger.get("/risk-budgets")).json()["items"] == []


async def test_a_closed_opportunity_keeps_its_register(budgeted):
    await hear(budgeted, closed(2))

    refused = [await change(budgeted, "RSK-R04", {"probability": 0.5}), await budgeted.post("/risks", json=wish())]

    assert [(one.status_code, one.json()["code"]) for one in refused] == [(409, "register_is_closed")] * 2


async def test_money_is_for_those_who_may_see_cost(budgeted):
    await budgeted.post("/risks", json=wish(responses=[RESPONSE]))

    seen = await by_code(budgeted.as_("pia", "presales"), "RSK-001")

    assert (seen["impact_cost"], seen["expected_value"], seen["response_cost"]) == (None, None, None)
    assert [seen[name]["impact_cost"] for name in ("inherent", "current", "residual")] == [None] * 3
    assert seen["response_return"]["expected_cost"] is None
    assert (seen["probability"], seen["rating"]) == (0.4, "moderate")


async def test_a_viewer_changes_nothing(budgeted):
    refused = await change(budgeted.as_("vic", "viewer"), "RSK-R04", {"probability": 0.5})

    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_every_change_is_audited(budgeted):
    changed = (await change(budgeted, "RSK-R04", {"probability": 0.9})).json()

    entries = (await budgeted.get("/audit-entries", params={"resource_id": changed["id"]})).json()["items"]

    assert [entry["action"] for entry in entries] == ["update", "create"]
    assert entries[0]["actor"] == "ann"
    assert entries[0]["after"]["probability"] == 0.9
    assert entries[1]["causation_id"]


async def test_a_risk_is_internal_until_a_person_words_it_for_the_client(budgeted):
    before = counted((await said(budgeted.app.state.database, "risk.budget.calculated.v1"))[-1].data, "RSK-CON-001")
    unworded = await change(budgeted, "RSK-CON-001", {"client_visibility": "client"})

    shown = await change(
        budgeted, "RSK-CON-001", {"client_visibility": "client", "client_wording": "We test early together."}
    )

    assert (before["client_visibility"], before["client_wording"]) == ("internal", None)
    assert unworded.json()["errors"][0]["code"] == "not_worded_for_the_client"
    assert shown.status_code == 200, shown.text
    told = counted(await recomputed(budgeted), "RSK-CON-001")
    assert told["client_visibility"] == "client"
    assert told["client_wording"] == told["client_wording_zh"] == "We test early together."


async def test_what_a_concern_says_to_the_client_goes_with_it(risk):
    worded = concern(client_visibility="client", client_wording="双方首月确认接口规范。")
    told = baseline(1, requirements(3), concerns=[worded])

    await hear(risk, opened(), told, estimate(told))

    row = await by_code(risk, "RSK-CON-001")
    assert (row["client_visibility"], row["client_wording_zh"]) == ("client", "双方首月确认接口规范。")


async def test_a_shipped_rule_proposes_words_for_the_client_and_shows_nothing_by_itself(budgeted):
    row = await by_code(budgeted, "RSK-R04")

    shown = (await change(budgeted, "RSK-R04", {"client_visibility": "client"})).json()

    assert row["client_visibility"] == "internal"
    assert shown["client_visibility"] == "client"
    assert shown["client_wording"].startswith("Systems of third parties")
    assert shown["client_wording_zh"].startswith("外部对接系统")


@pytest.mark.parametrize("key", CLIENT_WORDINGS)
def test_words_proposed_for_the_client_are_of_a_shipped_rule_and_name_no_fact_of_ours(key):
    words = CLIENT_WORDINGS[key]

    assert key in {rule.id for rule in RULES}
    assert not PLACE.search(words.en + words.zh)
    assert words.en.isascii()
    assert not any(letter.isascii() and letter.isalpha() for letter in words.zh)
