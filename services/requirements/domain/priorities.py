"""What clients write for a priority becomes MoSCoW: words in Chinese and English; numbers only by a scale."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

WORDS = {
    "must": ("must", "m", "must have", "mandatory", "required", "shall", "essential", "highest", "high", "very high",
             "urgent", "critical", "blocker", "p0", "p1", "yes", "y", "必须",
             "必须有", "必须具备", "必选", "必备", "必要", "最高",
             "高", "很高", "紧急", "重要", "非常重要", "★", "▲", "是", "一级"),
    "should": ("should", "s", "should have", "desired", "desirable", "recommended", "medium", "normal", "major", "p2",
               "应该", "应该有", "应有", "应当", "应", "中", "中等", "较重要", "二级", "一般"),
    "could": ("could", "c", "could have", "optional", "nice to have", "low", "lowest", "very low", "minor", "trivial",
              "p3", "p4", "no", "n", "可选", "可以", "可以有", "可有", "低", "最低", "较低", "三级", "否"),
    "wont": ("wont", "won t", "w", "won t have", "wont have", "will not", "will not have", "would not have",
             "won t have this time", "out of scope", "not in scope", "不做", "暂不", "暂不做", "暂不需要", "不会有",
             "这次不会有",
             "本次不做", "本期不做", "本期不会有", "本期没有", "不需要", "不要"),
}  # fmt: skip
UNKNOWN = "should"
"""What is suggested where nobody can tell: neither left out of the offer, nor promised before all else."""
_VALUES = {word: value for value, words in WORDS.items() for word in words}
_NUMBER = re.compile(r"\d{1,3}(?:\.0+)?")
_BRACKETS = re.compile(r"[（(\[【]([^）)\]】]*)[）)\]】]")
_ABOUT = re.compile(r"优先|重要|紧急|priorit|importan|moscow", re.IGNORECASE)
_HIGH = r"最?高|最重要|highest|high|most important|top"
_LOW = r"最?低|最不重要|lowest|low|least important"
_LABEL = re.compile(
    rf"(?<![\d.])(\d{{1,3}})[\s（(:：=]*(?:为|是|表示|代表|means|is)?\s*(?:the\s+)?(?:({_HIGH})|({_LOW}))(?![a-z])",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"(?<![\d.])\d{1,3}(?![\d.])")
_LONGEST = 200
"""Signs of a priority, or of a sentence that states a scale."""
_SENTENCE = re.compile(r"[。！？!?\n]|\.\s")


def named(text: str) -> str | None:
    """The priority that the words of a cell name: `Must have`, `M - must`, `Won't have (this time)`, 必须."""
    if len(text) > _LONGEST:
        return None
    whole = _plain(text)
    outside, inside = _plain(_BRACKETS.sub(" ", text)), [_plain(one) for one in _BRACKETS.findall(text)]
    for words in (whole, outside, *inside):
        if words in _VALUES:
            return _VALUES[words]
    parts = {_VALUES[part] for raw in re.split(r"\s[-–—]\s|[:：/]", text) if (part := _plain(raw)) in _VALUES}
    return parts.pop() if len(parts) == 1 else None


def number_of(text: str) -> int | None:
    """The bare number that a cell is, None for anything else."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return int(float(plain)) if _NUMBER.fullmatch(plain) else None


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[^\w★▲]+|_", " ", folded).strip()


@dataclass(frozen=True, slots=True)
class Scale:
    """From the number of the lowest priority to that of the highest, which may be the smaller one."""

    lowest: int
    highest: int
    is_agreed: bool
    """Somebody said what its ends mean to us; else a document states it, which tells the order only."""

    def __str__(self) -> str:
        return f"{self.lowest}-{self.highest}"

    def priority(self, number: int) -> str | None:
        """Must, should and could by thirds of an agreed scale, should and could by halves of one that is not.

        None for a number beside the scale. Never wont: it is neither delivered nor priced, which no number says.
        """
        share = (number - self.lowest) / (self.highest - self.lowest)
        if not 0 <= share <= 1:
            return None
        steps = ((2 / 3, "must"), (1 / 3, "should")) if self.is_agreed else ((1 / 2, "should"),)
        return next((value for least, value in steps if share >= least), "could")


def agreed(text: str) -> Scale:
    """The scale that a caller agrees to: `1-9`, or `5-1` where 1 is the highest."""
    lowest, highest = map(int, text.split("-"))
    return Scale(lowest, highest, is_agreed=True)


def stated(texts: Iterable[str]) -> Scale | None:
    """The scale that a document states beside a word for priority; None where there is none, or more than one."""
    found = {
        scale
        for text in texts
        if _ABOUT.search(text)
        for sentence in _SENTENCE.split(text)
        if len(sentence) <= _LONGEST and _ABOUT.search(sentence) and (scale := _scale(sentence))
    }
    return found.pop() if len(found) == 1 else None


def _scale(sentence: str) -> Scale | None:
    labelled = [(int(number), bool(high)) for number, high, _ in _LABEL.findall(sentence)]
    figures = {int(one) for one in _FIGURE.findall(sentence)}
    if not labelled or len(figures) < 2:  # noqa: PLR2004
        return None
    ends = min(figures), max(figures)
    best = {number for number, is_high in labelled if is_high}
    worst = {number for number, is_high in labelled if not is_high}
    if ends[1] in best | worst and ends[1] not in best & worst:
        is_rising = ends[1] in best
    elif ends[0] in best | worst and ends[0] not in best & worst:
        is_rising = ends[0] in worst
    else:
        return None
    return Scale(*(ends if is_rising else ends[::-1]), is_agreed=False)
