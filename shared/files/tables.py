"""Tables as files that people open: XLSX and CSV, in which a cell is never a formula."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import xlsxwriter

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_WIDTHS = (10, 60)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


def workbook(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """An XLSX file of one sheet with a heading row; texts that look like formulas or links stay texts."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet()
        heading = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "valign": "top"})
        cell = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
        for column, name in enumerate(columns):
            longest = max([len(str(row[column])) for row in rows] + [len(name)])
            sheet.set_column(column, column, min(max(longest + 2, _WIDTHS[0]), _WIDTHS[1]))
            sheet.write(0, column, name, heading)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                sheet.write(number, column, value, cell)
        sheet.freeze_panes(1, 0)
    return out.getvalue()


def csv_file(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """UTF-8 with a byte order mark, which Excel needs; a text that begins as a formula does gets a quote before it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_as_text(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def _as_text(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


FILES: Mapping[str, Callable[[Sequence[str], Sequence[Sequence[Any]]], bytes]] = {"xlsx": workbook, "csv": csv_file}
