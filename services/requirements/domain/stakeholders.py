"""How well the people who decide are known."""

from collections.abc import Sequence
from dataclasses import dataclass

ROLES = ("economic_buyer", "decision_maker", "user_buyer", "technical_buyer", "coach")
"""Whom a sale needs to know: the four buying influences of Miller and Heiman, *The New Strategic Selling* (the coach is
one of them), and who decides, who is often not who pays."""

_STANCES = {"champion": 1.0, "supporter": 0.5, "neutral": 0.0, "unknown": 0.0, "opponent": -1.0}


@dataclass(frozen=True, slots=True)
class Person:
    role: str
    influence: int
    """1 … 5."""
    stance: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """`score` 0 … 1; `weighted_stance` -1 … 1: whether those who count are for us."""

    score: float
    known_roles: tuple[str, ...]
    missing_roles: tuple[str, ...]
    weighted_stance: float
    share_met: float
    share_known_stance: float
    has_champion: bool


def coverage(people: Sequence[Person]) -> Coverage:
    """The coverage of a client's people.

    Score = 0.5 x roles known / roles needed + 0.25 x share of influence whose stance is known + 0.25 x share of
    influence that was met. Nobody known scores 0; only more knowledge raises it, whatever the stance is.
    """
    roles = {person.role for person in people}
    known = tuple(role for role in ROLES if role in roles)
    influence = sum(person.influence for person in people) or 1
    stance = sum(person.influence for person in people if person.stance != "unknown") / influence
    met = sum(person.influence for person in people if person.is_met) / influence
    return Coverage(
        score=round(0.5 * len(known) / len(ROLES) + 0.25 * stance + 0.25 * met, 4),
        known_roles=known,
        missing_roles=tuple(role for role in ROLES if role not in roles),
        weighted_stance=round(sum(_STANCES.get(p.stance, 0.0) * p.influence for p in people) / influence, 4),
        share_met=round(met, 4),
        share_known_stance=round(stance, 4),
        has_champion=any(person.stance == "champion" for person in people),
    )
