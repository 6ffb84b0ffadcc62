"""Tables: workbooks and CSV files, row by row, each with its place."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError

from shared.files import Refused
from shared.files.guard import MOST_COLUMNS, MOST_ROWS, too_many_columns, too_many_rows
from shared.files.number_formats import Shown, shown_numbers

Table = dict[str, Any]
"""name, and rows: each a place and its cells as texts; is_hidden for a sheet that nobody sees in its program, and
`delimiter` where a file has one between its cells."""


def workbook(content: bytes) -> list[Table]:
    """The sheets of an XLSX, XLS or ODS file. A row's place is its number; numbers of XLSX are as they are shown."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum  # noqa: PLC0415 (within the limits)

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = {sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible}
        shown = shown_numbers(content) if content.startswith(b"PK") else {}
        tables = []
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.height > MOST_ROWS:
                raise too_many_rows(sheet.height)
            if sheet.width > MOST_COLUMNS:
                raise too_many_columns(sheet.width)
            start = sheet.start or (0, 0)
            own = shown.get(name, {})
            found: list[dict[str, Any]] = [
                {"place": at + 1, "cells": [""] * start[1] + _texts(row, at, start[1], own)}
                for at, row in enumerate(sheet.to_python(skip_empty_area=True), start=start[0])
            ]
            table = {"name": name, "rows": [row for row in found if any(row["cells"])]}
            tables.append(table if name in visible else {**table, "is_hidden": True})
    except (CalamineError, ParseError, ValueError) as broken:
        raise Refused(
            "broken_file",
            f"The workbook cannot be read ({broken}); save it anew and send it again.",
            f"无法读取工作簿（{broken}）；请重新保存后再试。",
        ) from None
    return tables


def _texts(cells: Sequence[Any], row: int, first: int, shown: Shown) -> list[str]:
    return [
        shown.get((row, at), "") if isinstance(cell, float) and (row, at) in shown else _text(cell)
        for at, cell in enumerate(cells, start=first)
    ]


def _text(cell: Any) -> str:
    match cell:
        case bool():
            return "TRUE" if cell else "FALSE"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)  # noqa: PLR2004
        case datetime():
            return cell.isoformat(sep=" ") if cell.time() != datetime.min.time() else cell.date().isoformat()
        case date():
            return cell.isoformat()
        case _:
            return str(cell).strip()


_SEPARATOR = re.compile(r"\ufeff?\"?sep=(.)\"?[,;\t]*\r?\n", re.IGNORECASE)
"""How a file for Excel says in its first line what stands between its fields."""
_SAMPLE_ROWS = 50
_WHOLE_LINE = "\x1f"
"""No text has it: a list of one column, whose commas belong to its texts."""


def csv_table(content: bytes) -> list[Table]:
    """A CSV file in UTF-8 (with or without mark), UTF-16 or GB18030. A row's place is its line."""
    text = decoded(content)
    csv.field_size_limit(1_000_000)
    said = _SEPARATOR.match(text)
    delimiter = said[1] if said else _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[dict[str, Any]] = []
    line = 1
    try:
        for number, cells in enumerate(reader):
            if len(rows) >= MOST_ROWS:
                raise too_many_rows(len(rows) + 1)
            if len(cells) > MOST_COLUMNS:
                raise too_many_columns(len(cells))
            if any(cell.strip() for cell in cells) and not (said and number == 0):
                rows.append({"place": line, "cells": [_unquoted(cell.strip()) for cell in cells]})
            line = reader.line_num + 1
    except csv.Error as broken:
        raise Refused(
            "broken_file", f"Line {line} cannot be read ({broken}).", f"第 {line} 行无法读取（{broken}）。"
        ) from None
    return [{"name": "", "rows": rows, "delimiter": delimiter}]


def _delimiter(text: str) -> str:
    """The sign that parts most of the first rows into the same number of fields, the more the better."""
    best = (0.5, 1, _WHOLE_LINE)
    for sign in ",;\t|":
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
        try:
            widths = [len(row) for row in islice(reader, _SAMPLE_ROWS) if any(row)]
        except csv.Error:
            continue
        width, times = max(Counter(widths).items(), key=lambda one: (one[0] > 1) * one[1])
        if width > 1:
            best = max(best, (times / len(widths), width, sign))
    return best[2]


def _unquoted(cell: str) -> str:
    """A quote before what looks like a formula says that it is none; our own exports write it so."""
    return cell[1:] if cell.startswith(("'=", "'+", "'-", "'@", "'\t", "'\r", "''")) else cell


def decoded(content: bytes) -> str:
    """A text file in the coding that it is in. Raises `Refused` for what is no text."""
    for mark, coding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _strict(content, coding)
    if b"\x00" in content:
        raise _no_text()
    return content.decode(guessed_coding(content) or "utf-8")


_STRAY = re.compile(r"(?<=[A-Za-z])[^\x00-\x7f](?=[A-Za-z])")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def guessed_coding(content: bytes) -> str | None:
    """The coding that a text without a mark seems to have; None where its bytes say it. Raises `Refused` for no text.

    Letters with marks of Western files read as Chinese signs, one by one within words: such a text is not Chinese.
    """
    if content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _is(content, "utf-8"):
        return None
    if _is(content, "gb18030"):
        text = content.decode("gb18030")
        is_western = 2 * len(_STRAY.findall(text)) > len(_NOT_ASCII.findall(text)) and _is(content, "cp1252")
        return "cp1252" if is_western else "gb18030"
    from charset_normalizer import from_bytes  # noqa: PLC0415 (slow to import, seldom needed)

    best = from_bytes(content).best()
    if best is None:
        raise _no_text()
    return best.encoding


def _is(content: bytes, coding: str) -> bool:
    try:
        content.decode(coding)
    except UnicodeDecodeError:
        return False
    return True


def _strict(content: bytes, coding: str) -> str:
    try:
        text = content.decode(coding)
    except UnicodeDecodeError:
        raise _no_text() from None
    if "\x00" in text:
        raise _no_text()
    return text


def _no_text() -> Refused:
    return Refused(
        "no_text",
        "This is no text in UTF-8, UTF-16 or GB18030; save it in one of these.",
        "文件不是 UTF-8、UTF-16 或 GB18030 编码的文本；请以上述编码另存。",
    )


def rows_of(cells: Sequence[Sequence[str]], place: str) -> list[dict[str, Any]]:
    """Rows of a table within a text; each place is `<place> row n`."""
    return [
        {"place": f"{place} row {at}", "cells": [cell.strip() for cell in row]}
        for at, row in enumerate(cells, start=1)
        if any(cell.strip() for cell in row)
    ]
