"""Tables as files that people open: XLSX and CSV, in which a cell is never a formula."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import xlsxwriter

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_WIDTHS = (10, 60)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


class Bars(NamedTuple):
    """A chart beside a table: one bar for each of the rows `first` to `last`, counted from 0."""

    title: str
    names: int
    """The column that says what a bar is."""
    values: int
    first: int
    last: int


def workbook(columns: Sequence[str], rows: Sequence[Sequence[Any]], charts: Sequence[Bars] = ()) -> bytes:
    """An XLSX file of one sheet with a heading row; texts that look like formulas or links stay texts.

    Charts stand on a sheet of their own and are the program's that opens it: they follow the cells.
    """
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
        _draw(book, sheet.get_name(), charts)
    return out.getvalue()


def _draw(book: xlsxwriter.Workbook, data: str, charts: Sequence[Bars]) -> None:
    sheet = book.add_worksheet("Charts") if charts else None
    for number, wanted in enumerate(charts):
        chart = book.add_chart({"type": "bar"})
        cells = [(data, wanted.first + 1, column, wanted.last + 1, column) for column in (wanted.names, wanted.values)]
        chart.add_series({"name": wanted.title, "categories": list(cells[0]), "values": list(cells[1])})
        chart.set_title({"name": wanted.title, "name_font": {"size": 12}})
        chart.set_legend({"none": True})
        chart.set_y_axis({"reverse": True})
        chart.set_size({"width": 720, "height": 120 + 24 * (wanted.last - wanted.first + 1)})
        if sheet:
            sheet.insert_chart(number * 30, 0, chart)


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
