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

on(BaselineApproved)(estimates.estimate_baseline)


@on(BaselineWithdrawn)
async def void_withdrawn_baseline(session: AsyncSession, event: BaselineWithdrawn) -> None:
    await estimates.void_estimates(session, event.opportunity_id, event.epoch)


on(OpportunityClosed)(estimates.close_estimates)


@on(ProposalAnswered)
async def accept_estimate(session: AsyncSession, event: ProposalAnswered) -> None:
    if event.status == "accepted" and event.estimate_id:
        await estimates.accept_estimate(session, event.opportunity_id, event.estimate_id)


on(AfterSalesPlanRecorded)(after_sales.note_plan)
on(RiskBudgetCalculated)(pricing.take_in_risk_budget)
on_scenarios(ScenarioProposed)(scenarios.estimate_scenario)
on_scenarios(ScenarioBudgeted)(scenarios.price_scenario)
on_scenarios(ScenarioScheduled)(scenario_runs.take_schedule)

on_scenarios(RiskScenarioFailed)(scenario_runs.take_failure)
on_scenarios(ProposalScenarioFailed)(scenario_runs.take_failure)
on_scenarios(ProposalDrafted)(scenario_runs.note_schedule)


@on_requirements(OpportunityOpened)
async def note_opportunity(session: AsyncSession, event: OpportunityOpened) -> None:
    await head_of(session, event.opportunity_id)


on_requirements(RequirementRecorded)(suspects.note_suspect)
on_requirements(FitRecorded)(suspects.note_suspect)
on_requirements(CalendarRecorded)(business_day.note_calendar)
