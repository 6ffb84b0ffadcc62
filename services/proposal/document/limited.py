"""Making a document in a process of its own: in an empty folder, with limits, and ended when it takes too long."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_PATIENCE = 3
"""How much longer it may take on the clock: its process stands back when others want the processor."""
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    # Nothing listens there: a template that asks for something from the net is refused at once.
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
}


class RenderingFailed(Exception):
    """The typesetter complained, took too long, or wanted more than it may have; the message says which."""


async def made_apart(script: Path, arguments: Sequence[str], request: Any, *, seconds: int, most_bytes: int) -> bytes:
    """What `script` answers to `request`, JSON on its standard input; `seconds` of the processor are its last argument.

    The script gives up memory, time and files by itself. Raises `RenderingFailed` with what it said.
    """
    with tempfile.TemporaryDirectory(prefix="presales-document-") as empty:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(script), *arguments, str(seconds), cwd=empty, env=_ENVIRONMENT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(seconds * _PATIENCE):
                output, complaint = await process.communicate(json.dumps(request, ensure_ascii=False).encode())
        except TimeoutError:
            raise RenderingFailed(f"took longer than {seconds} s") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode != 0:
        said = complaint.decode(errors="replace").strip()[-2000:]
        # A process that broke a limit is ended without a word.
        raise RenderingFailed(said or f"took longer than {seconds} s, or more memory than it may have")
    if len(output) > most_bytes:
        raise RenderingFailed(f"has {len(output)} bytes, {most_bytes} are possible")
    return output
