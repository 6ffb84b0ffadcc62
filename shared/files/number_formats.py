"""Numbers of a workbook as its program shows them: 1.10 under `0.00`, 007 under `000`, 40% under `0%`.

The library that reads workbooks gives values only. Never less than the value is said: 3.14159 under `0.0` stays so.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

Shown = dict[tuple[int, int], str]
"""By row and column, both from 0."""

_BUILT_IN = {1: "0", 2: "0.00", 4: "#,##0.00", 9: "0%", 10: "0.00%"}
"""ECMA-376 18.8.30: those of the formats that every program knows which show a number otherwise than by its value."""
_CELL = re.compile(
    rb"<(?:\w+:)?c\b([^>]*[^/>])>\s*(?:<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*)?<(?:\w+:)?v>([^<]+)<"
)
_ATTRIBUTE = re.compile(rb"\b([rst])=[\"']([^\"']*)[\"']")
_PLACE = re.compile(rb"([A-Z]+)(\d+)")
_NO_FIGURE = re.compile(r"\[[^\]]*\]|[_*].")
"""Colours, currencies, and the width of what is not there."""
_FORMAT = re.compile(r"(?:\"([A-Za-z]+[-_.]?)\")?([#,?]*)([0,]*)(?:\.([0#?]+))?(%?)(?:\"[^\"]*\")?")
_LONGEST = 255
"""Signs of a format code, as programs limit them."""


@dataclass(frozen=True, slots=True)
class Format:
    """What a format adds to a value: words before it, and digits that must be there."""

    prefix: str
    digits: int
    decimals: int
    is_percent: bool

    def shown(self, value: Decimal) -> str:
        """The value with these digits, and with as many decimals more as it has."""
        scaled = value * 100 if self.is_percent else value
        own = scaled.normalize().as_tuple().exponent
        decimals = max(self.decimals, -own if isinstance(own, int) else 0)
        whole, point, part = f"{abs(scaled):.{decimals}f}".partition(".")
        sign, percent = "-" if scaled < 0 else "", "%" if self.is_percent else ""
        return f"{sign}{self.prefix}{whole.zfill(self.digits)}{point}{part}{percent}"


def format_of(code: str) -> Format | None:
    """What a format code says of positive numbers; None for those that show the plain value, dates and fractions.

    Thousands are not separated and units not said: the cell is a number to whoever reads it.
    """
    if len(code) > _LONGEST:
        return None
    match = _FORMAT.fullmatch(_NO_FIGURE.sub("", code.split(";", maxsplit=1)[0]).strip())
    if match is None:
        return None
    prefix, optional, digits, decimals, percent = (match[at] or "" for at in range(1, 6))
    is_code = not (optional or "," in digits or decimals or percent)
    found = Format(prefix if is_code else "", digits.count("0"), decimals.count("0"), bool(percent))
    is_plain = not found.prefix and found.digits <= 1 and not found.decimals and not percent
    return None if is_plain else found


def shown_numbers(content: bytes) -> dict[str, Shown]:
    """The texts of the cells of an XLSX file whose format says more than their value, by sheet."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        if not {"xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return {}
        formats = _formats(fromstring(archive.read("xl/styles.xml")))
        if not formats:
            return {}
        parts = ((name, part) for name, part in _parts(archive) if part in names)
        return {name: dict(_cells(archive.read(part), formats)) for name, part in parts}


def _formats(styles: Element) -> dict[int, Format]:
    """By the style that cells name."""
    codes = {**_BUILT_IN, **{int(one.get("numFmtId", 0)): one.get("formatCode", "") for one in _all(styles, "numFmt")}}
    own = [one for group in _all(styles, "cellXfs") for one in group]
    said = ((at, format_of(codes.get(int(one.get("numFmtId", 0)), ""))) for at, one in enumerate(own))
    return {at: one for at, one in said if one}


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    links = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {one.get("Id"): one.get("Target", "") for one in links}
    for sheet in _all(fromstring(archive.read("xl/workbook.xml")), "sheet"):
        key = next((value for name, value in sheet.items() if name.endswith("}id")), None)
        yield sheet.get("name", ""), posixpath.normpath(posixpath.join("/xl", targets.get(key, ""))).lstrip("/")


def _cells(sheet: bytes, formats: dict[int, Format]) -> Iterator[tuple[tuple[int, int], str]]:
    for cell in _CELL.finditer(sheet):
        said = dict(_ATTRIBUTE.findall(cell[1]))
        own, place = formats.get(int(said.get(b"s") or 0)), _PLACE.fullmatch(said.get(b"r", b""))
        if own and place and said.get(b"t", b"n") == b"n":
            value = Decimal(f"{float(cell[2]):.15g}")  # as many digits as a workbook keeps
            yield (int(place[2]) - 1, _column(place[1])), own.shown(value)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _all(element: Any, tag: str) -> Iterator[Element]:
    return (one for one in element.iter() if isinstance(one.tag, str) and one.tag.rsplit("}", 1)[-1] == tag)
