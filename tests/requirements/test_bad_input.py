"""Bad input at the door of a service: each a clear problem, and nothing half-written."""

import pytest

from shared.kernel.validation import _RULES, _TEXTS
from tests.conftest import said


@pytest.fixture
async def deal(requirements):
    owner = (await requirements.post("/clients", json={"name": "Bank"})).json()
    body = {"client_id": owner["id"], "title": "Deal", "currency": "CNY"}
    return (await requirements.post("/opportunities", json=body)).json()


def need(deal, **wish):
    return {"opportunity_id": deal["id"], "title": "t", "statement": "s", "kind": "functional", **wish}


def budget(deal, **wish):
    return {"opportunity_id": deal["id"], "kind": "budget", "name": "Budget", "is_hard": True, **wish}


WRONG_REQUIREMENTS = {
    "an unknown field": ({"colour": "red"}, "/colour", "unknown_field"),
    "a wrong type": ({"title": 7}, "/title", "wrong_type"),
    "blank text": ({"title": "   "}, "/title", "too_short"),
    "a NUL character": ({"statement": "a\x00b"}, "/statement", "null_character"),
    "an unknown kind": ({"kind": "magic"}, "/kind", "not_allowed"),
    "a negative count": ({"size": {"inputs": -1}}, "/size/inputs", "too_small"),
    "too many": ({"size": {"inputs": 10**12}}, "/size/inputs", "too_large"),
    "half a function": ({"size": {"inputs": 1.5}}, "/size/inputs", "wrong_type"),
    "a malformed code": ({"code": "req 1"}, "/code", "wrong_format"),
}


@pytest.mark.parametrize("case", WRONG_REQUIREMENTS)
async def test_a_wrong_requirement_is_named_with_its_field(requirements, deal, case):
    wish, pointer, code = WRONG_REQUIREMENTS[case]

    english = await requirements.post("/requirements", json=need(deal, **wish))
    chinese = await requirements.post("/requirements", json=need(deal, **wish), headers={"Accept-Language": "zh"})

    assert english.status_code == 422, english.text
    assert english.headers["content-type"] == "application/problem+json"
    [error] = english.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert chinese.json()["errors"][0]["message"] != error["message"]
    assert "input" not in error


WRONG_CONSTRAINTS = {
    "min over max": ({"budget_min": ("10", "CNY"), "budget_max": ("9", "CNY")}, "range_order"),
    "negative": ({"budget_max": ("-1", "CNY")}, "negative_amount"),
    "two currencies": ({"budget_min": ("1", "USD"), "budget_max": ("9", "CNY")}, "currency_mismatch"),
    "unknown currency": ({"budget_max": ("9", "XXQ")}, "unknown_currency"),
    "not a number": ({"budget_max": ("NaN", "CNY")}, "not_finite"),
    "infinity": ({"budget_max": ("1e309", "CNY")}, "too_large"),
    "too precise": ({"budget_max": ("0.00001", "CNY")}, "too_precise"),
    "no amount": ({}, "budget_missing"),
    "ends before it starts": ({"kind": "date", "earliest": "2027-02-01", "latest": "2027-01-01"}, "end_before_start"),
    "no such day": ({"kind": "date", "latest": "2027-02-30"}, "wrong_format"),
}


@pytest.mark.parametrize("case", WRONG_CONSTRAINTS)
async def test_an_impossible_constraint_is_refused(requirements, deal, case):
    wish, code = WRONG_CONSTRAINTS[case]
    wish = {k: {"amount": v[0], "currency": v[1]} if isinstance(v, tuple) else v for k, v in wish.items()}

    answer = await requirements.post("/constraints", json=budget(deal, **wish))

    assert answer.status_code == 422, answer.text
    assert [error["code"] for error in answer.json()["errors"]] == [code]


@pytest.mark.parametrize("body", ['{"value": NaN}', '{"value": Infinity}', '{"value": 1e309}', '{"value": "a\ud800"}'])
async def test_numbers_and_text_that_json_cannot_hold_are_refused(requirements, deal, body):
    metric = body.replace("{", '{"name": "t", "operator": "<=", "unit": "ms", ')
    whole = f'{{"opportunity_id": "{deal["id"]}", "title": "t", "statement": "s", "kind": "performance", "metric": {metric}}}'

    answer = await requirements.post(
        "/requirements", content=whole.encode("utf-8", "surrogatepass"), headers={"Content-Type": "application/json"}
    )

    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["code"] in {"invalid", "malformed"}


