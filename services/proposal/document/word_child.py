"""Fills a Word template: a process of its own, with a template that nobody trusts and nothing else in reach.

Started by `word.py` as `python -I word_child.py <seconds>` in an empty folder: the request is JSON on standard input
(template and logo in base64, and the view), the document is the answer on standard output. It imports nothing of ours.
"""

import base64
import contextlib
import io
import json
import os
import resource
import sys
import zipfile
from pathlib import Path
from typing import Any

MEMORY_BYTES = 1024**3
OPEN_FILES = 64
LOGO_CM = (6, 2)
"""Width and height that a logo fits in."""
MOST_PROPERTY = 255
"""Characters of a property of the file."""
STAMP = "/customXml/stamp.json"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""Time of every member: equal content gives equal bytes."""


def limit(seconds: int) -> None:
    """Give up what a template could misuse: time, memory, files. A file that is written may have no bytes."""
    os.nice(10)
    # Where memory runs short, this process goes first, and not the service.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    # The first limit says by its signal which one it was; the second does not.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Picture:
    """What a template says as `{{ logo }}`. It has no attribute that the sandbox would let a template at."""

    def __init__(self, document: Any, data: bytes, alt: str) -> None:
        self._document, self._data, self._alt = document, data, alt

    def __html__(self) -> str:
        """The picture within the text that it is said in, in the part of the document that is being filled."""
        from docx.image.image import Image  # noqa: PLC0415
        from docx.shared import Cm  # noqa: PLC0415

        size = Image.from_blob(self._data)
        scale = min(Cm(LOGO_CM[0]) / size.px_width, Cm(LOGO_CM[1]) / size.px_height)
        width, height = int(size.px_width * scale), int(size.px_height * scale)
        picture = self._document.current_rendering_part.new_pic_inline(io.BytesIO(self._data), width, height)
        picture.docPr.set("descr", self._alt)
        return f'</w:t></w:r><w:r><w:drawing>{picture.xml}</w:drawing></w:r><w:r><w:t xml:space="preserve">'

    __str__ = __html__


def fill(template: bytes, view: dict[str, Any], logo: bytes | None, stamp: str) -> bytes:
    """The document. In the sandbox no attribute leads out of the data, and what the data say is text, never markup."""
    from docxtpl import DocxTemplate  # noqa: PLC0415 (after the limits, so that they hold for it too)
    from jinja2 import StrictUndefined  # noqa: PLC0415
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    document = DocxTemplate(io.BytesIO(template))
    view["logo"] = Picture(document, logo, view["company"]) if logo else ""
    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    document.render(view, environment, autoescape=True)
    sign(document.docx, view, stamp)
    filled = io.BytesIO()
    document.save(filled)
    return packed_again(filled.getvalue())


def sign(document: Any, view: dict[str, Any], stamp: str) -> None:
    """Who made the file and of what, in its properties: whoever saved the template last is nobody's business."""
    from docx.opc.constants import RELATIONSHIP_TYPE  # noqa: PLC0415
    from docx.opc.packuri import PackURI  # noqa: PLC0415
    from docx.opc.part import Part  # noqa: PLC0415

    said = document.core_properties
    said.author, said.title = view["owner"][:MOST_PROPERTY], view["title"][:MOST_PROPERTY]
    said.last_modified_by = said.comments = ""
    part = Part(PackURI(STAMP), "application/json", stamp.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)


def packed_again(package: bytes) -> bytes:
    """The same members in the same order, without the time of this moment."""
    again = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            entry = zipfile.ZipInfo(member.filename, LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(member))
    return again.getvalue()


def main(seconds: int) -> None:
    limit(seconds)
    request = json.load(sys.stdin.buffer)
    try:
        logo = base64.b64decode(request["logo"]) if request["logo"] else None
        document = fill(base64.b64decode(request["template"]), request["view"], logo, request["stamp"])
    except MemoryError:
        sys.exit("wants more memory than it may have")
    except Exception as error:  # noqa: BLE001 (a template may fail in any way; the reason is its author's to read)
        line = getattr(error, "lineno", None)
        sys.exit(f"{type(error).__name__}: {str(error)[:500]}" + (f" (line {line})" if line else ""))
    sys.stdout.buffer.write(document)


if __name__ == "__main__":
    main(int(sys.argv[1]))
