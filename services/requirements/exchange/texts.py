"""PDF and Markdown as passages under their headings and tables, each with its place."""

import re
from collections.abc import Iterator

from services.requirements.exchange.headings import NUMBERED, is_contents, is_heading
from shared.files import Refused
from shared.files.sheets import Table, decoded

Passage = dict[str, str]
"""place, heading and text; role: `item` of a list, `contents` for a line of a table of contents."""

_MOST_PAGES = 2_000
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_UNDERLINE = re.compile(r"^(?:={3,}|-{3,})$")
_RULE = re.compile(r"^(?=.*-)[\s|:+-]*$")
_BULLET = re.compile(r"^\s*(?:[-*+•●○▪]|\d{1,3}[.)、])\s+")
_QUOTED = re.compile(r"^\s*(?:>\s?)+")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|`|\\(?=[^\w\s])")
_COMMENT = re.compile(r"<!--.*?-->|<[^>\n]{1,200}>")


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
        for line, text, role in _paragraphs(page.get_textpage().get_text_bounded()):
            if role != "contents" and is_heading(text):
                heading = text
            else:
                place = f"page {number} line {line}"
                passages.append({"place": place, "heading": heading, "text": text, "role": role})
    if not passages:
        raise Refused(
            "no_text_layer",
            "The PDF has no text, it is a scan: send the original, or run text recognition first.",
            "PDF 没有文本层（扫描件）：请提供原始文件，或先进行文字识别。",
        )
    return passages


def _paragraphs(text: str) -> Iterator[tuple[int, str, str]]:
    """Lines joined until one ends a sentence, or the next begins a point; a heading stands alone. With their roles."""
    lines = [raw.replace("\ufffe", "").strip() for raw in text.replace("\r\n", "\n").split("\n")]
    start, held, role = 1, "", ""
    for number, line in enumerate(lines, start=1):
        begins = bool(_BULLET.match(line) or NUMBERED.match(line)) or not line
        is_over = role == "contents" or held[-1:] in tuple(".。！？!?：:；;") or is_heading(held, following=line)
        if held and (begins or is_over):
            yield start, held, role
            held = ""
        if line:
            if not held:
                start, held = number, _BULLET.sub("", line)
                role = "contents" if is_contents(line) else "item" if _BULLET.match(line) else ""
            else:
                joint = "" if held[-1] > "\u2e80" or line[0] > "\u2e80" else " "
                held = held[:-1] + line if held.endswith("-") else held + joint + line
    if held:
        yield start, held, role


def markdown(content: bytes) -> tuple[list[Passage], list[Table]]:
    """The paragraphs, list items and tables of a Markdown or plain text file, by line."""
    passages: list[Passage] = []
    tables: list[Table] = []
    heading, held, start, role = "", "", 0, ""

    def close() -> None:
        nonlocal held
        if held:
            passages.append({"place": f"line {start}", "heading": heading, "text": _plain(held), "role": role})
        held = ""

    lines = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), decoded(content)).split("\n")
    at = 0
    while at < len(lines):
        line = _QUOTED.sub("", lines[at]).rstrip()
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
            role = "contents" if is_contents(line) else "item" if _BULLET.match(line) else ""
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
