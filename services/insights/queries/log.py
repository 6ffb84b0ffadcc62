"""The log of events."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.models import LoggedEvent
from services.insights.schemas.journeys import FeedQuery


async def events_after(session: AsyncSession, query: FeedQuery, position: int, limit: int) -> Sequence[LoggedEvent]:
    """The next events of the caller's tenant after `position`, in order."""
    statement = sa.select(LoggedEvent).where(LoggedEvent.position > position)
    if query.opportunity_id:
        statement = statement.where(LoggedEvent.opportunity_id == query.opportunity_id)
    if query.type:
        wanted = (LoggedEvent.type.startswith(kind, autoescape=True) for kind in query.type)
        statement = statement.where(sa.or_(*wanted))
    return (await session.scalars(statement.order_by(LoggedEvent.position).limit(limit))).all()


async def last_position(session: AsyncSession) -> int:
    """The position of the caller's tenant's newest event; 0 when there is none."""
    return await session.scalar(sa.select(sa.func.max(LoggedEvent.position))) or 0


async def log_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[LoggedEvent]:
    """All events of an opportunity, in the order of the log."""
    statement = sa.select(LoggedEvent).where(LoggedEvent.opportunity_id == opportunity_id)
    return (await session.scalars(statement.order_by(LoggedEvent.position))).all()


async def log_of_type(session: AsyncSession, event_type: str) -> Sequence[LoggedEvent]:
    """All events of a type, in the order of the log."""
    statement = sa.select(LoggedEvent).where(LoggedEvent.type == event_type)
    return (await session.scalars(statement.order_by(LoggedEvent.position))).all()


async def opportunities_heard_of(session: AsyncSession) -> Sequence[UUID]:
    """Every opportunity in the log."""
    return (await session.scalars(sa.select(LoggedEvent.opportunity_id).distinct())).all()
