"""What the proposal service does when it hears of others, and of its own drafts."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands import (
    after_sales,
    bids,
    clarifications,
    documents,
    drafting,
    economics,
    heard,
    rooms,
    scenarios,
    schedules,
    warnings,
)
from shared.kernel.messaging import Handlers
from shared.language import business_day, do_not_contact, roster, suspects
from shared.language.events.engagement import (
    CalendarRecorded,
    ClarificationRecorded,
    ColleagueRecorded,
    ContactRecorded,
)
from shared.language.events.engagement.support import AfterSalesPlanRecorded
from shared.language.events.estimation import (
    EstimateCompleted,
    EstimateJudged,
    EstimateOutdated,
    EstimatePriced,
    ScenarioPriced,
)
from shared.language.events.estimation.economics import EconomicAnalysisOffered, EconomicAnalysisWithdrawn
from shared.language.events.proposal import ProposalDrafted
from shared.language.events.requirements import (
    BaselineApproved,
    BaselineWithdrawn,
    ChangeRequestRecorded,
    FitRecorded,
    OpportunityChanged,
    OpportunityClosed,
    OpportunityOpened,
    RequirementRecorded,
)
from shared.language.events.risk import RiskBudgetCalculated, RiskBudgetOutdated
from shared.language.events.risk.register import PursuitTurnedNegative

# One consumer for all ingredients: they meet at the head of their opportunity.
on = Handlers("proposal-ingredients", batch=1)
on_drafts = Handlers("proposal-documents")
on_plans = Handlers("proposal-plans", batch=1)
on_scenarios = Handlers("proposal-scenarios", batch=1)
on_requirements = Handlers("proposal-requirements")
on_opportunities = Handlers("proposal-opportunities")
on_engagement = Handlers("proposal-engagement", batch=1)
# Consumers of their own began at the start of the stream: what was told before this service was upgraded is known too.
on_questions = Handlers("proposal-questions", batch=1)
on_changes = Handlers("proposal-changes", batch=1)
on_roster = Handlers("proposal-roster")


@on(BaselineApproved)
async def take_in_baseline(event: BaselineApproved, session: AsyncSession) -> None:
    await heard.take_in_baseline(session, event)


@on(EstimateCompleted)
async def take_in_estimate(event: EstimateCompleted, session: AsyncSession) -> None:
    await warnings.take_in_estimate(session, event)


@on(EstimateJudged)
async def note_judged_warnings(event: EstimateJudged, session: AsyncSession) -> None:
    await warnings.note_judged(session, event)


@on(EstimateOutdated)
async def note_outdated_estimate(event: EstimateOutdated, session: AsyncSession) -> None:
    await drafting.note_outdated(session, event)


@on(RiskBudgetOutdated)
async def note_outdated_risk_budget(event: RiskBudgetOutdated, session: AsyncSession) -> None:
    await drafting.note_outdated_risk(session, event)


@on(RiskBudgetCalculated)
async def take_in_risk_budget(event: RiskBudgetCalculated, session: AsyncSession) -> None:
    await heard.take_in_risk_budget(session, event)


@on(EstimatePriced)
async def take_in_price(event: EstimatePriced, session: AsyncSession) -> None:
    await heard.take_in_price(session, event)


@on(EconomicAnalysisOffered)
async def note_economic_case(event: EconomicAnalysisOffered, session: AsyncSession) -> None:
    await economics.note_offered(session, event)


@on(EconomicAnalysisWithdrawn)
async def drop_economic_case(event: EconomicAnalysisWithdrawn, session: AsyncSession) -> None:
    await economics.note_withdrawn(session, event)


@on(BaselineWithdrawn)
async def void_withdrawn_baseline(event: BaselineWithdrawn, session: AsyncSession) -> None:
    await drafting.begin_epoch(session, event.opportunity_id, event.epoch, began="baseline_withdrawn")


@on(OpportunityClosed)
async def void_closed_opportunity(event: OpportunityClosed, session: AsyncSession) -> None:
    await drafting.begin_epoch(session, event.opportunity_id, event.epoch, began="opportunity_closed")


@on_drafts(ProposalDrafted)
async def want_documents(event: ProposalDrafted, session: AsyncSession) -> None:
    await documents.want_documents(session, event.opportunity_id, event.proposal_id)


@on_plans(ProposalDrafted)
async def draft_plans(event: ProposalDrafted, session: AsyncSession) -> None:
    await schedules.draft_schedule(session, event)


@on_scenarios(ScenarioPriced)
async def schedule_scenario(event: ScenarioPriced, session: AsyncSession) -> None:
    await scenarios.schedule_scenario(session, event)


@on_requirements(RequirementRecorded)
async def note_suspect(event: RequirementRecorded, session: AsyncSession) -> None:
    await suspects.note_suspect(session, event)


@on_requirements(FitRecorded)
async def note_suspect_fit(event: FitRecorded, session: AsyncSession) -> None:
    await suspects.note_suspect(session, event)


@on_opportunities(OpportunityOpened)
async def note_opportunity(event: OpportunityOpened, session: AsyncSession) -> None:
    await heard.note_told(session, event)


@on_opportunities(OpportunityChanged)
async def note_change(event: OpportunityChanged, session: AsyncSession) -> None:
    await heard.note_told(session, event)


@on_opportunities(OpportunityClosed)
async def note_closing(event: OpportunityClosed, session: AsyncSession) -> None:
    await heard.note_closing(session, event.opportunity_id, event.outcome, event.reason)


@on_engagement(AfterSalesPlanRecorded)
async def note_after_sales_plan(event: AfterSalesPlanRecorded, session: AsyncSession) -> None:
    await after_sales.note_plan(session, event)


@on_engagement(ClarificationRecorded)
async def note_answer(event: ClarificationRecorded, session: AsyncSession) -> None:
    await rooms.note_answer(session, event)


@on_questions(ClarificationRecorded)
async def note_question(event: ClarificationRecorded, session: AsyncSession) -> None:
    await clarifications.note_question(session, event)


@on_changes(ChangeRequestRecorded)
async def note_change_request(event: ChangeRequestRecorded, session: AsyncSession) -> None:
    await clarifications.note_change(session, event)


@on_opportunities(PursuitTurnedNegative)
async def reopen_bid(event: PursuitTurnedNegative, session: AsyncSession) -> None:
    await bids.reopen_for_pursuit(session, event)


@on_opportunities(ProposalDrafted)
async def reopen_bid_for_proposal(event: ProposalDrafted, session: AsyncSession) -> None:
    await bids.reopen_for_proposal(session, event.opportunity_id)


@on_engagement(CalendarRecorded)
async def note_calendar(event: CalendarRecorded, session: AsyncSession) -> None:
    await business_day.note_calendar(session, event)


@on_engagement(ContactRecorded)
async def note_contact(event: ContactRecorded, session: AsyncSession) -> None:
    await do_not_contact.note_contact(session, event)


@on_roster(ColleagueRecorded)
async def note_colleague(event: ColleagueRecorded, session: AsyncSession) -> None:
    await roster.note_colleague(session, event)
