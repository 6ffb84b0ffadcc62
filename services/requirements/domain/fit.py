"""How well our products cover what the client needs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

PRIORITY_WEIGHTS: Mapping[str, float] = {"must": 4, "should": 2, "could": 1}
"""A must-have counts four times a could-have; what will not be done this time does not count."""
CREDITS: Mapping[str, float] = {
    "full": 1.0,
    "configuration": 1.0,
    "third_party": 0.75,
    "customisation": 0.5,
    "partial": 0.5,
    "roadmap": 0.25,
    "none": 0.0,
}
"""Share of a requirement that is met without building anything new."""
GAPS = frozenset({"partial", "customisation", "roadmap", "none"})
"""Verdicts that leave something to be done or said."""
SHORTFALLS = frozenset({"partial", "roadmap", "none"})
"""Verdicts that offer less than is asked for: a negative deviation, unless a person judges otherwise."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """A requirement with its confirmed verdict, None where there is none yet."""

    code: str
    priority: str
    kind: str
    group: str | None
    verdict: str | None


@dataclass(frozen=True, slots=True)
class Share:
    """`coverage` is 0 … 1 of the weight of all requirements; unassessed ones count as not covered."""

    name: str
    requirements: int
    assessed: int
    coverage: float


@dataclass(frozen=True, slots=True)
class FitCoverage:
    whole: Share
    groups: tuple[Share, ...]
    kinds: tuple[Share, ...]
    verdicts: Mapping[str, int]
    unassessed: tuple[str, ...]


def fit_coverage(needs: Sequence[Assessed]) -> FitCoverage:
    """Coverage = sum(weight of priority x credit of verdict) / sum(weight of priority); won't-haves are left out."""
    counted = [need for need in needs if need.priority in PRIORITY_WEIGHTS]
    verdicts = {name: sum(need.verdict == name for need in counted) for name in CREDITS}
    return FitCoverage(
        _share("", counted),
        _by((need.group or "", need) for need in counted),
        _by((need.kind, need) for need in counted),
        verdicts,
        tuple(need.code for need in counted if need.verdict is None),
    )


def _by(named: Iterable[tuple[str, Assessed]]) -> tuple[Share, ...]:
    found: dict[str, list[Assessed]] = {}
    for name, need in named:
        found.setdefault(name, []).append(need)
    return tuple(_share(name, needs) for name, needs in sorted(found.items()))


def _share(name: str, needs: Sequence[Assessed]) -> Share:
    weight = sum(PRIORITY_WEIGHTS[need.priority] for need in needs)
    met = sum(PRIORITY_WEIGHTS[need.priority] * CREDITS.get(need.verdict or "none", 0.0) for need in needs)
    assessed = sum(need.verdict is not None for need in needs)
    return Share(name, len(needs), assessed, round(met / weight, 4) if weight else 0.0)
