"""Past projects as rows of a table: which heading is which field, and what the cells say."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "编号", "标识"),
    "name": ("name", "project", "project name", "项目", "项目名称", "名称"),
    "industry": ("industry", "行业", "客户行业"),
    "organisation": ("organisation", "organization", "division", "company", "部门", "组织", "单位", "公司"),
    "technology": ("technology", "language", "platform", "技术", "技术栈", "开发语言", "语言"),
    "size": ("size", "function points", "fp", "afp", "ufp", "规模", "功能点", "功能点数"),
    "size_unit": ("size unit", "unit", "规模单位"),
    "size_variant": ("size variant", "counting", "计数方法", "规模计量方法"),
    "effort_days": ("effort days", "person days", "effort in person days", "工作量人天", "人天", "实际工作量人天"),
    "effort_hours": ("effort hours", "person hours", "effort", "工作量人时", "人时", "工时"),
    "effort_months": ("effort months", "person months", "工作量人月", "人月"),
    "duration_months": ("duration months", "duration", "工期", "工期月", "工期月数"),
    "cost": ("cost", "actual cost", "成本", "实际成本", "费用"),
    "currency": ("currency", "币种", "货币"),
    "estimated_effort_days": ("estimated effort days", "estimate days", "估算工作量人天", "估算人天"),
    "estimated_effort_p80_days": ("estimated effort p80 days", "估算工作量p80人天"),
    "estimated_cost": ("estimated cost", "估算成本"),
    "estimated_cost_p80": ("estimated cost p80", "估算成本p80"),
    "started_on": ("started on", "start", "start date", "开始日期", "开工日期"),
    "finished_on": ("finished on", "finish", "end date", "完成日期", "验收日期", "结束日期"),
    "source": ("source", "来源", "数据来源"),
    "note": ("note", "notes", "备注"),
    "is_excluded": ("is excluded", "excluded", "排除", "是否排除"),
    "exclusion_reason": ("exclusion reason", "排除原因"),
}
"""Usual headings by field; of our own exports the first English and the one that `SHOWN` has are enough."""

NUMBERS = ("size", "effort_days", "effort_hours", "effort_months", "duration_months", "estimated_effort_days",
           "estimated_effort_p80_days")  # fmt: skip
AMOUNTS = ("cost", "estimated_cost", "estimated_cost_p80")
DATES = ("started_on", "finished_on")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+00:00(?::00)?)?")
_TRUE = {"true", "yes", "y", "1", "是", "√"}
_FALSE = {"false", "no", "n", "0", "否", ""}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the fields of a table are."""

    table: int
    heading_row: int
    positions: Mapping[str, int]
    headings: tuple[str, ...]


def _plain(heading: str) -> str:
    """A heading without its brackets, marks and case."""
    return re.sub(r"[\s_()（）\[\]：:./-]+", " ", heading).strip().casefold().replace(" ", "")


_KNOWN = {_plain(word): field for field, words in HEADINGS.items() for word in words}
_MOST_ROWS_ABOVE = 20


def found_columns(tables: Sequence[Mapping[str, Any]], chosen: Mapping[str, str]) -> Columns | None:
    """The first table and row with headings for a name, a size and an effort; `chosen` are headings by field."""
    own = {_plain(heading): field for field, heading in chosen.items()}
    for number, table in enumerate(tables):
        for place, row in enumerate(table["rows"][:_MOST_ROWS_ABOVE]):
            positions: dict[str, int] = {}
            for position, heading in enumerate(row["cells"]):
                field = own.get(_plain(heading)) or _KNOWN.get(_plain(heading))
                if field and (field not in positions or own.get(_plain(heading)) == field):
                    positions[field] = position
            efforts = positions.keys() & {"effort_days", "effort_hours", "effort_months"}
            if {"name", "size"} <= positions.keys() and efforts:
                return Columns(number, place, positions, tuple(row["cells"]))
    return None


def values(cells: Sequence[str], columns: Columns, *, hours_per_day: float, hours_per_month: float) -> dict[str, Any]:
    """What a row says, by field of a past project: numbers without separators, dates as ISO, effort in days.

    A cell that is no number or date stays the text that it is, for whoever checks it to refuse.
    """
    said = {
        field: cells[position].strip()
        for field, position in columns.positions.items()
        if position < len(cells) and cells[position].strip()
    }
    for field in NUMBERS:
        if field in said:
            said[field] = _number(said[field])
    for field in DATES:
        match = _DAY.fullmatch(said.get(field, ""))
        if match:
            said[field] = f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}"
    wish: dict[str, Any] = dict(said)
    for field, days in (("effort_hours", 1 / hours_per_day), ("effort_months", hours_per_month / hours_per_day)):
        number = wish.pop(field, None)
        if number is not None and "effort_days" not in wish:
            wish["effort_days"] = _times(number, days)
    if "is_excluded" in wish:
        word = str(wish["is_excluded"]).casefold()
        wish["is_excluded"] = word in _TRUE if word in _TRUE | _FALSE else wish["is_excluded"]
    return wish


def _number(text: str) -> str:
    return text.replace(",", "").replace("，", "").replace(" ", "")


def _times(text: Any, factor: float) -> Any:
    try:
        return round(float(text) * factor, 6)
    except ValueError:
        return text
