"""Forecast 预测: the weighted pipeline by month of expected close, with its distribution.

Each open opportunity is won with its stated probability or not at all, independently of the others. Then the sum has
the mean Σ p v and the variance Σ p (1 − p) v² exactly; its percentiles are those of the convolution of all parts on a
grid, where each amount is spread over its two neighbours such that the mean stays (local moment matching; H. Gerber
1982, Insurance: Mathematics and Economics 1). The grid has 4,096 steps: a percentile is right to a few thousandths of
all that could be won. No chance is drawn, so equal opportunities give equal figures.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from math import fsum, sqrt
from uuid import UUID

import numpy as np

from services.insights.domain.metrics.case import Case
from services.insights.domain.metrics.measure import Left, Measure, rounded, total
from services.insights.domain.period import Span

_STEPS = 4096
Part = tuple[UUID, float, Decimal]
"""An opportunity, how probable it is won, and what it is worth then."""


def weighted_pipeline(cases: Sequence[Case], span: Span) -> list[Measure]:
    """By month of expected close and currency: what could be won, its mean, deviation, P10, P50 and P90."""
    parts: dict[tuple[str, str], list[Part]] = defaultdict(list)
    left = Left()
    for one in cases:
        if not one.is_open:
            continue
        close, value, chance = (one.told.get(name) for name in ("close_date", "expected_value", "win_probability"))
        if close is None:
            left.out("no_close_date", one.opportunity_id)
        elif span.holds(close):
            if str(close) < span.today.isoformat():
                left.out("close_date_passed", one.opportunity_id)
            elif value is None:
                left.out("no_value", one.opportunity_id)
            elif chance is None:
                left.out("no_probability", one.opportunity_id)
            else:
                amount = Decimal(str(value["amount"]))
                parts[str(close)[:7], value["currency"]].append((one.opportunity_id, float(chance), amount))
    found: list[Measure] = []
    for (month, currency), own in sorted(parts.items()):
        found += _measures(sorted(own, key=lambda part: str(part[0])), left, {"month": month, "currency": currency})
    return found or [total("pipeline", "amount", [], left)]


def _measures(parts: Sequence[Part], left: Left, about: dict[str, str]) -> list[Measure]:
    currency = about["currency"]
    counted = [(key, amount) for key, _, amount in parts]
    pipeline = total("pipeline", currency, counted, left, about)
    expected = sum((Decimal(repr(chance)) * amount for _, chance, amount in parts), Decimal(0))
    deviation = sqrt(fsum(chance * (1 - chance) * float(amount) ** 2 for _, chance, amount in parts))
    figures = {"expected": expected, "deviation": Decimal(repr(deviation)), **quantiles(parts)}
    return [
        pipeline,
        *(
            Measure(
                part=name, unit=currency, value=rounded(value), denominator=pipeline.value, cases=pipeline.cases,
                about=about, counted=pipeline.counted, excluded=pipeline.excluded,
            )
            for name, value in figures.items()
        ),
    ]  # fmt: skip


def quantiles(parts: Sequence[Part]) -> dict[str, Decimal]:
    """What is not exceeded with 10, 50 and 90 % probability, interpolated to no more than a step of the grid."""
    whole = float(sum((amount for _, _, amount in parts), Decimal(0)))
    if whole == 0:
        return {f"p{at}": Decimal(0) for at in (10, 50, 90)}
    step = whole / _STEPS
    mass = np.zeros(_STEPS + len(parts) + 1)
    mass[0], reach = 1.0, 0
    for _, chance, amount in parts:
        below = int(float(amount) / step)
        above = float(amount) / step - below
        moved = np.zeros_like(mass)
        top = reach + 1
        moved[:top] = (1 - chance) * mass[:top]
        moved[below : below + top] += chance * (1 - above) * mass[:top]
        if above > 0:
            moved[below + 1 : below + 1 + top] += chance * above * mass[:top]
        mass, reach = moved, min(reach + below + (above > 0), len(mass) - 1)
    reached = np.cumsum(mass)
    return {
        f"p{at}": Decimal(repr(min(float(np.searchsorted(reached, at / 100 - 1e-12)) * step, whole)))
        for at in (10, 50, 90)
    }
