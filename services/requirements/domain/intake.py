"""What was read of a file becomes requirements: which column is what, and which sentences demand something."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.requirements.domain.statements import is_requirement, kind_of, priority_of, sentences, title_of

FIELDS = (
    "code", "title", "statement", "kind", "priority", "group", "rationale", "acceptance_criteria", "depends_on",
    "client_words", "metric", "size", "sources",
)  # fmt: skip
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
PRIORITIES = {
    "must": ("must", "m", "mandatory", "required", "high", "critical", "p0", "p1", "1", "yes", "y", "必须", "必选",
             "高", "紧急", "重要", "★", "▲", "是", "一级"),
    "should": ("should", "s", "desired", "medium", "p2", "2", "应该", "应", "中", "较重要", "二级", "一般"),
    "could": ("could", "c", "optional", "nice to have", "low", "p3", "3", "可选", "可以", "低", "三级", "否"),
    "wont": ("wont", "won't", "w", "out of scope", "p4", "4", "不做", "暂不", "本期不做"),
}  # fmt: skip
_LOOKED_AT = 30
"""A heading row is among the first rows of a table."""
_PUNCTUATION = re.compile(r"[\W_]+")
_CODE = re.compile(r"^[A-Z][A-Z0-9]{0,9}-[0-9A-Z.-]{1,20}$")
_SEPARATED = re.compile(r"[,;，；、\s]+")
_BULLET = re.compile(r"^\s*(?:[-*•·]|\d{1,2}[.)、])\s*")
_MOST_STATEMENT, _MOST_LINE = 8000, 300
_LENGTHS = {"rationale": _MOST_STATEMENT, "client_words": _MOST_STATEMENT, "group": _MOST_LINE}


@dataclass(slots=True)
class Row:
    """One row of a preview. `wish` is a requirement as `RequirementWish` takes it; `reason` says why there is none."""

    place: str
    wish: dict[str, Any] | None
    reason: str | None = None
    reason_zh: str | None = None
    notes: list[str] = field(default_factory=list)
    suggested: tuple[str, ...] = ()
    """Fields that the file does not say, but its words suggest."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a table are what: positions by field, and the row of the headings, -1 where there is none."""

    table: str
    heading_row: int
    headings: tuple[str, ...]
    columns: Mapping[str, int]


class Synonyms:
    """Names of columns by field, from data like that of columns.json."""

    def __init__(self, content: Mapping[str, Sequence[str]]) -> None:
        self._fields = {_plain(name): field_ for field_, names in content.items() for name in names}

    def fields(self, headings: Sequence[str]) -> dict[str, int]:
        """The column of each field that the headings name, the first where several do."""
        found: dict[str, int] = {}
        for at, heading in enumerate(headings):
            name = self._fields.get(_plain(heading))
            if name and name not in found:
                found[name] = at
        return found


def _plain(heading: str) -> str:
    return _PUNCTUATION.sub(" ", unicodedata.normalize("NFKC", heading).casefold()).strip()


def mappings(document: Mapping[str, Any], synonyms: Synonyms) -> list[Columns]:
    """For each table the mapping that its headings suggest: the row that names most fields, with one to say what."""
    return [_mapping(table, synonyms) for table in document["tables"]]


def _mapping(table: Mapping[str, Any], synonyms: Synonyms) -> Columns:
    is_headed = table.get("is_headed", False)
    best, at = (synonyms.fields(table["rows"][0]["cells"]), 0) if is_headed else ({}, -1)
    fewest = 1 if is_headed else 2
    for number, row in enumerate(table["rows"][: 0 if is_headed else _LOOKED_AT]):
        found = synonyms.fields(row["cells"])
        if found.keys() & {"statement", "title"} and len(found) >= max(fewest, len(best) + 1):
            best, at = found, number
    headings = tuple(table["rows"][at]["cells"]) if at >= 0 else ()
    if at >= 0 and "statement" not in best:
        # what is called a title or a chapter is all that there is; of objects without either, the longest texts
        name = next((name for name in ("title", "group") if name in best), None)
        column = best.pop(name) if name else _longest(table)
        best = {**best, "statement": column}
    return Columns(table["name"], at, headings, best)


def _longest(table: Mapping[str, Any]) -> int:
    columns = range(len(table["rows"][0]["cells"]))
    return max(columns, key=lambda at: sum(len(row["cells"][at]) for row in table["rows"][1:]))


def rows(document: Mapping[str, Any], chosen: Sequence[Columns], file_name: str) -> list[Row]:
    """The rows of a preview, in the order of the file; later ones with the code of an earlier one are refused."""
    found: list[Row] = []
    for table, mapping in zip(document["tables"], chosen, strict=True):
        read = _table_rows(table, mapping, file_name) if mapping.columns else _loose_rows(table, file_name)
        for row in read:
            if table.get("is_hidden"):
                row.notes.append(f"It is on {table['name']}, which is hidden in the workbook.")
            found.append(row)
    for passage in document["passages"]:
        found += _sentence_rows(passage["place"], passage["text"], passage["heading"], file_name)
    return _without_twins(found)


