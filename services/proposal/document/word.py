"""A proposal as an editable Word document, on the tenant's template or the shipped one."""

import asyncio
import base64
from pathlib import Path

from services.proposal.content.model import ProposalContent
from services.proposal.document.limited import made_apart
from services.proposal.document.view import view_of

SECONDS = 10
"""What one document may take of the processor."""
MAX_BYTES = 30 * 1024 * 1024
_CHILD = Path(__file__).with_name("word_child.py")
_AT_ONCE = asyncio.Semaphore(2)
"""More would take the processors from those who wait for an answer."""


async def word(content: ProposalContent, language: str, template: bytes, *, seconds: int = SECONDS) -> bytes:
    """The document. Equal content and template give equal bytes. Raises `RenderingFailed` with the reason."""
    request = {"template": base64.b64encode(template).decode(), "view": view_of(content, language)}
    async with _AT_ONCE:
        return await made_apart(_CHILD, (), request, seconds=seconds, most_bytes=MAX_BYTES)
