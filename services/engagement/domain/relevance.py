"""Which texts fit a query: Okapi BM25 (Robertson and Zaragoza 2009), with the words that made it so."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

_K1, _B = 1.2, 0.75
"""How soon a repeated word counts no more, and how much long texts are held back: the usual values."""


@dataclass(frozen=True, slots=True)
class Relevance:
    """How well a text fits; `words` are those of the query that it has, the heaviest first."""

    score: float
    words: Mapping[str, float]


def relevance(query: Sequence[str], texts: Sequence[Sequence[str]], *, of: int | None = None) -> list[Relevance]:
    """The relevance of each of `texts`, all given as words.

    `of` is how many texts there are when only those with a word of the query are given: the weight of a word
    depends on how rare it is among all.
    """
    wanted, number = tuple(dict.fromkeys(query)), max(of or 0, len(texts))
    counts = [Counter(text) for text in texts]
    mean = sum(map(len, texts)) / len(texts) if texts else 0.0
    found_in = {word: sum(word in count for count in counts) for word in wanted}
    rarity = {word: log(1 + (number - n + 0.5) / (n + 0.5)) for word, n in found_in.items()}

    def of_text(count: Counter[str]) -> Relevance:
        long = 1 - _B + _B * count.total() / mean if mean else 1.0
        weights = {
            word: rarity[word] * count[word] * (_K1 + 1) / (count[word] + _K1 * long) for word in wanted if count[word]
        }
        ordered = dict(sorted(weights.items(), key=lambda one: (-one[1], one[0])))
        return Relevance(sum(weights.values()), ordered)

    return [of_text(count) for count in counts]
