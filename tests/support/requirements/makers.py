"""Files as clients, and those who mean harm, would send them."""

import io
import zipfile

import docx
import xlsxwriter

HEADINGS = ["需求编号", "需求名称", "需求描述", "优先级", "验收标准", "类型"]
ROWS = [
    ["REQ-101", "在线申请", "客户可在线提交申请。", "高", "1. 提交后收到回执\n2. 可查看进度", "功能"],
    ["REQ-102", "响应时间", "查询响应时间应不超过 2 秒。", "必须", "", "性能"],
    ["3.2.1", "日志", "系统必须记录操作日志。", "中", "", ""],
    ["REQ-104", "", "", "低", "", ""],
]


def xlsx(rows, sheet="需求", hidden=()):
    """A workbook with these rows; `hidden` is for a second sheet that is not shown."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet)
        if hidden:
            second = book.add_worksheet("Hidden")
            second.hide()
            for at, row in enumerate(hidden):
                second.write_row(at, 0, row)
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)
    return out.getvalue()


def word(*blocks):
    """Paragraphs as texts, headings as `# text`, tables as lists of rows."""
    document = docx.Document()
    for block in blocks:
        if isinstance(block, list):
            table = document.add_table(rows=len(block), cols=len(block[0]))
            for row, cells in zip(table.rows, block, strict=True):
                for cell, text in zip(row.cells, cells, strict=True):
                    cell.text = text
        elif block.startswith("# "):
            document.add_heading(block[2:], 1)
        else:
            document.add_paragraph(block)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf(*lines):
    """A PDF of one page with these lines, written by hand: it needs no library."""
    text = "".join(f"({line}) Tj 0 -16 Td " for line in lines)
    stream = f"BT /F1 12 Tf 72 720 Td {text}ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    return out + b"xref\n0 6\n0000000000 65535 f \n%strailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        table,
        start,
    )


def package(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_part(content, name, part):
    """An archive with one more part, or another one in the place of what has its name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    return package({**parts, name: part})


_SHEET = "xl/worksheets/sheet1.xml"
_BOMB = b"0" * (40 * 1024 * 1024)
LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<REQ-IF xmlns="http://www.omg.org/spec/ReqIF/20110401/reqif.xsd"><THE-HEADER>&b;</THE-HEADER></REQ-IF>"""
LEAK = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]>
<REQ-IF xmlns="http://www.omg.org/spec/ReqIF/20110401/reqif.xsd"><THE-HEADER>&file;</THE-HEADER></REQ-IF>"""


def sheet_xml(cells):
    """The XML of a worksheet with these cells, each `(reference, text)`."""
    rows = "".join(
        f'<row r="{"".join(filter(str.isdigit, place))}"><c r="{place}" t="inlineStr"><is><t>{text}</t></is></c></row>'
        for place, text in cells
    )
    return (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<dimension ref="A1:B2"/><sheetData>{rows}</sheetData></worksheet>'
    ).encode()


def linked(kind, target="http://127.0.0.1/x.dotm"):
    """The relationships of a part that names something elsewhere."""
    return (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        f'{kind}" Target="{target}" TargetMode="External"/></Relationships>'
    ).encode()


def hostile():
    """What is refused: name of the file, its bytes, the reason's code."""
    book, document = xlsx([HEADINGS, *ROWS]), word("The system shall work.")
    return {
        "a zip bomb": ("a.xlsx", with_part(book, "xl/media/a.xml", _BOMB), "zip_bomb"),
        "a bomb in a ReqIFZ": ("a.reqifz", package({"a.reqif": _BOMB}), "zip_bomb"),
        "an archive within": ("a.docx", with_part(document, "word/inner.zip", b"PK"), "nested_archive"),
        "macros under a new name": ("a.xlsx", with_part(book, "xl/vbaProject.bin", b"x"), "macros"),
        "macros in a document": ("a.docx", with_part(document, "word/vbaProject.bin", b"x"), "macros"),
        "an external entity": ("a.reqif", LEAK, "external_entity"),
        "a billion laughs": ("a.reqif", LAUGHS, "external_entity"),
        "laughs in UTF-16": ("a.reqif", LAUGHS.decode().replace("?>", ' encoding="UTF-16"?>', 1).encode("utf-16"),
                             "external_entity"),
        "laughs in a document": ("a.docx", with_part(document, "word/document.xml", LAUGHS), "external_entity"),
        "laughs in a workbook": ("a.xlsx", with_part(book, _SHEET, LAUGHS), "external_entity"),
        "a part of the text from elsewhere": (
            "a.docx", with_part(document, "word/_rels/settings.xml.rels", linked("subDocument")), "external_reference"),
        "a cell at the end of the world": (
            "a.xlsx", with_part(book, _SHEET, sheet_xml([("A1", "x"), ("XFD1048576", "y")])), "too_many_rows"),
        "a column far out": (
            "a.xlsx", with_part(book, _SHEET, sheet_xml([("A1", "x"), ("XFD2", "y")])), "too_many_columns"),
        "a file cut short": ("a.xlsx", book[: len(book) // 2], "broken_file"),
        "a document in a workbook's clothes": ("a.pdf", document, "wrong_extension"),
        "XML that is no ReqIF": ("a.reqif", b"<html/>", "wrong_extension"),
        "no XML at all": ("a.reqif", b"<REQ-IF", "broken_file"),
        "an empty file": ("a.csv", b"\xef\xbb\xbf \r\n", "empty_file"),
        "a program": ("a.exe", b"MZ", "unknown_format"),
        "a password": ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "encrypted_file"),
        "an encrypted PDF": ("a.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer << >>", "broken_file"),
        "a scan": ("a.pdf", pdf(), "no_text_layer"),
        "a CSV with NUL": ("a.csv", b"id,text\x00\n1,2\n", "no_text"),
        "a CSV with 10,000 columns": ("a.csv", b",".join([b"x"] * 10_000), "too_many_columns"),
        "a CSV with 60,000 rows": ("a.csv", b"id,requirement\n" + b"1,The system shall.\n" * 60_000, "too_many_rows"),
        "a workbook with 300,000 rows": (
            "a.xlsx",
            with_part(book, _SHEET, sheet_xml((f"A{n}", "x") for n in range(1, 300_001))),
            "too_many_rows",
        ),
    }  # fmt: skip
