"""Which capabilities may meet a requirement, by their words: BM25."""

from collections import Counter
from collections.abc import Sequence
from math import log

_K1, _B = 1.2, 0.75
"""Robertson and Zaragoza, *The Probabilistic Relevance Framework: BM25 and Beyond*, 2009: the usual values."""


def bm25(query: Sequence[str], documents: Sequence[Sequence[str]]) -> list[float]:
    """A score for each document, 0 when it shares no word with the query; all are lists of tokens.

    score = sum over the query's words of idf(w) x f (k1 + 1) / (f + k1 (1 - b + b |d| / mean |d|)), with
    idf(w) = ln(1 + (N - n + 0.5) / (n + 0.5)).
    """
    counts = [Counter(document) for document in documents]
    lengths = [len(document) for document in documents]
    mean = sum(lengths) / len(lengths) if documents and sum(lengths) else 1.0
    holding = Counter(word for count in counts for word in count)
    scores = []
    for count, length in zip(counts, lengths, strict=True):
        score = 0.0
        for word in dict.fromkeys(query):
            if count[word]:
                idf = log(1 + (len(documents) - holding[word] + 0.5) / (holding[word] + 0.5))
                score += idf * count[word] * (_K1 + 1) / (count[word] + _K1 * (1 - _B + _B * length / mean))
        scores.append(score)
    return scores
