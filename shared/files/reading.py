"""Running the reader: one process for each file, ended when it takes too long."""

import asyncio
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import structlog

from shared.files import Refused, child
from shared.kernel.problems import Problem, Unavailable

log = structlog.get_logger()

SECONDS = 30
"""Processor time of a reader; half as much again by the clock, which is less than a transaction may be idle."""
_QUEUE_SECONDS = 10
_ROOT = Path(__file__).parents[2]
_AT_ONCE = asyncio.Semaphore(2)
"""More readers than this would take the processors from those who wait for an answer."""


class FileRefused(Problem):
    status = 422
    title = ("The file is not read", "文件无法导入")
    en = "{name} is not read: {reason}"
    zh = "{name} 未能读取：{reason_zh}"

    def members(self) -> Mapping[str, Any]:
        return {"reason": self.facts["reason_code"]}


async def read_file(
    name: str, content: bytes, reader: str = child.__name__, *, seconds: int = SECONDS
) -> Mapping[str, Any]:
    """What a file holds with its places: format and tables, and what else the module `reader` finds in it.

    Raises `Refused`, whatever the file does; and `Unavailable` when others are read first for too long, since the
    caller holds a transaction.
    """
    try:
        await asyncio.wait_for(_AT_ONCE.acquire(), _QUEUE_SECONDS)
    except TimeoutError:
        raise Unavailable(what="The reader of client files") from None
    try:
        with tempfile.TemporaryDirectory(prefix="presales-read-") as folder:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", reader, name, str(seconds),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
                cwd=folder, env={"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            )  # fmt: skip
            try:
                out, error = await asyncio.wait_for(process.communicate(content), seconds * 1.5)
            except TimeoutError:
                raise _gave_up() from None
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
    finally:
        _AT_ONCE.release()
    if process.returncode != 0:
        log.warning("intake.reader_failed", status=process.returncode, error=error.decode(errors="replace")[-500:])
        raise _gave_up()
    answer = orjson.loads(out)
    if "refused" in answer:
        raise Refused(**answer["refused"])
    document: Mapping[str, Any] = answer["document"]
    return document


def _gave_up() -> Refused:
    return Refused(
        "unreadable_file",
        "The file took too much time or memory to read; split it, or save it anew in another format.",
        "读取该文件所需时间或内存过多；请拆分文件或换一种格式另存。",
    )
