"""What the engagement service does when it hears of others."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands import handovers, heard, remarks, room_questions
from shared.kernel.messaging import Handlers
from shared.language import letterhead
from shared.language.events.proposal import BrandingRecorded, OutcomeRecorded, ProposalSubmitted, RoomQuestionAsked
from shared.language.events.requirements import (
    BaselineApproved,
    ConfirmationRemarked,
    OpportunityChanged,
    OpportunityClosed,
    OpportunityOpened,
    RequirementRecorded,
)
from shared.language.events.risk import RiskBudgetCalculated

on = Handlers("engagement-requirements")


@on(OpportunityOpened)
async def note_opportunity(event: OpportunityOpened, session: AsyncSession) -> None:
    await heard.note_opportunity(session, event.opportunity_id, event.opportunity, event.version)


@on(OpportunityChanged)
async def note_change(event: OpportunityChanged, session: AsyncSession) -> None:
    await heard.note_opportunity(session, event.opportunity_id, event.opportunity, event.version)


@on(OpportunityClosed)
async def note_closing(event: OpportunityClosed, session: AsyncSession) -> None:
    await heard.note_closing(session, event.opportunity_id)


@on(BaselineApproved)
async def note_approval(event: BaselineApproved, session: AsyncSession) -> None:
    await heard.note_approval(session, event.opportunity_id)


@on(RequirementRecorded)
async def note_requirement(event: RequirementRecorded, session: AsyncSession) -> None:
    await heard.note_requirement(session, event)


@on(ConfirmationRemarked)
async def hear_remark(event: ConfirmationRemarked, session: AsyncSession) -> None:
    await remarks.hear_remark(session, event)


on_handover = Handlers("engagement-handovers")
"""Heard in the order in which it happened: what a hand-over is made of, and that the opportunity is won."""


@on_handover(BaselineApproved)
async def keep_baseline(event: BaselineApproved, session: AsyncSession) -> None:
    await handovers.keep_baseline(session, event)


@on_handover(RiskBudgetCalculated)
async def keep_risk_budget(event: RiskBudgetCalculated, session: AsyncSession) -> None:
    await handovers.keep_risk_budget(session, event)


@on_handover(ProposalSubmitted)
async def keep_proposal(event: ProposalSubmitted, session: AsyncSession) -> None:
    await handovers.keep_proposal(session, event)


@on_handover(OutcomeRecorded)
async def keep_outcome(event: OutcomeRecorded, session: AsyncSession) -> None:
    await handovers.keep_outcome(session, event)


@on_handover(OpportunityClosed)
async def offer_handover(event: OpportunityClosed, session: AsyncSession) -> None:
    if event.outcome == "won":
        await handovers.offer_when_won(session, event.opportunity_id)


on_rooms = Handlers("engagement-rooms", batch=1)


@on_rooms(RoomQuestionAsked)
async def hear_question(event: RoomQuestionAsked, session: AsyncSession) -> None:
    await room_questions.hear_question(session, event)


@on(BrandingRecorded)
async def note_branding(event: BrandingRecorded, session: AsyncSession) -> None:
    await letterhead.note_branding(session, event)
