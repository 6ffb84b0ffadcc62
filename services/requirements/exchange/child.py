"""The reader of client files of every format, run as a process of its own: see `shared.files.child`."""

import sys
from typing import Any

from services.requirements.exchange import reqif, texts, word
from shared.files import child, guard, sheets


def read(name: str, content: bytes) -> dict[str, Any]:
    """What a file holds: format, tables and passages. Raises `Refused`."""
    kind = guard.format_of(name, content)
    if kind in {"docx", "reqifz"}:
        guard.check_package(content, is_only_read=True)
    passages: list[texts.Passage] = []
    tables: list[sheets.Table] = []
    match kind:
        case "docx":
            passages, tables = word.docx(content)
        case "pdf":
            passages = texts.pdf(content)
        case "markdown":
            passages, tables = texts.markdown(content)
        case "reqif":
            tables = reqif.tables(content)
        case "reqifz":
            tables = reqif.packed(content)
        case _:
            tables = child.tables(kind, content)
    coding = sheets.guessed_coding(content) if kind in {"csv", "markdown"} else None
    return {"format": kind, "tables": tables, "passages": passages, "coding": coding}


if __name__ == "__main__":
    child.answer(read, sys.argv[1], int(sys.argv[2]))
