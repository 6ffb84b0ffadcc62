"""Record against a competitor and of a material: what became of the opportunities where they were."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from shared.quant.share import Share

DECIDED = ("won", "lost", "no_decision")
"""Outcomes that count in a win rate: the others (not bid, invalidated …) were never decided between sellers."""


@dataclass(frozen=True, slots=True)
class Record:
    """Opportunities by outcome. Win rate = won ÷ (won + lost + no decision)."""

    won: int
    lost: int
    no_decision: int
    other: int
    """Closed otherwise: qualified out, not bid …"""
    still_open: int

    @property
    def win_rate(self) -> Share:
        return Share(self.won, self.won + self.lost + self.no_decision)


def record_of(outcomes: Iterable[str | None]) -> Record:
    """The record of opportunities with these outcomes; None is open."""
    counted = Counter(outcomes)
    won, lost, no_decision = (counted.pop(name, 0) for name in DECIDED)
    still_open = counted.pop(None, 0)
    return Record(won, lost, no_decision, counted.total(), still_open)
