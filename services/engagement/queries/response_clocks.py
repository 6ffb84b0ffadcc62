"""Response policies and clocks, read."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.calendars import Calendar
from services.engagement.models.response_clocks import ResponseClock, ResponsePolicy
from services.engagement.schemas.response_clocks import ResponseClockOut, ResponseClockQuery, ResponsePolicyQuery
from shared.kernel.clock import now
from shared.kernel.pages import Page, Slice, paginate
from shared.kernel.revisions import revisions


async def policies(session: AsyncSession, query: ResponsePolicyQuery) -> Slice[ResponsePolicy]:
    """One page of response policies."""
    return await paginate(session, ResponsePolicy, query, revisions(ResponsePolicy, is_in_force=query.is_in_force))


async def clocks(session: AsyncSession, query: ResponseClockQuery) -> Page[ResponseClockOut]:
    """One page of response clocks, as they show now."""
    statement = sa.select(ResponseClock)
    if query.is_open is not None:
        is_over = ResponseClock.stopped_at.is_not(None)
        statement = statement.where(~is_over if query.is_open else is_over)
    found = await paginate(session, ResponseClock, query, statement)
    return Page(items=await shown(session, found.items), next_cursor=found.next_cursor)


async def shown(session: AsyncSession, rows: Sequence[ResponseClock]) -> list[ResponseClockOut]:
    """Clocks with what they show now."""
    ids = {row.calendar_id for row in rows}
    known = (await session.scalars(sa.select(Calendar).where(Calendar.id.in_(ids)))).all() if ids else ()
    calendars, at = {row.id: row.business_calendar() for row in known}, now()
    return [ResponseClockOut.of(row, calendars[row.calendar_id], at) for row in rows]
