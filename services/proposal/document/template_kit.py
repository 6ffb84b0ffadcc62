"""What the writer of a typst template needs at a desk: all that is in its reach, with a proposal, as an archive."""

import io
import zipfile
from pathlib import Path

from services.proposal.document.render import TEMPLATES
from services.proposal.document.word_child import LONG_AGO
from shared.charts.picture import DRAWING

GOLDEN = Path(__file__).parent / "golden"
"""Contents of proposals, small ones, that every template has to cope with."""
_EVERYTHING = GOLDEN / "settled.json"
"""The one with every part that there can be."""


def template_kit() -> bytes:
    """The shipped `main.typ` with the parts, the words and a proposal, as `typst compile main.typ` wants them."""
    parts = (path for folder in (DRAWING, TEMPLATES) for path in sorted(folder.iterdir()) if path.is_file())
    files = {path.name: path.read_bytes() for path in parts} | {"content.json": _EVERYTHING.read_bytes()}
    kit = io.BytesIO()
    with zipfile.ZipFile(kit, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), data, zipfile.ZIP_DEFLATED)
    return kit.getvalue()
