"""Resource plans, read."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.models.resource_plans import ResourcePlan
from services.proposal.models.schedules import LIVE
from shared.db import find


async def whole_resource_plan(session: AsyncSession, plan_id: UUID) -> ResourcePlan:
    """A resource plan with all that is in it, to read. Raises `NotFound`."""
    return await with_contents(session, await find(session, ResourcePlan, plan_id))


async def with_contents(session: AsyncSession, plan: ResourcePlan) -> ResourcePlan:
    """The resource plan with what lists leave out."""
    await session.refresh(plan, ResourcePlan.contents)
    return plan


async def live_resource_plans(session: AsyncSession, opportunity_id: UUID) -> Sequence[ResourcePlan]:
    """The draft and the agreed one of an opportunity, as far as there are any, locked; the newest first."""
    statement = (
        sa.select(ResourcePlan)
        .where(ResourcePlan.opportunity_id == opportunity_id, ResourcePlan.status.in_(LIVE))
        .order_by(ResourcePlan.revision.desc())
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


async def last_revision(session: AsyncSession, opportunity_id: UUID) -> int:
    """The highest revision of an opportunity's resource plans; 0 when there is none."""
    own = sa.select(sa.func.max(ResourcePlan.revision)).where(ResourcePlan.opportunity_id == opportunity_id)
    return await session.scalar(own) or 0
