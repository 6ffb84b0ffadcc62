"""What the requirements service does when it hears of others."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.commands import needs, records
from shared.events.engagement import NeedHeard
from shared.events.proposal import ProposalAnswered, ProposalSubmitted
from shared.messaging import Handlers

on = Handlers("requirements-proposals")


@on(ProposalSubmitted)
async def note_submission(event: ProposalSubmitted, session: AsyncSession) -> None:
    await records.note_submission(session, event.opportunity_id)


@on(ProposalAnswered)
async def note_answer(event: ProposalAnswered, session: AsyncSession) -> None:
    await records.note_answer(session, event.opportunity_id, event.status)


heard = Handlers("requirements-engagement")


@heard(NeedHeard)
async def record_need(event: NeedHeard, session: AsyncSession) -> None:
    await needs.record_need(session, event)
