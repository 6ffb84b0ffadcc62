"""Which requirements a budget pays for: by priority, each with what it depends on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

PRIORITIES = ("must", "should", "could")


@dataclass(frozen=True, slots=True)
class Priced:
    """A requirement and its part of the whole cost, standing activities and things bought included."""

    id: UUID
    code: str
    title: str
    priority: str
    depends_on: tuple[UUID, ...]
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Scope:
    """What fits, and what does not, each in the order in which it was looked at."""

    included: tuple[Priced, ...]
    excluded: tuple[Priced, ...]
    cost: Decimal
    left: Decimal

    @property
    def has_all_musts(self) -> bool:
        return all(need.priority != PRIORITIES[0] for need in self.excluded)


def affordable(needs: Sequence[Priced], budget: Decimal) -> Scope:
    """Requirements in the order of priority and, within one, of the baseline, as long as each still fits.

    One that depends on others takes them along; one that does not fit is passed over, and smaller ones may follow.
    """
    by_id = {need.id: need for need in needs}
    included: dict[UUID, Priced] = {}
    left = budget
    for need in _in_order(needs):
        bundle = {one.id: one for one in _with_dependencies(need, by_id) if one.id not in included}
        cost = sum((one.cost for one in bundle.values()), Decimal(0))
        if bundle and cost <= left:
            included |= bundle
            left -= cost
    excluded = tuple(need for need in _in_order(needs) if need.id not in included)
    return Scope(tuple(included.values()), excluded, budget - left, left)


def _in_order(needs: Sequence[Priced]) -> Sequence[Priced]:
    rank = {priority: place for place, priority in enumerate(PRIORITIES)}
    return sorted(needs, key=lambda need: rank.get(need.priority, len(rank)))


def _with_dependencies(need: Priced, by_id: Mapping[UUID, Priced]) -> Iterable[Priced]:
    """The requirement after all that it depends on; a circle of them is taken once."""
    seen: dict[UUID, Priced] = {}
    waiting = [need]
    while waiting:
        one = waiting.pop()
        if one.id not in seen:
            seen[one.id] = one
            waiting += [by_id[key] for key in one.depends_on if key in by_id]
    return reversed(seen.values())
