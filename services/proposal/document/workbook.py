"""A proposal as a workbook that can be counted through: every total is a formula, with its value beside it.

A reader that does not compute (a preview, a script) sees the values; in a spreadsheet the formulas are live. Text is
always text: a cell that begins with `=` is none.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from services.proposal.content.model import ProposalContent
from services.proposal.document.texts import Texts
from shared.money import MINOR_UNITS, quantised

_MOST_TEXT = 32_000
"""Characters that a cell can hold, less a little."""
_FORMATS: dict[str, dict[str, Any]] = {
    "text": {"text_wrap": True, "valign": "top"},
    "days": {"num_format": "#,##0.0", "valign": "top"},
    "count": {"num_format": "#,##0", "valign": "top"},
    "share": {"num_format": "0.0%", "valign": "top"},
    "date": {"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"},
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, the kind of its cells, its width in characters, and whether it is summed."""

    title: str
    kind: str = "text"
    width: float = 14
    is_summed: bool = False


class Sheet:
    """One worksheet: tables with totals as formulas."""

    def __init__(self, book: "Workbook", name: str) -> None:
        self._book, self.name = book, name
        self._sheet = book.file.add_worksheet(name)
        self._sheet.hide_gridlines(2)
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
                    sums[at] += Decimal(str(value))
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
        elif isinstance(value, date):
            self._sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001 (a cell has no zone)
        elif kind == "text":
            self._sheet.write_string(row, column, str(value)[:_MOST_TEXT], style)
        else:
            self._sheet.write_number(row, column, _number(value), style)


class Workbook:
    """The file, with one format for each kind of cell."""

    def __init__(self, content: ProposalContent, *, font: str) -> None:
        self._buffer = io.BytesIO()
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.file = xlsxwriter.Workbook(self._buffer, {**options, "in_memory": True})
        # The date of the data, not of the rendering: equal content gives equal bytes.
        made = datetime(content.dated.year, content.dated.month, content.dated.day, tzinfo=UTC)
        self.file.set_properties({"title": content.title, "author": content.owner, "created": made})
        self._font = font
        self.places = MINOR_UNITS[content.currency]
        self._styles: dict[tuple[Any, ...], Any] = {}

    def style(self, kind: str, *, bold: bool = False, size: int = 10, top: bool = False) -> Any:
        key = (kind, bold, size, top)
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
            self._styles[key] = self.file.add_format(look)
        return self._styles[key]

    def sheet(self, name: str) -> Sheet:
        return Sheet(self, name)

    def bytes(self) -> bytes:
        self.file.close()
        return self._buffer.getvalue()


def _number(value: Any) -> float:
    return float(value)


def workbook(content: ProposalContent, language: str) -> bytes:
    """The workbook in `zh` or `en`. Equal content gives equal bytes."""
    texts = Texts(language)
    book = Workbook(content, font="Microsoft YaHei" if language == "zh" else "Calibri")
    front = book.sheet(texts("sheet.summary"))
    cells: dict[str, str] = {}
    for fill in _SHEETS:
        cells |= fill(book, content, texts)
    _summary(front, content, texts, cells)
    return book.bytes()


Filled = dict[str, str]
"""Names of figures and the cells that they are in."""


def _summary(sheet: Sheet, content: ProposalContent, texts: Texts, cells: Filled) -> None:
    key = content.key_figures
    sheet.heading(content.title)
    sheet.widths(34, 26)
    for label, value in (
        ("control.code", content.code),
        ("control.version", content.version_label),
        ("workbook.client", content.client.name),
        ("control.date", content.dated),
        ("workbook.currency", content.currency),
    ):
        sheet.fact(texts(label), "date" if isinstance(value, date) else "text", value)
    sheet.row += 1
    sheet.fact(texts("workbook.requirements"), "count", key.delivered_count)
    sheet.fact(texts("work.effort"), "days", key.effort_days, cells.get("effort_days"))
    sheet.fact(texts("workbook.start"), "date", key.start)
    sheet.fact(texts("workbook.finish"), "date", key.finish)
    sheet.fact(texts("workbook.p80_finish"), "date", key.p80_finish)
    sheet.row += 1
    net = sheet.fact(texts("price.net"), "money", key.price_excl_tax, f"{cells['work_price']}+{cells['items_price']}")
    rate = sheet.fact(texts("workbook.tax_rate"), "share", key.tax_rate)
    # With several rates the tax is not the net price times one of them: then it is a value as it is.
    is_one_rate = quantised(key.price_excl_tax * Decimal(str(key.tax_rate)), content.currency) == key.tax
    places = MINOR_UNITS[content.currency]
    tax = sheet.fact(texts("workbook.tax"), "money", key.tax, f"ROUND({net}*{rate},{places})" if is_one_rate else None)
    gross = sheet.fact(texts("workbook.gross"), "money", key.price_incl_tax, f"{net}+{tax}")
    if key.price_in_words:
        sheet.fact(texts("price.in-words"), "text", key.price_in_words)
    sheet.row += 1
    for label, cell, against in (
        ("workbook.check_phases", cells.get("phases_price"), net),
        ("workbook.check_payments", cells.get("payments"), gross),
    ):
        if cell:
            sheet.fact(texts(label), "money", 0, f"ROUND({cell}-{against},{places})")


