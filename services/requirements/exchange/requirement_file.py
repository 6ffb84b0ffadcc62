"""Requirements as a file that imports again unchanged: XLSX, CSV or ReqIF."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.requirements.domain import wishes
from services.requirements.domain.columns import FIELDS
from services.requirements.exchange import reqif
from services.requirements.models.requirements import Requirement
from shared.files.tables import MEDIA_TYPES as TABLES
from shared.files.tables import csv_file, workbook
from shared.kernel.problems import Problem

MEDIA_TYPES = {**TABLES, "reqif": "application/xml"}
HEADINGS = {
    "en": ("Code", "Title", "Statement", "Kind", "Priority", "Group", "Rationale", "Acceptance criteria", "Depends on",
           "Client words", "Metric", "Size", "Sources", "Client code"),
    "zh": ("编号", "标题", "需求描述", "类型", "优先级", "模块", "理由", "验收标准", "依赖", "客户原话", "度量", "规模",
           "来源", "客户编号"),
}  # fmt: skip
_MOST_IN_A_CELL = 32_767


class CellTooLong(Problem):
    status = 422
    title = ("Too long for a workbook", "内容超出单元格长度")
    en = "{code} holds more text than a cell of a workbook can; export it as CSV or ReqIF."
    zh = "{code} 的内容超出工作簿单元格上限；请导出为 CSV 或 ReqIF。"


async def exported(needs: Sequence[Requirement], title: str, *, form: str, language: str) -> bytes:
    """The file's bytes, made in a thread: ten thousand rows take seconds. Raises `CellTooLong`."""
    return await asyncio.to_thread(written, needs, title, form=form, language=language)


def written(needs: Sequence[Requirement], title: str, *, form: str, language: str) -> bytes:
    """As `exported`, at once."""
    codes = {need.id: need.code for need in needs}
    rows = [_row(need, codes) for need in needs]
    if form == "csv":
        return csv_file(HEADINGS[language], rows)
    if form == "reqif":
        return reqif.document(title, HEADINGS[language], rows, [f"requirement-{need.id}" for need in needs])
    for need, row in zip(needs, rows, strict=True):
        if any(len(cell) > _MOST_IN_A_CELL for cell in row):
            raise CellTooLong(code=need.code)
    return workbook(HEADINGS[language], rows)


def _row(need: Requirement, codes: Mapping[UUID, str]) -> list[str]:
    said = {
        "acceptance_criteria": _lines(need.acceptance_criteria),
        "depends_on": ", ".join(codes[key] for key in need.depends_on if key in codes),
        **{name: _json(getattr(need, name)) for name in ("metric", "size", "sources")},
    }
    return [said[name] if name in said else str(getattr(need, name) or "") for name in FIELDS]


def _lines(texts: Sequence[str]) -> str:
    """One line for each, as people write them; a JSON list where that would not read back the same."""
    plain = "\n".join(texts)
    return plain if wishes.texts(plain) == list(texts) else _json(list(texts))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""
