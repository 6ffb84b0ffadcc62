"""Win rate 赢单率: what was won of what was decided, by number and by offered price.

Won ÷ (won + lost + no decision) of those decided in the period; what was never decided between sellers (not bid,
qualified out, invalidated, cancelled by the client) is in no rate.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from services.insights.domain.metrics.case import DECIDED, Case
from services.insights.domain.metrics.measure import SHARE, Left, Measure, ratio, share
from services.insights.domain.period import Span


def by_count(cases: Sequence[Case], span: Span) -> list[Measure]:
    """Each opportunity counts once."""
    decided, left = _decided(cases, span)
    won = [one.opportunity_id for one in decided if one.result == "won"]
    return [share("rate", won, [one.opportunity_id for one in decided], left, reason="none_decided")]


def by_amount(cases: Sequence[Case], span: Span) -> list[Measure]:
    """Each counts by its offered price with tax, won ones too; each currency by itself, since no rate is known."""
    decided, left = _decided(cases, span)
    offered: dict[str, list[tuple[Case, Decimal]]] = defaultdict(list)
    for one in decided:
        price = one.outcome and one.outcome.get("offered_price")
        if price:
            offered[price["currency"]].append((one, Decimal(str(price["amount"]))))
        else:
            left.out("no_offer", one.opportunity_id)
    found = [
        ratio(
            "rate", SHARE,
            sum((amount for one, amount in own if one.result == "won"), Decimal(0)),
            sum((amount for _, amount in own), Decimal(0)),
            hits=[one.opportunity_id for one, _ in own if one.result == "won"],
            counted=[one.opportunity_id for one, _ in own],
            left=left, about={"currency": currency}, reason="nothing_offered",
        )
        for currency, own in sorted(offered.items())
    ]  # fmt: skip
    return found or [share("rate", [], [], left, reason="none_decided")]


def _decided(cases: Sequence[Case], span: Span) -> tuple[list[Case], Left]:
    decided, left = [], Left()
    for one in cases:
        if one.outcome is None or not span.holds(one.outcome["decided_on"]):
            continue
        if one.result in DECIDED:
            decided.append(one)
        else:
            left.out(str(one.result), one.opportunity_id)
    return decided, left
