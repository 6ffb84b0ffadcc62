"""What is kept of what other services told."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.heard import KnownOpportunity, KnownRequirement
from shared.events.requirements import RequirementRecorded


async def note_opportunity(session: AsyncSession, opportunity_id: UUID) -> None:
    """Know from now on that there is such an opportunity."""
    await session.execute(insert(KnownOpportunity).values(id=opportunity_id).on_conflict_do_nothing())


async def note_requirement(session: AsyncSession, told: RequirementRecorded) -> None:
    """Keep the newest that was told of a requirement; it also proves that its opportunity exists."""
    await note_opportunity(session, told.opportunity_id)
    newest = insert(KnownRequirement).values(
        id=told.requirement_id,
        opportunity_id=told.opportunity_id,
        code=told.code,
        title=told.title,
        status=told.status,
        version=told.version,
    )
    await session.execute(
        newest.on_conflict_do_update(
            index_elements=["tenant_id", "id"],
            set_={name: newest.excluded[name] for name in ("code", "title", "status", "version")},
            where=KnownRequirement.version < newest.excluded.version,
        )
    )
