"""A rule of the risk catalogue: a kind of risk, when it is proposed, and as what."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from services.risk.domain.project import Project
from services.risk.domain.triggers import Finding
from shared.quant.three_point import ThreePoint

PLACE = re.compile(r"\{(\w+)\}")
"""Where a fact of the finding goes."""


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence in both languages; `{…}` are facts of the finding."""

    en: str
    zh: str

    def filled(self, facts: Mapping[str, str]) -> "Words":
        """With the facts in place, and nothing else interpreted: tenants write such sentences."""

        def put(place: re.Match[str]) -> str:
            return facts.get(place[1], place[0])

        return Words(PLACE.sub(put, self.en), PLACE.sub(put, self.zh))


@dataclass(frozen=True, slots=True)
class Rule:
    """When it is proposed, and as what."""

    id: str
    number: int
    """Shows in the risk's code; never used again for another rule."""
    category: str
    find: Callable[[Project], Iterable[Finding]]
    title: Words
    """The uncertain event."""
    cause: Words
    effect: Words
    explanation: Words
    probability: tuple[float, float]
    cost: ThreePoint
    days: ThreePoint
    strategy: str
    preventive: Words
    contingency: Words
    owner_role: str
    response_share: float
    """Cost of the response as a share of the cost that it protects."""
    probability_factor: float = 0.7
    """What the preventive measure leaves of the probability; `probability` is with it in place."""
    impact_factor: float = 0.8
    """What the contingency measure leaves of the impact; `cost` and `days` are with it in place."""
    breakdown: str | None = None
    """Its place in the risk breakdown structure."""
    prefix: str = "R"
    """In the risk's code: `R` for shipped rules, `T` for those of a tenant."""
