"""A proposal as an editable Word document, on the tenant's template or the shipped one."""

import asyncio
import base64
import json
import sys
import tempfile
from pathlib import Path

from services.proposal.content.model import ProposalContent
from services.proposal.document.render import RenderingFailed
from services.proposal.document.view import view_of

SECONDS = 10
"""What one document may take of the processor."""
MAX_BYTES = 30 * 1024 * 1024
_PATIENCE = 3
_CHILD = Path(__file__).with_name("word_child.py")
_AT_ONCE = asyncio.Semaphore(2)
"""More would take the processors from those who wait for an answer."""


async def word(content: ProposalContent, language: str, template: bytes) -> bytes:
    """The document. Equal content and template give equal bytes. Raises `RenderingFailed` with the reason."""
    request = {"template": base64.b64encode(template).decode(), "view": view_of(content, language)}
    async with _AT_ONCE:
        with tempfile.TemporaryDirectory(prefix="presales-word-") as empty:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", str(_CHILD), str(SECONDS), cwd=empty, env={"LANG": "C.UTF-8"},
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            try:
                async with asyncio.timeout(SECONDS * _PATIENCE):
                    output, complaint = await process.communicate(json.dumps(request, ensure_ascii=False).encode())
            except TimeoutError:
                raise RenderingFailed(f"took longer than {SECONDS} s") from None
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
    if process.returncode != 0:
        said = complaint.decode(errors="replace").strip()[-1000:]
        raise RenderingFailed(said or f"took longer than {SECONDS} s, or more memory than it may have")
    if len(output) > MAX_BYTES:
        raise RenderingFailed(f"has {len(output)} bytes, {MAX_BYTES} are possible")
    return output
