"""What was read of a file becomes requirements: row by row of its tables, sentence and point of its texts."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.requirements.domain import left_out, priorities
from services.requirements.domain.columns import FIELDS, Columns, is_running
from services.requirements.domain.statements import is_requirement, obliges, priority_of, sentences, title_of
from services.requirements.domain.wishes import CODE, MOST_LINE, File, Remark, Row, refused, wished

_OURS = frozenset(FIELDS) - {"client_code"}
"""A file with all of these is an export of ours, which says everything; the earliest had no codes of clients."""
_FOLLOWING = re.compile(r"\bfollowing\b|\bbelow\b|以下|下列|如下", re.IGNORECASE)
_NEGATIVE = re.compile(r"\b(?:not|never|no|cannot)\b|不|禁止|严禁", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://\S+")
_CJK = re.compile(r"[\u3400-\u9fff]")
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Reading:
    """The rows of a preview, in the order of the file, and what is told of it as a whole."""

    rows: list[Row]
    remarks: list[Remark]


def rows(
    document: Mapping[str, Any],
    chosen: Sequence[Columns],
    file_name: str,
    *,
    scale: priorities.Scale | None = None,
    known: Collection[str] = (),
) -> Reading:
    """What the file would become. `scale` is the agreed one of its priorities, `known` are codes that there are.

    Rows with a code of our form that an earlier row has are refused.
    """
    file = File(file_name, scale or priorities.stated(_texts(document)))
    if document.get("coding"):
        file.remarks.append(Remark("coding", facts={"coding": document["coding"]}))
    found: list[Row] = []
    for table, mapping in zip(document["tables"], chosen, strict=True):
        read = _table_rows(table, mapping, file) if mapping.columns else _loose_rows(table, mapping, file)
        for row in read:
            if table.get("is_hidden"):
                name = table["name"]
                row.notes.append((f"It is on {name}, which is hidden in the workbook.", f"位于隐藏的工作表 {name}。"))
            found.append(row)
    found += _passage_rows(document["passages"], file)
    found = _without_twins(found)
    twice = _mark_twice(found)
    lost = _depend(found, {*known, *_client_codes(found)} - set(twice))
    return Reading(found, [*file.remarks, *_told(found, file, twice, lost)])


def _texts(document: Mapping[str, Any]) -> Iterator[str]:
    """Where a scale of priorities may be stated: texts, and single cells of tables, such as a heading."""
    yield from (passage["text"] for passage in document["passages"])
    for table in document["tables"]:
        yield from (cell for row in table["rows"] for cell in row["cells"] if cell)


def _table_rows(table: Mapping[str, Any], mapping: Columns, file: File) -> Iterator[Row]:
    # Clients merge the cells of a group, or name it in a row of its own: what follows belongs to it.
    is_ours, above = mapping.columns.keys() >= _OURS, _group(table.get("heading", ""))
    group, read = above, [*_cells(table, mapping)]
    _tell_columns(table, mapping, file, read)
    is_counted = is_running(*_codes_of(mapping, read))
    if is_counted:
        column = mapping.headings[mapping.columns["code"]]
        file.remarks.append(Remark("running_numbers", mapping.table, len(read), {"column": column}))
    names = [cells.get("title") or cells.get("code", "") for _, cells, _ in read]
    is_sheet = left_out.is_data_sheet(above, names)
    # a whole list of unknown headings is requirements if one row is; tables within a text are about anything
    is_list = isinstance(table["rows"][0]["place"], int) and any(_demands(whole, whole) for _, _, whole in read)
    for place, cells, whole in read:
        statement = cells.get("statement") or cells.get("title", "")
        if not statement:
            if cells.get("group") and not any(text for name, text in cells.items() if name not in {"group", "code"}):
                group = cells["group"]  # a chapter heading, or a merged cell
                continue
            yield refused(place, "There is no statement in this row.", "该行没有需求描述。")
            continue
        said = {name: text for name, text in cells.items() if text}
        if is_ours:
            said.setdefault("sources", "[]")
        row = wished(
            place,
            statement,
            {"group": group, **said},
            file,
            is_inherited="group" not in said,
            is_counted=is_counted,
            quote=whole,
        )
        if mapping.is_guessed and not (is_list or _demands(statement, whole)):
            row.left_out = "no_demand"
        elif is_sheet and (left_out.is_fact(cells.get("title", "")) or not is_requirement(statement)):
            row.left_out = "data_sheet"
        elif not is_ours:
            row.left_out = left_out.kind_of(statement, "")
        yield row
        if not is_ours:
            group = cells.get("group") or group


def _demands(statement: str, whole: str) -> bool:
    return any(map(is_requirement, (statement, *whole.split(" | "))))


def _cells(table: Mapping[str, Any], mapping: Columns) -> Iterator[tuple[str, dict[str, str], str]]:
    """Place, cells by field, and what is quoted of each row that says something."""
    for row in table["rows"][mapping.heading_row + 1 :]:
        cells = {
            name: row["cells"][at].strip() if at < len(row["cells"]) else "" for name, at in mapping.columns.items()
        }
        if any(cells.values()):
            whole = " | ".join(filter(None, row["cells"])) if mapping.is_guessed else ""
            yield _place(table["name"], row["place"], mapping.columns.get("statement", 0)), cells, whole


def _codes_of(mapping: Columns, read: Sequence[tuple[str, dict[str, str], str]]) -> tuple[str, list[str]]:
    at = mapping.columns.get("code")
    heading = mapping.headings[at] if at is not None and at < len(mapping.headings) else ""
    return heading, [cells["code"] for _, cells, _ in read if cells.get("code")]


def _tell_columns(table: Mapping[str, Any], mapping: Columns, file: File, read: Sequence[Any]) -> None:
    used = set(mapping.columns.values())
    unread = [one for at, one in enumerate(mapping.headings) if one and at not in used]
    headings = ", ".join(one[:40] for one in unread[:_MOST_NAMED])
    if mapping.is_guessed:
        at = mapping.columns["statement"]
        column = mapping.headings[at] if mapping.headings else f"column {at + 1}"
        shown = ", ".join(one[:40] for one in mapping.headings[:_MOST_NAMED]) or "-"
        file.remarks.append(
            Remark("no_known_heading", mapping.table, len(read), {"headings": shown, "column": column[:40]})
        )
    elif unread and not table.get("is_headed"):
        file.remarks.append(Remark("columns_not_read", mapping.table, len(unread), {"headings": headings}))


def _loose_rows(table: Mapping[str, Any], mapping: Columns, file: File) -> Iterator[Row]:
    """Sentences in the cells of a table without texts under a heading; figures have none."""
    heading = _group(table.get("heading", ""))
    found = [
        row
        for line in table["rows"]
        for at, cell in enumerate(line["cells"])
        for row in _sentence_rows(_place(table["name"], line["place"], at), cell, heading, file)
    ]
    if table["rows"] and not found:
        file.remarks.append(Remark("no_text_column", mapping.table, len(table["rows"])))
    yield from found


def _passage_rows(passages: Sequence[Mapping[str, str]], file: File) -> list[Row]:
    """Sentences of a text that demand something; of a list under one that does, each point that does not by itself."""
    found: list[Row] = []
    lead, leading = "", Row("", None)
    for passage in passages:
        is_point = passage.get("role") == "item"
        lead = lead if is_point else ""
        if lead and not is_requirement(passage["text"]):
            leading.left_out = leading.left_out or "lead_in"
            found.append(_point(passage, lead, file))
            continue
        read = list(_sentence_rows(passage["place"], passage["text"], passage["heading"], file))
        for row in read:
            row.left_out = "contents" if passage.get("role") == "contents" else row.left_out
        if not is_point and passage["text"].endswith((":", "：")):
            last = sentences(passage["text"])[-1]
            lead = last if obliges(last) else ""
            leading = read[-1] if read and read[-1].wish and read[-1].wish["statement"] == last else Row("", None)
        found += read
    return found


def _point(passage: Mapping[str, str], lead: str, file: File) -> Row:
    """A point of a list: by itself where it is one of `the following`, else the end of the sentence that leads in."""
    text, before = passage["text"].rstrip(" ;；,，"), lead.rstrip(" :：")
    whole = f"{before}{'' if _CJK.search(before[-1:]) else ' '}{text}"
    is_alone = bool(_FOLLOWING.search(lead)) and not _NEGATIVE.search(lead) and not _ADDRESS.fullmatch(text)
    row = wished(
        passage["place"], text if is_alone else whole, {"group": _group(passage["heading"])}, file, quote=whole
    )
    if row.wish:
        row.wish["title"] = title_of(text)[:MOST_LINE]
        row.wish["priority"] = priority_of(lead)
        row.notes.append((f"A point under “{lead[:200]}”.", f"属于“{lead[:200]}”之下的要点。"))
    row.left_out = left_out.kind_of(text, passage["heading"]) or left_out.kind_of(lead, passage["heading"])
    return row


def _sentence_rows(place: str, text: str, heading: str, file: File) -> Iterator[Row]:
    is_quoted = left_out.kind_of(text, "") == "quotation"
    for sentence in sentences(text):
        if is_requirement(sentence):
            row = wished(place, sentence, {"group": _group(heading)}, file)
            row.left_out = "quotation" if is_quoted else left_out.kind_of(sentence, heading)
            yield row


def _group(heading: str) -> str:
    return heading[:MOST_LINE].rstrip(":：")


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


def _without_twins(found: Sequence[Row]) -> list[Row]:
    seen: dict[str, str] = {}
    kept = []
    for row in found:
        code = (row.wish or {}).get("code")
        if code in seen:
            earlier = seen[code]
            kept.append(refused(row.place, f"{code} is in {earlier} already.", f"{code} 已在 {earlier} 出现。"))
            continue
        if code:
            seen[code] = row.place
        kept.append(row)
    return kept


def _client_codes(found: Iterable[Row]) -> list[str]:
    return [code for row in found if (code := (row.wish or {}).get("client_code")) and not row.left_out]


def _mark_twice(found: Sequence[Row]) -> list[str]:
    """Mark the rows with a code of the client's that is in the file more than once; returns these codes."""
    twice = [code for code, times in Counter(_client_codes(found)).items() if times > 1]
    for row in found:
        if (row.wish or {}).get("client_code") in twice:
            row.is_twice = True
            row.notes.append(("Its code is in the file more than once.", "其编号在文件中重复出现。"))
    return twice


