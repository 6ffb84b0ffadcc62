"""A proposal as an editable Word document, on the tenant's template or the shipped one."""

from pathlib import Path

from services.proposal.content.model import ProposalContent
from services.proposal.document.limited import in_json, made_apart
from services.proposal.document.logo import SVG
from services.proposal.document.view import view_of

SECONDS = 10
"""What one document may take of the processor."""
MAX_BYTES = 30 * 1024 * 1024
_CHILD = Path(__file__).with_name("word_child.py")


async def word(
    content: ProposalContent,
    language: str,
    template: bytes,
    *,
    logo: bytes | None = None,
    seconds: int = SECONDS,
) -> bytes:
    """The document, with the `logo` that its branding names; one in SVG is left out, which Word has no picture for.

    Equal content, logo and template give equal bytes. Raises `RenderingFailed` with the reason.
    """
    is_vector = content.branding is not None and content.branding.logo_media_type == SVG
    request = {
        "template": in_json(template),
        "view": view_of(content, language),
        "logo": None if is_vector else in_json(logo),
    }
    return await made_apart(_CHILD, (), request, seconds=seconds, most_bytes=MAX_BYTES)
