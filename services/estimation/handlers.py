"""What the estimation service does when it hears of others.

One consumer for all: they change what counts in the same opportunity, one after the other.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation.commands import estimates, pricing
from shared.events.requirements import BaselineApproved, BaselineWithdrawn, OpportunityClosed
from shared.events.risk import RiskBudgetCalculated
from shared.messaging import Handlers

on = Handlers("estimation-estimates", batch=1)


@on(BaselineApproved)
async def estimate_approved_baseline(event: BaselineApproved, session: AsyncSession) -> None:
    await estimates.estimate_baseline(session, event)


@on(BaselineWithdrawn)
async def void_withdrawn_baseline(event: BaselineWithdrawn, session: AsyncSession) -> None:
    await estimates.void_estimates(session, event.opportunity_id, event.epoch)


@on(OpportunityClosed)
async def void_closed_opportunity(event: OpportunityClosed, session: AsyncSession) -> None:
    await estimates.void_estimates(session, event.opportunity_id, event.epoch)


@on(RiskBudgetCalculated)
async def price_estimate(event: RiskBudgetCalculated, session: AsyncSession) -> None:
    await pricing.take_in_risk_budget(session, event)
