"""What the risk service does when it hears of others.

A budget needs a baseline and its estimate, which come in any order: whichever is second sets the computation off.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.commands import catalogue, projections, pursuits, scenarios
from shared.kernel.messaging import Handlers
from shared.language import business_day, roster, suspects
from shared.language.events.engagement import CalendarRecorded, ColleagueRecorded
from shared.language.events.engagement.support import PursuitTotalled
from shared.language.events.estimation import EstimateCompleted, EstimatePriced, ScenarioEstimated
from shared.language.events.insights import LessonProposed
from shared.language.events.proposal import OutcomeRecorded, ProposalSubmitted
from shared.language.events.requirements import (
    BaselineApproved,
    BaselineWithdrawn,
    FitRecorded,
    OpportunityChanged,
    OpportunityClosed,
    OpportunityOpened,
    RequirementRecorded,
)

# Two consumers: that something is stale is known at once, while the simulations of other opportunities wait in line.
on_baselines = Handlers("risk-baselines", batch=8)
on_estimates = Handlers("risk-estimates", batch=1)
on_scenarios = Handlers("risk-scenarios", batch=1)
on_requirements = Handlers("risk-requirements")
on_pursuits = Handlers("risk-pursuits")
# A consumer of its own began at the start of the stream: who was told before this service was upgraded is known too.
on_roster = Handlers("risk-roster")
on_lessons = Handlers("risk-lessons")

on_lessons(LessonProposed)(catalogue.draft_of_lesson)
on_baselines(OpportunityOpened)(projections.note_opportunity)
on_baselines(BaselineApproved)(projections.take_in_baseline)


@on_baselines(BaselineWithdrawn)
async def void_withdrawn_baseline(session: AsyncSession, event: BaselineWithdrawn) -> None:
    await projections.void_budgets(session, event.opportunity_id, event.epoch)


on_baselines(OpportunityClosed)(projections.close)
on_baselines(ProposalSubmitted)(projections.note_offer)
on_estimates(EstimateCompleted)(projections.take_in_estimate)
on_pursuits(OpportunityOpened)(pursuits.note_opportunity)
on_pursuits(OpportunityChanged)(pursuits.note_opportunity)
on_pursuits(OpportunityClosed)(pursuits.note_closing)
on_pursuits(BaselineWithdrawn)(pursuits.void_price)
on_pursuits(EstimatePriced)(pursuits.note_price)
on_pursuits(PursuitTotalled)(pursuits.note_total)
on_pursuits(OutcomeRecorded)(pursuits.note_outcome)
on_scenarios(ScenarioEstimated)(scenarios.budget_scenario)
on_requirements(RequirementRecorded)(suspects.note_suspect)
on_requirements(FitRecorded)(suspects.note_suspect)
on_requirements(CalendarRecorded)(business_day.note_calendar)
on_roster(ColleagueRecorded)(roster.note_colleague)
