"""One opportunity as figures look at it, and the dimensions that figures are told apart by."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID

from services.insights.domain.dossier import Section

DECIDED = ("won", "lost", "no_decision")
"""Outcomes that were decided between sellers: the others count in no rate."""
DIMENSIONS = (
    "client", "owner", "team", "industry", "region", "kind", "size", "currency", "language", "product", "competitor"
)  # fmt: skip
"""What figures can be grouped and filtered by; `owner` only where the tenant's policy lets the caller."""
OF_PERSONS = frozenset({"owner"})
OUTCOME = "outcome"
"""What a metric asks for, beside sections of the dossier, to see outcomes."""
TEAM = "team"
"""The same, to see the team of the owner, as persons are told of now: who changes teams takes the past along."""
UNKNOWN = "unknown"
"""The group of those of which a dimension is not known."""
SIZES = (
    (Decimal(100_000), "under_100k"), (Decimal(1_000_000), "100k_to_1m"), (Decimal(10_000_000), "1m_to_10m")
)  # fmt: skip
"""Upper bounds, which belong to the band above, in the opportunity's own currency."""
LARGEST = "10m_and_more"

NEEDED_BY: Mapping[str, tuple[str, ...]] = {
    "size": ("told", OUTCOME), "product": ("work",), "competitor": (OUTCOME,), "team": (TEAM,),
}  # fmt: skip
"""What a dimension looks at; the others at what is told."""

_TOLD = {
    "client": "client_name", "industry": "client_industry", "region": "region", "kind": "kind", "currency": "currency",
    "language": "language", "owner": "owner",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """An opportunity: its newest outcome, sections of its dossier, and its team, as far as they were asked for."""

    opportunity_id: UUID
    outcome: Section | None
    sections: Mapping[str, Section]
    team: str | None = None

    @property
    def told(self) -> Section:
        """What is told of it; nothing where that was not asked for."""
        return self.sections.get("told", {})

    def each(self, section: str, group: str) -> Mapping[str, Any]:
        """What a section holds of one kind, by its id; nothing where nothing was heard."""
        held: Mapping[str, Any] = self.sections.get(section, {}).get(group, {})
        return held

    @property
    def result(self) -> str | None:
        """won, lost, no_decision, …; None while it is open."""
        return self.outcome["result"] if self.outcome else None

    @property
    def is_open(self) -> bool:
        """Neither an outcome was recorded nor was it closed."""
        return self.outcome is None and self.stage not in {None, "closed"}

    @property
    def stage(self) -> str | None:
        """The stage of its newest version; None where nobody has told of it."""
        stages = self.told.get("stages")
        return stages[max(stages, key=int)][0] if stages else None

    def values(self, dimension: str) -> tuple[str, ...]:
        """Its values of a dimension, of products perhaps several."""
        if dimension == "size":
            return (self._size(),)
        if dimension == "competitor":
            return ((self.outcome or {}).get("competitor_name") or UNKNOWN,)
        if dimension == TEAM:
            return (self.team or UNKNOWN,)
        if dimension == "product":
            baselines = self.each("work", "baselines")
            newest = baselines[max(baselines, key=int)]["products"] if baselines else ()
            return tuple(newest) or (UNKNOWN,)
        return (self.told.get(_TOLD[dimension]) or UNKNOWN,)

    def groups(self, dimensions: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        """The groups that it is in: one value for each dimension."""
        return tuple(product(*(self.values(name) for name in dimensions)))

    def _size(self) -> str:
        price = (self.outcome or {}).get("offered_price") or self.told.get("expected_value")
        if not price:
            return UNKNOWN
        amount = Decimal(str(price["amount"]))
        return next((name for bound, name in SIZES if amount < bound), LARGEST)
