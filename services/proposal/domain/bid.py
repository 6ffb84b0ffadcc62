"""Whether to bid: a weighted questionnaire with thresholds and knock-out questions.

Score = Σ weight x points / Σ weight over all questions (a weighted scoring model, as in Shipley's bid decision gates);
a question without an answer counts nothing towards the score, so that what is not known never speaks for a bid.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Verdict(StrEnum):
    GO = "go"
    CONDITIONAL = "conditional"
    NO_GO = "no_go"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the questionnaire; `knock_out` is the points at or below which there is no bid."""

    code: str
    weight: float
    knock_out: float | None = None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From `go` on it is worth a bid, from `conditional` on under conditions; 0 ≤ conditional ≤ go ≤ 1."""

    go: float
    conditional: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What the answers recommend: the score 0 … 1, and the questions that decide against it or are open."""

    verdict: Verdict
    score: float
    knocked_out: tuple[str, ...]
    unanswered: tuple[str, ...]


def assess(questions: Sequence[Question], points: Mapping[str, float], thresholds: Thresholds) -> Finding:
    """The recommendation for `points` (0 … 1 by code of the question).

    A knock-out decides whatever else is known; otherwise every question needs an answer before there is a
    recommendation.
    """
    whole = sum(question.weight for question in questions)
    score = sum(question.weight * points.get(question.code, 0.0) for question in questions) / whole
    knocked_out = tuple(
        one.code
        for one in questions
        if one.knock_out is not None and one.code in points and points[one.code] <= one.knock_out
    )
    unanswered = tuple(question.code for question in questions if question.code not in points)
    return Finding(_verdict(score, thresholds, knocked_out, unanswered), round(score, 4), knocked_out, unanswered)


def has_moved(before: Decimal, after: Decimal, share: float) -> bool:
    """Whether a price differs from the one `before`, which is not negative, by more than a share of that."""
    return abs(after - before) > Decimal(str(share)) * before


def _verdict(score: float, thresholds: Thresholds, knocked_out: Sequence[str], unanswered: Sequence[str]) -> Verdict:
    if knocked_out:
        return Verdict.NO_GO
    if unanswered:
        return Verdict.INCOMPLETE
    # Weights such as 0.1 add up to a little less than their sum: a score at the threshold has reached it.
    if score >= thresholds.go - 1e-9:
        return Verdict.GO
    return Verdict.CONDITIONAL if score >= thresholds.conditional - 1e-9 else Verdict.NO_GO
