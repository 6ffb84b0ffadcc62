"""Worksheets of tables whose totals are formulas with their values beside them; text is always text."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from services.proposal.content.client import ClientContent
from services.proposal.document.stamp import Stamp
from shared.language.money import MINOR_UNITS

_MOST_TEXT = 32_000
"""Characters that a cell can hold, less a little."""
_FORMATS: dict[str, dict[str, Any]] = {
    "text": {"text_wrap": True, "valign": "top"},
    "days": {"num_format": "#,##0.0", "valign": "top"},
    "count": {"num_format": "#,##0", "valign": "top"},
    "ratio": {"num_format": "0.00", "valign": "top"},
    "share": {"num_format": "0.0%", "valign": "top"},
    "rate": {"num_format": "0.0###%", "valign": "top"},
    "date": {"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"},
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, the kind of its cells, its width in characters, and whether it is summed."""

    title: str
    kind: str = "text"
    width: float = 14
    is_summed: bool = False


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that computes, with its value as it is known; `{row}` in it is its own row."""

    text: str
    value: Decimal | float


class Sheet:
    """One worksheet: tables with totals as formulas."""

    def __init__(self, book: "Workbook", name: str) -> None:
        self._book, self.name = book, name
        self._sheet = book.file.add_worksheet(name)
        self._sheet.hide_gridlines(2)
        # On paper every column is on the page.
        self._sheet.set_landscape()
        self._sheet.set_paper(9)
        self._sheet.fit_to_pages(1, 0)
        self.row = 0

    def heading(self, text: str) -> None:
        self._sheet.write_string(self.row, 0, text, self._book.style("text", bold=True, size=13))
        self.row += 2

    def table(
        self, columns: Sequence[Column], rows: Iterable[Sequence[Any]], total: str | None = None
    ) -> dict[int, str]:
        """A table from the present row on; the cells of its totals by column."""
        for at, column in enumerate(columns):
            self._sheet.write_string(self.row, at, column.title, self._book.style("head"))
            self._sheet.set_column(at, at, column.width)
        first = self.row + 1
        sums = [Decimal(0)] * len(columns)
        for values in rows:
            self.row += 1
            for at, (column, value) in enumerate(zip(columns, values, strict=True)):
                self._write(self.row, at, column.kind, value)
                if column.is_summed:
                    sums[at] += Decimal(str(value.value if isinstance(value, Formula) else value))
        last = self.row
        self.row += 1
        totals: dict[int, str] = {}
        if total is not None and last >= first:
            self._sheet.write_string(self.row, 0, total, self._book.style("text", bold=True, top=True))
            for at, column in enumerate(columns[1:], 1):
                style = self._book.style(column.kind, bold=True, top=True)
                if column.is_summed:
                    span = f"{xl_rowcol_to_cell(first, at)}:{xl_rowcol_to_cell(last, at)}"
                    self._sheet.write_formula(self.row, at, f"=SUM({span})", style, float(sums[at]))
                    totals[at] = self.cell(self.row, at)
                else:
                    self._sheet.write_blank(self.row, at, None, style)
            self.row += 1
        self.row += 1
        return totals

    def grid(self, title: str, columns: Sequence[str], rows: Iterable[tuple[str, Sequence[tuple[str, str]]]]) -> None:
        """Names on both axes and cells of a text and its colour, from the present row on."""
        for at, name in enumerate((title, *columns)):
            self._sheet.write_string(self.row, at, name, self._book.style("head"))
        for name, cells in rows:
            self.row += 1
            self._sheet.write_string(self.row, 0, name, self._book.style("head"))
            for at, (text, colour) in enumerate(cells, 1):
                self._sheet.write_string(self.row, at, text, self._book.style("text", colour=colour))
        self.row += 2

    def cell(self, row: int, column: int) -> str:
        """A cell as formulas of other sheets name it."""
        return f"'{self.name}'!{xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}"

    def fact(self, label: str, kind: str, value: Any, formula: str | None = None) -> str:
        """A row of a label and a value, or of a formula whose value is known; returns the cell."""
        self._sheet.write_string(self.row, 0, label, self._book.style("text"))
        if formula is None:
            self._write(self.row, 1, kind, value)
        else:
            self._sheet.write_formula(self.row, 1, f"={formula}", self._book.style(kind), _number(value))
        self.row += 1
        return self.cell(self.row - 1, 1)

    def widths(self, *widths: float) -> None:
        for at, width in enumerate(widths):
            self._sheet.set_column(at, at, width)

    def _write(self, row: int, column: int, kind: str, value: Any) -> None:
        style = self._book.style(kind)
        if value is None or value == "":
            self._sheet.write_blank(row, column, None, style)
        elif isinstance(value, Formula):
            formula = f"={value.text.format(row=row + 1)}"
            self._sheet.write_formula(row, column, formula, style, _number(value.value))
        elif isinstance(value, date):
            self._sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001 (a cell has no zone)
        elif kind == "text":
            self._sheet.write_string(row, column, str(value)[:_MOST_TEXT], style)
        else:
            self._sheet.write_number(row, column, _number(value), style)


class Workbook:
    """The file, with one format for each kind of cell."""

    def __init__(self, content: ClientContent, *, font: str, author: str, stamp: Stamp) -> None:
        self._buffer = io.BytesIO()
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.file = xlsxwriter.Workbook(self._buffer, {**options, "in_memory": True})
        # The date of the data, not of the rendering: equal content gives equal bytes.
        made = datetime(content.dated.year, content.dated.month, content.dated.day, tzinfo=UTC)
        self.file.set_properties({"title": content.title, "author": author, "created": made})
        for name, value in stamp.facts.items():
            self.file.set_custom_property(name, value, "text")
        self._font = font
        self.places = MINOR_UNITS[content.currency]
        self._styles: dict[tuple[Any, ...], Any] = {}

    def style(
        self, kind: str, *, bold: bool = False, size: int = 10, top: bool = False, colour: str | None = None
    ) -> Any:
        key = (kind, bold, size, top, colour)
        if key not in self._styles:
            look: dict[str, Any] = {"font_name": self._font, "font_size": size, "bold": bold}
            if kind == "head":
                look |= {
                    "bold": True,
                    "font_color": "#FFFFFF",
                    "bg_color": "#14304F",
                    "text_wrap": True,
                    "valign": "top",
                }
            elif kind == "money":
                look |= {"num_format": f"#,##0{'.' * bool(self.places)}{'0' * self.places}", "valign": "top"}
            else:
                look |= _FORMATS[kind]
            if top:
                look |= {"top": 1}
            if colour:
                look |= {"bg_color": f"#{colour}"}
            self._styles[key] = self.file.add_format(look)
        return self._styles[key]

    def sheet(self, name: str) -> Sheet:
        return Sheet(self, name)

    def bytes(self) -> bytes:
        self.file.close()
        return self._buffer.getvalue()


def _number(value: Any) -> float:
    return float(value)
