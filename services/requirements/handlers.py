"""What the requirements service does when it hears of others."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.commands import changes, clarifications, discovery, figures, needs, records
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


@on(ProposalSubmitted)
async def note_submission(event: ProposalSubmitted, session: AsyncSession) -> None:
    await records.note_submission(session, event.opportunity_id)


@on(ProposalAnswered)
async def note_answer(event: ProposalAnswered, session: AsyncSession) -> None:
    await records.note_answer(session, event.opportunity_id, event.status)


@on(OutcomeRecorded)
async def note_outcome(event: OutcomeRecorded, session: AsyncSession) -> None:
    await records.note_outcome(session, event.opportunity_id, event.result, event.reason)


@heard(NeedHeard)
async def record_need(event: NeedHeard, session: AsyncSession) -> None:
    if event.wants == "change_request":
        await changes.raise_change(session, event)
    else:
        await needs.record_need(session, event)


@heard(InteractionRecorded)
async def note_talk(event: InteractionRecorded, session: AsyncSession) -> None:
    await discovery.note_talk(session, event)


@heard(ClarificationRecorded)
async def note_clarification(event: ClarificationRecorded, session: AsyncSession) -> None:
    await clarifications.note_clarification(session, event)


@on_figures(EstimateCompleted)
async def note_estimate(event: EstimateCompleted, session: AsyncSession) -> None:
    await figures.note_estimate(session, event)


@on_figures(RiskBudgetCalculated)
async def note_risk(event: RiskBudgetCalculated, session: AsyncSession) -> None:
    await figures.note_risk(session, event)


@on_figures(EstimatePriced)
async def note_price(event: EstimatePriced, session: AsyncSession) -> None:
    await figures.note_price(session, event)


@on_figures(ProposalDrafted)
async def note_schedule(event: ProposalDrafted, session: AsyncSession) -> None:
    await figures.note_schedule(session, event)


@on_scenarios(ScenarioPriced)
async def take_price(event: ScenarioPriced, session: AsyncSession) -> None:
    await changes.take_price(session, event)


@on_scenarios(ScenarioScheduled)
async def take_schedule(event: ScenarioScheduled, session: AsyncSession) -> None:
    await changes.take_schedule(session, event)


@on_scenarios(EstimationScenarioFailed)
async def take_estimation_failure(event: EstimationScenarioFailed, session: AsyncSession) -> None:
    await changes.take_failure(session, event.scenario_id, event.reason)


@on_scenarios(RiskScenarioFailed)
async def take_risk_failure(event: RiskScenarioFailed, session: AsyncSession) -> None:
    await changes.take_failure(session, event.scenario_id, event.reason)


@on_scenarios(ProposalScenarioFailed)
async def take_proposal_failure(event: ProposalScenarioFailed, session: AsyncSession) -> None:
    await changes.take_failure(session, event.scenario_id, event.reason)


@heard(CalendarRecorded)
async def note_calendar(event: CalendarRecorded, session: AsyncSession) -> None:
    await business_day.note_calendar(session, event)


@heard(ContactRecorded)
async def note_contact(event: ContactRecorded, session: AsyncSession) -> None:
    await do_not_contact.note_contact(session, event)


@heard(BrandingRecorded)
async def note_branding(event: BrandingRecorded, session: AsyncSession) -> None:
    await letterhead.note_branding(session, event)


@on_roster(ColleagueRecorded)
async def note_colleague(event: ColleagueRecorded, session: AsyncSession) -> None:
    await roster.note_colleague(session, event)
