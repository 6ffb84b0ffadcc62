"""Files in the shapes that clients and their tools really send, through the API: each becomes what its sender means."""

from pathlib import Path

import pytest

from tests.requirements.conftest import opportunity
from tests.support.requirements.uploads import rows, upload

TRIALS = Path(__file__).parent / "trials"


async def imported(client, deal, name, **query):
    params = {"opportunity_id": deal["id"], "file_name": name, **query}
    answer = await client.post("/imports", params=params, content=(TRIALS / name).read_bytes())
    assert answer.status_code == 201, answer.text
    return answer.json()


async def wishes(client, taken):
    """The requirements that the rows of an import would make or change."""
    return [row["requirement"] for row in await rows(client, taken) if row["state"] in {"new", "changed", "unchanged"}]


async def committed(client, taken):
    answer = await client.act(f"/imports/{taken['id']}/commit", {})
    assert answer.status_code == 200, answer.text
    found = (
        await client.get("/requirements", params={"opportunity_id": taken["opportunity_id"], "sort": "code"})
    ).json()
    return found["items"]


def remarks(taken):
    found = {one["code"]: one for one in taken["remarks"]}
    assert all(one["message"] != one["message_zh"] for one in found.values())
    return found


async def test_headings_as_databases_write_them(requirements, deal):
    taken = await imported(requirements, deal, "security-list.csv")

    found = await wishes(requirements, taken)

    assert [one["client_code"] for one in found] == ["C1.1.1", "C1.1.2", "C1.2.1", "C2.1.1"]
    assert [one["group"] for one in found] == ["Passwords", "Passwords", "Sessions", "Upload"]
    assert found[2]["statement"] == (
        "Verify that a session ends after thirty idle minutes and the user must sign in anew"
    )
    assert "level" in remarks(taken)["columns_not_read"]["message"]


async def test_a_revised_list_is_matched_by_the_codes_of_the_client(requirements, deal):
    first = await imported(requirements, deal, "own-codes-1.csv")
    made = {one["client_code"]: one for one in await committed(requirements, first)}

    second = await imported(requirements, deal, "own-codes-2.csv")
    changed = await rows(requirements, second, state="changed")
    after = await committed(requirements, second)

    assert list(made) == ["FR1", "V2.1.3", "REQ_004", "3.2.1"]
    assert made["FR1"]["depends_on"] == []
    assert made["V2.1.3"]["depends_on"] == made["REQ_004"]["depends_on"] == [made["FR1"]["id"]]
    assert made["3.2.1"]["depends_on"] == [made["REQ_004"]["id"]]
    assert second["counts"] == {"changed": 1, "unchanged": 3}
    assert [row["requirement_id"] for row in changed] == [made["FR1"]["id"]]
    assert len(after) == 4
    found = await requirements.get("/requirements", params={"client_code": "V2.1.3"})
    assert [one["id"] for one in found.json()["items"]] == [made["V2.1.3"]["id"]]
    searched = await requirements.get("/requirements", params={"q": "FR1"})
    assert [one["id"] for one in searched.json()["items"]] == [made["FR1"]["id"]]
    links = (await requirements.get(f"/requirements/{made['V2.1.3']['id']}/links")).json()
    listed = links["items"] if isinstance(links, dict) else links
    assert [(one["kind"], one["id"]) for one in listed if one["kind"] == "depends_on"] == [
        ("depends_on", made["FR1"]["id"])
    ]


@pytest.mark.parametrize("form", ["csv", "xlsx", "reqif"])
async def test_the_codes_of_the_client_are_exported_and_import_again_unchanged(requirements, deal, form):
    made = await committed(requirements, await imported(requirements, deal, "own-codes-1.csv"))
    assert len(made) == 4
    exported = await requirements.get("/requirements/export", params={"opportunity_id": deal["id"], "format": form})

    again = (await upload(requirements, deal, f"a.{form}", exported.content)).json()
    elsewhere = await opportunity(requirements, title="Another platform")
    copied = (await upload(requirements, elsewhere, f"a.{form}", exported.content)).json()

    assert again["counts"] == {"unchanged": 4}
    assert [one["client_code"] for one in await committed(requirements, copied)] == [
        "FR1",
        "V2.1.3",
        "REQ_004",
        "3.2.1",
    ]


