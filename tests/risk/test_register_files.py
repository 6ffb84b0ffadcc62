"""The register as a file, and the history of a risk."""

import io

import pytest
from python_calamine import CalamineWorkbook

from services.risk.domain import register_words
from services.risk.domain.response import Strategy
from services.risk.domain.risk import Category
from tests.support.risk.example import DEAL
from tests.support.risk.register import by_code, change, wish


async def exported(client, **query):
    answer = await client.get("/risks/export", params={"opportunity_id": str(DEAL), **query})
    assert answer.status_code == 200, answer.text
    return answer


async def test_the_register_is_a_table_in_chinese_or_english(risk):
    chinese, english = [
        CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
        for answer in (await exported(risk), await exported(risk, language="en"))
    ]

    assert chinese[0][:3] == ["编号", "风险", "类别"]
    assert [row[0] for row in chinese[1:]] == ["RSK-CON-001", "RSK-R04"]
    assert (chinese[2][2], chinese[2][4], english[2][2], english[2][4]) == ("技术", "候选", "technical", "candidate")
    assert english[0][-1] == "Cost of responses"
    assert english[2][-1].endswith(" CNY")


async def test_a_cell_is_never_a_formula(risk):
    await risk.post("/risks", json=wish(title="=1+1"))

    text = (await exported(risk, format="csv", language="en")).content.decode("utf-8-sig")

    assert "'=1+1" in text


async def test_money_is_in_the_file_for_those_who_may_see_cost(risk):
    answer = await exported(risk.as_("pia", "presales"), format="csv", language="en")

    assert "Cost of responses" not in answer.text
    assert "CNY" not in answer.text


async def test_another_tenants_register_is_empty(risk):
    answer = await exported(risk.as_("eve", "admin", tenant="other"), format="csv")

    assert len(answer.text.splitlines()) == 1


async def test_a_risk_tells_its_history_with_that_of_its_measures(risk):
    row = await by_code(risk, "RSK-R04")
    await change(risk, "RSK-R04", {"probability": 0.9, "owner": "wei"})
    preventive = next(one for one in row["responses"] if one["kind"] == "preventive")
    await risk.as_("rita", "risk_manager").act(f"/responses/{preventive['id']}/start")

    history = (await risk.get(f"/risks/{row['id']}/history")).json()

    assert [(one["code"], one["action"]) for one in history[:3]] == [
        ("RSK-R04", "create"), ("RSK-R04-C", "create"), ("RSK-R04-P", "create"),
    ]  # fmt: skip
    changed = {one["field"]: (one["before"], one["after"]) for one in history[3]["fields"]}
    assert changed["owner"] == (None, "wei")
    assert changed["probability"][1] == 0.9
    assert (history[-1]["actor"], history[-1]["code"]) == ("rita", "RSK-R04-P")


async def test_the_history_keeps_money_from_those_who_may_not_see_it(risk):
    row = await by_code(risk, "RSK-R04")

    history = (await risk.as_("pia", "presales").get(f"/risks/{row['id']}/history")).json()

    named = {one["field"] for entry in history for one in entry["fields"]}
    assert "title" in named
    assert not named & {"impact_cost", "inherent", "current", "residual", "expected_value", "cost"}
    assert (await risk.as_("eve", "admin", tenant="other").get(f"/risks/{row['id']}/history")).status_code == 404


@pytest.mark.parametrize(
    ("words", "ours"), [(register_words.STRATEGIES, Strategy), (register_words.CATEGORIES, Category)]
)
def test_a_register_may_say_whatever_we_say(words, ours):
    assert {words.get(one.value) for one in ours} == {one.value for one in ours}
    assert set(words.values()) == {one.value for one in ours}
