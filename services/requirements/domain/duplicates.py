"""Whether two opportunities may be the same one (撞单): names compared as people would."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

_FORMS = re.compile(
    r"股份有限公司|有限责任公司|有限公司|集团|公司|\b(?:co|ltd|limited|inc|corp|corporation|gmbh|llc|plc|company|group)\b\.?",
    re.IGNORECASE,
)
_NOISE = re.compile(r"[\W_]+")
_REMEMBERED = 8192
"""Names: a new opportunity is compared with the same two thousand as the one before."""
ALIKE = 0.6
"""From this score on two opportunities are shown as possible duplicates."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """0 … 1 each; `score` counts the client twice the title."""

    client: float
    title: float

    @property
    def score(self) -> float:
        return round((2 * self.client + self.title) / 3, 3)


@lru_cache(_REMEMBERED)
def plain(name: str) -> str:
    """A name without its legal form, case, width and punctuation."""
    return _NOISE.sub("", _FORMS.sub(" ", unicodedata.normalize("NFKC", name).casefold()))


class Named(NamedTuple):
    """What an opportunity is known by."""

    client: str
    title: str


def likeness(one: Named, other: Named) -> Likeness:
    """How alike two opportunities are, by the names of their clients and their titles."""
    return Likeness(_alike(one.client, other.client), _alike(one.title, other.title))


def _alike(one: str, other: str) -> float:
    """Dice's coefficient of the pairs of characters: 2 x common / all. A name within the other: 0.9 at least."""
    first, second = plain(one), plain(other)
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    pairs, others = _pairs(first), _pairs(second)
    shared = 2 * len(pairs & others) / (len(pairs) + len(others)) if pairs or others else 0.0
    is_within = min(len(first), len(second)) >= _SHORTEST and (first in second or second in first)
    return max(shared, 0.9 if is_within else 0.0)


_SHORTEST = 3


@lru_cache(_REMEMBERED)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))
