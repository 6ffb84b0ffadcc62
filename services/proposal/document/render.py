"""Renders the content of a proposal as a PDF, in a child process with limits and an empty folder."""

import asyncio
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.proposal.content.client import ClientContent
from services.proposal.document.stamp import release_code, released
from services.proposal.domain.canonical import canonical
from services.proposal.domain.sections import TITLES
from shared.charts import picture
from shared.charts.picture import DRAWING, font_folder
from shared.documents import typesetting
from shared.documents.limited import RenderingFailed
from shared.documents.typesetting import texts_of, typeset

SECONDS = typesetting.SECONDS
TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES = ("zh", "en")
"""What every draft is set in by itself."""
BILINGUAL = "bilingual"


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
    files, inputs = await asyncio.to_thread(_request, content, language, template, templates)
    output = await typeset(files, inputs, fonts=(font_folder(), DRAWING), logo=logo, seconds=seconds)
    return Pdf(output, _pages(output), hashlib.sha256(output).hexdigest())


def titles() -> str:
    """The titles of the sections, as the templates read them beside their own words."""
    return json.dumps(TITLES, ensure_ascii=False, sort_keys=True)


def _request(
    content: bytes, language: str, template: bytes | None, templates: Path
) -> tuple[dict[str, str], dict[str, str]]:
    """The files that the document is made of, and its inputs."""
    shown, stamp = released(content, engine(template))
    files = texts_of(DRAWING) | texts_of(templates)
    files |= {"content.json": canonical(shown.model_dump(mode="json")).decode(), "titles.json": titles()}
    if template is not None:
        files["main.typ"] = template.decode()
    inputs = {"language": language, "content_hash": stamp.content_hash, "stamp": stamp.data}
    return files, inputs | _colours(shown)


def _colours(shown: ClientContent) -> dict[str, str]:
    """The colours of a tenant's own branding."""
    branding = shown.branding
    own = {"primary": branding and branding.primary_colour, "accent": branding and branding.accent_colour}
    return {name: colour for name, colour in own.items() if colour}


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
