"""Discounts and pricing policies."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation.domain.pricing import Discount as PricingDiscount
from services.estimation.domain.pricing_policy import decided
from services.estimation.models.discounts import (
    Discount,
    DiscountInAnotherCurrency,
    EstimateIsNotPriced,
    PricingPolicy,
    levels_of,
)
from services.estimation.models.estimates import Estimate
from services.estimation.schemas.discounts import DiscountFigures, Evaluation, FindingOut, PolicyQuery, PolicyQuestion
from shared.kernel.db import find
from shared.kernel.pages import Slice, paginate
from shared.kernel.revisions import in_force, revisions
from shared.language.money import Money


async def policies(session: AsyncSession, query: PolicyQuery) -> Slice[PricingPolicy]:
    """Revisions of the policy."""
    return await paginate(session, PricingPolicy, query, revisions(PricingPolicy, is_in_force=query.is_in_force))


async def standing(session: AsyncSession, row: Estimate) -> Discount | None:
    """The approved discount that belongs into the price of an estimate, locked."""
    statement = sa.select(Discount).where(
        Discount.opportunity_id == row.opportunity_id,
        Discount.status == "approved",
        Discount.position < row.position,
    )
    return await session.scalar(statement.with_for_update())


async def approved(session: AsyncSession, opportunity_id: UUID) -> Discount | None:
    """The approved discount of an opportunity, locked."""
    statement = sa.select(Discount).where(Discount.opportunity_id == opportunity_id, Discount.status == "approved")
    return await session.scalar(statement.with_for_update())


async def evaluate(session: AsyncSession, question: PolicyQuestion) -> Evaluation:
    """What the policy in force says of a discount on an estimate's price. Raises `EstimateIsNotPriced`."""
    estimate = await find(session, Estimate, question.estimate_id)
    return evaluated(estimate, question.taken_off, await in_force(session, PricingPolicy), question.currency)


def evaluated(
    estimate: Estimate, discount: PricingDiscount, policy: PricingPolicy | None, discount_currency: str | None = None
) -> Evaluation:
    """Prices, margins, who must approve and why.

    Raises `EstimateIsNotPriced`, `DiscountInAnotherCurrency`, `DiscountTooLarge`.
    """
    if estimate.price is None or estimate.status != "priced" or estimate.freshness != "fresh":
        raise EstimateIsNotPriced(state=estimate.status, freshness=estimate.freshness)
    price = estimate.price
    currency = price["currency"]
    if discount_currency and discount_currency != currency:
        raise DiscountInAnotherCurrency(wanted=currency, given=discount_currency)
    listed = Money.model_validate(price.get("list_price") or price["price_excl_tax"])
    budget = Money.model_validate(price["total_budget"]).amount
    off = discount.of(listed.amount, currency)
    net = listed.amount - off
    levels = levels_of(policy.levels if policy else None)
    decision = decided(levels, off / listed.amount if listed.amount else off, (net - budget) / net)
    return Evaluation(
        estimate_id=estimate.id,
        policy_id=policy.id if policy else None,
        policy_revision=policy.revision if policy else 0,
        needs_approval=decision.needs_approval,
        rank=decision.rank,
        approvers=list(decision.approvers),
        findings=[FindingOut.model_validate(one, from_attributes=True) for one in decision.findings],
        figures=DiscountFigures(
            list_price=listed,
            discount=Money.of(off, currency),
            discount_rate=float(off / listed.amount) if listed.amount else 0.0,
            price_excl_tax=Money.of(net, currency),
            margin_before=float((listed.amount - budget) / listed.amount) if listed.amount else 0.0,
            margin_after=float((net - budget) / net),
        ),
    )
