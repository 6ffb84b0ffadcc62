"""What a change does to scope, effort, cost, reserve, price and dates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

DAYS = ("requirement_count", "effort_days", "effort_p50_days", "effort_p80_days")
AMOUNTS = (
    "base_cost", "contingency", "management_reserve", "risk_response_cost", "total_budget", "margin",
    "price_excl_tax", "price_incl_tax",
)  # fmt: skip
DATES = ("start", "finish", "p80_finish")
INTERNAL = frozenset(AMOUNTS) - {"price_excl_tax", "price_incl_tax"}
"""Figures that only those who may see cost are shown."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure before and after; `delta` is after - before, of dates in calendar days. None where one is unknown."""

    figure: str
    before: Any
    after: Any
    delta: Any


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Each figure of `after` beside the one of `before`, in the order scope, effort, money, dates.

    Counts and days are numbers, amounts decimals as text, dates ISO 8601, as events and JSON columns hold them.
    """
    known = before or {}
    rows = []
    for name in (*DAYS, *AMOUNTS, *DATES):
        if name in after:
            old, new = known.get(name), after[name]
            rows.append(Difference(name, old, new, _delta(name, old, new)))
    return tuple(rows)


def _delta(name: str, before: Any, after: Any) -> Any:
    if before is None or after is None:
        return None
    if name in DATES:
        return (date.fromisoformat(after) - date.fromisoformat(before)).days
    if name in AMOUNTS:
        return str(Decimal(after) - Decimal(before))
    return round(after - before, 6)
