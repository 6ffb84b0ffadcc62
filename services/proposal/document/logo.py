"""Logos: what a file has to be before it comes into documents, by its content and never by its name."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from shared.files import Refused

PNG, JPEG, SVG = "image/png", "image/jpeg", "image/svg+xml"
MOST_BYTES = 1024 * 1024
"""Looking at more would take long; a picture that fills a page is smaller."""
MOST_PIXELS = 4_000_000
"""Unpacked, some tens of megabytes: more than any page shows of a logo."""

_PNG_BEGINS, _PNG_ENDS = b"\x89PNG\r\n\x1a\n", b"IEND"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of JPEG segments that say how large the picture is."""
_FOUR_INKS = b"\x04"
_SCAN, _END = 0xDA, 0xD9
_AFTER_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
"""A marker among compressed data, where 0xff00 stands for a byte and 0xffd0 to 0xffd7 only restart."""

_SVG, _XHTML = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml"
_SHAPES = ("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "g", "use", "symbol", "defs")
_PAINTS = ("linearGradient", "radialGradient", "stop", "clipPath", "mask", "style")
_DRAWS = frozenset({"svg", *_SHAPES, *_PAINTS, "title", "desc", "metadata"})
"""Elements that draw shapes, and nothing else."""
_LETTERS = frozenset({"text", "tspan", "textPath", "tref"})
_LEADS_AWAY = re.compile(r"\\|url\s*\(\s*['\"]?\s*(?!['\"\s#])", re.IGNORECASE)
"""In a style: an escape that could hide something, or a reference to elsewhere."""


def media_type_of(data: bytes) -> str:
    """PNG, JPEG or SVG. Raises `Refused` for what is none of them, broken, has too many pixels or could do harm."""
    if not data.strip():
        raise Refused("empty_file", "The file is empty.", "文件为空。")
    if data.startswith(_PNG_BEGINS):
        _check_size(*_size_of_png(data))
        return PNG
    if data.startswith(b"\xff\xd8\xff"):
        _check_size(*_size_of_jpeg(data))
        return JPEG
    if data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        _check_svg(data)
        return SVG
    raise Refused(
        "not_a_picture",
        "The content is neither PNG, JPEG nor SVG, whatever the name says; export the logo as one of them.",
        "文件内容不是 PNG、JPEG 或 SVG（与文件名无关）；请将标志导出为其中一种格式。",
    )


def _size_of_png(data: bytes) -> tuple[int, int]:
    """Width and height in pixels; every chunk is looked at, up to the end (PNG 1.2, chapter 3)."""
    at, kind = len(_PNG_BEGINS), b""
    while kind != _PNG_ENDS:
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        at += 12 + length
        if at > len(data):
            raise _broken("PNG")
    if at < len(data):
        raise _more_than_a_picture()
    if data[12:16] != b"IHDR":
        raise _broken("PNG")
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])


def _size_of_jpeg(data: bytes) -> tuple[int, int]:
    """Width and height in pixels; every segment is looked at, up to the end (ITU-T T.81, annex B)."""
    size = (0, 0)
    for marker, at in _segments_of_jpeg(data):
        if marker in _FRAMES:
            if data[at + 7 : at + 8] == _FOUR_INKS:
                raise Refused(
                    "cmyk_picture",
                    "The picture is in the colours of print (CMYK); save it in RGB.",
                    "图片为印刷色（CMYK）；请另存为 RGB。",
                )
            size = int.from_bytes(data[at + 5 : at + 7]), int.from_bytes(data[at + 3 : at + 5])
    return size


def _segments_of_jpeg(data: bytes) -> Iterator[tuple[int, int]]:
    """The marker of each segment, and where its length stands."""
    at = 2
    while True:
        if at + 4 > len(data) + 2 or data[at] != 0xFF:  # noqa: PLR2004 (what every marker begins with)
            raise _broken("JPEG")
        marker = data[at + 1]
        if marker == _END:
            break
        yield marker, at + 2
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
        if marker == _SCAN:
            following = _AFTER_SCAN.search(data, at)
            if following is None:
                raise _broken("JPEG")
            at = following.end() - 2
    if at + 2 < len(data):
        raise _more_than_a_picture()


