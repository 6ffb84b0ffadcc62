"""A tenant's own typst template: what its file has to be, and what typst says of one that fails, with the places."""

import re
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from shared.documents.limited import RenderingFailed
from shared.files import Refused

_HEADER = re.compile(r"(error|warning|help): (.*)")
_PLACE = re.compile(r"\s*┌─ (.+):(\d+):(\d+)")
_MOST_CHARACTERS = 500
"""Of a reason; the diagnostics have all of it."""
_MOST_COMPLAINTS = 50
"""One mistake may have hundreds; who mends so many sees the others next time."""
_HINT = re.compile(r"\s*= hint: (.*)")


@dataclass(frozen=True, slots=True)
class Call:
    """What led to a complaint: a call or import, and where it is; lines and columns begin at 1, as editors count."""

    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic(Call):
    """One complaint of typst, in its words, and the place that it is about."""

    severity: str = "error"
    """error, warning."""
    hints: tuple[str, ...] = ()
    trace: tuple[Call, ...] = ()
    """Innermost first: where the complaint is about a shipped part, a call in `main.typ` is among these."""

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}, column {self.column}: " if self.file else ""
        return where + self.message


def reasons_of(failed: RenderingFailed) -> dict[str, Any]:
    """For a problem: `why` and `why_zh`, and the complaints of typst as `diagnostics`."""
    found = diagnostics_of(failed.en)
    first = str(found[0]) if found else ""
    return {
        "why": (first or failed.en)[:_MOST_CHARACTERS],
        "why_zh": (first or failed.zh)[:_MOST_CHARACTERS],
        "diagnostics": [asdict(one) for one in found[:_MOST_COMPLAINTS]],
    }


@dataclass(slots=True)
class _Block:
    """A paragraph of the report: a headline, perhaps of several lines, a place and hints."""

    kind: str
    message: list[str]
    file: str | None = None
    line: int | None = None
    column: int | None = None
    hints: list[str] = field(default_factory=list)
    is_headline: bool = True


def diagnostics_of(report: str) -> tuple[Diagnostic, ...]:
    """The complaints in a report of typst; none when it is no such report."""
    found: list[Diagnostic] = []
    for block in _blocks(report):
        message = "\n".join(block.message)
        if block.kind != "help":
            found.append(
                Diagnostic(message, block.file, block.line, block.column, block.kind, hints=tuple(block.hints))
            )
        elif found:
            call = Call(message, block.file, block.line, block.column)
            found[-1] = replace(found[-1], trace=(*found[-1].trace, call))
    return tuple(found)


def _blocks(report: str) -> list[_Block]:
    blocks: list[_Block] = []
    for line in report.split("\n"):
        if header := _HEADER.match(line):
            blocks.append(_Block(header[1], [header[2]]))
        elif blocks:
            _read(blocks[-1], line)
    return blocks


def _read(block: _Block, line: str) -> None:
    place, hint = _PLACE.match(line), _HINT.match(line)
    if place and block.is_headline:
        # Typst counts lines from 1 and columns from 0; editors count both from 1.
        block.file, block.line, block.column = place[1], int(place[2]), int(place[3]) + 1
    elif hint:
        block.hints.append(hint[1])
    elif block.is_headline and line.strip():
        block.message.append(line)
    block.is_headline = block.is_headline and not (place or hint) and bool(line.strip())


def check_source(data: bytes) -> None:
    """Refuse what is no text, before the typesetter sees it. Raises `Refused`."""
    try:
        text = data.decode()
    except UnicodeDecodeError as wrong:
        raise _no_text(
            data[: wrong.start].decode(),
            "there is a byte that is not UTF-8; save the file as UTF-8",
            "存在非 UTF-8 字节，请以 UTF-8 保存",
        ) from None
    before, nul, _ = text.partition("\0")
    if nul:
        raise _no_text(before, "there is a NUL character; delete it", "存在 NUL 字符，请删除")
    if not text.strip("\ufeff \t\r\n"):
        raise Refused("empty_file", "The file is empty.", "文件为空。")


def _no_text(before: str, en: str, zh: str) -> Refused:
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return Refused("not_text", f"In line {line}, column {column} {en}.", f"第 {line} 行第 {column} 列{zh}。")
