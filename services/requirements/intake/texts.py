"""Documents: DOCX, PDF and Markdown, as passages under their headings and tables, each with its place."""

import io
import re
from collections.abc import Iterator
from typing import Any

from services.requirements.domain.statements import is_requirement
from shared.files import Refused
from shared.files.sheets import Table, decoded, rows_of

Passage = dict[str, str]
"""place, heading and text."""

_MOST_PAGES = 2_000
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_UNDERLINE = re.compile(r"^(?:={3,}|-{3,})$")
_RULE = re.compile(r"^(?=.*-)[\s|:+-]*$")
_BULLET = re.compile(r"^\s*(?:[-*+•●○▪]|\d{1,3}[.)、])\s+")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|`|\\(?=[^\w\s])")
_COMMENT = re.compile(r"<!--.*?-->|<[^>\n]{1,200}>")
_NUMBERED = re.compile(
    r"^(?:\d+(?:\.\d+)*\.?|[A-Z]\.|第[一二三四五六七八九十\d]+[章节条]|[一二三四五六七八九十]+、)\s*\S"
)
_HEADING_LENGTH = 60


def docx(content: bytes) -> tuple[list[Passage], list[Table]]:
    """The paragraphs and tables of a DOCX file, in their order."""
    from docx import Document  # noqa: PLC0415 (within the limits)
    from docx.table import Table as DocxTable  # noqa: PLC0415
    from docx.text.paragraph import Paragraph  # noqa: PLC0415

    try:
        document = Document(io.BytesIO(content))
        elements = document.element.body.xpath(_BLOCKS)
        # by element, here and below: the library passes over content controls and over tracked insertions
        blocks = [
            Paragraph(one, document._body) if one.tag.endswith("}p") else DocxTable(one, document._body)  # noqa: SLF001
            for one in elements
        ]
    except Exception as broken:  # noqa: BLE001 (the library lets whatever it stumbles on through)
        raise Refused(
            "broken_file",
            f"The document cannot be read ({type(broken).__name__}); save it anew and send it again.",
            f"无法读取文档（{type(broken).__name__}）；请重新保存后再试。",
        ) from None
    passages: list[Passage] = []
    tables: list[Table] = []
    heading, number = "", 0
    for block in blocks:
        if isinstance(block, DocxTable):
            place = f"table {len(tables) + 1}"
            cells = [_spread(row.cells) for row in block.rows]
            tables.append({"name": place, "rows": rows_of(cells, place), "heading": heading})
            continue
        number += 1
        text = _said(block._p).strip()  # noqa: SLF001
        style = (block.style.name or "") if block.style else ""
        if style.startswith(("Heading", "标题", "Title")) and text:
            heading = text
        elif text:
            passages.append({"place": f"paragraph {number}", "heading": heading, "text": text})
    return passages, tables


_BLOCKS = "./w:p | ./w:tbl | ./w:sdt//w:p[not(ancestor::w:tbl)] | ./w:sdt//w:tbl[not(ancestor::w:tbl)]"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""The same once more, for old programs."""


def _spread(cells: Any) -> list[str]:
    """A cell that spans columns is given once for each; it is one, and the others stay in their columns."""
    texts, before = [], None
    for cell in cells:
        element = cell._tc  # noqa: SLF001 (the library has no other identity of a cell)
        paragraphs = () if element is before else element.iter(f"{_WORD}p")
        texts.append("\n".join(filter(None, map(_said, paragraphs))))
        before = element
    return texts


def _said(paragraph: Any) -> str:
    """What a paragraph says with all tracked changes taken: insertions are there, deletions are not."""
    nodes = paragraph.iter(f"{_WORD}t", f"{_WORD}tab", f"{_WORD}br", f"{_WORD}cr")
    return "".join(
        {"t": node.text or "", "tab": "\t"}.get(node.tag.removeprefix(_WORD), "\n")
        for node in nodes
        if next(node.iterancestors(_FALLBACK), None) is None
    )


def pdf(content: bytes) -> list[Passage]:
    """The paragraphs of a PDF by page and line. Raises `Refused` where there is no text: a scan is not read."""
    import pypdfium2  # noqa: PLC0415 (within the limits)

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as broken:
        if "password" in str(broken).lower():
            raise Refused(
                "encrypted_file", "The PDF needs a password; send it without.", "PDF 已加密；请去除密码。"
            ) from None
        raise Refused("broken_file", f"The PDF cannot be read ({broken}).", f"无法读取 PDF（{broken}）。") from None
    if len(document) > _MOST_PAGES:
        raise Refused("too_many_pages", f"{_MOST_PAGES} pages are read at most.", f"最多读取 {_MOST_PAGES} 页。")
    passages: list[Passage] = []
    heading = ""
    for number, page in enumerate(document, start=1):
        for line, text in _paragraphs(page.get_textpage().get_text_bounded()):
            if _is_heading(text, ""):
                heading = text
            else:
                passages.append({"place": f"page {number} line {line}", "heading": heading, "text": text})
    if not passages:
        raise Refused(
            "no_text_layer",
            "The PDF has no text, it is a scan: send the original, or run text recognition first.",
            "PDF 没有文本层（扫描件）：请提供原始文件，或先进行文字识别。",
        )
    return passages


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Lines joined until one ends a sentence, or the next begins a new point; a heading stands alone."""
    lines = [raw.replace("\ufffe", "").strip() for raw in text.replace("\r\n", "\n").split("\n")]
    start, held = 1, ""
    for number, line in enumerate(lines, start=1):
        begins = bool(_BULLET.match(line) or _NUMBERED.match(line)) or not line
        if held and (begins or held[-1] in ".。！？!?：:；;" or _is_heading(held, line)):
            yield start, held
            held = ""
        if line:
            if not held:
                start, held = number, _BULLET.sub("", line)
            else:
                joint = "" if held[-1] > "\u2e80" or line[0] > "\u2e80" else " "
                held = held[:-1] + line if held.endswith("-") else held + joint + line
    if held:
        yield start, held


def _is_heading(line: str, following: str) -> bool:
    """Numbered, short, demanding nothing, and not gone on with in the next line."""
    is_short = len(line) <= _HEADING_LENGTH and line[-1] not in ".。；;,，"
    return bool(_NUMBERED.match(line)) and is_short and not following[:1].islower() and not is_requirement(line)


def markdown(content: bytes) -> tuple[list[Passage], list[Table]]:
    """The paragraphs, list items and tables of a Markdown or plain text file, by line."""
    passages: list[Passage] = []
    tables: list[Table] = []
    heading, held, start = "", "", 0

    def close() -> None:
        nonlocal held
        if held:
            passages.append({"place": f"line {start}", "heading": heading, "text": _plain(held)})
        held = ""

    lines = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), decoded(content)).split("\n")
    at = 0
    while at < len(lines):
        line = lines[at].rstrip()
        match = _HEADING.match(line)
        if _UNDERLINE.match(line) and held:
            heading, held, at = _plain(held), "", at + 1
            continue
        if at + 1 < len(lines) and "|" in line and "|" in lines[at + 1] and _RULE.match(lines[at + 1]):
            close()
            at = _take_table(lines, at, heading, tables)
            continue
        if match or not line.strip():
            close()
            heading = _plain(match[2]) if match else heading
        elif _BULLET.match(line) or not held:
            close()
            held, start = _BULLET.sub("", line).strip(), at + 1
        else:
            held += " " + line.strip()
        at += 1
    close()
    return passages, tables


def _take_table(lines: list[str], at: int, heading: str, tables: list[Table]) -> int:
    """Keep the table that begins at this line; returns the line after it."""
    rows = []
    end = at
    while end < len(lines) and "|" in lines[end]:
        if end != at + 1:
            cells = [_plain(cell) for cell in lines[end].strip().strip("|").split("|")]
            rows.append({"place": f"line {end + 1}", "cells": cells})
        end += 1
    tables.append({"name": f"line {at + 1}", "rows": rows, "heading": heading})
    return end


def _plain(text: str) -> str:
    """Markdown as it reads: no emphasis, links by their text."""
    return _MARKS.sub("", _LINK.sub(lambda match: match[1].strip("*_ "), text)).strip()
