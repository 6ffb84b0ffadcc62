"""What the requirements service does when it hears of others."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.commands import changes, discovery, lessons, needs, projections, records
from shared.kernel.messaging import Handlers
from shared.language import business_day, do_not_contact, letterhead, roster
from shared.language.events.engagement import (
    CalendarRecorded,
    ClarificationRecorded,
    ColleagueRecorded,
    ContactRecorded,
    InteractionRecorded,
    NeedHeard,
)
from shared.language.events.estimation import (
    EstimateCompleted,
    EstimatePriced,
    EstimationScenarioFailed,
    ScenarioPriced,
)
from shared.language.events.insights import LessonProposed
from shared.language.events.proposal import (
    BrandingRecorded,
    OutcomeRecorded,
    ProposalAnswered,
    ProposalDrafted,
    ProposalScenarioFailed,
    ProposalSubmitted,
    ScenarioScheduled,
)
from shared.language.events.risk import RiskBudgetCalculated, RiskScenarioFailed

on = Handlers("requirements-proposals")
heard = Handlers("requirements-engagement")
on_figures = Handlers("requirements-figures")
on_scenarios = Handlers("requirements-scenarios")
# A consumer of its own began at the start of the stream: who was told before this service was upgraded is known too.
on_roster = Handlers("requirements-roster")
on_lessons = Handlers("requirements-lessons")

on(ProposalSubmitted)(records.note_submission)
on(ProposalAnswered)(records.note_answer)
on(OutcomeRecorded)(records.note_outcome)


@heard(NeedHeard)
async def record_need(session: AsyncSession, event: NeedHeard) -> None:
    if event.wants == "change_request":
        await changes.raise_change(session, event)
    else:
        await needs.record_need(session, event)


heard(InteractionRecorded)(discovery.note_talk)
heard(ClarificationRecorded)(projections.note_clarification)
on_figures(EstimateCompleted)(projections.note_estimate)
on_figures(RiskBudgetCalculated)(projections.note_risk)
on_figures(EstimatePriced)(projections.note_price)
on_figures(ProposalDrafted)(projections.note_schedule)
on_scenarios(ScenarioPriced)(changes.take_price)
on_scenarios(ScenarioScheduled)(changes.take_schedule)
on_scenarios(EstimationScenarioFailed)(changes.take_failure)
on_scenarios(RiskScenarioFailed)(changes.take_failure)
on_scenarios(ProposalScenarioFailed)(changes.take_failure)
heard(CalendarRecorded)(business_day.note_calendar)
heard(ContactRecorded)(do_not_contact.note_contact)
heard(BrandingRecorded)(letterhead.note_branding)
on_lessons(LessonProposed)(lessons.draft_of_lesson)
on_roster(ColleagueRecorded)(roster.note_colleague)
