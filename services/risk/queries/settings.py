"""Which matrix and which policy count for an opportunity."""

from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.domain.matrix import PMBOK, Matrix
from services.risk.domain.policy import USUAL, Rules
from services.risk.models.settings import InForce, RiskMatrix, RiskPolicy

S = TypeVar("S", bound=InForce)


async def in_force(session: AsyncSession, model: type[S], opportunity_id: UUID | None) -> S | None:
    """The version that counts for an opportunity: its own, else the tenant's; None while the tenant has none."""
    statement = (
        sa.select(model)
        .where(model.status == "active", sa.or_(model.opportunity_id == opportunity_id, model.opportunity_id.is_(None)))
        .order_by(model.opportunity_id.nulls_last())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return await session.scalar(statement)


async def matrix_for(session: AsyncSession, opportunity_id: UUID) -> Matrix:
    """The matrix of an opportunity, else the tenant's, else the guide's."""
    row = await in_force(session, RiskMatrix, opportunity_id)
    return row.matrix if row else PMBOK


async def rules_for(session: AsyncSession, opportunity_id: UUID) -> Rules:
    """The policy of an opportunity, else the tenant's, else what is usual."""
    row = await in_force(session, RiskPolicy, opportunity_id)
    return row.rules if row else USUAL
