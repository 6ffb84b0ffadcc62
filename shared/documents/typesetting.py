"""Typesetting with typst in the process with limits: a document is files in text, inputs, and perhaps a logo."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from shared.documents import child
from shared.documents.limited import in_json, made_apart

SECONDS = 20
"""What one document may take of the processor."""
MAX_BYTES = 50 * 1024 * 1024
TYPESETTER = Path(child.__file__)


async def typeset(
    files: Mapping[str, str],
    inputs: Mapping[str, str],
    *,
    fonts: tuple[Path, Path],
    logo: bytes | None = None,
    seconds: int = SECONDS,
) -> bytes:
    """The PDF of `main.typ` among `files`, with the `fonts` of two folders alone. Raises `RenderingFailed`."""
    request = await asyncio.to_thread(lambda: {"files": dict(files), "inputs": dict(inputs), "logo": in_json(logo)})
    return await made_apart(
        TYPESETTER, [str(folder) for folder in fonts], request, seconds=seconds, most_bytes=MAX_BYTES
    )


def texts_of(folder: Path) -> dict[str, str]:
    """What the typesetter reads of a folder, by name; fonts are found by themselves."""
    paths = [path for path in sorted(folder.iterdir()) if path.suffix in {".typ", ".json"}]
    return {path.name: path.read_text("utf-8") for path in paths}
