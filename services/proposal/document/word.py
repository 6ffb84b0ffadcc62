"""A proposal as an editable Word document, on the tenant's template or the shipped one."""

import asyncio
import hashlib
from importlib.metadata import version
from pathlib import Path

from services.proposal.document.logo import SVG
from services.proposal.document.stamp import code, released
from services.proposal.document.view import view_of
from shared.documents.limited import in_json, made_apart

SECONDS = 10
"""What one document may take of the processor."""
MAX_BYTES = 30 * 1024 * 1024
_CHILD = Path(__file__).with_name("word_child.py")


async def word(
    content: bytes,
    language: str,
    template: bytes,
    *,
    logo: bytes | None = None,
    seconds: int = SECONDS,
) -> bytes:
    """The document of what the client gets of canonical `content`, with the `logo` that its branding names.

    One in SVG is left out, which Word has no picture for. Equal content, logo and template give equal
    bytes. Raises `RenderingFailed` with the reason.
    """
    shown, stamp = await asyncio.to_thread(released, content, engine(template))
    is_vector = shown.branding is not None and shown.branding.logo_media_type == SVG
    request = {
        "template": in_json(template),
        "view": view_of(shown, language),
        "stamp": stamp.data,
        "logo": None if is_vector else in_json(logo),
    }
    return await made_apart(_CHILD, (), request, seconds=seconds, most_bytes=MAX_BYTES)


def engine(template: bytes) -> str:
    """What makes a document on this template here and now."""
    return f"docxtpl {version('docxtpl')}, template {hashlib.sha256(template).hexdigest()[:16]}, code {code()}"
