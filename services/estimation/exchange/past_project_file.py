"""Past projects as a file that imports again unchanged: XLSX or CSV."""

from collections.abc import Sequence
from typing import Any

from services.estimation.domain.project_headings import HEADINGS
from services.estimation.domain.project_table import AMOUNTS
from services.estimation.models.history import PastProject
from shared.files.tables import csv_file, workbook

_DERIVED = {"effort_hours", "effort_months"}


def exported(rows: Sequence[PastProject], *, form: str, language: str, with_cost: bool) -> bytes:
    """The file's bytes; without cost the columns of amounts are not there."""
    hidden = _DERIVED | (set() if with_cost else {*AMOUNTS, "currency"})
    fields = [field for field in HEADINGS if field not in hidden]
    headings = [_heading(field, language) for field in fields]
    content = [[_cell(row, field) for field in fields] for row in rows]
    return csv_file(headings, content) if form == "csv" else workbook(headings, content)


def _heading(field: str, language: str) -> str:
    words = HEADINGS[field]
    return next(word for word in words if not word.isascii()) if language == "zh" else words[0]


def _cell(row: PastProject, field: str) -> Any:
    value = getattr(row, field)
    if field in AMOUNTS:
        return str(value.amount) if value else ""
    if isinstance(value, bool):
        return str(value).upper()
    return value if isinstance(value, int | float) else "" if value is None else str(value)
