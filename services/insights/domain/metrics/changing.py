"""Requirement churn 需求变动 and rework 返工: what changed after a baseline had been approved.

Churn is (added + changed + removed) ÷ requirements of the baseline before, over pairs of consecutive approved baselines
(requirements volatility; R. J. Costello and D.-B. Liu 1995, Journal of Systems and Software 29/1). A requirement is a
changed one by what it says, not by its sources.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from services.insights.domain.metrics.case import Case
from services.insights.domain.metrics.measure import COUNT, SHARE, Left, Measure, mean, ratio, share
from services.insights.domain.period import Span


def requirement_churn(cases: Sequence[Case], span: Span) -> list[Measure]:
    """All three kinds as a whole and each by itself, of baselines approved in the period that follow another."""
    moved = {"added": 0, "changed": 0, "removed": 0}
    before_all = 0
    touched: list[UUID] = []
    counted: list[UUID] = []
    left = Left()
    for one in cases:
        baselines = one.each("needs", "baselines")
        ordered = [baselines[number] for number in sorted(baselines, key=int)]
        if ordered and span.holds_moment(ordered[0]["approved_at"]):
            left.out("first_baseline", one.opportunity_id)
        for before, after in pairwise(ordered):
            if not span.holds_moment(after["approved_at"]):
                continue
            old, new = before["held"], after["held"]
            found = {
                "added": len(new.keys() - old.keys()),
                "changed": sum(new[key] != old[key] for key in new.keys() & old.keys()),
                "removed": len(old.keys() - new.keys()),
            }
            moved = {name: moved[name] + found[name] for name in moved}
            before_all += len(old)
            counted.append(one.opportunity_id)
            touched += [one.opportunity_id] if any(found.values()) else []
    parts = {"churn": sum(moved.values()), **moved}
    return [
        ratio(name, SHARE, Decimal(number), Decimal(before_all), hits=touched, counted=counted, left=left)
        for name, number in parts.items()
    ]


def rework(cases: Sequence[Case], span: Span) -> list[Measure]:
    """Opportunities with another approved baseline after the first ÷ those with any, and how many more they had.

    By the first approval in the period; later ones count whenever they came.
    """
    again: list[tuple[UUID, float]] = []
    for one in cases:
        baselines = one.each("work", "baselines").values()
        if baselines and span.holds_moment(min(each["approved_at"] for each in baselines)):
            again.append((one.opportunity_id, float(len(baselines) - 1)))
    return [
        share("reworked", [key for key, more in again if more], [key for key, _ in again]),
        mean("baselines_after_first", COUNT, again),
    ]
