"""Past projects and productivity models."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation.domain.history import LEAST
from services.estimation.models.history import ModelStatus, PastProject, ProductivityModel

_MOST = 5_000
"""More than any tenant has, and still fitted within some seconds."""


async def projects_with_ids(session: AsyncSession, keys: Sequence[UUID]) -> Mapping[UUID, PastProject]:
    """Those of these projects that there are."""
    rows = await session.scalars(sa.select(PastProject).where(PastProject.id.in_(keys))) if keys else ()
    return {row.id: row for row in rows}


async def all_projects(session: AsyncSession) -> Sequence[PastProject]:
    """Every past project, by name."""
    return (await session.scalars(sa.select(PastProject).order_by(PastProject.name, PastProject.id))).all()


async def chosen_projects(
    session: AsyncSession, size_unit: str, filters: Mapping[str, Any] | None = None
) -> Sequence[PastProject]:
    """Past projects of a unit that calibration may use, in the order of their ids; categories whatever their case."""
    statement = sa.select(PastProject).where(PastProject.size_unit == size_unit, PastProject.is_excluded.is_(False))
    for name in ("industry", "organisation", "technology"):
        if wanted := (filters or {}).get(name):
            statement = statement.where(sa.func.lower(getattr(PastProject, name)) == wanted.lower())
    if after := (filters or {}).get("finished_after"):
        statement = statement.where(PastProject.finished_on > after)
    return (await session.scalars(statement.order_by(PastProject.id).limit(_MOST))).all()


async def active_model(session: AsyncSession, size_unit: str) -> ProductivityModel | None:
    """The model that estimates of this unit of size use, locked."""
    statement = sa.select(ProductivityModel).where(
        ProductivityModel.size_unit == size_unit, ProductivityModel.status == ModelStatus.ACTIVE
    )
    return await session.scalar(statement.with_for_update().execution_options(populate_existing=True))


async def days_per_ucp(session: AsyncSession) -> tuple[float, int] | None:
    """Median person-days per use-case point of one's own projects, and of how many; None for fewer than three."""
    rates = [row.effort_days / row.size for row in await chosen_projects(session, "ucp")]
    return (median(rates), len(rates)) if len(rates) >= LEAST else None
