"""What the engagement service does when it hears of others."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands import heard
from shared.events.requirements import OpportunityOpened, RequirementRecorded
from shared.messaging import Handlers

on = Handlers("engagement-requirements")


@on(OpportunityOpened)
async def note_opportunity(event: OpportunityOpened, session: AsyncSession) -> None:
    await heard.note_opportunity(session, event.opportunity_id)


@on(RequirementRecorded)
async def note_requirement(event: RequirementRecorded, session: AsyncSession) -> None:
    await heard.note_requirement(session, event)
