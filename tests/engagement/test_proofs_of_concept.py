"""Demos and proofs of concept: criteria tied to requirements, results, and the outcome that follows."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engagement.domain.proof import is_met, outcome
from shared.kernel.context import new_id
from tests.conftest import said
from tests.engagement.conftest import acted, actions_of, closed, contact, heard, ids, made, patched, requirement

RECORDED = "engagement.proof.recorded.v1"
FAST = {
    "measure": "500 用户并发下的响应时间",
    "target": "不超过 500 ms",
    "operator": "<=",
    "target_value": 500,
    "unit": "ms",
}
CLEAR = {"measure": "业务人员能否自行配置流程", "target": "无需开发"}


async def planned(client, deal, **wish):
    body = {"opportunity_id": deal, "kind": "poc", "title": "审批流程验证", "goal": "证明性能与易用", **wish}
    proof = await made(client, "proofs-of-concept", **{"criteria": [FAST, CLEAR], **body})
    return proof, f"/proofs-of-concept/{proof['id']}"


async def running(client, deal, **wish):
    _, path = await planned(client, deal, **wish)
    await acted(client, f"{path}/start")
    return path


def results(*found):
    return {"results": list(found)}


async def test_the_outcome_follows_from_the_criteria_and_is_told(engagement, deal):
    need = requirement(UUID(deal))
    await heard(engagement, need)
    key = str(need.requirement_id)
    _, path = await planned(engagement, deal, criteria=[{**FAST, "requirement_id": key}, CLEAR])
    await acted(engagement, f"{path}/start")

    half = await acted(engagement, f"{path}/results", results({"number": 1, "measured": 480, "evidence": "压测报告"}))
    early = await engagement.act(f"{path}/conclude", {"conclusion": "x"})
    await acted(engagement, f"{path}/results", results({"number": 2, "passed": False, "result": "仍需脚本"}))
    over = await acted(engagement, f"{path}/conclude", {"conclusion": "性能达标，配置需改进"})

    assert [(one["passed"], one["measured"]) for one in half["criteria"]] == [(True, 480), (None, None)]
    assert (half["outcome_so_far"], early.status_code, early.json()["code"]) == (None, 409, "criteria_without_result")
    assert (over["status"], over["outcome"], over["conclusion"]) == ("concluded", "partly", "性能达标，配置需改进")
    assert [one["code"] for one in over["requirements"]] == ["REQ-001"]
    told = [event.data for event in await said(engagement.app.state.database, RECORDED)]
    assert [(one["status"], one["outcome"]) for one in told] == [
        ("planned", None),
        ("running", None),
        ("running", None),
        ("running", None),
        ("concluded", "partly"),
    ]
    assert [(one["requirement_id"], one["passed"]) for one in told[-1]["criteria"]] == [(key, True), (None, False)]


async def test_a_measured_value_fails_by_its_target(engagement, deal):
    path = await running(engagement, deal, criteria=[FAST])

    slow = await acted(engagement, f"{path}/results", results({"number": 1, "measured": 501, "passed": True}))

    assert (slow["criteria"][0]["passed"], slow["outcome_so_far"]) == (False, "failed")


async def test_a_changed_requirement_makes_its_criteria_suspect_until_somebody_looks(engagement, deal):
    need = requirement(UUID(deal))
    await heard(engagement, need)
    path = await running(engagement, deal, criteria=[{**CLEAR, "requirement_id": str(need.requirement_id)}, CLEAR])
    await acted(engagement, f"{path}/results", results({"number": 1, "passed": True}, {"number": 2, "passed": True}))

    await heard(engagement, need.model_copy(update={"title": "Apply by phone", "version": 2}))
    suspect = (await engagement.get(path)).json()
    refused = await engagement.act(f"{path}/conclude", {"conclusion": "x"})
    looked = await acted(engagement, f"{path}/review")
    over = await acted(engagement, f"{path}/conclude", {"conclusion": "好"})

    assert ([one["is_suspect"] for one in suspect["criteria"]], suspect["is_suspect"]) == ([True, False], True)
    assert (refused.status_code, refused.json()["code"]) == (409, "criteria_are_suspect")
    assert (looked["is_suspect"], over["outcome"]) == (False, "passed")


async def test_criteria_are_fixed_before_it_begins(engagement, deal):
    _, path = await planned(engagement, deal, criteria=[])

    bare = await engagement.act(f"{path}/start")
    await patched(engagement, path, criteria=[CLEAR])
    await acted(engagement, f"{path}/start")
    fixed = await patched(engagement, path, criteria=[FAST])
    other = await patched(engagement, path, environment="客户测试环境")

    assert (bare.status_code, bare.json()["code"]) == (409, "no_criteria")
    assert (fixed.status_code, fixed.json()["code"]) == (409, "criteria_are_fixed")
    assert other.json()["environment"] == "客户测试环境"


async def test_actions_say_why_they_are_not_possible(engagement, deal):
    path = await running(engagement, deal)

    assert await actions_of(engagement, path) == {
        "change": None,
        "start": "illegal_transition",
        "record": None,
        "review": None,
        "conclude": "criteria_without_result",
        "cancel": None,
    }
    cancelled = await acted(engagement, f"{path}/cancel", {"reason": "客户暂缓"})
    assert (cancelled["status"], cancelled["note"], cancelled["outcome"]) == ("cancelled", "客户暂缓", None)


async def test_proofs_are_found_by_requirement_kind_and_outcome(engagement, deal):
    need = requirement(UUID(deal))
    await heard(engagement, need)
    person = await contact(engagement, deal)
    demo, demo_path = await planned(
        engagement, deal, kind="demo", title="Portal demo", criteria=[CLEAR], contact_ids=[person["id"]]
    )
    poc, _ = await planned(engagement, deal, criteria=[{**FAST, "requirement_id": str(need.requirement_id)}])
    await acted(engagement, f"{demo_path}/start")
    await acted(engagement, f"{demo_path}/results", results({"number": 1, "passed": True}))
    await acted(engagement, f"{demo_path}/conclude", {"conclusion": "x"})

    assert await ids(engagement, "proofs-of-concept", requirement_id=str(need.requirement_id)) == [poc["id"]]
    assert await ids(engagement, "proofs-of-concept", kind="demo", outcome="passed") == [demo["id"]]
    assert await ids(engagement, "proofs-of-concept", q="流程验证") == [poc["id"]]
    await heard(engagement, closed(UUID(deal)))
    assert (await actions_of(engagement, f"/proofs-of-concept/{poc['id']}"))["start"] == "opportunity_is_closed"


@pytest.mark.parametrize(
    ("wish", "pointer"),
    [
        ({"criteria": [CLEAR, {**CLEAR, "requirement_id": str(new_id())}]}, "/criteria/1/requirement_id"),
        ({"criteria": [{**CLEAR, "operator": "<="}]}, "/criteria/0"),
        ({"contact_ids": [str(new_id())]}, "/contact_ids/0"),
        ({"starts_on": "2027-03-02", "ends_on": "2027-03-01"}, ""),
        ({"kind": "party"}, "/kind"),
    ],
)
async def test_a_wrong_plan_is_refused(engagement, deal, wish, pointer):
    body = {"opportunity_id": deal, "kind": "poc", "title": "x", "goal": "x", **wish}

    refused = await engagement.post("/proofs-of-concept", json=body)

    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (422, [pointer])


async def test_a_result_names_a_criterion_and_says_something(engagement, deal):
    path = await running(engagement, deal)

    unknown = await engagement.act(f"{path}/results", results({"number": 9, "passed": True}))
    empty = await engagement.act(f"{path}/results", results({"number": 1, "result": "x"}))
    backwards = await patched(engagement, path, starts_on="2027-03-02", ends_on="2027-03-01")

    assert (unknown.status_code, unknown.json()["code"]) == (422, "no_such_criterion")
    assert empty.json()["errors"][0]["code"] == "result_missing"
    assert (backwards.status_code, backwards.json()["errors"][0]["code"]) == (422, "ends_before_start")


@given(st.lists(st.none() | st.booleans(), max_size=6))
def test_an_outcome_needs_every_result(passed):
    found = outcome(passed)

    assert (found is None) == (not passed or None in passed)
    assert (found == "passed") == (bool(passed) and all(passed))
    assert (found == "failed") == (bool(passed) and None not in passed and not any(passed))


@pytest.mark.parametrize(
    ("operator", "met"),
    [("<", [1]), ("<=", [1, 2]), ("=", [2]), (">=", [2, 3]), (">", [3])],
)
def test_a_value_reaches_its_target_by_the_operator(operator, met):
    assert [value for value in (1, 2, 3) if is_met(value, operator, 2)] == met