def _requirements(book: Workbook, content: ProposalContent, texts: Texts) -> Filled:
    sheet = book.sheet(texts("sheet.requirements"))
    fits = {row.code: row for row in content.deviations}
    design = content.solution.design
    components = {
        item.code: [one.code for one in design.components if item.code in one.requirement_codes] if design else []
        for item in content.requirements
    }
    sheet.table(
        [
            Column(texts("requirements.code"), width=10), Column(texts("requirements.requirement"), width=34),
            Column(texts("workbook.statement"), width=60), Column(texts("requirements.priority"), width=10),
            Column(texts("qualities.kind"), width=12), Column(texts("workbook.module"), width=22),
            Column(texts("workbook.acceptance"), width=40), Column(texts("requirements.source"), width=28),
            Column(texts("workbook.fit"), width=14), Column(texts("workbook.components"), width=18),
            Column(texts("requirements.wbs"), width=12),
        ],
        [
            (
                item.code, item.title, item.statement, texts.coded("priority.", item.priority),
                texts.coded("kind.", item.kind), texts.either(item, "module"), "\n".join(item.acceptance_criteria),
                "\n".join(f"{source.document} {source.location}" for source in item.sources),
                texts.coded("verdict.", fits[item.code].verdict) if item.code in fits else None,
                ", ".join(components[item.code]), ", ".join(item.wbs),
            )
            for item in content.requirements
        ],
    )  # fmt: skip
    return {}


def _work(book: Workbook, content: ProposalContent, texts: Texts) -> Filled:
    sheet = book.sheet(texts("sheet.work"))
    sums = sheet.table(
        [
            Column(texts("work.code"), width=10), Column(texts("work.package"), width=48),
            Column(texts("work.requirement"), width=12), Column(texts("workbook.module"), width=24),
            Column(texts("work.effort"), "days", 14, is_summed=True),
            Column(f"{texts('word.price')} ({content.currency})", "money", 16, is_summed=True),
        ],
        [
            (
                line.code, texts.name(line), line.requirement_code, texts.either(line, "module"), line.effort_days,
                line.price,
            )
            for line in content.work
        ],
        texts("work.total"),
    )  # fmt: skip
    return {"effort_days": sums[4], "work_price": sums[5]}


def _price(book: Workbook, content: ProposalContent, texts: Texts) -> Filled:
    sheet = book.sheet(texts("sheet.price"))
    amount = f"{texts('word.price')} ({content.currency})"
    sheet.heading(texts("price.title"))
    items = sheet.table(
        [Column(texts("price.item"), width=34), Column(amount, "money", 18, is_summed=True)],
        [(texts.name(item), item.price) for item in content.price.items] or [("–", Decimal(0))],
        texts("price.total"),
    )
    parts = ("services", "material", "financial", "reserve")
    phases = sheet.table(
        [
            Column(texts("price.phase"), width=34),
            *(Column(texts(f"component.{part}"), "money", 18, is_summed=True) for part in parts),
            Column(texts("price.total"), "money", 18, is_summed=True),
        ],
        [(texts.name(row), *(getattr(row, part) for part in parts), row.total) for row in content.price.phases],
        texts("price.total"),
    )
    sheet.table(
        [
            Column(texts("workbook.month"), width=34), Column(texts("workbook.planned"), "money", 18, is_summed=True),
            Column(texts("workbook.cumulative"), "money", 18),
        ],
        [(row.month, row.planned, row.cumulative) for row in content.price.months],
        texts("price.total"),
    )  # fmt: skip
    payments = sheet.table(
        [
            Column(texts("payment.milestone"), width=34), Column(texts("payment.due"), "date", 18),
            Column(texts("payment.share"), "share", 18, is_summed=True),
            Column(texts("payment.amount").replace("{currency}", content.currency), "money", 18, is_summed=True),
        ],
        [(texts.name(row), row.due, row.share, row.amount) for row in content.price.payments],
        texts("price.total"),
    )  # fmt: skip
    found = {"items_price": items[1], "phases_price": phases[5]}
    return found | ({"payments": payments[3]} if payments else {})


