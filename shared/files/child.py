"""The reader of files: a process of its own, with a file on standard input and nothing else in reach.

Started by `reading.py` as `python -m shared.files.child <name> <seconds>`, which reads tables, or as a service's own
reader of more; the answer is JSON on standard output: `document`, or `refused` with why.
"""

import json
import os
import resource
import sys
from collections.abc import Callable
from typing import Any

from shared.files import Refused, guard, sheets

MEMORY_BYTES = 1024**3
"""Address space; what is read of 50,000 rows takes a tenth of it."""
_OPEN_FILES = 64
_MOST_CHARACTERS = 40_000_000
TABLES = {"xlsx", "xls", "ods", "csv"}


def limit(seconds: int) -> None:
    """Give up what a file could misuse: time, memory, files. What is written may have no bytes."""
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(name: str, content: bytes) -> dict[str, Any]:
    """The tables of a workbook or CSV file. Raises `Refused`."""
    kind = guard.format_of(name, content)
    if kind not in TABLES:
        known = ", ".join(sorted(TABLES))
        raise Refused("unknown_format", f"A table is needed; send one of {known}.", f"须为表格文件：{known}。")
    return {"format": kind, "tables": tables(kind, content)}


def tables(kind: str, content: bytes) -> list[sheets.Table]:
    """The tables of a file of one of `TABLES`. Raises `Refused`."""
    if kind in {"xlsx", "ods"}:
        guard.check_package(content, is_only_read=True)
    return sheets.csv_table(content) if kind == "csv" else sheets.workbook(content)


def answer(reader: Callable[[str, bytes], dict[str, Any]], name: str, seconds: int) -> None:
    """Read standard input within the limits, and say what is in it."""
    limit(seconds)
    try:
        text = json.dumps({"document": reader(name, sys.stdin.buffer.read())}, ensure_ascii=False)
        if len(text) > _MOST_CHARACTERS:
            raise Refused("too_much_text", "The file holds more text than is read.", "文件文本量超出上限。")
    except Refused as refused:
        text = json.dumps({"refused": {"code": refused.code, "en": refused.en, "zh": refused.zh}}, ensure_ascii=False)
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))


if __name__ == "__main__":
    answer(read, sys.argv[1], int(sys.argv[2]))
