"""The reader of client files: a process of its own, with a file on standard input and nothing else in reach.

Started by `reading.py` as `python -m services.requirements.intake.child <name> <seconds>`; the answer is JSON on
standard output: `document`, or `refused` with why.
"""

import json
import os
import resource
import sys
from typing import Any

from services.requirements.intake import guard, reqif, sheets, texts

MEMORY_BYTES = 1024**3
"""Address space; what is read of 50,000 rows takes a tenth of it."""
_OPEN_FILES = 64
_MOST_CHARACTERS = 40_000_000


def limit(seconds: int) -> None:
    """Give up what a file could misuse: time, memory, files. What is written may have no bytes."""
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(name: str, content: bytes) -> dict[str, Any]:
    """What a file holds: format, tables and passages. Raises `Refused`."""
    kind = guard.format_of(name, content)
    if kind in {"xlsx", "ods", "docx", "reqifz"}:
        guard.check_package(content)
    passages: list[texts.Passage] = []
    tables: list[sheets.Table] = []
    match kind:
        case "xlsx" | "xls" | "ods":
            tables = sheets.workbook(content)
        case "csv":
            tables = sheets.csv_table(content)
        case "docx":
            passages, tables = texts.docx(content)
        case "pdf":
            passages = texts.pdf(content)
        case "markdown":
            passages, tables = texts.markdown(content)
        case "reqif":
            tables = reqif.tables(content)
        case _:
            tables = reqif.packed(content)
    return {"format": kind, "tables": tables, "passages": passages}


def main(name: str, seconds: int) -> None:
    limit(seconds)
    try:
        text = json.dumps({"document": read(name, sys.stdin.buffer.read())}, ensure_ascii=False)
        if len(text) > _MOST_CHARACTERS:
            raise guard.Refused("too_much_text", "The file holds more text than is read.", "文件文本量超出上限。")
    except guard.Refused as refused:
        text = json.dumps({"refused": {"code": refused.code, "en": refused.en, "zh": refused.zh}}, ensure_ascii=False)
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
