"""Past projects as rows of a table: which heading is which field, and what the cells say."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.estimation.domain.project_headings import Meaning, meaning_of
from shared.files.headings import plain
from shared.files.numbers import AmbiguousNumber, Mark, NotANumber, Notation
from shared.kernel.problems import FieldError

NUMBERS = ("size", "effort_days", "effort_hours", "effort_months", "duration_months", "estimated_effort_days",
           "estimated_effort_p80_days")  # fmt: skip
EFFORTS = {"effort_days", "effort_hours", "effort_months"}
AMOUNTS = ("cost", "estimated_cost", "estimated_cost_p80")
DATES = ("started_on", "finished_on")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+00:00(?::00)?)?")
_TRUE = {"true", "yes", "y", "1", "是", "√"}
_FALSE = {"false", "no", "n", "0", "否", ""}


@dataclass(frozen=True, slots=True)
class Remark:
    """How something was understood that could have meant something else."""

    code: str
    about: str
    """The heading, or the text of a cell."""
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the fields of a table are, and how its numbers are written."""

    table: int
    heading_row: int
    positions: Mapping[str, int]
    headings: tuple[str, ...]
    meanings: Mapping[str, Meaning]
    """By field, of those that a heading says more of than its name."""
    notation: Notation
    remarks: tuple[Remark, ...]


_MOST_ROWS_ABOVE = 20


def found_columns(
    tables: Sequence[Mapping[str, Any]], chosen: Mapping[str, str], *, decimal: Mark | None, is_text: bool
) -> Columns | None:
    """The first table and row with headings for a name, a size and an effort; `chosen` are headings by field.

    `decimal` is the decimal mark where the caller says it. In a workbook (not `is_text`) a number has a point.
    """
    own = {plain(heading): field for field, heading in chosen.items()}
    for number, table in enumerate(tables):
        for place, row in enumerate(table["rows"][:_MOST_ROWS_ABOVE]):
            meanings: dict[str, Meaning] = {}
            positions: dict[str, int] = {}
            for position, heading in enumerate(row["cells"]):
                field = own.get(plain(heading))
                meaning = Meaning(field) if field else meaning_of(heading)
                if meaning and (meaning.field not in positions or field):
                    positions[meaning.field], meanings[meaning.field] = position, meaning
            if {"name", "size"} <= positions.keys() and positions.keys() & EFFORTS:
                # a file whose cells a comma separates has another mark before decimals
                usual: Mark | None = "point" if table.get("delimiter") == "," else None
                cells = [
                    below["cells"][at]
                    for below in table["rows"][place + 1 :]
                    for field, at in positions.items()
                    if field in {*NUMBERS, *AMOUNTS} and at < len(below["cells"])
                ]
                notation = Notation.of(cells, said=decimal, usual=usual, is_workbook=not is_text)
                headings = tuple(row["cells"])
                remarks = _remarks(notation, positions, headings, chosen)
                return Columns(number, place, positions, headings, meanings, notation, remarks)
    return None


def _remarks(
    notation: Notation, positions: Mapping[str, int], headings: Sequence[str], chosen: Mapping[str, str]
) -> tuple[Remark, ...]:
    found = []
    if notation.decimal == "comma":
        found.append(Remark("decimal_comma", ",", "Commas stand before the decimals.", "逗号被视为小数点。"))
    if notation.source == "mixed":
        text = (
            "Some numbers have a decimal comma, others a decimal point.",
            "部分数字以逗号为小数点，部分以点为小数点。",
        )
        found.append(Remark("decimal_marks_differ", ", .", *text))
    heading = headings[positions["effort_hours"]] if "effort_hours" in positions else ""
    if plain(heading) == "effort" and "effort_hours" not in chosen:
        text = (
            f"{heading} says no unit and is read as person-hours; say another with `columns`.",
            f"“{heading}”未注明单位，按人时读取；如为其他单位，请用 `columns` 指明。",
        )
        found.append(Remark("unit_assumed", heading, *text))
    return tuple(found)


@dataclass(slots=True)
class Row:
    """What a row says, by field of a past project, what could not be read, and what was guessed."""

    said: dict[str, Any]
    errors: list[FieldError]
    remarks: list[Remark]


def values(cells: Sequence[str], columns: Columns, *, hours_per_day: float, hours_per_month: float) -> Row:
    """What a row says: numbers without separators, dates as ISO, effort in days, amounts in the unit of money.

    A cell that is no number or date stays the text that it is, for whoever checks it to refuse.
    """
    said: dict[str, Any] = {
        field: cells[position].strip()
        for field, position in columns.positions.items()
        if position < len(cells) and cells[position].strip()
    }
    row = Row(said, [], [])
    for field in (*NUMBERS, *AMOUNTS):
        if field in said:
            _read_number(row, field, columns)
    for meaning in columns.meanings.values():
        for name, value in (meaning.said or {}).items():
            said.setdefault(name, value)
    for field in DATES:
        match = _DAY.fullmatch(said.get(field, ""))
        if match:
            said[field] = f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}"
    _convert(said, columns, hours_per_day, hours_per_month)
    if "is_excluded" in said:
        word = str(said["is_excluded"]).casefold()
        said["is_excluded"] = word in _TRUE if word in _TRUE | _FALSE else said["is_excluded"]
    return row


def _convert(said: dict[str, Any], columns: Columns, hours_per_day: float, hours_per_month: float) -> None:
    """Efforts into person-days."""
    in_days = {"hours": 1 / hours_per_day, "days": 1.0, "months": hours_per_month / hours_per_day}
    for unit in ("hours", "months"):
        number = said.pop(f"effort_{unit}", None)
        if number is not None and "effort_days" not in said:
            said["effort_days"] = _times(number, in_days[unit])
    estimated = columns.meanings.get("estimated_effort_days")
    if estimated and estimated.effort_in and "estimated_effort_days" in said:
        said["estimated_effort_days"] = _times(said["estimated_effort_days"], in_days[estimated.effort_in])


def _read_number(row: Row, field: str, columns: Columns) -> None:
    text = row.said[field]
    try:
        number = columns.notation.read(text)
    except NotANumber:
        return
    except AmbiguousNumber:
        row.errors.append(
            FieldError(
                f"/{field}",
                "ambiguous_number",
                f"{text} can be a number with thousands or with decimals; say `decimal=point` or `decimal=comma`",
                f"{text} 既可为千分位数也可为小数；请以 `decimal=point` 或 `decimal=comma` 指明",
            )
        )
        return
    factor = columns.meanings[field].factor
    value = number.value if factor == 1 else Decimal(repr(factor)) * number.value
    row.said[field] = f"{round(value, 6).normalize():f}" if factor != 1 else str(number.value)
    if number.is_guess:
        because = ("other numbers of the file", "文件中的其他数字") if columns.notation.source == "numbers" else (
            "the kind of the file", "文件类型"
        )  # fmt: skip
        row.remarks.append(
            Remark(
                "number_guessed",
                text,
                f"{text} is read as {number.value}, by {because[0]}.",
                f"{text} 按{because[1]}读作 {number.value}。",
            )
        )


def _times(text: Any, factor: float) -> Any:
    try:
        return round(float(text) * factor, 6)
    except ValueError:
        return text
