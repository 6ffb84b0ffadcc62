"""Numbers as people write them in files: decimal points and commas, separated thousands, signs of currency, 万 and 亿.

`1.240` is a thousand in Berlin and one in London: which mark is the decimal one is read from the numbers of the file
that can be read one way only, else from how the file is made, else it is asked for.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Mark = Literal["point", "comma"]
"""What stands before the decimals."""

_SIGNS: dict[str, Mark] = {".": "point", ",": "comma"}
_SCALES = {"千": 3, "万": 4, "萬": 4, "亿": 8}
_AROUND = re.compile(r"^(?:[A-Z]{3}|[^\w\s.,'+()-]+|CN¥|US\$)?\s*|\s*(?:[A-Z]{3}|[^\w\s.,'()%]+|元|%)?$")
"""Codes and signs of currency before and behind, and a per-cent sign, which `is_share` looks for."""
_DIGITS = re.compile(r"[+-]?\d[\d.,]*|[+-]?[.,]\d+")
_STORED = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
"""How a number of a workbook's cell is told."""
_GROUP = 3


class NotANumber(ValueError):
    """The text is no number."""


class AmbiguousNumber(ValueError):
    """The text is a number with thousands or one with decimals, and nothing says which."""


@dataclass(frozen=True, slots=True)
class Number:
    """What a text says."""

    value: Decimal
    is_guess: bool = False
    """It could be read in two ways; other numbers of the file, or how it is made, said which."""


@dataclass(frozen=True, slots=True)
class Notation:
    """How a file writes its numbers."""

    decimal: Mark | None
    """None where nothing says, or where its numbers disagree."""
    source: Literal["said", "numbers", "file", "unknown", "mixed"]
    """Said by the caller, read from other numbers, or usual for the kind of file."""
    is_workbook: bool = False
    """Its cells hold numbers, which have a point whatever its texts have."""

    @classmethod
    def of(
        cls, texts: Iterable[str], *, said: Mark | None = None, usual: Mark | None = None, is_workbook: bool = False
    ) -> "Notation":
        """How numbers are written where these `texts` are some; `usual` counts where they leave it open."""
        if said:
            return cls(said, "said", is_workbook)
        typed = (text for text in texts if not (is_workbook and _STORED.fullmatch(text.strip())))
        found = {mark for text in typed if (mark := _sure_mark(text))}
        if len(found) > 1:
            return cls(None, "mixed", is_workbook)
        if found:
            return cls(found.pop(), "numbers", is_workbook)
        return cls(usual, "file" if usual else "unknown", is_workbook)

    def read(self, text: str) -> Number:
        """The number that `text` is. Raises `NotANumber`, `AmbiguousNumber`."""
        if self.is_workbook and _STORED.fullmatch(text.strip()):
            return Number(Decimal(text.strip()))
        digits, power = _digits(text)
        sure = _sure_decimal(digits)
        is_guess = sure is _OPEN
        if is_guess:
            if self.decimal is None:
                raise AmbiguousNumber(text)
            sure = next(sign for sign, mark in _SIGNS.items() if mark == self.decimal)
        elif self.source == "said" and sure and _SIGNS[sure] != self.decimal:
            raise NotANumber(text)
        plain = "".join("." if sign == sure else sign for sign in digits if sign == sure or sign not in _SIGNS)
        return Number(Decimal(plain).scaleb(power), is_guess=is_guess)


_OPEN = "?"
"""Either mark may be the decimal one."""


def is_share(text: str) -> bool:
    """A number in per cent."""
    return unicodedata.normalize("NFKC", text).strip().endswith("%")


def _digits(text: str) -> tuple[str, int]:
    """Sign, digits and marks of a number, and the power of ten that it is in. Raises `NotANumber`."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("−", "-")
    plain = _AROUND.sub("", plain)
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    power = _SCALES.get(plain[-1:], 0)
    plain = plain[:-1] if power else plain
    # between thousands: spaces of all kinds, and apostrophes in Switzerland
    plain = re.sub(r"(?<=\d)[\s'’](?=\d{3}(?:\D|$))", "", plain.strip())
    exponent = re.fullmatch(r"([+-]?\d+(?:\.\d+)?)[eE]([+-]?\d{1,2})", plain)
    if exponent:
        return exponent[1], power + int(exponent[2])
    if not _DIGITS.fullmatch(plain):
        raise NotANumber(text)
    return plain, power


def _sure_mark(text: str) -> Mark | None:
    try:
        return _SIGNS.get(_sure_decimal(_digits(text)[0]))
    except NotANumber:
        return None


def _sure_decimal(digits: str) -> str:
    """The decimal mark, "" when there are no decimals, `_OPEN` when it can be read in two ways. Raises `NotANumber`."""
    used = [sign for sign in digits if sign in _SIGNS]
    if not used:
        return ""
    whole = digits.lstrip("+-")
    last = used[-1]
    if len(set(used)) > 1:
        # the other one separates thousands; the last may stand once only
        grouped = whole.rpartition(last)[0]
        if used.count(last) > 1 or not _is_grouped(grouped):
            raise NotANumber(digits)
        return last
    if len(used) > 1:
        if not _is_grouped(whole):
            raise NotANumber(digits)
        return ""
    before, _, after = whole.partition(last)
    could_be_thousands = len(after) == _GROUP and 0 < len(before) <= _GROUP and not before.startswith("0")
    return _OPEN if could_be_thousands else last


def _is_grouped(whole: str) -> bool:
    first, *groups = re.split(r"[.,]", whole)
    return 0 < len(first) <= _GROUP and all(len(group) == _GROUP for group in groups)
