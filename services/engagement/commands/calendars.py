"""What changes business calendars; running clocks, days that end by them and the next talks follow."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands.cadences import replan_cadences
from services.engagement.commands.commitments import watch_commitments
from services.engagement.commands.publishing_support import publish_pursuit
from services.engagement.commands.response_clocks import replan_clocks
from services.engagement.commands.shipped import default_calendar_id, install_shipped
from services.engagement.models.articles import Article
from services.engagement.models.calendars import Calendar
from services.engagement.queries.effort import opportunities_worked_on
from services.engagement.schemas.calendars import CalendarIn, CalendarPatch, YearIn
from shared.kernel.base import set_fields
from shared.kernel.db import load
from shared.kernel.messaging import publish
from shared.language.business_day import hours_per_day, note_calendar
from shared.language.events.engagement import CalendarRecorded
from shared.language.reviewed import watch_all


async def create_calendar(session: AsyncSession, wish: CalendarIn) -> Calendar:
    await install_shipped(session)
    calendar = Calendar(**wish.model_dump(), years={})
    session.add(calendar)
    await session.flush()
    return calendar


async def change_calendar(session: AsyncSession, calendar_id: UUID, patch: CalendarPatch, *, version: int) -> Calendar:
    calendar = await load(session, Calendar, calendar_id, version=version)
    set_fields(calendar, patch.changes())
    await _follow(session, calendar)
    return calendar


async def import_years(session: AsyncSession, calendar_id: UUID, years: list[YearIn], *, version: int) -> Calendar:
    """Put in the days of those years, in place of what was known of them."""
    calendar = await load(session, Calendar, calendar_id, version=version)
    known = dict(calendar.years)
    for year in years:
        known[str(year.year)] = {
            "status": year.status,
            "source": year.source,
            "holidays": sorted(day.isoformat() for day in set(year.holidays)),
            "working_weekends": sorted(day.isoformat() for day in set(year.working_weekends)),
        }
    calendar.years = dict(sorted(known.items()))
    await _follow(session, calendar)
    return calendar


async def remove_calendar(session: AsyncSession, calendar_id: UUID, *, version: int) -> None:
    """Refused by the database while a policy or a clock is on it."""
    await session.delete(await load(session, Calendar, calendar_id, version=version))
    await session.flush()


async def _follow(session: AsyncSession, calendar: Calendar) -> None:
    await session.flush()
    await replan_clocks(session, calendar)
    if calendar.id == default_calendar_id(session):
        await _publish(session, calendar)
        await replan_cadences(session)
        await watch_commitments(session)
        await watch_all(session, Article)


async def _publish(session: AsyncSession, calendar: Calendar) -> None:
    """Say where we work and how long a day is; pursuits cost what they do by the day as it is now."""
    event = CalendarRecorded.of(calendar, calendar_id=calendar.id)
    before = await hours_per_day(session)
    await note_calendar(session, event)
    await publish(session, event, about=calendar)
    if calendar.hours_per_day != before:
        for opportunity_id in await opportunities_worked_on(session):
            await publish_pursuit(session, opportunity_id)
