"""Quality findings: what is found, what is not, and what people say to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.requirements.domain.quality import Statement, twins
from services.requirements.shipped import rules
from tests.requirements.conftest import made, patched, requirement

WORDS = [
    ("The system shall be user-friendly and robust.", {"vague_word": ["user-friendly", "robust"]}),
    ("界面应友好，响应应快速。", {"vague_word": ["友好", "快速"], "unmeasurable": [], "compound": []}),
    ("Reports shall be exported as appropriate.", {"escape_clause": ["as appropriate"]}),
    ("系统应尽可能兼容现有终端。", {"escape_clause": ["尽可能"]}),
    ("The form shall hold name, address, etc.", {"open_list": ["etc."]}),
    ("系统应支持客户、额度、合同等信息的查询。", {"open_list": ["等信息"]}),
    ("The limit is TBD and must be kept.", {"undecided": ["TBD"]}),
    ("审批级数待定，系统应支持配置。", {"undecided": ["待定"]}),
    ("Users shall log in by card and/or password.", {"and_or": ["and/or"]}),
    ("The system shall be available at all times.", {"absolute": ["at all times"]}),
    ("系统应进一步提升审批效率。", {"comparison": ["进一步提升"]}),
    ("The system shall be able to send letters.", {"superfluous": ["be able to"]}),
    ("系统应具备批量导入的能力。", {"superfluous": ["具备批量导入的能力"]}),
    ("The system shall log in users. It must log them out.", {"compound": []}),
    ("系统应记录日志；用户须每年修改密码。", {"compound": []}),
    ("The response time shall be short.", {"unmeasurable": []}),
]  # fmt: skip


def found(text, **about):
    facts = {"is_acceptable": True, "is_sourced": True, **about}
    result = {}
    for one in rules().findings(Statement("REQ-001", text, **facts)):
        result.setdefault(one.rule, [])
        if one.words:
            result[one.rule].append(one.words)
            assert text[one.start : one.end] == one.words
    return result


@pytest.mark.parametrize(("text", "expected"), WORDS)
def test_what_may_be_misunderstood_is_found_in_both_languages(text, expected):
    assert {rule: words for rule, words in found(text).items() if rule in expected} == expected


@pytest.mark.parametrize(
    "text",
    [
        "The system shall send a receipt within 5 seconds of each payment.",
        "系统应在客户提交申请后 5 秒内发送回执。",
        "The `fast` flag shall be kept in the table “user-friendly”, see https://x.org/robust.",
        "The client shall reply within 2 days.",
        "系统应用服务器采用双机部署。",
        "The response time shall stay below 2 seconds with 200 users.",
        "The office shall open at nine, as required by law.",
        "对等网络应支持 IPv6。",
    ],
)
def test_a_plain_statement_has_no_finding(text):
    assert found(text) == {}


def test_what_is_missing_is_found():
    bare = found("The system shall run.", is_acceptable=False, is_sourced=False)

    assert bare.keys() == {"no_acceptance", "no_source"}
    assert "no_acceptance" not in found("It may run.", is_acceptable=False, priority="could")
    assert "unmeasurable" in found("The system shall be quick.", kind="performance")
    assert "unmeasurable" not in found("The system shall be quick.", kind="performance", is_measured=True)


def test_near_duplicates_are_found_and_different_ones_are_not():
    texts = [
        ("A", "The system shall export all reports of the month to Excel for the branch office."),
        ("B", "系统应支持按机构、产品、客户经理统计贷款余额与不良率。"),
        ("C", "The system shall export all reports of the month to Excel for the branch office"),
        ("D", "系统应支持按机构、产品、客户经理统计贷款余额和不良率。"),
        ("F", "系统应支持按机构统计存款余额。"),
        ("E", "The system shall import all customers of the year from the core banking system."),
    ]

    assert twins(texts) == {"C": "A", "D": "B"}


@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_text_is_looked_at_without_fault(texts):
    statements = [Statement(f"REQ-{n:03d}", text) for n, text in enumerate(texts)]

    for statement in statements:
        for one in rules().findings(statement):
            assert 0 <= one.start <= one.end <= len(statement.text)
            assert one.message
            assert one.mend_zh
    assert rules().duplicates(statements).keys() <= {one.code for one in statements}


async def test_findings_of_an_opportunity_are_counted_per_hundred_and_never_block(requirements, deal):
    first = await requirement(requirements, deal, statement="The system shall be user-friendly.")
    await requirement(requirements, deal, statement="The system shall send a receipt to each client.")

    answer = (await requirements.get(f"/opportunities/{deal['id']}/findings")).json()
    vague = (await requirements.get(f"/opportunities/{deal['id']}/findings", params={"rule": "vague_word"})).json()
    own = (await requirements.get(f"/requirements/{first['id']}/findings")).json()
    baseline = await made(requirements, "/baselines", opportunity_id=deal["id"], title="With findings")

    assert answer["statements"] == 2
    assert (answer["per_hundred"]["vague_word"], answer["per_hundred"]["no_acceptance"]) == (50.0, 100.0)
    assert [(one["words"], one["requirement_code"]) for one in vague["items"]] == [("user-friendly", first["code"])]
    assert "可度量" in vague["items"][0]["mend_zh"]
    assert {one["rule"] for one in own["items"]} == {"vague_word", "no_acceptance", "no_source"}
    assert baseline["status"] == "draft"


async def test_a_dismissed_finding_comes_back_when_the_statement_changes(requirements, deal):
    need = await requirement(requirements, deal, statement="The system shall be robust.")
    wish = {"rule": "vague_word", "words": "robust", "reason": "The client's product is called so."}
    path = f"/requirements/{need['id']}/findings"

    await requirements.act(f"/requirements/{need['id']}/dismiss-finding", wish)
    unknown = await requirements.act(f"/requirements/{need['id']}/dismiss-finding", {**wish, "words": "fast"})
    after = (await requirements.get(path, params={"rule": "vague_word"})).json()
    shown = (await requirements.get(path, params={"rule": "vague_word", "dismissed": True})).json()
    await patched(requirements, f"/requirements/{need['id']}", statement="The system shall be very robust.")
    back = (await requirements.get(path, params={"rule": "vague_word"})).json()

    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_such_finding")
    assert after["items"] == []
    assert after["per_hundred"]["vague_word"] == 0
    assert (shown["items"][0]["dismissed"]["by"], shown["items"][0]["dismissed"]["reason"]) == ("ann", wish["reason"])
    assert [one["words"] for one in back["items"]] == ["robust"]
