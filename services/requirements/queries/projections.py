"""Projections of other services' events, read."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.models.projections import KnownClarification, KnownFigures
from services.requirements.models.requirements import Requirement


async def figures_of(session: AsyncSession, opportunity_id: UUID) -> dict[str, KnownFigures]:
    """What the other stages told last of an opportunity, by part: estimate, risk, price, schedule."""
    rows = await session.scalars(sa.select(KnownFigures).where(KnownFigures.opportunity_id == opportunity_id))
    return {row.part: row for row in rows}


async def open_questions_of(
    session: AsyncSession, opportunity_id: UUID, requirement_ids: Iterable[UUID]
) -> Sequence[KnownClarification]:
    """Clarifications about any of these requirements that nobody has settled yet, by code."""
    statement = sa.select(KnownClarification).where(
        KnownClarification.opportunity_id == opportunity_id,
        KnownClarification.is_open,
        KnownClarification.requirement_ids.overlap(list(requirement_ids)),
    )
    return (await session.scalars(statement.order_by(KnownClarification.code))).all()


async def questions_of(session: AsyncSession, requirement: Requirement) -> Sequence[KnownClarification]:
    """Every clarification about a requirement, by code."""
    statement = sa.select(KnownClarification).where(
        KnownClarification.opportunity_id == requirement.opportunity_id,
        KnownClarification.requirement_ids.contains([requirement.id]),
    )
    return (await session.scalars(statement.order_by(KnownClarification.code))).all()
