"""A proposal as a file in any of the formats: who makes it, and what of that it takes to make it again to the byte."""

import asyncio
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from services.proposal.content.model import ProposalContent
from services.proposal.document import render, word, workbook
from services.proposal.document.limited import processor
from services.proposal.document.word_template import shipped_template

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {"pdf": PDF, "docx": DOCX, "xlsx": XLSX}
"""By the ending of the file's name."""
ENDINGS = {media_type: ending for ending, media_type in MEDIA_TYPES.items()}
_OURS = (
    "economics_sheet.py", "view.py", "word_child.py", "word_template.py", "workbook.py", "worksheets.py", "texts.py",
    "texts.json",
)  # fmt: skip


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
    """The file of canonical `content` with its `logo`, set on `template`, the tenant's own for that format, if any.

    It may take `seconds` of the processor, or what is usual for its format. Equal content, which names the logo by its
    hash, language, template and engine give equal bytes. Raises `RenderingFailed`.
    """
    engine = engine_of(media_type, template)
    if media_type == PDF:
        pdf = await render.render(content, language, template=template, logo=logo, seconds=seconds or render.SECONDS)
        return Made(pdf.data, pdf.pages, engine)
    read = ProposalContent.model_validate_json(content)
    if media_type == DOCX:
        own = template or shipped_template()
        return Made(await word.word(read, language, own, logo=logo, seconds=seconds or word.SECONDS), 0, engine)
    async with processor:
        return Made(await asyncio.to_thread(workbook.workbook, read, language), 0, engine)


def engine_of(media_type: str, template: bytes | None = None) -> str:
    """What makes a file of this kind here and now."""
    if media_type == PDF:
        return render.engine(template)
    if media_type == DOCX:
        on = hashlib.sha256(template or shipped_template()).hexdigest()[:16]
        return f"docxtpl {version('docxtpl')}, template {on}, code {_code()}"
    return f"xlsxwriter {version('xlsxwriter')}, code {_code()}"


@cache
def _code() -> str:
    """The hash of what writes Word and workbooks, and of the words they share with the templates, shortened."""
    digest = hashlib.sha256((render.TEMPLATES / "texts.json").read_bytes() + render.titles().encode())
    for name in _OURS:
        digest.update(name.encode() + b"\0" + (Path(__file__).parent / name).read_bytes())
    return digest.hexdigest()[:16]
