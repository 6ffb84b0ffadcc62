"""Questions that were asked about requirements: kept, since an open one on a must-have blocks approval."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.models.changes import KnownClarification
from shared.kernel.messaging.newest import keep_newest
from shared.language.events.engagement import ClarificationRecorded


async def note_clarification(session: AsyncSession, event: ClarificationRecorded) -> None:
    """Keep what was told last: events come in any order."""
    names = ("opportunity_id", "code", "question", "status", "is_open", "version")
    values = {name: getattr(event, name) for name in names} | {"requirement_ids": list(event.requirement_ids)}
    await keep_newest(session, KnownClarification, {"id": event.clarification_id}, values)
