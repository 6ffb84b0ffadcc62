"""Selling material 销售材料: how often it was shown, in how many opportunities, and what of those was won."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from services.insights.domain.metrics.case import DECIDED, Case
from services.insights.domain.metrics.measure import COUNT, Left, Measure, share, total
from services.insights.domain.period import Span


def material_use(cases: Sequence[Case], span: Span) -> list[Measure]:
    """By material, all its versions: uses, share of reuse, and won ÷ decided of the opportunities that saw it.

    Of uses in the period; reuse is each use after the first one in it. That something is won where a material was shown
    does not say that it was won by it.
    """
    uses: dict[str, list[tuple[str, UUID, Case]]] = defaultdict(list)
    for one in cases:
        for use in one.each("materials", "uses").values():
            if span.holds(use["used_on"]):
                uses[use["key"]].append((use["used_on"], one.opportunity_id, one))
    found: list[Measure] = []
    for key, own in sorted(uses.items()):
        about = {"material": key}
        seen = {opportunity_id: one for _, opportunity_id, one in own}
        left = Left()
        for opportunity_id, one in seen.items():
            if one.result not in DECIDED:
                left.out(one.result or "open", opportunity_id)
        decided = [key for key, one in seen.items() if one.result in DECIDED]
        ordered = [opportunity_id for _, opportunity_id, _ in sorted(own, key=lambda use: (use[0], str(use[1])))]
        found += [
            total("uses", COUNT, [(opportunity_id, Decimal(1)) for opportunity_id in ordered], about=about),
            share("reused", ordered[1:], ordered, about=about),
            share("win_rate", [key for key in decided if seen[key].result == "won"], decided, left, about),
        ]
    return found or [total("uses", COUNT, [])]
