"""Making a document in a process of its own: in an empty folder, with limits, and ended when it takes too long."""

import asyncio
import base64
import contextlib
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PROCESSORS = min(len(os.sched_getaffinity(0)), 4)
"""As many documents are made at once; more would take the processors from those who wait for an answer, and the memory
that each may have."""
processor = asyncio.Semaphore(PROCESSORS)
"""To be held while a document is made; first come, first served."""
_PATIENCE = 3
"""How much longer it may take on the clock: its process stands back when others want the processor."""
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    # Nothing listens there: a template that asks for something from the net is refused at once.
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
    # Each thread reserves memory that counts: what fits here fits on a machine with a hundred processors too.
    "RAYON_NUM_THREADS": "2",
    # A font of 32 MB is read into memory as a whole: in large pages, where the machine gives them, that is a tenth of
    # what a usual document takes.
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}


NO_MEMORY = "wants more memory than it may have"
"""What a script says when Python had none left; other libraries end the process with words of their own."""
_PIECE = 1 << 16
_MOST_CHARACTERS = 2000
"""Of what logs say of a failure."""


class RenderingFailed(Exception):
    """The typesetter complained, took too long, or wanted more than it may have; the message says which."""

    def __init__(self, en: str, zh: str = "") -> None:
        super().__init__(en[:_MOST_CHARACTERS])
        self.en, self.zh = en, zh or en


async def made_apart(script: Path, arguments: Sequence[str], request: Any, *, seconds: int, most_bytes: int) -> bytes:
    """What `script` answers to `request`, JSON on its standard input; `seconds` of the processor are its last argument.

    The script gives up memory, time and files by itself. Raises `RenderingFailed` with what it said.
    """
    async with processor:
        return await _made(script, arguments, request, seconds=seconds, most_bytes=most_bytes)


async def _made(script: Path, arguments: Sequence[str], request: Any, *, seconds: int, most_bytes: int) -> bytes:
    with tempfile.TemporaryDirectory(prefix="presales-document-") as empty:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(script), *arguments, str(seconds), cwd=empty, env=_ENVIRONMENT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(seconds * _PATIENCE):
                output, said = await _asked(process, json.dumps(request, ensure_ascii=False).encode(), most_bytes)
        except TimeoutError:
            raise _too_long(seconds) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode != 0:
        raise _failure(process.returncode or 0, said.decode(errors="replace").strip(), seconds)
    return output


async def _asked(process: asyncio.subprocess.Process, request: bytes, most_bytes: int) -> tuple[bytes, bytes]:
    """What the process answers, and what it says of its failure."""
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise ValueError("the process has no pipes")

    async def ask(stdin: asyncio.StreamWriter) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it ended before it had read all
            stdin.write(request)
            await stdin.drain()
        stdin.close()

    answer, said, _ = await asyncio.gather(
        _read(process.stdout, most_bytes), _read(process.stderr, most_bytes), ask(process.stdin)
    )
    await process.wait()
    return answer, said


async def _read(stream: asyncio.StreamReader, most_bytes: int) -> bytes:
    """All that comes. Too much is not even read: this process has no limit of its own."""
    read = bytearray()
    while piece := await stream.read(_PIECE):
        read += piece
        if len(read) > most_bytes:
            raise RenderingFailed(f"makes a file of more than {most_bytes} bytes", f"生成的文件超过 {most_bytes} 字节")
    return bytes(read)


def _failure(code: int, said: str, seconds: int) -> RenderingFailed:
    """Why a process ended as it did: by its own words, or by the signal that broke a limit."""
    if said == NO_MEMORY or (code < 0 and "memory allocation of" in said):
        return RenderingFailed(NO_MEMORY, "所需内存超出上限")
    if code > 0:
        return RenderingFailed(said or f"ended with status {code}")
    if -code == signal.SIGXCPU:
        return _too_long(seconds)
    if -code == signal.SIGSEGV or "overflowed its stack" in said:
        return RenderingFailed("is nested too deeply: the stack does not suffice", "嵌套过深，栈空间不足")
    if -code == signal.SIGKILL:
        return RenderingFailed("was ended by the system, most likely for want of memory", "被系统终止，可能因内存不足")
    return RenderingFailed(f"was ended by {signal.Signals(-code).name}", f"被信号 {signal.Signals(-code).name} 终止")


def _too_long(seconds: int) -> RenderingFailed:
    return RenderingFailed(f"took longer than {seconds} s", f"耗时超过 {seconds} 秒")


def in_json(data: bytes | None) -> str | None:
    """A file within a request."""
    return None if data is None else base64.b64encode(data).decode()
