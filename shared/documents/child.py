"""The typesetter: a process of its own that may read its input, fonts, and nothing else of ours.

Started as `python -I child.py <fonts> <drawing> <seconds>` in an empty folder: the request is JSON on
standard input, with the text of every file by its name and the logo if there is one; the PDF is the answer on standard
output. It imports nothing of ours and little of Python: a third of what a usual document takes is its start.
"""

import binascii
import json
import os
import resource
import sys

MEMORY_BYTES = 2 * 1024**3
"""Address space: the engine maps some hundred megabytes of code and font before it sets a line; two thousand
requirements take half of it."""
OPEN_FILES = 64
MOST_SAID = 60_000
"""Characters of a diagnosis: it shows every line it speaks of, and a line may be as long as a template."""


def limit(seconds: int) -> None:
    """Give up what a template could misuse: time, memory, files. A file that is written may have no bytes."""
    # A document can wait a moment; the drafts and answers that somebody waits for come first.
    os.nice(19)
    try:
        # Where memory runs short, this process goes first, and not the service.
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
            score.write("1000")
    except OSError:
        pass
    # The first limit says by its signal which one it was; the second does not.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def said(why: str) -> str:
    """What to end with; where this happens is nobody's business."""
    return why.replace(f"{os.getcwd()}{os.sep}", "")[:MOST_SAID]


def main(fonts: str, drawing: str, seconds: int) -> None:
    """Set one document. Ends with status 1 and the diagnosis on standard error when typst complains of anything."""
    request = json.load(sys.stdin.buffer)
    if request["logo"]:
        # The typesetter takes nothing but text from memory; in this folder there is nothing else.
        with open("logo", "wb") as logo:
            logo.write(binascii.a2b_base64(request["logo"]))
    limit(seconds)
    import typst  # noqa: PLC0415 (after the limits, so that they hold for it too)

    folder = os.getcwd()
    files = {name: text.encode() for name, text in request["files"].items()}
    try:
        compiler = typst.Compiler(
            input=files,  # type: ignore[type-var]  # a mapping is accepted, but not typed
            root=folder,
            font_paths=typst.Fonts(include_system_fonts=False, font_paths=[fonts, drawing]),
            sys_inputs=request["inputs"],
            package_path=folder,
            package_cache_path=folder,
        )
        # PDF/A for archives, with a stamp for machines attached, and PDF/UA for screen readers: a figure without
        # alternative text is then an error.
        pdf, warnings = compiler.compile_with_warnings(format="pdf", timestamp=0, pdf_standards=["a-3a", "ua-1"])
    except typst.TypstError as error:
        sys.exit(said(error.diagnostic or str(error)))
    except MemoryError:
        sys.exit("wants more memory than it may have")
    except BaseException as panic:  # noqa: BLE001 (a panic of the typesetter is no `Exception` to Python)
        sys.exit(said(f"the typesetter broke down: {panic}"))
    if warnings or not isinstance(pdf, bytes):
        sys.exit(said("\n".join(warning.diagnostic or warning.message for warning in warnings)))
    sys.stdout.buffer.write(pdf)
    sys.stdout.flush()
    os._exit(0)  # the process takes with it what it has in memory: to free it piece by piece takes longer


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
