"""What is read of files: every format, the real ones, and those that mean harm."""

import io
import zipfile
from pathlib import Path

import docx
import pytest

from services.requirements.domain import intake
from services.requirements.domain.columns import mappings
from services.requirements.domain.statements import is_requirement, kind_of, priority_of, sentences, title_of
from services.requirements.exchange import child
from services.requirements.exchange.child import read
from shared.files import Refused
from shared.files.reading import read_file
from tests.support.requirements import makers
from tests.support.requirements.uploads import HOSTILE

FILES = Path(__file__).parent / "files"


def preview(document, synonyms, name="file"):
    return intake.rows(document, mappings(document, synonyms), name).rows


def wishes(rows):
    return [(row.place, row.wish and row.wish["statement"]) for row in rows]


def test_a_workbook_is_read_by_its_chinese_headings(synonyms):
    content = makers.xlsx([["某银行信贷系统需求清单"], [], makers.HEADINGS, *makers.ROWS])

    rows = preview(read("需求.xlsx", content), synonyms, "需求.xlsx")

    first, second, third, fourth = rows
    assert first.place == "需求!C4"
    assert (first.wish["code"], first.wish["title"], first.wish["priority"], first.wish["kind"]) == (
        "REQ-101", "在线申请", "must", "functional",
    )  # fmt: skip
    assert first.wish["acceptance_criteria"] == ["提交后收到回执", "可查看进度"]
    assert first.wish["sources"] == [{"document": "需求.xlsx", "location": "需求!C4", "quote": "客户可在线提交申请。"}]
    assert second.wish["kind"] == "performance"
    assert "code" not in third.wish
    assert third.place == "需求!C6 (3.2.1)"
    assert (fourth.wish, fourth.reason_zh) == (None, "该行没有需求描述。")


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_each_coding(synonyms, coding):
    text = '编号;需求描述;优先级\nREQ-1;系统应支持导出。;低\n\nREQ-2;"两行\n描述应保留。";高\n'

    rows = preview(read("a.csv", text.encode(coding)), synonyms)

    assert wishes(rows) == [("line 2", "系统应支持导出。"), ("line 4", "两行\n描述应保留。")]
    assert [row.wish["priority"] for row in rows] == ["could", "must"]


def test_a_document_is_read_by_paragraphs_under_their_headings_and_by_tables(synonyms):
    content = makers.word(
        "# Security", "All data shall be encrypted. It is a nice day.", "系统应支持单点登录，并提供日志。",
        [["ID", "Requirement", "Priority"], ["REQ-7", "The report shall list all loans.", "Should"]],
    )  # fmt: skip

    rows = preview(read("a.docx", content), synonyms)

    assert wishes(rows) == [
        ("table 1 row 2", "The report shall list all loans."),
        ("paragraph 2", "All data shall be encrypted."),
        ("paragraph 3", "系统应支持单点登录，并提供日志。"),
    ]
    assert (rows[1].wish["group"], rows[1].wish["kind"], rows[1].wish["priority"]) == ("Security", "security", "must")
    assert rows[1].suggested == ("title", "kind", "priority", "group")


def test_what_is_tracked_or_in_a_content_control_is_read_and_what_was_deleted_is_not(synonyms):
    run = '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:t xml:space="preserve">{}</w:t></w:r>'
    plain = makers.word("It shall", "ZZ", [["ID", "Requirement"], ["R-1", "WW"]])
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        xml = archive.read("word/document.xml").decode()
    inserted = f"<w:ins w:id='1' w:author='c'>{run.format(' run on Linux.')}</w:ins>"
    deleted = "<w:del w:id='2' w:author='c'><w:r><w:delText> not</w:delText></w:r></w:del>"
    xml = xml.replace("It shall</w:t></w:r>", f"It shall</w:t></w:r>{deleted}{inserted}")
    start, end = xml.rindex("<w:p", 0, xml.index("ZZ")), xml.index("</w:p>", xml.index("ZZ")) + 6
    control = xml[start:end].replace("ZZ", "It must be fast.")
    xml = f"{xml[:start]}<w:sdt><w:sdtContent>{control}</w:sdtContent></w:sdt>{xml[end:]}"
    xml = xml.replace(
        "WW</w:t></w:r>", f"It</w:t></w:r><w:ins w:id='3' w:author='c'>{run.format(' must log.')}</w:ins>"
    )

    rows = preview(read("a.docx", makers.with_part(plain, "word/document.xml", xml)), synonyms)

    assert sorted(text for _, text in wishes(rows)) == ["It must be fast.", "It must log.", "It shall run on Linux."]


