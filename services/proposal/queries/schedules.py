"""Schedules, read."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.models.schedules import LIVE, Schedule
from shared.db import find


async def whole_schedule(session: AsyncSession, schedule_id: UUID) -> Schedule:
    """A schedule with its tasks, to read. Raises `NotFound`."""
    return await with_contents(session, await find(session, Schedule, schedule_id))


async def with_contents(session: AsyncSession, schedule: Schedule) -> Schedule:
    """The schedule with what lists leave out."""
    await session.refresh(schedule, Schedule.contents)
    return schedule


async def live_schedules(session: AsyncSession, opportunity_id: UUID) -> Sequence[Schedule]:
    """The draft and the agreed one of an opportunity, as far as there are any, locked; the newest first."""
    statement = (
        sa.select(Schedule)
        .where(Schedule.opportunity_id == opportunity_id, Schedule.status.in_(LIVE))
        .order_by(Schedule.revision.desc())
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


async def last_revision(session: AsyncSession, opportunity_id: UUID) -> int:
    """The highest revision of an opportunity's schedules; 0 when there is none."""
    own = sa.select(sa.func.max(Schedule.revision)).where(Schedule.opportunity_id == opportunity_id)
    return await session.scalar(own) or 0
