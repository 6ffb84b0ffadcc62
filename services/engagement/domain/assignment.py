"""Who fits a support request: by skill, free time, language and region, each part shown.

A weighted sum of parts between 0 and 1 (simple additive weighting). It ranks for one request and keeps nothing: it
is no measure of a person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

WEIGHTS: Mapping[str, float] = {"skill": 0.5, "time": 0.3, "language": 0.1, "region": 0.1}
"""Parts of the score and their weights, which add up to 1."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request needs. Skills are by lower-case name: the level wanted, 1 to 5."""

    skills: Mapping[str, int]
    hours: float
    requester: str
    language: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person, and the hours until the work is needed."""

    id: UUID
    subject: str
    name: str
    skills: Mapping[str, int]
    languages: frozenset[str]
    region: str | None
    capacity_hours: float
    committed_hours: float
    is_active: bool = True

    @property
    def free_hours(self) -> float:
        return max(self.capacity_hours - self.committed_hours, 0.0)


@dataclass(frozen=True, slots=True)
class Assessment:
    """How well a person fits; with an obstacle, the score says what it would be without it."""

    candidate: Candidate
    parts: Mapping[str, float]
    obstacles: tuple[str, ...]

    @property
    def score(self) -> float:
        return sum(WEIGHTS[name] * value for name, value in self.parts.items())

    @property
    def fits(self) -> bool:
        return not self.obstacles


def rank(wanted: Wanted, candidates: Iterable[Candidate]) -> list[Assessment]:
    """Those who fit, the best first, then those who do not, by name. More load never ranks higher."""
    found = [assess(wanted, candidate) for candidate in candidates]
    return sorted(found, key=_order)


def assess(wanted: Wanted, candidate: Candidate) -> Assessment:
    """The parts of the score, each from 0 to 1, and what stands against the person."""
    parts = {
        "skill": _skill(wanted.skills, candidate.skills),
        "time": min(candidate.free_hours / wanted.hours, 1.0),
        "language": float(wanted.language is None or wanted.language in candidate.languages),
        "region": float(wanted.region is None or wanted.region == candidate.region),
    }
    against = {
        "inactive": not candidate.is_active,
        "is_requester": candidate.subject == wanted.requester,
        "no_wanted_skill": parts["skill"] == 0,
        "other_language": parts["language"] == 0,
        "away": candidate.capacity_hours == 0,
        "no_time": candidate.free_hours < wanted.hours and candidate.capacity_hours > 0,
    }
    return Assessment(candidate, parts, tuple(code for code, is_so in against.items() if is_so))


def _skill(wanted: Mapping[str, int], known: Mapping[str, int]) -> float:
    """Mean of level ÷ level wanted, at most 1 each; 1 when nothing special is wanted."""
    if not wanted:
        return 1.0
    return sum(min(known.get(name, 0) / level, 1.0) for name, level in wanted.items()) / len(wanted)


def _order(found: Assessment) -> tuple[bool, float, float, str, UUID]:
    if found.fits:
        return (False, -found.score, -found.candidate.free_hours, found.candidate.name, found.candidate.id)
    return (True, 0.0, 0.0, found.candidate.name, found.candidate.id)
