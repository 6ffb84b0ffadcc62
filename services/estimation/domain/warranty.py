"""How long a warranty a text asks for: `质保期三年`, `36 months of warranty`, `three-year warranty`."""

import re
from collections.abc import Iterable, Iterator

_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12, "eighteen": 18, "一": 1, "壹": 1, "二": 2, "两": 2, "贰": 2, "三": 3, "叁": 3, "四": 4, "五": 5,
    "伍": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10, "十二": 12, "十八": 18, "二十四": 24, "三十六": 36,
}  # fmt: skip
_NUMBER = rf"(\d{{1,3}}(?:\.\d)?|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
_UNIT = r"\)?\s*[-\s]?\s*(?:个|calendar\s+)?\s*(月|年|month|year)"
_MEANT = r"(?:质保|保修|维保|质量保证|缺陷责任期|warrant(?:y|ies)|defects?\s+liability)"
_PATTERNS = (
    re.compile(rf"{_MEANT}[^。；;.\n]{{0,40}}?{_NUMBER}{_UNIT}", re.IGNORECASE),
    re.compile(rf"{_NUMBER}{_UNIT}s?'?[^。；;.,，\n]{{0,20}}?{_MEANT}", re.IGNORECASE),
)


def warranty_months(texts: Iterable[str]) -> int | None:
    """The longest warranty that the texts ask for, in months; None where they ask for none."""
    return max((months for text in texts for months in _found(text)), default=None)


def _found(text: str) -> Iterator[int]:
    for pattern in _PATTERNS:
        for number, unit in pattern.findall(text):
            count = _WORDS.get(number.lower()) or float(number)
            yield round(count * (12 if unit.lower() in {"年", "year"} else 1))
