"""Satisfaction: CSAT and NPS with the uncertainty that their number of answers leaves."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from shared.share import Z_95, Share

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
        """Adjusted Wald with three answers added, ¾ · 1½ · ¾ (B. Rocks 2016), which holds for few answers too."""
        if not self.denominator:
            return None
        n = self.denominator + 3
        for_us, against = (self.promoters + 0.75) / n, (self.detractors + 0.75) / n
        middle = for_us - against
        half = Z_95 * sqrt((for_us + against - middle**2) / n)
        return max(100 * (middle - half), -100.0), min(100 * (middle + half), 100.0)


def net_promoter_score(distribution: Mapping[int, int]) -> NetPromoterScore:
    """`distribution` counts the answers of each score."""
    promoters = sum(count for score, count in distribution.items() if score >= 9)  # noqa: PLR2004 (the method's own)
    detractors = sum(count for score, count in distribution.items() if score <= 6)  # noqa: PLR2004 (the method's own)
    return NetPromoterScore(promoters, sum(distribution.values()) - promoters - detractors, detractors)
