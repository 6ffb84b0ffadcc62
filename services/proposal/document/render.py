"""Renders the content of a proposal as a PDF, in a child process with limits and an empty folder."""

import asyncio
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.proposal.document.limited import RenderingFailed, in_json, made_apart
from services.proposal.document.stamp import Stamp, release_code, released
from services.proposal.domain.canonical import canonical
from services.proposal.domain.sections import TITLES
from shared.charts import picture
from shared.charts.picture import DRAWING, font_folder

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES = ("zh", "en")
"""What every draft is set in by itself."""
BILINGUAL = "bilingual"
SECONDS = 20
"""What one document may take of the processor."""
MAX_BYTES = 50 * 1024 * 1024
_CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True, slots=True)
class Pdf:
    """A rendered document. Equal content, language, templates, fonts and engine give equal bytes."""

    data: bytes
    pages: int
    sha256: str


async def render(
    content: bytes,
    language: str,
    *,
    template: bytes | None = None,
    logo: bytes | None = None,
    templates: Path = TEMPLATES,
    seconds: int = SECONDS,
) -> Pdf:
    """The PDF of what the client gets of canonical `content`, in `zh`, `en` or `bilingual`.

    It is set on the tenant's `template` if there is one. `logo` is the file that the branding names.

    Raises `RenderingFailed`.
    """
    shown, stamp = await asyncio.to_thread(_released, content, engine(template))
    request = {
        "content": shown.decode(),
        "language": language,
        "content_hash": stamp.content_hash,
        "stamp": stamp.data,
        "main": template and template.decode(),
        "logo": in_json(logo),
        "titles": titles(),
    }
    arguments = (str(templates), str(DRAWING), str(font_folder()))
    output = await made_apart(_CHILD, arguments, request, seconds=seconds, most_bytes=MAX_BYTES)
    return Pdf(output, _pages(output), hashlib.sha256(output).hexdigest())


def titles() -> str:
    """The titles of the sections, as the templates read them beside their own words."""
    return json.dumps(TITLES, ensure_ascii=False, sort_keys=True)


def _released(content: bytes, engine: str) -> tuple[bytes, Stamp]:
    shown, stamp = released(content, engine)
    return canonical(shown.model_dump(mode="json")), stamp


def _pages(pdf: bytes) -> int:
    """What the root of the page tree counts."""
    tree = re.search(rb"/Type\s*/Pages\b[^>]*?/Count (\d+)", pdf)
    if tree is None:
        raise RenderingFailed("is not a PDF with pages")
    return int(tree[1])


def engine(template: bytes | None = None) -> str:
    """What sets the documents: typst with its version, and the hashes of templates, drawing and fonts, shortened."""
    return _engine() if template is None else f"{_engine()}, own template {hashlib.sha256(template).hexdigest()[:16]}"


@cache
def _engine() -> str:
    said = hashlib.sha256((picture.hash_of(TEMPLATES) + titles()).encode()).hexdigest()[:16]
    return f"{picture.engine()}, templates {said}, release {release_code()}"
