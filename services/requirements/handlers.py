"""What the requirements service does when it hears of others."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.commands import records
from shared.events.proposal import ProposalSubmitted
from shared.messaging import Handlers

on = Handlers("requirements-proposals")


@on(ProposalSubmitted)
async def note_submission(event: ProposalSubmitted, session: AsyncSession) -> None:
    await records.note_submission(session, event.opportunity_id)
