"""What the estimation service does when it hears of others.

One consumer for all that changes what counts in an opportunity, one after the other; scenarios change nothing.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation.commands import estimates, pricing, scenarios
from shared import suspects
from shared.events.requirements import (
    BaselineApproved,
    BaselineWithdrawn,
    OpportunityClosed,
    RequirementRecorded,
    ScenarioProposed,
)
from shared.events.risk import RiskBudgetCalculated, ScenarioBudgeted
from shared.messaging import Handlers

on = Handlers("estimation-estimates", batch=1)
on_scenarios = Handlers("estimation-scenarios", batch=1)
on_requirements = Handlers("estimation-requirements")


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


@on_scenarios(ScenarioProposed)
async def estimate_scenario(event: ScenarioProposed, session: AsyncSession) -> None:
    await scenarios.estimate_scenario(session, event)


@on_scenarios(ScenarioBudgeted)
async def price_scenario(event: ScenarioBudgeted, session: AsyncSession) -> None:
    await scenarios.price_scenario(session, event)


@on_requirements(RequirementRecorded)
async def note_suspect(event: RequirementRecorded, session: AsyncSession) -> None:
    await suspects.note_suspect(session, event)
