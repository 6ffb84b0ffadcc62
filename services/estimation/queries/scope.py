"""What a budget pays for of an estimate."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation.domain.affordable_scope import Priced, affordable
from services.estimation.models.estimates import Estimate, NotPricedYet
from services.estimation.queries import heard_baseline
from services.estimation.schemas.scope import ScopeIn, ScopeOut
from shared.kernel.db import find
from shared.kernel.problems import FieldError, Invalid
from shared.language.events.requirements import BaselineApproved
from shared.language.money import Money, allocated
from shared.quant.affordability import affordable_cost


async def affordable_scope(session: AsyncSession, estimate_id: UUID, wish: ScopeIn) -> ScopeOut:
    """The requirements that a budget pays for, by priority.

    Raises `NotPricedYet`, or `Invalid` where no budget is known or it is in another currency.
    """
    row = await find(session, Estimate, estimate_id)
    if row.price is None or row.figures is None:
        raise NotPricedYet(state=row.status)
    baseline = BaselineApproved.model_validate((await heard_baseline(session, row.baseline_id)).facts)
    budget = wish.budget or _known_budget(baseline)
    currency = row.figures["currency"]
    if budget is None or budget.currency != currency:
        code = "missing" if budget is None else "currency_mismatch"
        raise Invalid([FieldError("/budget", code, f"is needed in {currency}", f"须以 {currency} 给出")])
    await session.refresh(row, ["lines"])
    price, base = row.price, Decimal(row.figures["base_cost"]["amount"])
    with_reserves = Decimal(price["total_budget"]["amount"]) / base
    rates = Decimal(str(price["margin_rate"])), Decimal(str(price["tax_rate"]))
    left = Money.of(affordable_cost(budget.amount, *rates) / with_reserves, currency)
    found = affordable(_needs(row.lines, baseline, base, currency), left.amount)
    return ScopeOut.of(found, budget, Money.of(base, currency))


def _known_budget(baseline: BaselineApproved) -> Money | None:
    limits = [limit.budget_max for limit in baseline.constraints if limit.kind == "budget" and limit.budget_max]
    own = [limit for limit in limits if limit.currency == baseline.opportunity.currency]
    return min(own, key=lambda limit: limit.amount, default=None)


def _needs(lines: list[Any], baseline: BaselineApproved, base: Decimal, currency: str) -> list[Priced]:
    """Each requirement with its part of the whole cost: by what its own lines cost."""
    labour: dict[UUID, Decimal] = {}
    for line in lines:
        if line["requirement_id"]:
            key = UUID(line["requirement_id"])
            labour[key] = labour.get(key, Decimal(0)) + Decimal(line["cost"])
    delivered = [need for need in baseline.requirements if need.id in labour]
    parts = allocated(base, [labour[need.id] for need in delivered], currency)
    return [
        Priced(need.id, need.code, need.title, need.priority, need.depends_on, part)
        for need, part in zip(delivered, parts, strict=True)
    ]
