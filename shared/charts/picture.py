"""Charts as pictures: SVG and PNG, set by typst with the one pinned font.

The drawing is ours and the data are JSON, so that no process of its own is needed, unlike for documents; it takes some
milliseconds, in a thread that lets the event loop run.
"""

import asyncio
import hashlib
import html
import importlib.util
import json
import zlib
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from shared.charts.shapes import Chart

DRAWING = Path(__file__).parent / "drawing"
"""The typst files that charts and documents draw with."""

PIXELS_PER_INCH = 144
Form = Literal["svg", "png"]
_HEADER = 33
"""Bytes of a PNG before its second chunk: the signature and IHDR."""


class DrawingFailed(Exception):
    """The typesetter complained; the message says of what. A defect of the drawing, never of the data's owner."""


async def draw(chart: Chart, language: str, *, form: Form) -> bytes:
    """The chart as `svg` or `png` with its alternative text inside. Equal charts give equal bytes."""
    return await asyncio.to_thread(_draw, chart, language, form)


def _draw(chart: Chart, language: str, form: Form) -> bytes:
    import typst  # noqa: PLC0415 (some 50 MB that a process without charts does not need)

    files = {**_files(), "chart.json": json.dumps(chart.drawn(language), ensure_ascii=False).encode()}
    try:
        compiler = typst.Compiler(
            input=files,
            root=DRAWING,
            font_paths=_fonts(),
            sys_inputs={"language": language},
        )
        picture, warnings = compiler.compile_with_warnings(format=form, ppi=PIXELS_PER_INCH)
    except typst.TypstError as error:
        raise DrawingFailed(error.diagnostic or str(error)) from None
    if warnings or not isinstance(picture, bytes):
        raise DrawingFailed("\n".join(warning.diagnostic or warning.message for warning in warnings) or "no one page")
    title, alt = chart.title.of(language), chart.alt.of(language)
    return _with_text_svg(picture, title, alt) if form == "svg" else _with_text_png(picture, alt)


def _with_text_svg(picture: bytes, title: str, alt: str) -> bytes:
    """Title and description where screen readers look for them (SVG 1.1, 5.4)."""
    head, rest = picture.split(b">", 1)
    said = f"<title>{html.escape(title)}</title><desc>{html.escape(alt)}</desc>"
    return head + b' role="img">' + said.encode() + rest


def _with_text_png(picture: bytes, alt: str) -> bytes:
    """The alternative text as the registered keyword `Description` (PNG 1.2, 4.2.3.3), after the header chunk."""
    chunk = b"iTXt" + b"Description\0\0\0\0\0" + alt.encode()
    length, check = (len(chunk) - 4).to_bytes(4), zlib.crc32(chunk).to_bytes(4)
    return picture[:_HEADER] + length + chunk + check + picture[_HEADER:]


@cache
def _files() -> dict[str, bytes]:
    files = {path.name: path.read_bytes() for path in sorted(DRAWING.glob("*.typ"))}
    return {"main.typ": files.pop("chart.typ"), **files}


@cache
def _fonts() -> Any:
    import typst  # noqa: PLC0415

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[font_folder(), DRAWING])


@cache
def font_folder() -> Path:
    """The folder of the font wheel: Noto Sans CJK, the face of charts and documents beside the marks in `DRAWING`."""
    spec = importlib.util.find_spec("manimgx_fonts_cjk")
    if spec is None or spec.origin is None:
        raise RuntimeError("the wheel manimgx-fonts-cjk is not installed")
    return Path(spec.origin).parent


@cache
def engine() -> str:
    """What draws: typst with its version, and the hashes of drawing and fonts, shortened."""
    return f"typst {version('typst')}, drawing {hash_of(DRAWING)}, fonts {hash_of(font_folder(), '*.tt*')}"


def hash_of(folder: Path, pattern: str = "*") -> str:
    """The SHA-256 of a folder's files, shortened."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob(pattern)):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