def _depend(found: Sequence[Row], names: Collection[str]) -> list[str]:
    """Keep what rows depend on where it is a code of our form, or one of these names; returns what is none."""
    lost = []
    for row in found:
        named = (row.wish or {}).get("depends_on")
        if row.wish and named:
            row.wish["depends_on"] = [one for one in dict.fromkeys(named) if CODE.match(one) or one in names]
            missing = [one for one in named if one not in row.wish["depends_on"] and any(map(str.isdigit, one))]
            lost += missing
            if missing:
                text = ", ".join(missing)[:200]
                row.notes.append((f"It depends on {text}, which is not known.", f"其依赖的 {text} 不存在。"))
    return lost


def _told(found: Sequence[Row], file: File, twice: Sequence[str], lost: Sequence[str]) -> Iterator[Remark]:
    if file.is_scale_used and file.scale and not file.scale.is_agreed:
        yield Remark("priority_scale_stated", facts={"scale": str(file.scale)})
    lists = {
        "priority_scale_unknown": file.numbers,
        "priority_unknown": file.words,
        "code_twice": twice,
        "unknown_dependency": lost,
    }
    for code, examples in lists.items():
        if examples:
            named = ", ".join(list(dict.fromkeys(examples))[:_MOST_NAMED])
            yield Remark(code, count=len(examples), facts={"examples": named})
    for kind, count in Counter(row.left_out for row in found if row.left_out).items():
        yield Remark(f"left_out_{kind}", count=count)
    missing = Counter(name for row in found if row.wish and not row.left_out for name in row.suggested)
    if missing:
        yield Remark("suggested", count=max(missing.values()), facts={name: str(n) for name, n in missing.items()})