@pytest.mark.parametrize("body", ["{", "", "null", "[1]", '"text"', "[" * 10_000])
async def test_a_body_that_is_no_object_is_refused(requirements, body):
    answer = await requirements.post("/clients", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code in {400, 422}
    assert answer.json()["code"] in {"invalid", "malformed"}


async def test_a_requirement_of_another_opportunity_is_refused_and_nothing_is_written(requirements, deal):
    body = {"client_id": deal["client_id"], "title": "Other", "currency": "CNY"}
    other = (await requirements.post("/opportunities", json=body)).json()
    foreign = (await requirements.post("/requirements", json=need(other, code="REQ-900"))).json()
    items = [need(deal), need(deal, depends_on=[foreign["code"]])]

    answer = await requirements.post("/requirements:batch", json={"items": items})

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_requirement")
    mine = (await requirements.get("/requirements", params={"opportunity_id": deal["id"]})).json()
    assert mine["items"] == []
    recorded = await said(requirements.app.state.database, "requirements.requirement.recorded.v1")
    assert len(recorded) == 1


async def test_requirements_that_depend_on_each_other_in_a_circle_are_refused(requirements, deal):
    items = [need(deal, code="REQ-001", depends_on=["REQ-002"]), need(deal, code="REQ-002", depends_on=["REQ-001"])]

    answer = await requirements.post("/requirements:batch", json={"items": items})

    assert (answer.status_code, answer.json()["code"]) == (422, "dependency_cycle")


async def test_a_code_is_unique_in_its_opportunity(requirements, deal):
    await requirements.post("/requirements", json=need(deal, code="REQ-001"))

    again = await requirements.post("/requirements", json=need(deal, code="REQ-001"))

    assert (again.status_code, again.json()["code"]) == (409, "code_in_use")
    assert "REQ-001" in again.json()["detail"]


async def test_codes_of_the_client_are_stepped_over_and_never_collide_with_ours(requirements, deal):
    await requirements.post("/requirements", json=need(deal, code="REQ-001"))
    await requirements.post("/requirements", json=need(deal, code="REQ-007"))

    ours = (await requirements.post("/requirements", json=need(deal))).json()
    items = [need(deal), need(deal, code="REQ-009"), need(deal)]
    batch = (await requirements.post("/requirements:batch", json={"items": items})).json()
    twice = await requirements.post("/requirements:batch", json={"items": [need(deal, code="A-1")] * 2})

    assert ours["code"] == "REQ-008"
    assert [one["code"] for one in batch["items"]] == ["REQ-010", "REQ-009", "REQ-011"]
    assert (twice.status_code, twice.json()["code"]) == (409, "code_in_use")


async def test_a_batch_names_the_wrong_item_by_its_index(requirements, deal):
    items = [need(deal), need(deal, kind="magic")]

    answer = await requirements.post("/requirements:batch", json={"items": items})

    assert answer.json()["errors"][0]["pointer"] == "/items/1/kind"


@pytest.mark.parametrize(
    "query",
    [
        {"colour": "red"},
        {"sort": "colour"},
        {"limit": 0},
        {"limit": 10**9},
        {"cursor": "x"},
        {"kind": "magic"},
        {"code": "a\x00"},
        {"q": "\x00"},
    ],
)
async def test_an_unknown_filter_sort_or_cursor_is_refused(requirements, query):
    answer = await requirements.get("/requirements", params=query)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_null_is_refused_where_a_value_is_needed(requirements, deal):
    made = (await requirements.post("/requirements", json=need(deal, group="G"))).json()
    tag = {"If-Match": '"1"'}

    refused = await requirements.patch(f"/requirements/{made['id']}", json={"title": None}, headers=tag)
    removed = await requirements.patch(f"/requirements/{made['id']}", json={"group": None}, headers=tag)

    assert refused.status_code == 422
    assert (removed.status_code, removed.json()["group"]) == (200, None)


async def test_nothing_in_a_closed_opportunity_changes(requirements, deal):
    await requirements.act(f"/opportunities/{deal['id']}/close", {"outcome": "lost", "reason": "price"})

    late = await requirements.post("/requirements", json=need(deal))

    assert (late.status_code, late.json()["code"]) == (409, "opportunity_is_closed")


async def test_paging_meets_every_row_once(requirements, deal):
    items = [need(deal, title=f"n{n}") for n in range(7)]
    await requirements.post("/requirements:batch", json={"items": items})

    for sort in ("created_at", "-created_at", "code", "-updated_at"):
        seen, query = [], {"limit": 3, "sort": sort, "opportunity_id": deal["id"]}
        while True:
            page = (await requirements.get("/requirements", params=query)).json()
            seen += [item["code"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        assert sorted(seen) == [f"REQ-{n:03d}" for n in range(1, 8)]


async def test_search_finds_chinese_and_english(requirements, deal):
    items = [
        need(deal, title="贷款审批", statement="系统应支持多级审批。"),
        need(deal, title="Reports", statement="100% export_all"),
    ]
    await requirements.post("/requirements:batch", json={"items": items})

    chinese = (await requirements.get("/requirements", params={"q": "多级"})).json()["items"]
    percent = (await requirements.get("/requirements", params={"q": "100%"})).json()["items"]
    wildcard = (await requirements.get("/requirements", params={"q": "%"})).json()["items"]

    assert [item["title"] for item in chinese] == ["贷款审批"]
    assert [item["title"] for item in percent] == ["Reports"]
    assert wildcard == []


async def test_every_change_is_audited_with_who_and_what(requirements, deal):
    await requirements.as_("bob", "sales").act(f"/opportunities/{deal['id']}/qualify")

    entries = (await requirements.get("/audit-entries", params={"resource_id": deal["id"]})).json()["items"]

    assert [(entry["actor"], entry["action"]) for entry in entries] == [("bob", "update"), ("ann", "create")]
    assert (entries[0]["before"], entries[0]["after"]) == ({"stage": "draft"}, {"stage": "qualifying"})


@pytest.mark.usefixtures("deal")
async def test_audit_entries_cannot_be_changed(postgres):
    import asyncpg

    connection = await asyncpg.connect(postgres.url("requirements", "requirements_owner").replace("+asyncpg", ""))
    try:
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await connection.execute("set app.tenant = '*'; update audit_entry set actor = 'nobody'")
    finally:
        await connection.close()


async def test_every_text_for_a_wrong_field_exists_in_both_languages():
    for english, chinese in [*_RULES.values(), *((en, zh) for _, en, zh in _TEXTS.values())]:
        assert english.isascii() or "≤" in english
        assert not chinese.isascii()
