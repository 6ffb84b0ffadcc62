"""When a day is over: one rule for every date that somebody is held to, on the calendar of the tenant.

The engagement service owns calendars and says when the one that counts has changed; every service keeps its time zone
and the hours of its working day.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import object_session

from shared.kernel.base import DEFAULT_TIME_ZONE, Resource, TenantCalendar
from shared.kernel.clock import now
from shared.kernel.db import context_of
from shared.kernel.messaging.newest import keep_newest
from shared.language.events.engagement import CalendarRecorded

DEFAULT_HOURS_PER_DAY = Decimal("7.5")
"""Of the shipped calendar."""


def zone_of(session: AsyncSession) -> ZoneInfo:
    """The time zone that the tenant of `session` works in."""
    zone: ZoneInfo = session.info["zone"]
    return zone


def day_of(session: AsyncSession, moment: datetime) -> date:
    """The day that it is at `moment` where the tenant works."""
    return moment.astimezone(zone_of(session)).date()


def today(session: AsyncSession) -> date:
    """The day that it is now where the tenant works. A date is past its time when it is earlier than this."""
    return day_of(session, now())


def today_for(row: Resource) -> date:
    """As `today`, for a row in a session; for one without a session, as the shipped calendar has it."""
    session = object_session(row)
    return now().astimezone(session.info["zone"] if session else ZoneInfo(DEFAULT_TIME_ZONE)).date()


def end_of_day(session: AsyncSession, day: date) -> datetime:
    """The moment, in UTC, at which `day` is over where the tenant works: the start of the next."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone_of(session)).astimezone(UTC)


async def hours_per_day(session: AsyncSession) -> Decimal:
    """The hours that a working day has on the tenant's calendar: what turns hours into days and back."""
    own = sa.select(TenantCalendar.hours_per_day).where(TenantCalendar.tenant_id == context_of(session).tenant)
    return await session.scalar(own) or DEFAULT_HOURS_PER_DAY


async def note_calendar(session: AsyncSession, told: CalendarRecorded) -> None:
    """Keep what was said last of the tenant's calendar; it holds from here on in this session too."""
    facts = {name: getattr(told, name) for name in ("time_zone", "hours_per_day", "version")}
    if await keep_newest(session, TenantCalendar, {}, facts):
        session.info["zone"] = ZoneInfo(told.time_zone)
