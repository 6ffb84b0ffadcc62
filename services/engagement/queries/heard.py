"""What is known of opportunities and requirements."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.heard import KnownOpportunity, KnownRequirement, UnknownOpportunity


async def refuse_unknown_opportunity(session: AsyncSession, opportunity_id: UUID) -> None:
    """Raises `UnknownOpportunity` for one that nobody told this service of."""
    known = sa.select(sa.literal(1)).where(KnownOpportunity.id == opportunity_id)
    if not await session.scalar(known):
        raise UnknownOpportunity(id=opportunity_id)


async def requirements_by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, KnownRequirement]:
    """Those of `ids` that are requirements, as far as this service was told."""
    rows = await session.scalars(sa.select(KnownRequirement).where(KnownRequirement.id.in_(ids))) if ids else ()
    return {row.id: row for row in rows}
