"""The typesetter: a process of its own that may read templates, the drawing of charts, one font folder and its input.

Started by `render.py` as `python -I child.py <templates> <drawing> <fonts> <seconds>` in an empty folder: the request
is JSON on standard input, with the `main.typ` of a tenant's own template if there is one; the PDF is the answer on
standard output. It imports nothing of ours, to start quickly.
"""

import base64
import contextlib
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any, NoReturn

MEMORY_BYTES = 2 * 1024**3
"""Address space: the engine maps some hundred megabytes of code and font before it sets a line; two thousand
requirements take half of it."""
OPEN_FILES = 64
READ = {".typ", ".json"}
"""What of the folders is read as text; fonts are found by themselves."""
MOST_SAID = 60_000
"""Characters of a diagnosis: it shows every line it speaks of, and a line may be as long as a template."""


def limit(seconds: int) -> None:
    """Give up what a template could misuse: time, memory, files. A file that is written may have no bytes."""
    # A document can wait a moment; the drafts and answers that somebody waits for come first.
    os.nice(19)
    # Where memory runs short, this process goes first, and not the service.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    # The first limit says by its signal which one it was; the second does not.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def colours(content: dict[str, Any]) -> dict[str, str]:
    """The colours of a tenant's own branding."""
    branding = content.get("branding") or {}
    own = {"primary": branding.get("primary_colour"), "accent": branding.get("accent_colour")}
    return {name: colour for name, colour in own.items() if colour}


def complain(why: str) -> NoReturn:
    """End with `why`; where this happens is nobody's business."""
    sys.exit(why.replace(f"{Path.cwd()}{os.sep}", "")[:MOST_SAID])


def main(templates: Path, drawing: Path, fonts: Path, seconds: int) -> None:
    """Set one document. Ends with status 1 and the diagnosis on standard error when typst complains of anything."""
    request = json.load(sys.stdin.buffer)
    if request["logo"]:
        # The typesetter takes nothing but text from memory; in this folder there is nothing else.
        Path("logo").write_bytes(base64.b64decode(request["logo"]))
    limit(seconds)
    import typst  # noqa: PLC0415 (after the limits, so that they hold for it too)

    folders = (drawing, templates)
    found = (path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in READ)
    files = {path.name: path.read_bytes() for path in found}
    files["content.json"] = request["content"].encode()
    files["titles.json"] = request["titles"].encode()
    if request["main"] is not None:
        files["main.typ"] = request["main"].encode()
    try:
        compiler = typst.Compiler(
            input=files,  # type: ignore[type-var]  # a mapping is accepted, but not typed
            root=Path.cwd(),
            font_paths=typst.Fonts(include_system_fonts=False, font_paths=[fonts, drawing]),
            sys_inputs={
                "language": request["language"],
                "content_hash": request["content_hash"],
                "stamp": request["stamp"],
                **colours(json.loads(request["content"])),
            },
            package_path=Path.cwd(),
            package_cache_path=Path.cwd(),
        )
        # PDF/A for archives, with a stamp for machines attached, and PDF/UA for screen readers: a figure without
        # alternative text is then an error.
        pdf, warnings = compiler.compile_with_warnings(format="pdf", timestamp=0, pdf_standards=["a-3a", "ua-1"])
    except typst.TypstError as error:
        complain(error.diagnostic or str(error))
    except MemoryError:
        complain("wants more memory than it may have")
    except BaseException as panic:  # noqa: BLE001 (a panic of the typesetter is no `Exception` to Python)
        complain(f"the typesetter broke down: {panic}")
    if warnings or not isinstance(pdf, bytes):
        complain("\n".join(warning.diagnostic or warning.message for warning in warnings))
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
