"""One row or sentence of a client's file as a requirement that is wished for."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.requirements.domain import priorities
from services.requirements.domain.statements import kind_of, priority_of, title_of

KINDS = {
    "functional": ("functional", "function", "feature", "功能", "功能需求", "功能性需求", "业务需求"),
    "performance": ("performance", "non-functional", "nonfunctional", "性能", "性能需求", "非功能", "非功能需求"),
    "user": ("user", "user story", "usability", "用户", "用户需求", "易用性"),
    "interface": ("interface", "integration", "api", "接口", "接口需求", "集成"),
    "security": ("security", "安全", "安全需求"),
    "data": ("data", "数据", "数据需求"),
    "operational": ("operational", "operations", "运维", "运行", "运维需求"),
    "compliance": ("compliance", "legal", "regulatory", "合规", "合规需求", "法规"),
    "constraint": ("constraint", "约束", "约束条件", "限制"),
}
CODE = re.compile(r"^[A-Z][A-Z0-9]{0,9}-[0-9A-Z.-]{1,20}$")
_SEPARATED = re.compile(r"[,;，；、\s]+")
_BULLET = re.compile(r"^\s*(?:[-*•·]|\d{1,2}[.)、])\s*")
_MOST_STATEMENT, MOST_LINE, MOST_CODE = 8000, 300, 60
_LENGTHS = {"rationale": _MOST_STATEMENT, "client_words": _MOST_STATEMENT, "group": MOST_LINE}
Note = tuple[str, str]
"""In English and in Chinese."""


@dataclass(slots=True)
class Row:
    """One row of a preview. `wish` is a requirement as `RequirementWish` takes it; `reason` says why there is none."""

    place: str
    wish: dict[str, Any] | None
    reason: str | None = None
    reason_zh: str | None = None
    notes: list[Note] = field(default_factory=list)
    suggested: tuple[str, ...] = ()
    """Fields that the file does not say, but its words suggest."""
    left_out: str | None = None
    """Why it is none of the solution, as `shipped/remarks.json` has it."""
    is_twice: bool = False
    """The client's code is in the file more than once."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What is told of the file: a code of remarks.json, the table (or all), how many rows, what fills the text."""

    code: str
    table: str = ""
    count: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class File:
    """The file that rows are read of, and what is noticed on the way."""

    name: str
    scale: priorities.Scale | None
    remarks: list[Remark] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    is_scale_used: bool = False


def wished(
    place: str,
    statement: str,
    cells: Mapping[str, str],
    file: File,
    *,
    is_inherited: bool = True,
    is_counted: bool = False,
    quote: str = "",
) -> Row:
    """A row with the requirement that these cells are, by field; what they do not say is suggested by their words.

    `is_inherited`: the group is that of what stands above. `is_counted`: the code only counts the rows. `quote` is what
    the source says, if it is more than the statement.
    """
    if len(statement) > _MOST_STATEMENT:
        return refused(
            place,
            f"The statement has {len(statement)} characters; {_MOST_STATEMENT} are kept at most.",
            f"需求描述有 {len(statement)} 个字符；最多保留 {_MOST_STATEMENT} 个。",
        )
    notes: list[Note] = []
    wish: dict[str, Any] = {
        "title": (cells.get("title") or title_of(statement))[:MOST_LINE],
        "statement": statement,
        "kind": _kind(cells.get("kind"), statement, notes),
        "priority": _priority(cells.get("priority"), statement, file, notes),
        "acceptance_criteria": texts(cells.get("acceptance_criteria", "")),
        "depends_on": [one for one in _SEPARATED.split(cells.get("depends_on", "")) if one],
        **{name: cells[name][:most] for name, most in _LENGTHS.items() if cells.get(name)},
        **_structured(cells),
    }
    code, own = cells.get("code", ""), cells.get("client_code", "")
    if CODE.match(code):
        wish["code"], code = code, ""
    elif code:
        place = f"{place} ({code[:40]})"
    if len(own or code) > MOST_CODE:
        notes.append(
            (
                f"A code has {MOST_CODE} characters at most; it is the place.",
                f"编号最多 {MOST_CODE} 个字符；仅作为位置保留。",
            )
        )
    elif own or (code and not is_counted):
        wish["client_code"] = own or code
    if "sources" not in wish:
        quoted = (quote or statement)[:_MOST_STATEMENT]
        wish["sources"] = [{"document": file.name[:MOST_LINE], "location": place[:MOST_LINE], "quote": quoted}]
    missing = [name for name in ("title", "kind", "priority") if not cells.get(name)]
    if is_inherited and wish.get("group"):
        missing.append("group")
    return Row(place, wish, notes=notes, suggested=tuple(missing))


def _structured(cells: Mapping[str, str]) -> dict[str, Any]:
    """Metric, size and sources, which our exports write as JSON; anything else in such a column is not read."""
    found = {name: _json(cells.get(name, "")) for name in ("metric", "size", "sources")}
    kinds = {"metric": dict, "size": dict, "sources": list}
    return {name: value for name, value in found.items() if isinstance(value, kinds[name])}


def _kind(text: str | None, statement: str, notes: list[Note]) -> str:
    """The kind that a cell names in whichever language; what the words suggest where it names none."""
    otherwise = kind_of(statement)
    if not text:
        return otherwise
    wanted = unicodedata.normalize("NFKC", text).casefold().strip()
    for value, names in KINDS.items():
        if wanted in names or wanted == value:
            return value
    notes.append(_unknown(text, otherwise))
    return otherwise


def _priority(text: str | None, statement: str, file: File, notes: list[Note]) -> str:
    """The priority that a cell names, or its number on the scale of the file; what the words suggest otherwise."""
    if not text:
        return priority_of(statement)
    if value := priorities.named(text):
        return value
    number = priorities.number_of(text)
    if number is not None and file.scale and (value := file.scale.priority(number)):
        file.is_scale_used = True
        return value
    (file.words if number is None else file.numbers).append(text[:40])
    notes.append(_unknown(text, priorities.UNKNOWN))
    return priorities.UNKNOWN


def _unknown(text: str, otherwise: str) -> Note:
    return f"“{text[:40]}” is not known; {otherwise} is suggested.", f"“{text[:40]}”无法识别；暂定为 {otherwise}。"


def texts(cell: str) -> list[str]:
    """The lines of a cell, without bullets; a JSON list as our exports write one where lines would not do."""
    listed = _json(cell)
    if isinstance(listed, list):
        return [str(one) for one in listed][:100]
    return [line for raw in cell.splitlines() if (line := _BULLET.sub("", raw).strip())][:100]


def _json(cell: str) -> Any:
    if not cell.startswith(("[", "{")):
        return None
    try:
        return json.loads(cell)
    except ValueError:
        return None


def refused(place: str, reason: str, reason_zh: str) -> Row:
    return Row(place, None, reason, reason_zh)
