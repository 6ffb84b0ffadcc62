"""Tables as their programs show them: separators of CSV, number formats of XLSX; links of a package."""

import io
from decimal import Decimal

import pytest
import xlsxwriter

from services.requirements.exchange.child import read
from shared.files import Refused
from shared.files.guard import check_package
from shared.files.number_formats import format_of
from shared.files.sheets import csv_table, guessed_coding, workbook
from tests.support.requirements import makers


def cells(content):
    return [row["cells"] for row in csv_table(content)[0]["rows"]]


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize(("line", "sign"), [("sep=;", ";"), ("SEP=,", ","), ("sep=\t", "\t"), ("sep=|", "|")])
def test_a_csv_that_names_its_separator_is_read_by_it(coding, line, sign):
    text = f"{line}\r\nID{sign}需求\r\nR-1{sign}登录、退出: a.b\r\n"

    [table] = csv_table(text.encode(coding))

    assert [row["cells"] for row in table["rows"]] == [["ID", "需求"], ["R-1", "登录、退出: a.b"]]
    assert [row["place"] for row in table["rows"]] == [2, 3]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Project;Size;Effort\nPortal;120,5;1240\nArchive;80,25;902,5\n", 3, ["Archive", "80,25", "902,5"]),
        ("ID;Text\n1;a, b\n2;c\n", 2, ["2", "c"]),
        ('ID,Text\n1,"a; b; c"\n2,d\n', 2, ["2", "d"]),
        ("ID\tText\n1\ta, b; c\n", 2, ["1", "a, b; c"]),
        ("Needs of the bank\nID,Text\n1,a\n2,b\n", 1, ["2", "b"]),
        ("Requirement\nIt shall log in, out and on\nIt shall stop\n", 1, ["It shall stop"]),
    ],
)
def test_a_separator_is_what_parts_most_rows_alike(text, first, last):
    found = cells(text.encode())

    assert (len(found[0]), found[-1]) == (first, last)


def test_a_list_of_one_column_keeps_its_commas():
    assert cells(b"Requirement\nUsers shall sign in, by badge\nUsers shall sign out\n")[1] == [
        "Users shall sign in, by badge"
    ]


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("0.00", "1.1", "1.10"), ("0.0", "1.1", "1.1"), ("000", "7", "007"), ("0%", "0.4", "40%"),
        ("0.0%", "0.125", "12.5%"), ('"REQ-"000', "12", "REQ-012"), ("[Red]0.00;-0.00", "2.5", "2.50"),
        # more than the format shows is not lost
        ("0.0", "3.14159", "3.14159"), ("0%", "0.456", "45.6%"), ("00.00", "-1.5", "-01.50"),
        ("#,##0.00", "1234.5", "1234.50"),
    ],
)  # fmt: skip
def test_a_number_is_shown_by_its_format(code, value, shown):
    assert format_of(code).shown(Decimal(value)) == shown


@pytest.mark.parametrize(
    "code", ["", "General", "0", "#,##0", "yyyy-mm-dd", "0.00E+00", "# ?/?", '0"人天"', "@", '"¥"#,##0']
)
def test_a_format_that_says_no_more_than_the_value_leaves_it(code):
    assert format_of(code) is None


def test_cells_of_a_workbook_are_as_they_are_shown():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page, other = book.add_worksheet("A"), book.add_worksheet("B & C")
        for row, code in enumerate(["0.00", "000", "0%", "General", "yyyy-mm-dd", "0.00"]):
            page.write(row + 1, 1, 1.1 if row == 0 else 7, book.add_format({"num_format": code}))
        page.write_formula(7, 1, "=1+0.2", book.add_format({"num_format": "0.00"}), 1.2)
        other.write(0, 0, 3, book.add_format({"num_format": "00"}))

    first, second = workbook(out.getvalue())

    assert [row["cells"][1] for row in first["rows"]] == ["1.10", "007", "700%", "7", "1900-01-07", "7.00", "1.20"]
    assert second["rows"][0]["cells"] == ["03"]


def test_the_template_that_a_document_was_made_from_is_never_followed_and_no_reason_to_refuse():
    links = makers.linked("attachedTemplate", "file:///C:/Users/x/Letter.dotx")
    content = makers.with_part(makers.word("It shall run on Linux."), "word/_rels/settings.xml.rels", links)

    assert read("a.docx", content)["passages"][0]["text"] == "It shall run on Linux."
    with pytest.raises(Refused, match="external_reference"):
        check_package(content)  # what goes on to others takes it along


@pytest.mark.parametrize("kind", ["oleObject", "frame", "subDocument", "aFChunk", "mailMergeSource"])
def test_what_draws_content_from_elsewhere_is_refused_and_named(kind):
    content = makers.with_part(makers.word("Text."), "word/_rels/settings.xml.rels", makers.linked(kind, "http://h/x"))

    with pytest.raises(Refused) as refused:
        read("a.docx", content)

    assert refused.value.code == "external_reference"
    assert f"{kind.lower()}: http://h/x" in refused.value.en
    assert "http://h/x" in refused.value.zh


@pytest.mark.parametrize(
    ("text", "coding", "guessed"),
    [
        ("ID;Wortlaut\n1;Die Größe der Käseplatte muss größer als fünf sein\n", "cp1252", "cp1252"),
        ("编号,需求\nR1,系统应支持导出\n", "gb18030", "gb18030"),
        ("编号,需求\nR1,用户ID和name应加密，API须返回JSON\n", "gb18030", "gb18030"),
        ("编号,需求\nR1,系统应支持导出\n", "utf-8", None),
        ("编号,需求\nR1,系统应支持导出\n", "utf-16", None),
        ("ID,Text\n1,plain\n", "ascii", None),
    ],
)
def test_a_text_that_does_not_say_its_coding_is_read_by_its_letters_and_says_so(text, coding, guessed):
    document = read("a.csv", text.encode(coding))

    assert guessed_coding(text.encode(coding)) == document["coding"] == guessed
    assert "\n".join("".join(row["cells"]) for row in document["tables"][0]["rows"]) == (
        text.strip().replace(";", "").replace(",", "")
    )
