"""Which column of a table is what: by its headings, however tools write them, or by its texts."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from services.requirements.domain.statements import is_requirement

FIELDS = (
    "code", "title", "statement", "kind", "priority", "group", "rationale", "acceptance_criteria", "depends_on",
    "client_words", "metric", "size", "sources", "client_code",
)  # fmt: skip
_LOOKED_AT = 30
"""A heading row is among the first rows of a table."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PUNCTUATION = re.compile(r"[\W_]+")
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]|（[^）]*）|【[^】]*】")
_CJK = re.compile(r"[\u3400-\u9fff]")
_MOST_HEADING = 200
_WORDS, _SIGNS, _LONGEST_HEADING = 3, 8, 60
"""A text has more words, or Chinese characters, than a name has."""
_RUNNING = {"序号", "no", "nr", "number", "item no", "s n", "sn", "seq", "serial no", "serial number", "项号"}


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a table are what: positions by field, and the row of the headings, -1 where there is none."""

    table: str
    heading_row: int
    headings: tuple[str, ...]
    columns: Mapping[str, int]
    is_guessed: bool = False
    """No heading was known: the column with the texts is taken for the statement."""


class Synonyms:
    """Names of columns by field, from data like that of columns.json: the earlier, the more it is meant."""

    def __init__(self, content: Mapping[str, Sequence[str]]) -> None:
        self._fields = {_folded(name): (rank, one) for one, names in content.items() for rank, name in enumerate(names)}

    def fields(self, headings: Sequence[str]) -> dict[str, int]:
        """The column of each field that the headings name: the one that says it best, the first of several such."""
        found: dict[str, tuple[int, int]] = {}
        for at, heading in enumerate(headings):
            rank, name = next((self._fields[form] for form in _forms(heading) if form in self._fields), (0, ""))
            if name and (name not in found or rank < found[name][0]):
                found[name] = rank, at
        return {name: at for name, (_, at) in found.items()}


def _forms(heading: str) -> list[str]:
    """A heading as words in lower case: `req_id`, `reqId`, `Req-ID *` and `Req. ID (ours)` are `req id`."""
    heading = heading[:_MOST_HEADING]
    outside = _BRACKETS.sub(" ", heading)
    return [_folded(form) for one in (heading, outside) for form in (one, _HUMP.sub(" ", one))]


def _folded(heading: str) -> str:
    return _PUNCTUATION.sub(" ", unicodedata.normalize("NFKC", heading).casefold()).strip()


def mappings(document: Mapping[str, Any], synonyms: Synonyms) -> list[Columns]:
    """For each table the mapping that its headings suggest: the row that names most fields, with one to say what."""
    return [_mapping(table, synonyms) for table in document["tables"]]


def _mapping(table: Mapping[str, Any], synonyms: Synonyms) -> Columns:
    is_headed = table.get("is_headed", False)
    best, at = (synonyms.fields(table["rows"][0]["cells"]), 0) if is_headed else ({}, -1)
    fewest = 1 if is_headed or _width(table) == 1 else 2
    for number, row in enumerate(table["rows"][: 0 if is_headed else _LOOKED_AT]):
        found = synonyms.fields(row["cells"])
        if found.keys() & {"statement", "title"} and len(found) >= max(fewest, len(best) + 1):
            best, at = found, number
    if at < 0:
        return _guessed(table)
    if "statement" not in best:
        # what is called a title or a chapter is all that there is; of objects without either, the longest texts
        name = next((name for name in ("title", "group") if name in best), None)
        column = best.pop(name) if name else _longest(table["rows"][1:] or table["rows"])
        best = {**best, "statement": column}
    return Columns(table["name"], at, tuple(table["rows"][at]["cells"]), best)


def _guessed(table: Mapping[str, Any]) -> Columns:
    """No heading is known: the column of the longest texts, where its cells are texts; else no column at all."""
    rows = table["rows"]
    if not rows:
        return Columns(table["name"], -1, (), {})
    at = _longest(rows)
    said = [row["cells"][at] for row in rows if at < len(row["cells"]) and row["cells"][at]]
    first = rows[0]["cells"]
    is_headed = len(rows) > 1 and all(
        cell and len(cell) <= _LONGEST_HEADING and not is_requirement(cell) for cell in first
    )
    texts = [cell for cell in said[is_headed:] if _is_text(cell)]
    if 2 * len(texts) < len(said[is_headed:]) or not texts:
        return Columns(table["name"], -1, (), {})
    headings = tuple(first) if is_headed else ()
    return Columns(table["name"], 0 if is_headed else -1, headings, {"statement": at}, is_guessed=True)


def _is_text(cell: str) -> bool:
    return len(cell.split()) > _WORDS or len(_CJK.findall(cell)) >= _SIGNS


def _width(table: Mapping[str, Any]) -> int:
    return max((len(row["cells"]) for row in table["rows"]), default=0)


def _longest(rows: Sequence[Mapping[str, Any]]) -> int:
    columns = range(max(len(row["cells"]) for row in rows))
    return max(columns, key=lambda at: sum(len(row["cells"][at]) for row in rows if at < len(row["cells"])))


def is_running(heading: str, cells: Sequence[str]) -> bool:
    """Whether a column only counts its rows, perhaps anew in each chapter: the next list counts otherwise."""
    if _folded(heading) not in _RUNNING or not all(cell.isdecimal() for cell in cells):
        return False
    numbers = [int(cell) for cell in cells]
    return (
        bool(numbers)
        and numbers[0] <= 1
        and all(following in {before + 1, 1} for before, following in pairwise(numbers))
    )
