"""Questions that a client asks in a room of the proposal: clarifications that we owe an answer to."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands import clarifications
from services.engagement.commands.projections import know_opportunity
from services.engagement.models.clarifications import Clarification, Party
from services.engagement.queries.projections import open_opportunity
from services.engagement.schemas.clarifications import ClarificationIn
from shared.language.events.proposal import RoomQuestionAsked


async def hear_question(session: AsyncSession, event: RoomQuestionAsked) -> None:
    """Make a clarification of it, once; our clock runs from now on. Raises `OpportunityIsClosed`."""
    await know_opportunity(session, event.opportunity_id)
    opportunity = await open_opportunity(session, event.opportunity_id)
    own = sa.select(Clarification.id).where(Clarification.room_question_id == event.question_id)
    if await session.scalar(own):
        return
    places = (f"{event.proposal_code} {event.version_label}", event.section, event.requirement_code)
    drafted = await clarifications.draft_clarification(
        session,
        ClarificationIn(
            opportunity_id=event.opportunity_id,
            question=event.question,
            context=f"{event.asked_by}: {', '.join(place for place in places if place)}",
            requirement_ids=[event.requirement_id] if event.requirement_id else [],
            owed_by=Party.US,
            owner=opportunity.owner,
        ),
        room_question_id=event.question_id,
    )
    await clarifications.ask(session, drafted.id, version=drafted.version)
