"""What a client wants changed in a requirement, said by link: a clarification that we owe an answer to."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands import clarifications
from services.engagement.models.clarifications import Party
from services.engagement.queries.projections import open_opportunity
from services.engagement.schemas.clarifications import ClarificationIn
from shared.language.events.requirements import ConfirmationRemarked


async def hear_remark(session: AsyncSession, event: ConfirmationRemarked) -> None:
    """Our clock runs from now on, for the owner of the opportunity. Raises `OpportunityIsClosed`."""
    opportunity = await open_opportunity(session, event.opportunity_id)
    drafted = await clarifications.draft_clarification(
        session,
        ClarificationIn(
            opportunity_id=event.opportunity_id,
            question=event.words,
            context=f"{event.said_by}: {event.requirement_code} {event.title}",
            requirement_ids=[event.requirement_id],
            owed_by=Party.US,
            owner=opportunity.owner,
        ),
    )
    await clarifications.ask(session, drafted.id, version=drafted.version)