async def test_codes_that_are_numbers_are_as_the_workbook_shows_them(requirements, deal):
    taken = await imported(requirements, deal, "numbers-as-codes.xlsx")

    assert [one["client_code"] for one in await wishes(requirements, taken)] == ["1.1", "1.2", "1.10"]


async def test_moscow_as_it_is_written_out(requirements, deal):
    taken = await imported(requirements, deal, "moscow.csv")

    found = await wishes(requirements, taken)

    assert [one["priority"] for one in found] == ["must", "should", "could", "wont"]
    assert [one["code"] for one in found] == ["REQ-1", "REQ-2", "REQ-3", "REQ-4"]


async def test_numbers_are_priorities_by_the_scale_that_the_document_states(requirements, deal):
    taken = await imported(requirements, deal, "priority-of-nine.md")

    found = await wishes(requirements, taken)

    assert [one["priority"] for one in found] == ["should", "should", "could", "could", "could"]
    assert {one["group"] for one in found} == {"4.1 说明和优先级"}
    assert "1-9" in remarks(taken)["priority_scale_stated"]["message_zh"]


async def test_the_scale_that_somebody_agrees_to_tells_what_is_a_must(requirements, deal):
    taken = await imported(requirements, deal, "priority-of-nine.md")

    mapped = await requirements.act(f"/imports/{taken['id']}/map", {"priority_scale": "1-9"})
    at_once = await imported(requirements, deal, "priority-of-nine.md", priority_scale="9-1")

    assert mapped.status_code == 200, mapped.text
    assert mapped.json()["priority_scale"] == "1-9"
    assert "priority_scale_stated" not in remarks(mapped.json())
    assert [one["priority"] for one in await wishes(requirements, mapped.json())] == [
        "must", "must", "should", "could", "could",
    ]  # fmt: skip
    assert (await wishes(requirements, at_once))[0]["priority"] == "could"


async def test_numbers_without_a_scale_are_asked_for_and_promise_nothing(requirements, deal):
    text = "ID,Requirement,Priority\nR-1,It shall run,1\nR-2,It shall stop,4\n"

    taken = (await upload(requirements, deal, "a.csv", text.encode())).json()

    assert [one["priority"] for one in await wishes(requirements, taken)] == ["should", "should"]
    assert remarks(taken)["priority_scale_unknown"]["count"] == 2
    shown = await rows(requirements, taken)
    assert len(shown[0]["notes"]) == len(shown[0]["notes_zh"]) == 1
    wrong = await requirements.act(f"/imports/{taken['id']}/map", {"priority_scale": "3-3"})
    nothing = await requirements.act(f"/imports/{taken['id']}/map", {})
    assert (wrong.status_code, nothing.status_code) == (422, 422)


async def test_should_within_words_is_no_demand(requirements, deal):
    taken = await imported(requirements, deal, "supplier-words.md")

    found = await wishes(requirements, taken)

    assert [(one["statement"], one["priority"]) for one in found] == [
        ("系统应在三秒内返回查询结果。", "must"),
        ("首页显示响应时间与对应的部门名称，支持按部门筛选。", "should"),
        ("供应商必须提供一年质保。", "must"),
    ]
    assert {one["group"] for one in found} == {"二、服务内容"}


async def test_a_table_of_contents_is_left_out_and_told(requirements, deal):
    taken = await imported(requirements, deal, "contents-table.docx")

    assert [one["statement"] for one in await wishes(requirements, taken)] == [
        "系统应支持导出年度报表。", "系统必须支持两种浏览器。",
    ]  # fmt: skip
    assert remarks(taken)["left_out_contents"]["count"] == taken["counts"]["skipped"] == 3


