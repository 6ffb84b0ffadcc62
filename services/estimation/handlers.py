"""What the estimation service does when it hears of others.

One consumer for all that changes what counts in an opportunity, one after the other; scenarios change nothing of it.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation.commands import after_sales, estimates, pricing, scenario_runs, scenarios
from services.estimation.queries import head_of
from shared.kernel.messaging import Handlers
from shared.language import business_day, suspects
from shared.language.events.engagement import CalendarRecorded
from shared.language.events.engagement.support import AfterSalesPlanRecorded
from shared.language.events.proposal import ProposalAnswered, ProposalDrafted, ProposalScenarioFailed, ScenarioScheduled
from shared.language.events.requirements import (
    BaselineApproved,
    BaselineWithdrawn,
    FitRecorded,
    OpportunityClosed,
    OpportunityOpened,
    RequirementRecorded,
    ScenarioProposed,
)
from shared.language.events.risk import RiskBudgetCalculated, RiskScenarioFailed, ScenarioBudgeted

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
async def close_estimates(event: OpportunityClosed, session: AsyncSession) -> None:
    await estimates.close_estimates(session, event.opportunity_id, event.outcome, event.epoch)


@on(ProposalAnswered)
async def accept_estimate(event: ProposalAnswered, session: AsyncSession) -> None:
    if event.status == "accepted" and event.estimate_id:
        await estimates.accept_estimate(session, event.opportunity_id, event.estimate_id)


@on(AfterSalesPlanRecorded)
async def note_after_sales_plan(event: AfterSalesPlanRecorded, session: AsyncSession) -> None:
    await after_sales.note_plan(session, event)


@on(RiskBudgetCalculated)
async def price_estimate(event: RiskBudgetCalculated, session: AsyncSession) -> None:
    await pricing.take_in_risk_budget(session, event)


@on_scenarios(ScenarioProposed)
async def estimate_scenario(event: ScenarioProposed, session: AsyncSession) -> None:
    await scenarios.estimate_scenario(session, event)


@on_scenarios(ScenarioBudgeted)
async def price_scenario(event: ScenarioBudgeted, session: AsyncSession) -> None:
    await scenarios.price_scenario(session, event)


@on_scenarios(ScenarioScheduled)
async def take_schedule(event: ScenarioScheduled, session: AsyncSession) -> None:
    await scenario_runs.take_schedule(session, event)


@on_scenarios(RiskScenarioFailed)
async def take_failed_budget(event: RiskScenarioFailed, session: AsyncSession) -> None:
    await scenario_runs.take_failure(session, event.scenario_id, event.reason)


@on_scenarios(ProposalScenarioFailed)
async def take_failed_schedule(event: ProposalScenarioFailed, session: AsyncSession) -> None:
    await scenario_runs.take_failure(session, event.scenario_id, event.reason)


@on_scenarios(ProposalDrafted)
async def note_schedule(event: ProposalDrafted, session: AsyncSession) -> None:
    await scenario_runs.note_schedule(session, event)


@on_requirements(OpportunityOpened)
async def note_opportunity(event: OpportunityOpened, session: AsyncSession) -> None:
    await head_of(session, event.opportunity_id)


@on_requirements(RequirementRecorded)
async def note_suspect(event: RequirementRecorded, session: AsyncSession) -> None:
    await suspects.note_suspect(session, event)


@on_requirements(FitRecorded)
async def note_suspect_fit(event: FitRecorded, session: AsyncSession) -> None:
    await suspects.note_suspect(session, event)


@on_requirements(CalendarRecorded)
async def note_calendar(event: CalendarRecorded, session: AsyncSession) -> None:
    await business_day.note_calendar(session, event)