def test_a_cell_that_spans_columns_leaves_the_others_in_their_columns(synonyms):
    document = docx.Document()
    table = document.add_table(rows=3, cols=4)
    for row, cells in enumerate((["ID", "Module", "Title", "Requirement"], ["R-1", "Loans", "", "It shall run."])):
        for at, text in enumerate(cells):
            table.cell(row, at).text = text
    table.cell(1, 1).merge(table.cell(1, 2)).text = "Loans"
    out = io.BytesIO()
    document.save(out)

    [row] = preview(read("a.docx", out.getvalue()), synonyms)

    assert (row.wish["group"], row.wish["statement"]) == ("Loans", "It shall run.")


def test_a_row_of_a_hidden_sheet_says_so(synonyms):
    content = makers.xlsx([makers.HEADINGS, makers.ROWS[0]], hidden=[["ID", "Requirement"], ["H-1", "It shall hide."]])

    shown, hidden = preview(read("a.xlsx", content), synonyms)

    assert shown.notes == []
    assert "hidden" in hidden.notes[0][0]
    assert "隐藏" in hidden.notes[0][1]


def test_a_pdf_is_read_by_page_and_line(synonyms):
    content = makers.pdf("1 Scope", "The system shall keep", "every record for ten years.", "Nothing else.")

    rows = preview(read("a.pdf", content), synonyms)

    assert wishes(rows) == [("page 1 line 2", "The system shall keep every record for ten years.")]
    assert rows[0].wish["group"] == "1 Scope"


def test_markdown_is_read_by_line_without_its_marks(synonyms):
    text = "Intro\n=====\n\n## Needs\n- The **API** shall be [documented](http://x).\n- Nice.\n\n| ID | Text |\n|--|--|\n| R-1 | It must run. |\n"

    rows = preview(read("a.md", text.encode()), synonyms)

    assert wishes(rows) == [("line 10", "It must run."), ("line 5", "The API shall be documented.")]
    assert rows[1].wish["group"] == "Needs"


EXPECTED = {
    "18f-epermit-cc0/SOO.md": (17, 3, "line 17", "As an API user, I would like to both be able to send and retrieve"),
    "18f-epermit-cc0/RFQ.md": (101, 6, "line 26", "All offers must be received electronically"),
    "18f-epermit-cc0/QASP.md": (90, 3, "line 25", "Client-side rendering must conform with section 508 standards."),
    "18f-epermit-cc0/PRICING-TEMPLATE.xlsx": (0, 2, None, None),
    "reqif-samples-apache2/examples__10_excel_convert_excel_to_reqif__input.xlsx": (
        5, 1, "Objects!D7 (90)", "ADS must have safety redundancies"),
    "reqif-samples-apache2/examples__04_convert_reqif_to_json__sample2_sdoc.reqif": (
        8, 0, "REQUIREMENT-bcfba793-7caa-46c0-8522-ba9e2d919df9", "The system shall do A."),
    "reqif-samples-apache2/examples__04_convert_reqif_to_json__sample1_polarion.reqif": (
        2, 0, "rmf-1d312f18-fa7c-4de3-b8f3-ab105179fddf", "The Lorem Ipsum shall do something."),
    "reqif-samples-apache2/examples__04_convert_reqif_to_json__sample_polarion_reqifz.reqifz": (
        2, 0, "rmf-1d312f18-fa7c-4de3-b8f3-ab105179fddf", "The Lorem Ipsum shall do something."),
    "reqif-samples-apache2/examples__04_convert_reqif_to_json__sample3_eclipse_rmf.reqif": (
        6, 0, "_RB77cVyxEeumRtWSJE-orw", "Obj-01"),
    "reqif-samples-apache2/examples__02_read_reqif__input.reqif": (
        3, 0, "_1_01ea51ea-ed54-471e-8c08-19e093f930f7 (1)", "Carbon Trust Standard"),
    "reqif-samples-apache2/examples__03_read_reqifz__input.reqifz": (2, 0, None, None),
}  # fmt: skip
"""Requirements, and rows that are left out; the place of one of the rows, and how it begins."""


