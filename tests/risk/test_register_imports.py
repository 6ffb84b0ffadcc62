"""Risk registers of others: a preview that names each row, then risks, all or none, and none twice."""

from pathlib import Path

import pytest

from shared.files.tables import workbook
from tests.support.risk.example import DEAL, estimate, opened
from tests.support.risk.register import FIRST, hear

REGISTER = (Path(__file__).parent / "trials" / "risk-register.csv").read_bytes()
FIELDS = ("title", "cause", "probability", "owner", "status")


@pytest.fixture
async def risk(start):
    async with start("risk") as client:
        await hear(client, opened())
        yield client


async def sent(client, action, content=REGISTER, name="register.csv", **query):
    params = {"opportunity_id": str(DEAL), "file_name": name, **query}
    content = content.encode() if isinstance(content, str) else content
    return await client.post(f"/risks/{action}", params=params, content=content)


async def previewed(client, *args, **query):
    answer = await sent(client, "preview", *args, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def imported(client, *args, **query):
    answer = await sent(client, "import", *args, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def recorded(client):
    rows = (await client.get("/risks", params={"view": "full", "opportunity_id": str(DEAL), "limit": 100})).json()[
        "items"
    ]
    return {row["reference"] or row["code"]: row for row in rows}


def codes(row):
    return {(one["field"], one["code"]) for one in row["remarks"]}


async def test_each_row_is_named_with_what_was_guessed_and_nothing_is_recorded(risk):
    preview = await previewed(risk)

    assert preview["counts"] == {"new": 3}
    assert (preview["unused_headings"], preview["decimal"]) == ([], "point")
    assert [row["place"] for row in preview["rows"]] == ["line 2", "line 3", "line 4"]
    first, second, _ = preview["rows"]
    assert (first["risk"]["title"], first["risk"]["cause"]) == (
        "Data of the old system cannot be read", "No documentation of its format",
    )  # fmt: skip
    assert [row["risk"]["probability"] for row in preview["rows"]] == [0.4, 0.7, 0.2]
    assert first["risk"]["impact_cost"]["most_likely"] == "30000.00"
    assert {("impact_cost", "number_guessed"), ("impact_cost", "currency_assumed")} <= codes(first)
    assert {("probability", "word_read"), ("impact_cost", "no_amount"), ("category", "category_assumed")} <= codes(
        second
    )
    assert [row["status"] for row in preview["rows"]] == ["open", "open", "closed"]
    assert all(one["message"] and one["message_zh"] for row in preview["rows"] for one in row["remarks"])
    assert await recorded(risk) == {}


async def test_every_row_becomes_a_risk_with_its_response_owner_and_state(risk):
    done = await imported(risk)

    found = await recorded(risk)
    assert (done["counts"], len(done["risk_ids"])) == ({"new": 3}, 3)
    assert {key: tuple(row[name] for name in FIELDS) for key, row in found.items()} == {
        "1": ("Data of the old system cannot be read", "No documentation of its format", 0.4, "Project manager", "identified"),
        "2": ("Key user is not available for tests", "Year-end closing", 0.7, "Client", "identified"),
        "3": ("Licence price rises", "Vendor announced it", 0.2, "Buyer", "closed"),
    }  # fmt: skip
    assert found["1"]["responses"][0]["statement"] == "Trial migration in week 2"
    assert found["3"]["impact_cost"]["most_likely"] == "12000.00"
    assert "register.csv, line 4" in found["3"]["status_reason"]


async def test_the_same_file_again_changes_nothing_and_a_later_one_what_differs(risk):
    await imported(risk)

    again = await imported(risk)
    later = REGISTER.decode().replace("40%", "55%").replace("Trial migration in week 2", "Ask the vendor")
    preview = await previewed(risk, later)
    changed = await imported(risk, later)

    found = await recorded(risk)
    assert again["counts"] == {"unchanged": 3}
    assert preview["counts"] == changed["counts"] == {"changed": 1, "unchanged": 2}
    assert len(found) == 3
    assert found["1"]["probability"] == 0.55
    assert [one["statement"] for one in found["1"]["responses"]] == ["Trial migration in week 2", "Ask the vendor"]


async def test_words_of_impact_are_shares_of_the_cost_once_it_is_known(risk):
    await hear(risk, FIRST, estimate(FIRST))

    [_, row, _] = (await previewed(risk))["rows"]

    cost = {name: float(row["risk"]["impact_cost"][name]) for name in ("optimistic", "most_likely", "pessimistic")}
    assert 0 < cost["optimistic"] < cost["most_likely"] < cost["pessimistic"] == pytest.approx(2 * cost["optimistic"])
    assert ("impact_cost", "word_read") in codes(row)


async def test_a_chinese_workbook_with_levels_days_and_strategies_is_read(risk):
    headings = [
        "编号",
        "风险描述",
        "原因",
        "可能性",
        "影响程度",
        "工期影响(天)",
        "应对措施",
        "应对策略",
        "责任人",
        "状态",
        "类别",
    ]
    rows = [
        ["R-1", "接口延期", "第三方", "高", 4, 5, "提前联调", "减轻", "王工", "监控", "技术"],
        ["R-2", "人员离职", "市场", "中等", 2, "", "签约", "转移", "李工", "已关闭", "资源"],
    ]

    preview = await previewed(risk, workbook(headings, rows), "登记册.xlsx")

    first, second = preview["rows"]
    assert (first["risk"]["probability"], second["risk"]["probability"]) == (0.7, 0.5)
    assert first["risk"]["impact_days"]["most_likely"] == 5
    assert (first["risk"]["category"], second["risk"]["responses"][0]["strategy"]) == ("technical", "transfer")
    assert (("status", "left_out") in codes(first), second["status"]) == (True, "closed")


async def test_semicolons_and_decimal_commas_and_amounts_in_a_heading_are_read(risk):
    content = "Risk;Probability;Impact (CNY)\nA;0,4;1.240,75\nB;12,5%;64\nC;60;10 days\n"

    preview = await previewed(risk, content)

    a, b, c = preview["rows"]
    assert [row["risk"]["probability"] for row in (a, b, c)] == [0.4, 0.125, 0.6]
    assert (a["risk"]["impact_cost"]["most_likely"], c["risk"]["impact_days"]["most_likely"]) == ("1240.75", 10)
    assert ("impact_cost", "currency_assumed") not in codes(a)
    assert ("probability", "number_guessed") in codes(c)


async def test_an_impact_in_prose_is_the_effect_without_an_amount(risk):
    [row] = (await previewed(risk, "Risk,Probability,Impact\nA,10%,Reports are built twice\n"))["rows"]

    assert (row["risk"]["effect"], row["state"]) == ("Reports are built twice", "new")
    assert ("impact_cost", "no_amount") in codes(row)


async def test_nothing_is_recorded_while_a_row_cannot_be_read_and_each_says_why(risk):
    content = (
        "Risk,Probability,Impact\nGood,30%,5000\nBad,maybe so,5000\n,20%,5000\nBad,10%,5000\nSure,100%,1\n"
        "Dear,10%,EUR 5000\nOdd,10%,3O00\n"
    )

    preview = await previewed(risk, content)
    refused = await sent(risk, "import", content)

    assert [row["state"] for row in preview["rows"]] == ["new", *["unreadable"] * 6]
    errors = [{(one["field"], one["code"]) for one in row["errors"]} for row in preview["rows"]]
    assert errors[1] == {("probability", "wrong_format")}
    assert errors[2] == {("title", "missing")}
    assert errors[3] == {("reference", "duplicate_id")}
    assert errors[5] == {("impact_cost", "other_currency")}
    assert errors[6] == {("impact_cost", "wrong_format")}
    assert (refused.status_code, refused.json()["code"]) == (422, "unreadable_risks")
    assert "line 3" in refused.json()["detail"]
    assert await recorded(risk) == {}


async def test_a_risk_is_found_by_our_code_or_title_too_and_a_closed_one_stays_closed(risk):
    await imported(risk, "Risk,Probability,Impact\nThe server is late,30%,5000\n")
    [known] = (await recorded(risk)).values()

    by_title = await imported(risk, "Risk,Probability\nThe server is late,40%\n")
    by_code = await imported(risk, f"Code,Risk,Probability\n{known['code']},The servers are late,40%\n")
    await imported(risk, "Risk,Probability,Status\nThe servers are late,40%,Closed\n")
    refused = await sent(risk, "import", "Risk,Probability\nThe servers are late,50%\n")

    [row] = (await recorded(risk)).values()
    assert (by_title["counts"], by_code["counts"]) == ({"changed": 1}, {"changed": 1})
    assert (row["title"], row["probability"], row["status"]) == ("The servers are late", 0.4, "closed")
    assert refused.json()["errors"][0]["code"] == "risk_is_closed"


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_export_imports_again_unchanged(risk, form, language):
    await hear(risk, FIRST, estimate(FIRST))
    await imported(risk, REGISTER.decode().replace("Trial migration in week 2", '"Look, then leap"'))
    query = {"opportunity_id": str(DEAL), "format": form, "language": language}

    file = await risk.get("/risks/export", params=query)
    again = await sent(risk, "import", file.content, f"again.{form}")

    assert again.status_code == 200, again.text
    assert again.json()["counts"].keys() == {"unchanged"}


@pytest.mark.parametrize(
    ("content", "query", "code"),
    [
        ("a,b\n1,2\n", {}, "no_risks_in_file"),
        ("", {}, "file_refused"),
        ("Risk,Probability\n", {"columns": "["}, "invalid"),
    ],
)
async def test_what_is_no_register_is_refused(risk, content, query, code):
    answer = await sent(risk, "preview", content, **query)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_register_is_taken_by_who_may_write_risks_of_an_opportunity_of_theirs(risk):
    assert (await sent(risk.as_("v", "viewer"), "import")).status_code == 403
    assert (await sent(risk.as_("eve", "admin", tenant="other"), "import")).status_code == 404
