"""DOCX: paragraphs under their headings and tables, in their order, each with its place."""

import io
import re
from collections.abc import Iterator
from typing import Any

from services.requirements.domain.statements import is_requirement
from services.requirements.exchange.headings import is_contents, is_heading, is_next
from services.requirements.exchange.texts import Passage
from shared.files import Refused
from shared.files.sheets import Table, rows_of

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""The same once more, for old programs."""
_BLOCKS = "./w:p | ./w:tbl | ./w:sdt//w:p[not(ancestor::w:tbl)] | ./w:sdt//w:tbl[not(ancestor::w:tbl)]"
_BULLET = re.compile(r"^\s*[-*+•●○▪◆■–]\s+")
_CONTENTS = re.compile(r"^(?:toc|目录) ?\d", re.IGNORECASE)
_TEXT_LEVEL = 9
"""Outline level of body text; below it are headings."""


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
        return _read(blocks, DocxTable)
    except Exception as broken:  # noqa: BLE001 (the library lets whatever it stumbles on through)
        raise Refused(
            "broken_file",
            f"The document cannot be read ({type(broken).__name__}); save it anew and send it again.",
            f"无法读取文档（{type(broken).__name__}）；请重新保存后再试。",
        ) from None


def _read(blocks: list[Any], tables_are: Any) -> tuple[list[Passage], list[Table]]:
    passages: list[Passage] = []
    tables: list[Table] = []
    heading, number, before = "", 0, ""
    for at, block in enumerate(blocks):
        if isinstance(block, tables_are):
            place = f"table {len(tables) + 1}"
            cells = [_spread(row.cells) for row in block.rows]
            tables.append({"name": place, "rows": rows_of(cells, place), "heading": heading})
            continue
        number += 1
        text = _said(block._p).strip()  # noqa: SLF001
        if not text:
            continue
        role, is_styled = _role(block, text), _is_heading_by_style(block)
        if role != "contents" and (is_styled or (not role and _is_typed_heading(text, before, _next(blocks, at)))):
            # what is styled as a heading and is a sentence that demands something is both
            if is_styled and text[-1] in ".。；;" and is_requirement(text):
                passages.append({"place": f"paragraph {number}", "heading": heading, "text": text})
            heading = text
        else:
            plain = _BULLET.sub("", text)
            passages.append({"place": f"paragraph {number}", "heading": heading, "text": plain, "role": role})
        before = text
    return passages, tables


def _next(blocks: list[Any], at: int) -> str:
    """The text of the next paragraph, empty before a table and at the end."""
    for block in blocks[at + 1 :]:
        paragraph = getattr(block, "_p", None)
        text = _said(paragraph).strip() if paragraph is not None else ""
        if paragraph is None or text:
            return text
    return ""


def _is_typed_heading(text: str, before: str, following: str) -> bool:
    """A number that somebody typed makes a heading, unless it counts the points of a list."""
    is_listed = before.endswith((":", "：")) or is_next(text, following) or is_next(before, text)
    return is_heading(text, following=following) and not is_listed


def _styles(paragraph: Any) -> Iterator[Any]:
    """The style of a paragraph, and those that it is based on."""
    style, seen = paragraph.style, set()
    while style is not None and style.style_id not in seen:
        seen.add(style.style_id)
        yield style
        style = style.base_style


def _properties(paragraph: Any) -> Iterator[Any]:
    """The properties of a paragraph, then those of its styles: the first that says something counts."""
    yield paragraph._p.pPr  # noqa: SLF001
    for style in _styles(paragraph):
        yield style.element.find(f"{_WORD}pPr")


def _is_heading_by_style(paragraph: Any) -> bool:
    for properties in _properties(paragraph):
        level = properties.find(f"{_WORD}outlineLvl") if properties is not None else None
        if level is not None:
            return int(level.get(f"{_WORD}val", _TEXT_LEVEL)) < _TEXT_LEVEL
    return any((style.name or "").startswith(("Heading", "标题", "Title")) for style in _styles(paragraph))


def _role(paragraph: Any, text: str) -> str:
    galleries = paragraph._p.xpath("ancestor::w:sdt/w:sdtPr/w:docPartObj/w:docPartGallery/@w:val")  # noqa: SLF001
    is_listed = any(_CONTENTS.match(style.name or "") for style in _styles(paragraph))
    if is_listed or "Table of Contents" in galleries or is_contents(text):
        return "contents"
    for properties in _properties(paragraph):
        numbering = properties.find(f"{_WORD}numPr/{_WORD}numId") if properties is not None else None
        if numbering is not None:
            return "item" if numbering.get(f"{_WORD}val") != "0" else ""
    return "item" if _BULLET.match(text) else ""


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
