"""What persons settled for an opportunity."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.models.authored import AuthoredPart


async def parts_of(session: AsyncSession, opportunity_id: UUID, revision: int) -> Sequence[AuthoredPart]:
    """What counted with an authored revision: the newest of each kind up to it, without those that were dropped."""
    newest = (
        sa.select(AuthoredPart)
        .ext(distinct_on(AuthoredPart.kind))
        .where(AuthoredPart.opportunity_id == opportunity_id, AuthoredPart.revision <= revision)
        .order_by(AuthoredPart.kind, AuthoredPart.revision.desc())
    )
    return [part for part in await session.scalars(newest) if part.facts is not None]


async def part_of(session: AsyncSession, opportunity_id: UUID, kind: str) -> AuthoredPart | None:
    """The newest of a kind, dropped or not; None when nobody ever settled one."""
    own = sa.select(AuthoredPart).where(AuthoredPart.opportunity_id == opportunity_id, AuthoredPart.kind == kind)
    return await session.scalar(own.order_by(AuthoredPart.revision.desc()).limit(1))
