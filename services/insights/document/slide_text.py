"""Text on slides: faces for Latin and East Asian characters, and how many lines a text takes."""

import unicodedata
from math import ceil
from typing import Any

from lxml import etree
from pptx.dml.color import RGBColor
from pptx.oxml.ns import qn
from pptx.util import Pt

LATIN, EAST_ASIAN = "Calibri", "Microsoft YaHei"
"""Faces that PowerPoint has; a program without them takes the nearest that it has."""
INK, GREY, NAVY = "1d2733", "66727f", "14304f"
_LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
_POINTS = 72
_NARROW, _WIDE = 0.56, 1.0
"""How wide a character is on average, in heights of the type; wide ones are Chinese and what goes with it."""
_LEADING = 1.25


def set_faces(properties: Any, language: str) -> None:
    """The language, and a face for each script: PowerPoint takes an own one for Chinese where none is named."""
    properties.set("lang", _LANGUAGES[language])
    for name, face in (("latin", LATIN), ("ea", EAST_ASIAN), ("cs", LATIN)):
        for old in properties.findall(qn(f"a:{name}")):
            properties.remove(old)
        element = etree.Element(qn(f"a:{name}"), typeface=face)
        _insert(properties, element)


def _insert(properties: Any, element: Any) -> None:
    """After line, fill and effects, before links: the order that the schema wants."""
    later = {"hlinkClick", "hlinkMouseOver", "rtl", "extLst"}
    after = [one for one in properties if etree.QName(one).localname in later]
    if after:
        after[0].addprevious(element)
    else:
        properties.append(element)


def write(
    frame: Any, text: str, language: str, *, size: float, colour: str = INK, is_bold: bool = False, align: Any = None
) -> None:
    """`text` as the only content of a text frame, a paragraph for each of its lines."""
    for number, line in enumerate(text.split("\n")):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        if align is not None:
            paragraph.alignment = align
        if not line:  # an empty cell is as high as its type, which would be 18 points
            paragraph._p.append(etree.Element(qn("a:endParaRPr"), sz=str(round(size * 100))))  # noqa: SLF001
            continue
        run = paragraph.add_run()
        run.text = line
        run.font.size, run.font.bold = Pt(size), is_bold
        run.font.color.rgb = RGBColor.from_string(colour)
        set_faces(run._r.get_or_add_rPr(), language)  # noqa: SLF001 (no public way)


def lines(text: str, inches: float, size: float) -> int:
    """How many lines a text takes within a width, at most."""
    room = inches * _POINTS / size
    return sum(max(1, ceil(_ems(line) * 1.05 / room)) for line in text.split("\n"))


def height(count: int, size: float) -> float:
    """Inches that so many lines are high."""
    return count * size * _LEADING / _POINTS


def _ems(text: str) -> float:
    return sum(_WIDE if unicodedata.east_asian_width(one) in "WFA" else _NARROW for one in text)
