"""Choosing between ways by weighted criteria (a weighted decision matrix; Kepner & Tregoe 1965), and how firm it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TOP = 5.0
"""Scores are 0 … 5."""


@dataclass(frozen=True, slots=True)
class Criterion:
    code: str
    weight: float
    """Well above zero, so that half of it is so too; only proportions count."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The options by weighted score 0 … 1, best first."""

    scores: Mapping[str, float]
    best: str
    is_firm: bool
    """Whether the first stays first when any one criterion counts half or twice as much."""


def shares(criteria: Sequence[Criterion]) -> dict[str, float]:
    """The weights as shares of their sum."""
    whole = sum(one.weight for one in criteria)
    return {one.code: one.weight / whole for one in criteria}


def ranked(criteria: Sequence[Criterion], options: Mapping[str, Mapping[str, float]]) -> Ranked:
    """Weighted score = Σ share of the weight x score / 5. Of equals the earlier is the best; at least one of each."""
    scores = _scores(shares(criteria), options)
    best = max(scores, key=lambda code: scores[code])
    others = (
        _scores(shares([Criterion(c.code, c.weight * factor if c is one else c.weight) for c in criteria]), options)
        for one in criteria
        for factor in (0.5, 2.0)
    )
    # Rounding must not unseat an option that is the best by as much as nothing.
    is_firm = all(swayed[best] >= max(swayed.values()) - 1e-9 for swayed in others)
    ordered = sorted(scores, key=lambda code: -scores[code])
    return Ranked({code: round(scores[code], 4) for code in ordered}, best, is_firm)


def _scores(weights: Mapping[str, float], options: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    return {code: sum(share * given[name] for name, share in weights.items()) / TOP for code, given in options.items()}
