"""What the proposal service does when it hears of others, and of its own drafts."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands import (
    after_sales,
    bids,
    clarifications,
    documents,
    drafting,
    economics,
    projections,
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

on(BaselineApproved)(projections.take_in_baseline)
on(EstimateCompleted)(warnings.take_in_estimate)
on(EstimateJudged)(warnings.note_judged)
on(EstimateOutdated)(drafting.note_outdated)
on(RiskBudgetOutdated)(drafting.note_outdated_risk)
on(RiskBudgetCalculated)(projections.take_in_risk_budget)
on(EstimatePriced)(projections.take_in_price)
on(EconomicAnalysisOffered)(economics.note_offered)
on(EconomicAnalysisWithdrawn)(economics.note_withdrawn)


@on(BaselineWithdrawn)
async def void_withdrawn_baseline(session: AsyncSession, event: BaselineWithdrawn) -> None:
    await drafting.begin_epoch(session, event.opportunity_id, event.epoch, began="baseline_withdrawn")


@on(OpportunityClosed)
async def void_closed_opportunity(session: AsyncSession, event: OpportunityClosed) -> None:
    await drafting.begin_epoch(session, event.opportunity_id, event.epoch, began="opportunity_closed")


on_drafts(ProposalDrafted)(documents.want_documents)
on_plans(ProposalDrafted)(schedules.draft_schedule)
on_scenarios(ScenarioPriced)(scenarios.schedule_scenario)
on_requirements(RequirementRecorded)(suspects.note_suspect)
on_requirements(FitRecorded)(suspects.note_suspect)
on_opportunities(OpportunityOpened)(projections.note_told)
on_opportunities(OpportunityChanged)(projections.note_told)
on_opportunities(OpportunityClosed)(projections.note_closing)
on_engagement(AfterSalesPlanRecorded)(after_sales.note_plan)
on_engagement(ClarificationRecorded)(rooms.note_answer)
on_questions(ClarificationRecorded)(clarifications.note_question)
on_changes(ChangeRequestRecorded)(clarifications.note_change)
on_opportunities(PursuitTurnedNegative)(bids.reopen_for_pursuit)
on_opportunities(ProposalDrafted)(bids.reopen_for_proposal)
on_engagement(CalendarRecorded)(business_day.note_calendar)
on_engagement(ContactRecorded)(do_not_contact.note_contact)
on_roster(ColleagueRecorded)(roster.note_colleague)