def _check_size(width: int, height: int) -> None:
    if not 0 < width * height <= MOST_PIXELS:
        raise Refused(
            "too_many_pixels",
            f"The picture has {width} × {height} pixels; a logo has {MOST_PIXELS:,} at most, such as 2,000 × 2,000.",
            f"图片为 {width} × {height} 像素；标志最多 {MOST_PIXELS:,} 像素，例如 2,000 × 2,000。",
        )


def _check_svg(data: bytes) -> None:
    try:
        text = data.decode("utf-8-sig").lstrip()
        root = fromstring(text, forbid_dtd=True)
    except (UnicodeDecodeError, ParseError, ValueError) as wrong:
        if isinstance(wrong, DefusedXmlException):
            raise _harmful("a document type or entities (DOCTYPE)", "文档类型或实体声明（DOCTYPE）") from None
        raise _broken("SVG") from None
    if root.tag != f"{{{_SVG}}}svg":
        raise Refused(
            "not_a_picture",
            "The file is XML, but no SVG: its first element must be <svg> in the namespace of SVG.",
            "文件是 XML，但不是 SVG：首个元素须为 SVG 命名空间的 <svg>。",
        )
    if text.count("<?") > text.startswith("<?xml "):
        raise _harmful("an instruction such as a style sheet (<? … ?>)", "处理指令，例如样式表（<? … ?>）")
    for element in root.iter():
        _check_element(element)


def _check_element(element: Element) -> None:
    space, _, name = element.tag.rpartition("}")
    is_drawn = space == f"{{{_SVG}"
    if is_drawn and name in _LETTERS:
        raise Refused(
            "text_in_svg",
            "It holds text, whose font documents do not have; convert text to outlines (paths) and export it anew.",
            "其中含有文字，而文档没有其字体；请将文字转为轮廓（路径）后重新导出。",
        )
    # What editors note for themselves is drawn by nobody.
    if name not in _DRAWS if is_drawn else space in {"", f"{{{_XHTML}"}:
        raise _harmful(f"<{name[:40]}>", f"<{name[:40]}>")
    for attribute, value in element.attrib.items():
        local = attribute.rpartition("}")[2].lower()
        leads_away = local == "href" and not value.strip().startswith("#")
        if local.startswith("on") or local == "base" or leads_away or (is_drawn and _LEADS_AWAY.search(value)):
            raise _harmful(f"{local[:40]}=… in <{name[:40]}>", f"<{name[:40]}> 中的 {local[:40]}=…")
    rules = (element.text or "") if is_drawn and name == "style" else ""
    if "@" in rules or _LEADS_AWAY.search(rules):
        raise _harmful("a reference or rule in <style>", "<style> 中的引用或规则")


def _harmful(what: str, what_zh: str) -> Refused:
    return Refused(
        "unsafe_svg",
        f"It holds {what}. A logo has shapes, colours and gradients only: no script, no picture or style from"
        " elsewhere. Export it as plain SVG, or as PNG.",
        f"其中含有{what_zh}。标志只能包含图形、颜色和渐变，不得含脚本或外部图片、样式。请导出为普通 SVG 或 PNG。",
    )


def _broken(kind: str) -> Refused:
    return Refused(
        "broken_file",
        f"The {kind} file is broken or cut short; export it anew and send it again.",
        f"{kind} 文件损坏或不完整；请重新导出后再试。",
    )


def _more_than_a_picture() -> Refused:
    return Refused(
        "more_than_a_picture",
        "Something follows the end of the picture; export it anew, so that the file is the picture and nothing else.",
        "图片结尾之后还有其他内容；请重新导出，使文件只含图片。",
    )