async def test_headings_by_outline_level(requirements, deal):
    taken = await imported(requirements, deal, "outline-levels.docx")

    assert [one["group"] for one in await wishes(requirements, taken)] == [
        "3.1 通讯接口", "5.1 性能需求", "5.2 系统应急处理",
    ]  # fmt: skip


async def test_points_of_a_scope_are_requirements_and_how_to_submit_is_not(requirements, deal):
    taken = await imported(requirements, deal, "scope-list.docx")

    found = await wishes(requirements, taken)

    assert [one["statement"] for one in found] == [
        "Patient admission", "Bed plan for each ward", "Invoices and reminders", "Monthly and yearly reports",
        "Interface to the laboratory",
    ]  # fmt: skip
    assert {(one["group"], one["priority"]) for one in found} == {("4. Scope of work", "should")}
    assert found[0]["sources"][0]["quote"] == "The system should cover the following Patient admission"
    told = remarks(taken)
    assert (told["left_out_instruction"]["count"], told["left_out_lead_in"]["count"]) == (2, 1)


async def test_what_was_left_out_is_taken_in_by_whoever_looks(requirements, deal):
    taken = await imported(requirements, deal, "scope-list.docx")
    skipped = await rows(requirements, taken, state="skipped")

    changed = await requirements.act(
        f"/imports/{taken['id']}/change-rows", {"rows": [{"number": skipped[-1]["number"], "skip": False}]}
    )

    assert [row["left_out"] for row in skipped] == ["lead_in", "instruction", "instruction"]
    assert all(row["reason"] and row["reason_zh"] for row in skipped)
    assert changed.json()["counts"] == {"new": 6, "skipped": 2}
    [back] = [row for row in await rows(requirements, taken) if row["number"] == skipped[-1]["number"]]
    assert (back["state"], back["left_out"], back["reason"]) == ("new", None, None)


async def test_a_document_that_names_its_template_is_read(requirements, deal):
    taken = await imported(requirements, deal, "attached-template.docx")

    assert [one["group"] for one in await wishes(requirements, taken)] == ["1 Functions", "1 Functions"]


async def test_a_csv_that_names_its_separator(requirements, deal):
    taken = await imported(requirements, deal, "separator-line.csv")

    assert [(one["code"], one["statement"], one["priority"]) for one in await wishes(requirements, taken)] == [
        ("REQ-1", "Users shall sign in, by badge or phone", "must"),
        ("REQ-2", "Users shall sign out", "could"),
    ]


async def test_facts_of_a_tender_placeholders_and_quoted_laws_are_left_out(requirements, deal):
    taken = await imported(requirements, deal, "tender-data-sheet.md")

    assert [one["statement"] for one in await wishes(requirements, taken)] == ["设备应支持双路供电。"]
    told = remarks(taken)
    assert (told["left_out_data_sheet"]["count"], told["left_out_quotation"]["count"]) == (4, 1)


async def test_a_list_of_unknown_headings_is_read_row_by_row_and_says_so(requirements, deal):
    text = "Nummer;Wortlaut;Ort\nA1;The clerk must sign in. It is fast.;x\nA2;Opens the file of a client;y\n"

    taken = (await upload(requirements, deal, "a.csv", text.encode())).json()

    found = await rows(requirements, taken)
    assert [row["requirement"]["statement"] for row in found] == [
        "The clerk must sign in. It is fast.", "Opens the file of a client",
    ]  # fmt: skip
    assert taken["columns"][0]["is_guessed"]
    told = remarks(taken)["no_known_heading"]
    assert "Nummer, Wortlaut, Ort" in told["message"]
    assert "Wortlaut" in told["message_zh"]
    mapped = await requirements.act(
        f"/imports/{taken['id']}/map", {"tables": [{"table": "", "columns": {"code": 0, "statement": 1, "group": 2}}]}
    )
    assert [one["client_code"] for one in await wishes(requirements, mapped.json())] == ["A1", "A2"]
    assert "no_known_heading" not in remarks(mapped.json())


