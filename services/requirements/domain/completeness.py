"""What should be known before a baseline is approved, and how much of it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """Something that should be known. `is_required`: without it no baseline is approved, whatever the score."""

    code: str
    weight: float
    wanted: float
    """The measure that counts as known: a count, or a share 0 … 1."""
    is_required: bool
    message: str
    message_zh: str


@dataclass(frozen=True, slots=True)
class Policy:
    """The checklist, and the score that a baseline needs. It is data with a version."""

    version: int
    wanted_for_approval: float
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """An item with what was measured; `share` is how much of it is known, 0 … 1."""

    item: Item
    measured: float
    share: float

    @property
    def is_known(self) -> bool:
        return self.share >= 1


@dataclass(frozen=True, slots=True)
class Completeness:
    """`score` is the known share of all weights, 0 … 1."""

    policy: Policy
    score: float
    items: tuple[Known, ...]

    @property
    def is_enough(self) -> bool:
        """Whether a baseline may be approved."""
        return self.score >= self.policy.wanted_for_approval and not self.missing_required

    @property
    def missing(self) -> Sequence[Known]:
        """What is not known, the weightiest first."""
        return sorted(
            (one for one in self.items if not one.is_known), key=lambda one: -one.item.weight * (1 - one.share)
        )

    @property
    def missing_required(self) -> Sequence[Known]:
        return [one for one in self.items if one.item.is_required and not one.is_known]


def completeness(policy: Policy, measures: Mapping[str, float]) -> Completeness:
    """The checklist filled in: an item that was not measured is not known. Score = sum(w x share) / sum(w)."""
    items = tuple(
        Known(item, measures.get(item.code, 0.0), min(measures.get(item.code, 0.0) / item.wanted, 1.0))
        for item in policy.items
    )
    weights = sum(item.weight for item in policy.items) or 1.0
    return Completeness(policy, round(sum(one.item.weight * one.share for one in items) / weights, 4), items)