def _schedule(book: Workbook, content: ProposalContent, texts: Texts) -> Filled:
    sheet = book.sheet(texts("sheet.schedule"))
    sheet.table(
        [
            Column(texts("work.code"), width=18), Column(texts("chart.task"), width=46),
            Column(texts("workbook.start"), "date", 13), Column(texts("workbook.finish"), "date", 13),
            Column(texts("workbook.duration"), "days", 12), Column(texts("work.effort"), "days", 12, is_summed=True),
            Column(texts("workbook.float"), "days", 12), Column(texts("schedule.is-critical"), width=10),
            Column(texts("workbook.predecessors"), width=34),
        ],
        [
            (
                task.id, texts.name(task), task.start, task.finish, task.duration_days, task.effort_days,
                task.total_float_days, texts("word.yes") if task.is_critical else None,
                ", ".join(f"{link.predecessor} {link.kind}{link.lag_days:+d}" for link in task.links),
            )
            for task in content.schedule.tasks
        ],
        texts("work.total"),
    )  # fmt: skip
    sheet.table(
        [
            Column(texts("work.code"), width=18), Column(texts("schedule.milestone"), width=46),
            Column(texts("schedule.date"), "date", 13),
        ],
        [(point.id, texts.name(point), point.date) for point in content.schedule.milestones],
    )  # fmt: skip
    return {}


def _resources(book: Workbook, content: ProposalContent, texts: Texts) -> Filled:
    plan = content.resources
    sheet = book.sheet(texts("sheet.resources"))
    sheet.table(
        [
            Column(texts("resources.role"), width=26), Column(texts("resources.team"), "days", 10),
            *(Column(month, "days", 10, is_summed=True) for month in plan.months),
            Column(texts("work.total"), "days", 12, is_summed=True),
        ],
        [(texts.name(role), role.people, *role.days, sum(map(Decimal, map(str, role.days)))) for role in plan.roles],
        texts("work.total"),
    )  # fmt: skip
    return {}


def _risks(book: Workbook, content: ProposalContent, texts: Texts) -> Filled:
    sheet = book.sheet(texts("sheet.risks"))
    sheet.table(
        [
            Column(texts("risks.code"), width=10), Column(texts("risks.risk"), width=40),
            Column(texts("workbook.cause"), width=36), Column(texts("workbook.effect"), width=36),
            Column(texts("risks.probability"), "share", 11), Column(texts("workbook.rating"), width=10),
            Column(texts("workbook.preventive"), width=36), Column(texts("workbook.contingency"), width=36),
            Column(texts("risks.owner"), width=16),
        ],
        [
            (
                risk.code, texts.either(risk, "title"), texts.either(risk, "cause"), texts.either(risk, "effect"),
                risk.probability, texts.coded("rating.", risk.rating), texts.either(risk, "preventive"),
                texts.either(risk, "contingency"), texts.either(risk, "owner"),
            )
            for risk in content.risks.items
        ],
    )  # fmt: skip
    return {}


def _deviations(book: Workbook, content: ProposalContent, texts: Texts) -> Filled:
    if content.deviations:
        book.sheet(texts("sheet.deviations")).table(
            [
                Column(texts("requirements.code"), width=10), Column(texts("requirements.requirement"), width=36),
                Column(texts("workbook.fit"), width=16), Column(texts("workbook.product"), width=24),
                Column(texts("deviations.deviation"), width=12), Column(texts("deviations.response"), width=40),
                Column(texts("workbook.gap"), width=36), Column(texts("workbook.alternative"), width=36),
            ],
            [
                (
                    row.code, row.title, texts.coded("verdict.", row.verdict), row.product,
                    texts.coded("deviation.", row.deviation), row.response, row.gap, row.alternative,
                )
                for row in content.deviations
            ],
        )  # fmt: skip
    return {}


_SHEETS: tuple[Callable[[Workbook, ProposalContent, Texts], Filled], ...] = (
    _requirements,
    _work,
    _price,
    _schedule,
    _resources,
    _risks,
    _deviations,
)
