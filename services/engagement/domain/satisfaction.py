"""Satisfaction: CSAT and NPS with the uncertainty that their number of answers leaves."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from shared.quant.share import Z_95, Share

_HALVINGS = 50

FEW = 10
"""Fewer answers than this say little."""


def csat(distribution: Mapping[int, int]) -> Share:
    """Answers 4 and 5 of 1 … 5 ÷ all answers (top-2 box). `distribution` counts the answers of each score."""
    return Share(sum(count for score, count in distribution.items() if score >= 4), sum(distribution.values()))  # noqa: PLR2004 (the method's own)


@dataclass(frozen=True, slots=True)
class NetPromoterScore:
    """Promoters (9, 10) less detractors (0 … 6), of 0 … 10 (F. Reichheld 2003)."""

    promoters: int
    passives: int
    detractors: int

    @property
    def denominator(self) -> int:
        return self.promoters + self.passives + self.detractors

    @property
    def value(self) -> float | None:
        """From −100 to 100; None without answers."""
        return 100 * (self.promoters - self.detractors) / self.denominator if self.denominator else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The score interval of a difference of two shares of the same answers (T. Tango 1998, Statist. Med. 17, 891).

        The differences that a score test does not reject: they lie within −100 and 100, the score itself is one of
        them, and few answers do not make the interval too narrow.
        """
        if not self.denominator:
            return None
        score = (self.promoters - self.detractors) / self.denominator
        return 100 * self._end(-1.0, score), 100 * self._end(1.0, score)

    def _end(self, outside: float, inside: float) -> float:
        """Where between the two, by halving, the score test begins not to reject."""
        if self._is_tenable(outside):
            return outside
        for _ in range(_HALVINGS):
            middle = (outside + inside) / 2
            outside, inside = (outside, middle) if self._is_tenable(middle) else (middle, inside)
        return inside

    def _is_tenable(self, difference: float) -> bool:
        """Whether the answers would not be surprising if this were the true difference.

        The true share of detractors is then at its likeliest for that difference: the greater root of
        2n q² + (−b − c + (2n − b + c) δ) q − c δ (1 − δ) = 0, with b promoters and c detractors of n.
        """
        n, b, c = self.denominator, self.promoters, self.detractors
        linear = -b - c + (2 * n - b + c) * difference
        constant = -c * difference * (1 - difference)
        against = (sqrt(max(linear**2 - 8 * n * constant, 0.0)) - linear) / (4 * n)
        variance = n * (2 * against + difference * (1 - difference))
        return (b - c - n * difference) ** 2 <= Z_95**2 * variance


def net_promoter_score(distribution: Mapping[int, int]) -> NetPromoterScore:
    """`distribution` counts the answers of each score."""
    promoters = sum(count for score, count in distribution.items() if score >= 9)  # noqa: PLR2004 (the method's own)
    detractors = sum(count for score, count in distribution.items() if score <= 6)  # noqa: PLR2004 (the method's own)
    return NetPromoterScore(promoters, sum(distribution.values()) - promoters - detractors, detractors)