@pytest.mark.parametrize("name", EXPECTED)
def test_the_real_files_are_read(synonyms, name):
    count, left_out, place, text = EXPECTED[name]
    path = FILES / name

    rows = preview(read(path.name, path.read_bytes()), synonyms, path.name)

    assert (len([row for row in rows if not row.left_out]), len([row for row in rows if row.left_out])) == (
        count, left_out,
    )  # fmt: skip
    assert not [row for row in rows if row.wish is None]
    assert text is None or any(row.place == place and row.wish["statement"].startswith(text) for row in rows)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("commands__validate__04_empty_file__sample.reqif", "empty_file"),
        ("commands__validate__SPEC-RELATION__04_TARGET_links_to_a_missing_SPEC-OBJECT__sample.reqif", "missing_object"),
    ],
)
async def test_the_broken_reqif_files_are_refused_with_the_reason(name, code):
    content = (FILES / "reqif-samples-apache2" / name).read_bytes()

    with pytest.raises(Refused) as refused:
        await read_file(name, content, child.__name__)

    assert refused.value.code == code
    assert refused.value.zh


@pytest.mark.parametrize("what", HOSTILE)
async def test_hostile_files_are_refused_with_the_reason(what):
    name, content, code = HOSTILE[what]

    with pytest.raises(Refused) as refused:
        await read_file(name, content, child.__name__)

    assert refused.value.code == code
    assert refused.value.en != refused.value.zh


async def test_a_reader_that_needs_too_much_memory_is_ended():
    # Half a million cells within the limits of rows and columns, each with a text of its own: too much for 1 GiB.
    name, content = "a.reqif", b"<REQ-IF>" + b"<a>" * 6_000_000

    with pytest.raises(Refused) as refused:
        await read_file(name, content, child.__name__)

    assert refused.value.code in {"unreadable_file", "broken_file"}


def test_sentences_that_demand_something_are_told_from_others():
    text = "Version 2 of the system shall run. It is blue. 系统应支持导出；应用服务器为两台。用户须登录！"

    found = [one for one in sentences(text) if is_requirement(one)]

    assert found == ["Version 2 of the system shall run.", "系统应支持导出；", "用户须登录！"]


@pytest.mark.parametrize(
    ("statement", "kind", "priority"),
    [
        ("The response time must stay below two seconds.", "performance", "must"),
        ("As a clerk, I would like to see my tasks.", "user", "should"),
        ("密码不得明文存储。", "security", "must"),
        ("系统可提供英文界面，可选。", "functional", "should"),
        ("Records may be archived.", "data", "could"),
        ("系统应与核心系统对接。", "interface", "must"),
    ],
)
def test_kind_and_priority_are_suggested_by_the_words(statement, kind, priority):
    assert (kind_of(statement), priority_of(statement)) == (kind, priority)


def test_a_title_is_the_first_clause_cut_at_a_word():
    assert title_of("系统应支持导出，并记录日志。") == "系统应支持导出"
    assert title_of("The system shall keep every record that anybody ever made in any of the branches.") == (
        "The system shall keep every record that anybody ever made…"
    )


def test_a_code_that_comes_twice_is_named_with_its_first_place(synonyms):
    rows = preview(read("a.csv", b"ID,Requirement\nREQ-1,It shall run.\nREQ-1,It shall stop.\n"), synonyms)

    assert (rows[1].wish, rows[1].reason) == (None, "REQ-1 is in line 2 already.")
