"""What may be misunderstood in a requirement: findings in Chinese and English, each explained; none of them blocks.

The rules follow the INCOSE *Guide to Writing Requirements* and ISO/IEC/IEEE 29148; which words they look for is data.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.requirements.domain.obligations import demand
from shared.kernel.words import tokens

_NUMBER = re.compile(r"\d")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])|[。！？；;\n]+")
_STRIPPED = re.compile(r"`[^`]*`|https?://\S+|\"[^\"]{1,80}\"|“[^”]{1,80}”|「[^」]*」")
"""Quoted names and addresses are not our words."""
SHINGLE = 2
ALIKE = 0.7
_SEGMENT = re.compile(r"[,，、]|\b(?:and|or|nor|but)\b")
_COMMON = 40
"""A run of words in more statements than this says nothing about two of them being the same."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`start` and `end` are positions in the statement, both 0 for what concerns it as a whole."""

    rule: str
    severity: str
    words: str
    start: int
    end: int
    message: str
    message_zh: str
    mend: str
    mend_zh: str
    reference: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What is looked at of a requirement."""

    code: str
    text: str
    kind: str = "functional"
    priority: str = "must"
    is_measured: bool = False
    """It has a metric."""
    is_acceptable: bool = False
    """It has acceptance criteria."""
    is_sourced: bool = False
    remarks: tuple[str, ...] = ()
    """What the client wants changed in it, in the client's words."""


class Rules:
    """The rules, from data like that of quality.json."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._words = [(rule, _pattern(rule)) for rule in content["rules"]]
        self._performance = re.compile(
            rf"\b(?:{content['performance']['en']})|{content['performance']['zh']}", re.IGNORECASE
        )
        self._subordinate = re.compile(content["subordinate"], re.IGNORECASE)
        self._texts = content["texts"]

    @property
    def codes(self) -> tuple[str, ...]:
        return (*(rule["code"] for rule, _ in self._words), *self._texts)

    def findings(self, statement: Statement) -> list[Finding]:
        """What may be misunderstood in one statement, in the order of the text, then what is missing."""
        return [*sorted(self._in_words(statement.text), key=lambda one: (one.start, one.rule)), *self._about(statement)]

    def _in_words(self, text: str) -> Iterator[Finding]:
        plain = _STRIPPED.sub(lambda match: " " * len(match[0]), text)
        taken: list[tuple[int, int]] = []
        for rule, pattern in self._words:
            for match in pattern.finditer(plain):
                if all(match.end() <= start or match.start() >= end for start, end in taken):
                    taken.append(match.span())
                    yield _finding(rule["code"], rule, words=match[0], at=match.span())

    def _about(self, statement: Statement) -> Iterator[Finding]:
        demands = sum(
            self._demands(segment)
            for sentence in _SENTENCE.split(_STRIPPED.sub(" ", statement.text))
            for segment in _SEGMENT.split(sentence)
        )
        if demands > 1:
            yield _finding("compound", self._texts["compound"], count=demands)
        if statement.priority in {"must", "should"} and not (statement.is_acceptable or statement.is_measured):
            yield _finding("no_acceptance", self._texts["no_acceptance"])
        is_performance = statement.kind == "performance" or bool(self._performance.search(statement.text))
        if is_performance and not statement.is_measured and not _NUMBER.search(statement.text):
            yield _finding("unmeasurable", self._texts["unmeasurable"])
        for words in statement.remarks:
            yield _finding("client_remark", self._texts["client_remark"], words=words)
        if not statement.is_sourced:
            yield _finding("no_source", self._texts["no_source"])

    def _demands(self, segment: str) -> bool:
        """Whether a part of a sentence demands something by itself: not `if it will …`, not `which shall …`."""
        modal = demand(segment)
        return modal is not None and not self._subordinate.search(segment[: modal.end() + 4])

    def duplicates(self, statements: Sequence[Statement]) -> dict[str, Finding]:
        """For each statement that nearly repeats an earlier one, by code, the finding that names it."""
        return {
            later: _finding("duplicate", self._texts["duplicate"], words=earlier)
            for later, earlier in twins([(one.code, one.text) for one in statements]).items()
        }


def twins(texts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Which text nearly repeats which earlier one: Jaccard's index of their pairs of words is 0.7 or more."""
    shingles = {key: _shingles(text) for key, text in texts}
    holding: dict[tuple[str, ...], list[str]] = defaultdict(list)
    found: dict[str, str] = {}
    for key, own in shingles.items():
        common = Counter(other for run in own if len(holding[run]) <= _COMMON for other in holding[run])
        for other, shared in common.most_common(5):
            if shared / len(own | shingles[other]) >= ALIKE:
                found[key] = other
                break
        for run in own:
            holding[run].append(key)
    return found


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = tokens(text)
    return frozenset(tuple(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1)))


def _pattern(rule: Mapping[str, Any]) -> re.Pattern[str]:
    english = "|".join(rule["en"])
    return re.compile(rf"(?<![\w-])(?:{english})(?![\w-])|{'|'.join(rule['zh'])}", re.IGNORECASE)


def _finding(
    code: str, texts: Mapping[str, str], *, words: str = "", count: int = 0, at: tuple[int, int] = (0, 0)
) -> Finding:
    facts = {"words": words, "count": count}
    return Finding(
        rule=code,
        severity=texts["severity"],
        words=words,
        start=at[0],
        end=at[1],
        message=texts["message"].format(**facts),
        message_zh=texts["message_zh"].format(**facts),
        mend=texts["mend"],
        mend_zh=texts["mend_zh"],
        reference=texts["reference"],
    )
