"""What the risk service does when it hears of others.

A budget needs a baseline and its estimate, which come in any order: whichever is second sets the computation off.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.commands import hearing, pursuits, scenarios
from shared.kernel.messaging import Handlers
from shared.language import business_day, roster, suspects
from shared.language.events.engagement import CalendarRecorded, ColleagueRecorded
from shared.language.events.engagement.support import PursuitTotalled
from shared.language.events.estimation import EstimateCompleted, EstimatePriced, ScenarioEstimated
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


@on_baselines(OpportunityOpened)
async def note_opportunity(event: OpportunityOpened, session: AsyncSession) -> None:
    await hearing.note_opportunity(session, event)


@on_baselines(BaselineApproved)
async def take_in_baseline(event: BaselineApproved, session: AsyncSession) -> None:
    await hearing.take_in_baseline(session, event)


@on_baselines(BaselineWithdrawn)
async def void_withdrawn_baseline(event: BaselineWithdrawn, session: AsyncSession) -> None:
    await hearing.void_budgets(session, event.opportunity_id, event.epoch)


@on_baselines(OpportunityClosed)
async def close_register(event: OpportunityClosed, session: AsyncSession) -> None:
    await hearing.close(session, event)


@on_baselines(ProposalSubmitted)
async def note_offer(event: ProposalSubmitted, session: AsyncSession) -> None:
    await hearing.note_offer(session, event)


@on_estimates(EstimateCompleted)
async def budget_completed_estimate(event: EstimateCompleted, session: AsyncSession) -> None:
    await hearing.take_in_estimate(session, event)


@on_pursuits(OpportunityOpened)
async def assess_new_pursuit(event: OpportunityOpened, session: AsyncSession) -> None:
    await pursuits.note_opportunity(session, event)


@on_pursuits(OpportunityChanged)
async def assess_changed_pursuit(event: OpportunityChanged, session: AsyncSession) -> None:
    await pursuits.note_opportunity(session, event)


@on_pursuits(OpportunityClosed)
async def end_pursuit(event: OpportunityClosed, session: AsyncSession) -> None:
    await pursuits.note_closing(session, event.opportunity_id, event.outcome)


@on_pursuits(BaselineWithdrawn)
async def void_price(event: BaselineWithdrawn, session: AsyncSession) -> None:
    await pursuits.void_price(session, event.opportunity_id, event.epoch)


@on_pursuits(EstimatePriced)
async def note_price(event: EstimatePriced, session: AsyncSession) -> None:
    await pursuits.note_price(session, event)


@on_pursuits(PursuitTotalled)
async def note_total(event: PursuitTotalled, session: AsyncSession) -> None:
    await pursuits.note_total(session, event)


@on_pursuits(OutcomeRecorded)
async def note_outcome(event: OutcomeRecorded, session: AsyncSession) -> None:
    await pursuits.note_outcome(session, event)


@on_scenarios(ScenarioEstimated)
async def budget_scenario(event: ScenarioEstimated, session: AsyncSession) -> None:
    await scenarios.budget_scenario(session, event)


@on_requirements(RequirementRecorded)
async def note_suspect(event: RequirementRecorded, session: AsyncSession) -> None:
    await suspects.note_suspect(session, event)


@on_requirements(FitRecorded)
async def note_suspect_fit(event: FitRecorded, session: AsyncSession) -> None:
    await suspects.note_suspect(session, event)


@on_requirements(CalendarRecorded)
async def note_calendar(event: CalendarRecorded, session: AsyncSession) -> None:
    await business_day.note_calendar(session, event)


@on_roster(ColleagueRecorded)
async def note_colleague(event: ColleagueRecorded, session: AsyncSession) -> None:
    await roster.note_colleague(session, event)
