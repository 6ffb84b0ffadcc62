"""Judgements of persons as the domain and the events have them."""

from collections.abc import Sequence
from uuid import UUID

from services.estimation.domain.expert_override import Overrides
from services.estimation.models.overrides import TOTAL, EffortOverride
from shared.language.events import values
from shared.language.events.estimation import OverrideFacts
from shared.quant.three_point import ThreePoint

_POINTS = ("optimistic", "most_likely", "pessimistic")


def overrides_of(rows: Sequence[EffortOverride]) -> Overrides:
    """What stands of lines and of the whole."""
    ranges = {row.target: ThreePoint(**{name: row.effort[name] for name in _POINTS}) for row in rows}
    return Overrides({UUID(target): size for target, size in ranges.items() if target != TOTAL}, ranges.get(TOTAL))


def facts_of(row: EffortOverride) -> OverrideFacts:
    """A judgement as others are told of it."""
    return OverrideFacts.of(
        row,
        line_id=None if row.target == TOTAL else UUID(row.target),
        effort_days=values.ThreePoint(**{name: row.effort[name] for name in _POINTS}),
        judged_by=row.created_by,
        judged_at=row.created_at,
    )
