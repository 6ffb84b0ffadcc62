"""What persons settled for an opportunity."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.models.authored_parts import AuthoredPart


async def newest_parts(session: AsyncSession, opportunity_id: UUID) -> dict[str, AuthoredPart]:
    """The newest of each kind that somebody settled, dropped or not."""
    newest = (
        sa.select(AuthoredPart)
        .ext(distinct_on(AuthoredPart.kind))
        .where(AuthoredPart.opportunity_id == opportunity_id)
        .order_by(AuthoredPart.kind, AuthoredPart.revision.desc())
    )
    return {part.kind: part for part in await session.scalars(newest)}
