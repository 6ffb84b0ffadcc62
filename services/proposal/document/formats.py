"""A proposal as a file in any of the formats: who makes it, and what of that it takes to make it again to the byte."""

import asyncio
import hashlib
from dataclasses import dataclass

from services.proposal.document import render, word, workbook
from services.proposal.document.word_template import shipped_template
from shared.documents.limited import processor

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {"pdf": PDF, "docx": DOCX, "xlsx": XLSX}
"""By the ending of the file's name."""
ENDINGS = {media_type: ending for ending, media_type in MEDIA_TYPES.items()}


@dataclass(frozen=True, slots=True)
class Made:
    """A file, with what made it. `pages` is 0 for a format that has none of its own."""

    data: bytes
    pages: int
    engine: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


async def made(
    content: bytes,
    language: str,
    media_type: str,
    *,
    template: bytes | None = None,
    logo: bytes | None = None,
    seconds: int | None = None,
) -> Made:
    """The file of what the client gets of canonical `content`, with its `logo`.

    It is set on `template`, the tenant's own for that format, if any.

    It may take `seconds` of the processor, or what is usual for its format. Equal content, which names the logo by its
    hash, language, template and engine give equal bytes. Raises `RenderingFailed`.
    """
    engine = engine_of(media_type, template)
    if media_type == PDF:
        pdf = await render.render(content, language, template=template, logo=logo, seconds=seconds or render.SECONDS)
        return Made(pdf.data, pdf.pages, engine)
    if media_type == DOCX:
        own = template or shipped_template()
        return Made(await word.word(content, language, own, logo=logo, seconds=seconds or word.SECONDS), 0, engine)
    async with processor:
        return Made(await asyncio.to_thread(workbook.workbook, content, language), 0, engine)


def engine_of(media_type: str, template: bytes | None = None) -> str:
    """What makes a file of this kind here and now."""
    if media_type == PDF:
        return render.engine(template)
    return word.engine(template or shipped_template()) if media_type == DOCX else workbook.engine()