async def test_columns_that_were_said_stay_when_only_the_scale_is_said(requirements, deal):
    text = "Nummer;Wortlaut;Rang\nA1;The clerk must sign in;5\n"
    taken = (await upload(requirements, deal, "a.csv", text.encode())).json()
    wish = {"tables": [{"table": "", "columns": {"code": 0, "statement": 1, "priority": 2}}]}
    await requirements.act(f"/imports/{taken['id']}/map", wish)

    mapped = (await requirements.act(f"/imports/{taken['id']}/map", {"priority_scale": "1-5"})).json()

    assert mapped["columns"][0]["columns"] == {"code": 0, "statement": 1, "priority": 2}
    assert [one["priority"] for one in await wishes(requirements, mapped)] == ["must"]


async def test_a_code_that_occurs_twice_is_told_and_nothing_is_doubled_by_it(requirements, deal):
    text = "Ref,Requirement,Depends on\nA1,It shall open,\nA1,It shall close,\nA2,It shall ring,A1\n"
    taken = (await upload(requirements, deal, "a.csv", text.encode())).json()
    await committed(requirements, taken)

    again = (await upload(requirements, deal, "b.csv", (text + "A1,It shall stop,\n").encode())).json()

    told = remarks(taken)
    assert (told["code_twice"]["count"], told["unknown_dependency"]["count"]) == (1, 1)
    assert taken["counts"] == {"new": 3}
    assert again["counts"] == {"unchanged": 3, "new": 1}


async def test_a_code_that_is_used_for_another_text_is_shown_as_changed(requirements, deal):
    await committed(requirements, await imported(requirements, deal, "own-codes-1.csv"))

    taken = (await upload(requirements, deal, "a.csv", b"Ref,Requirement\nFR1,The log shall be printed\n")).json()

    [row] = await rows(requirements, taken)
    assert (row["state"], row["requirement"]["client_code"]) == ("changed", "FR1")


async def test_a_list_without_codes_is_matched_by_its_texts(requirements, deal):
    text = "No.,Requirement\n1,It shall open\n2,It shall close\n"
    first = (await upload(requirements, deal, "a.csv", text.encode())).json()
    await committed(requirements, first)

    revised = "No.,Requirement\n1,It shall ring\n2,It shall open\n3,It shall close\n4,It shall close\n"
    second = (await upload(requirements, deal, "b.csv", revised.encode())).json()

    assert remarks(first)["running_numbers"]["count"] == 2
    assert second["counts"] == {"new": 2, "unchanged": 2}
    assert remarks(second)["matched_by_text"]["count"] == 2
    assert {row["requirement"]["client_code"] for row in await rows(requirements, second)} == {None}


async def test_a_requirement_may_depend_on_another_by_the_code_of_the_client(requirements, deal):
    [first, *_] = await committed(requirements, await imported(requirements, deal, "own-codes-1.csv"))
    body = {"opportunity_id": deal["id"], "title": "t", "statement": "It shall ring.", "kind": "functional"}

    made = await requirements.post("/requirements", json={**body, "depends_on": ["FR1"], "client_code": "FR9"})
    unknown = await requirements.post("/requirements", json={**body, "depends_on": ["FR7"]})

    assert (made.json()["depends_on"], made.json()["client_code"]) == ([first["id"]], "FR9")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_requirement")


async def test_a_guessed_coding_is_told(requirements, deal):
    content = "编号,需求描述\nR1,系统应支持导出\n".encode("gb18030")

    taken = (await upload(requirements, deal, "a.csv", content)).json()

    assert "gb18030" in remarks(taken)["coding"]["message"]
    assert "UTF-8" in remarks(taken)["coding"]["message_zh"]
