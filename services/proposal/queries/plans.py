"""Schedules and resource plans alike, read."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.models.schedules import LIVE, Derived
from shared.kernel.db import find

P = TypeVar("P", bound=Derived)


async def whole(session: AsyncSession, model: type[P], key: UUID) -> P:
    """A plan with all that is in it, to read. Raises `NotFound`."""
    return await with_contents(session, await find(session, model, key))


async def with_contents(session: AsyncSession, plan: P) -> P:
    """The plan with what lists leave out."""
    if sa.inspect(plan).unloaded & set(plan.contents):
        await session.refresh(plan, plan.contents)
    return plan


async def live(session: AsyncSession, model: type[P], opportunity_id: UUID) -> Sequence[P]:
    """The draft and the agreed one of an opportunity, as far as there are any, locked; the newest first."""
    statement = (
        sa.select(model)
        .where(model.opportunity_id == opportunity_id, model.status.in_(LIVE))
        .order_by(model.revision.desc())
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


async def last_revision(session: AsyncSession, model: type[P], opportunity_id: UUID) -> int:
    """The highest revision of an opportunity's plans of a kind; 0 when there is none."""
    own = sa.select(sa.func.max(model.revision)).where(model.opportunity_id == opportunity_id)
    return await session.scalar(own) or 0
