"""What the client said in a talk becomes a draft requirement, with its source kept."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.commands.requirements import record_requirements
from services.requirements.domain.statements import heading
from services.requirements.models.requirements import Kind, Priority
from services.requirements.schemas.requirements import RequirementIn, Source
from shared.language.events.engagement import NeedHeard
from shared.language.events.requirements import OriginFacts


async def record_need(session: AsyncSession, event: NeedHeard) -> None:
    """A draft requirement in our words, with the client's beside them."""
    words = event.client_words or event.statement
    wish = RequirementIn(
        opportunity_id=event.opportunity_id,
        title=heading(event.statement),
        statement=event.statement,
        client_words=event.client_words,
        kind=Kind(event.kind) if event.kind in set(Kind) else Kind.USER,
        priority=Priority(event.priority) if event.priority in set(Priority) else Priority.SHOULD,
        sources=[Source(document=event.source[:300], location=event.speaker or "client", quote=words)],
    )
    await record_requirements(session, [wish], OriginFacts(kind="need", id=event.need_id))
