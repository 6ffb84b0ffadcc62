"""Which paragraphs are headings, and which are lines of a table of contents, where nothing but their text says so."""

import re

from services.requirements.domain.statements import is_requirement

NUMBERED = re.compile(
    r"^(?:\d+(?:\.\d+)*\.?|[A-Z]\.|第[一二三四五六七八九十\d]+[章节条]|[一二三四五六七八九十]+、)\s*\S"
)
_LENGTH = 60
_LEADERS = re.compile(r"(?:\.{4,}|(?:\. ){3,}|…{2,}|·{4,}|\t)\s*\d{1,4}$")
_NUMBER = re.compile(r"^(?:(\d+(?:\.\d+)*)[.)、]?\s|第?([一二三四五六七八九十]+)[、章节条])")
_END = 200
_CHINESE = "一二三四五六七八九十"


def is_heading(text: str, *, following: str = "") -> bool:
    """Numbered, short, demanding nothing, and not gone on with in the next line."""
    is_short = 0 < len(text) <= _LENGTH and text[-1] not in ".。；;,，:："
    return bool(NUMBERED.match(text)) and is_short and not following[:1].islower() and not is_requirement(text)


def is_contents(text: str) -> bool:
    """A name, leaders and the number of a page."""
    return bool(_LEADERS.search(text[-_END:]))


def is_next(text: str, following: str) -> bool:
    """Whether the second line has the number after that of the first: both are points of a list."""
    first, second = _number(text), _number(following)
    return bool(first and second) and first[:-1] == second[:-1] and second[-1] == first[-1] + 1


def _number(text: str) -> tuple[int, ...]:
    match = _NUMBER.match(text)
    if match is None:
        return ()
    if match[1]:
        return tuple(int(one) for one in match[1].split("."))
    ten, _, rest = match[2].rpartition("十")
    if "十" not in match[2]:
        return (_CHINESE.index(match[2][0]) + 1,)
    return ((_CHINESE.index(ten) + 1 if ten else 1) * 10 + (_CHINESE.index(rest) + 1 if rest else 0),)
