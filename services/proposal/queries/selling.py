"""Competitors and materials, and what became of the opportunities where they were."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.domain.selling import Record, record_of
from services.proposal.models.competitors import Competitor, Rivalry
from services.proposal.models.materials import Material, MaterialUse
from services.proposal.models.projections import KnownOpportunity
from services.proposal.schemas.materials import MaterialQuery, UseQuery
from shared.kernel.db import find
from shared.kernel.pages import Slice, paginate
from shared.kernel.problems import FieldError, Invalid
from shared.language.business_day import today


async def record_of_competitor(session: AsyncSession, competitor_id: UUID) -> Record:
    """What became of the opportunities where a competitor was met. Raises `NotFound`."""
    await find(session, Competitor, competitor_id)
    return await _record(session, sa.select(Rivalry.opportunity_id).where(Rivalry.competitor_id == competitor_id))


async def record_of_material(session: AsyncSession, material_id: UUID) -> Record:
    """What became of the opportunities where any version of a material was used. Raises `NotFound`."""
    material = await find(session, Material, material_id)
    versions = sa.select(Material.id).where(Material.key == material.key)
    return await _record(session, sa.select(MaterialUse.opportunity_id).where(MaterialUse.material_id.in_(versions)))


async def _record(session: AsyncSession, opportunities: sa.Select[Any]) -> Record:
    outcomes = sa.select(KnownOpportunity.outcome).where(KnownOpportunity.id.in_(opportunities))
    return record_of((await session.scalars(outcomes)).all())


async def refuse_unknown(session: AsyncSession, competitor_ids: Sequence[UUID]) -> None:
    """Raises `Invalid` naming the competitors that there are not."""
    known = set((await session.scalars(sa.select(Competitor.id).where(Competitor.id.in_(competitor_ids)))).all())
    unknown = sorted({str(key) for key in competitor_ids if key not in known})
    if unknown:
        names = ", ".join(unknown)
        raise Invalid(
            [
                FieldError(
                    "/win_themes", "unknown_competitor", f"names no competitor: {names}", f"竞争对手不存在：{names}"
                )
            ]
        )


async def materials(session: AsyncSession, query: MaterialQuery) -> Slice[Material]:
    """One page of materials."""
    statement = sa.select(Material)
    if query.tag:
        statement = statement.where(Material.tags.contains([query.tag]))
    if query.stale is not None:
        is_stale = (Material.status == "published") & (Material.review_on < today(session))
        statement = statement.where(is_stale if query.stale else ~is_stale)
    return await paginate(session, Material, query, statement)


async def uses(session: AsyncSession, material_id: UUID, query: UseQuery) -> Slice[MaterialUse]:
    """One page of the uses of a version."""
    return await paginate(
        session, MaterialUse, query, sa.select(MaterialUse).where(MaterialUse.material_id == material_id)
    )
