"""Renders the content of a proposal as a PDF, in a child process with limits and an empty folder."""

import asyncio
import hashlib
import json
import re
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.proposal.domain.canonical import content_hash
from shared.charts import picture
from shared.charts.picture import DRAWING, font_folder

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES = ("zh", "en")
"""What every draft is set in by itself."""
BILINGUAL = "bilingual"
SECONDS = 20
"""What one document may take of the processor."""
_PATIENCE = 3
"""How much longer it may take on the clock: its process stands back when others want the processor."""
MAX_BYTES = 50 * 1024 * 1024
_CHILD = Path(__file__).with_name("child.py")
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    # Nothing listens there: a template that asks for a package from the net is refused at once.
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
}


class RenderingFailed(Exception):
    """The typesetter complained, took too long, or wanted more than it may have; the message says which."""


@dataclass(frozen=True, slots=True)
class Pdf:
    """A rendered document. Equal content, language, templates, fonts and engine give equal bytes."""

    data: bytes
    pages: int
    sha256: str


async def render(content: bytes, language: str, *, templates: Path = TEMPLATES, seconds: int = SECONDS) -> Pdf:
    """The PDF of canonical `content` in `zh`, `en` or `bilingual`. Raises `RenderingFailed`."""
    inputs = {"language": language, "content_hash": content_hash(content), **_colours(content)}
    request = {"content": content.decode(), "inputs": inputs}
    with tempfile.TemporaryDirectory(prefix="presales-render-") as empty:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(_CHILD), str(templates), str(DRAWING), str(font_folder()), str(seconds),
            cwd=empty, env=_ENVIRONMENT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(seconds * _PATIENCE):
                output, complaint = await process.communicate(json.dumps(request).encode())
        except TimeoutError:
            raise RenderingFailed(f"took longer than {seconds} s") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode != 0:
        said = complaint.decode(errors="replace").strip()[-2000:]
        raise RenderingFailed(said or f"ended with status {process.returncode}")
    if len(output) > MAX_BYTES:
        raise RenderingFailed(f"has {len(output)} bytes, {MAX_BYTES} are possible")
    return Pdf(output, _pages(output), hashlib.sha256(output).hexdigest())


def _colours(content: bytes) -> dict[str, str]:
    """The colours of a tenant's own branding."""
    branding = json.loads(content).get("branding") or {}
    colours = {"primary": branding.get("primary_colour"), "accent": branding.get("accent_colour")}
    return {name: colour for name, colour in colours.items() if colour}


def _pages(pdf: bytes) -> int:
    """What the root of the page tree counts."""
    tree = re.search(rb"/Type\s*/Pages\b[^>]*?/Count (\d+)", pdf)
    if tree is None:
        raise RenderingFailed("is not a PDF with pages")
    return int(tree[1])


@cache
def engine() -> str:
    """What sets the documents: typst with its version, and the hashes of templates, drawing and fonts, shortened."""
    return f"{picture.engine()}, templates {picture.hash_of(TEMPLATES)}"
