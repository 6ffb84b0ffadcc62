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


async def live_and_last(session: AsyncSession, model: type[P], opportunity_id: UUID) -> tuple[list[P], int]:
    """The same, and the highest revision of an opportunity's plans of a kind; 0 when there is none."""
    own = model.opportunity_id == opportunity_id
    last = sa.select(sa.func.max(model.revision)).where(own).correlate(None).scalar_subquery()
    statement = sa.select(model).where(own, sa.or_(model.status.in_(LIVE), model.revision == last))
    found = (await session.scalars(statement.order_by(model.revision.desc()).with_for_update())).all()
    return [one for one in found if one.status in LIVE], found[0].revision if found else 0
