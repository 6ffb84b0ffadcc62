"""The client's limits beside the newest figures."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.domain.feasibility import by_date, verdict
from services.requirements.models.opportunities import Constraint, ConstraintKind, Opportunity
from services.requirements.models.projections import KnownFigures
from services.requirements.queries.opportunities import constraints_of
from services.requirements.queries.projections import figures_of
from shared.quant.affordability import affordable_cost
from shared.quant.s_curve import probability_within

_UNKNOWN = {
    "verdict": "unknown",
    "message": "No newest estimate, risk budget and schedule to compare with yet, or they are not yours to see.",
    "message_zh": "尚无可比较的最新估算、风险预算与进度，或无权查看。",
}


async def feasibility_of(session: AsyncSession, opportunity: Opportunity, *, with_cost: bool) -> dict[str, Any]:
    """Each budget and date constraint beside the newest figures; budgets only `with_cost`, which they would reveal."""
    # What was told of an earlier baseline, or of one that was taken back, no longer counts.
    known = await figures_of(session, opportunity.id)
    parts = {name: part for name, part in known.items() if part.position[0] == opportunity.epoch}
    limits = await constraints_of(session, opportunity.id)
    schedule = parts["schedule"].figures if "schedule" in parts else {}
    items = [
        _compared(limit, opportunity, parts, with_cost=with_cost)
        for limit in limits
        if limit.kind != ConstraintKind.OTHER and (limit.budget_max or limit.latest)
    ]
    return {
        "opportunity_id": opportunity.id,
        "baseline_epoch": parts["schedule"].position[0] if schedule else None,
        "finish": schedule.get("finish"),
        "p80_finish": schedule.get("p80_finish"),
        "items": items,
    }


def _compared(
    limit: Constraint, opportunity: Opportunity, parts: dict[str, KnownFigures], *, with_cost: bool
) -> dict[str, Any]:
    names = ("kind", "name", "is_hard", "firmness")
    row = {"constraint_id": limit.id, **{name: getattr(limit, name) for name in names}}
    expected: str | None = None
    probability: float | None = None
    if limit.budget_max is not None:
        row["limit"] = f"{limit.budget_max:.2f} {opportunity.currency}"
        if "price" in parts:
            expected = f"{Decimal(parts['price'].figures['price_incl_tax']):.2f} {opportunity.currency}"
        if with_cost and parts.keys() >= {"price", "risk"}:
            probability = _within(limit.budget_max, parts["price"].figures, parts["risk"].figures["curve"])
    elif limit.latest is not None:
        row["limit"] = limit.latest.isoformat()
        figures = parts["schedule"].figures if "schedule" in parts else {}
        expected = figures.get("finish")
        if figures.get("p80_finish"):
            days = [date.fromisoformat(figures[name]) for name in ("finish", "p80_finish")]
            probability = by_date(limit.latest, *days)
    row |= {"expected": expected, "probability": probability}
    if probability is None:
        return row | _UNKNOWN
    found = verdict(probability)
    return row | {"verdict": found.code, "message": found.message, "message_zh": found.message_zh}


def _within(budget: Decimal, price: dict[str, Any], curve: Sequence[Sequence[Any]]) -> float:
    left = affordable_cost(budget, Decimal(str(price["margin_rate"])), Decimal(str(price["tax_rate"])))
    # The curve is of work and risks; what the responses cost is spent beside it.
    left -= Decimal(price["risk_response_cost"])
    return probability_within(left, [(probability, Decimal(cost)) for probability, cost in curve])