def _table_rows(table: Mapping[str, Any], mapping: Columns, file_name: str) -> Iterator[Row]:
    # Clients merge the cells of a group, or name it in a row of its own: what follows belongs to it.
    group, is_ours = "", len(mapping.columns) == len(FIELDS)
    for row in table["rows"][mapping.heading_row + 1 :]:
        cells = {
            name: row["cells"][at].strip() if at < len(row["cells"]) else "" for name, at in mapping.columns.items()
        }
        place = _place(table["name"], row["place"], mapping.columns.get("statement", 0))
        if not any(cells.values()):
            continue
        statement = cells.get("statement") or cells.get("title", "")
        if not statement:
            if cells.get("group") and not any(text for name, text in cells.items() if name not in {"group", "code"}):
                group = cells["group"]  # a chapter heading, or a merged cell
                continue
            yield _refused(place, "There is no statement in this row.", "该行没有需求描述。")
            continue
        said = {name: text for name, text in cells.items() if text}
        if is_ours:
            said.setdefault("sources", "[]")
        yield _row(place, statement, {"group": group, **said}, file_name, is_inherited="group" not in said)
        if not is_ours:
            group = cells.get("group") or group


def _loose_rows(table: Mapping[str, Any], file_name: str) -> Iterator[Row]:
    """Sentences in the cells of a table whose headings say nothing."""
    for row in table["rows"]:
        for at, cell in enumerate(row["cells"]):
            yield from _sentence_rows(
                _place(table["name"], row["place"], at), cell, table.get("heading", ""), file_name
            )


def _sentence_rows(place: str, text: str, heading: str, file_name: str) -> Iterator[Row]:
    for sentence in sentences(text):
        if is_requirement(sentence):
            yield _row(place, sentence, {"group": heading[:_MOST_LINE].rstrip(":：")}, file_name)


def _place(table: str, place: Any, column: int) -> str:
    """`Sheet1!B7` in a workbook, `line 7` in a CSV file, else as the table says."""
    if not isinstance(place, int):
        return str(place)
    return f"{table}!{_letters(column)}{place}" if table else f"line {place}"


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _row(place: str, statement: str, cells: Mapping[str, str], file_name: str, *, is_inherited: bool = True) -> Row:
    if len(statement) > _MOST_STATEMENT:
        return _refused(
            place,
            f"The statement has {len(statement)} characters; {_MOST_STATEMENT} are kept at most.",
            f"需求描述有 {len(statement)} 个字符；最多保留 {_MOST_STATEMENT} 个。",
        )
    notes: list[str] = []
    wish: dict[str, Any] = {
        "title": (cells.get("title") or title_of(statement))[:_MOST_LINE],
        "statement": statement,
        "kind": _known(cells.get("kind"), KINDS, kind_of(statement), notes),
        "priority": _known(cells.get("priority"), PRIORITIES, priority_of(statement), notes),
        "acceptance_criteria": texts(cells.get("acceptance_criteria", "")),
        "depends_on": [one for one in _SEPARATED.split(cells.get("depends_on", "")) if _CODE.match(one)],
        **{name: cells[name][:most] for name, most in _LENGTHS.items() if cells.get(name)},
        **_structured(cells),
    }
    code = cells.get("code", "")
    if _CODE.match(code):
        wish["code"] = code
    elif code:
        notes.append(f"{code[:40]} is kept as the place; the requirement gets a code of ours.")
        place = f"{place} ({code[:40]})"
    if "sources" not in wish:
        wish["sources"] = [{"document": file_name[:_MOST_LINE], "location": place[:_MOST_LINE], "quote": statement}]
    suggested = [name for name in ("title", "kind", "priority") if not cells.get(name)]
    if is_inherited and "group" in wish:
        suggested.append("group")
    return Row(place, wish, notes=notes, suggested=tuple(suggested))


def _structured(cells: Mapping[str, str]) -> dict[str, Any]:
    """Metric, size and sources, which our exports write as JSON; anything else in such a column is not read."""
    found = {name: _json(cells.get(name, "")) for name in ("metric", "size", "sources")}
    kinds = {"metric": dict, "size": dict, "sources": list}
    return {name: value for name, value in found.items() if isinstance(value, kinds[name])}


def _known(text: str | None, names: Mapping[str, Sequence[str]], otherwise: str, notes: list[str]) -> str:
    """The value that a cell names in whichever language; what the words suggest where it names none."""
    if not text:
        return otherwise
    wanted = unicodedata.normalize("NFKC", text).casefold().strip()
    for value, synonyms in names.items():
        if wanted in synonyms or wanted == value:
            return value
    notes.append(f"“{text[:40]}” is not known; {otherwise} is suggested.")
    return otherwise


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


def _without_twins(found: Sequence[Row]) -> list[Row]:
    seen: dict[str, str] = {}
    kept = []
    for row in found:
        code = (row.wish or {}).get("code")
        if code in seen:
            earlier = seen[code]
            kept.append(_refused(row.place, f"{code} is in {earlier} already.", f"{code} 已在 {earlier} 出现。"))
            continue
        if code:
            seen[code] = row.place
        kept.append(row)
    return kept


def _refused(place: str, reason: str, reason_zh: str) -> Row:
    return Row(place, None, reason, reason_zh)
