"""What changes time entries; each change is told."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands.publishing_support import publish_hours, publish_pursuit
from services.engagement.models.colleagues import Colleague, YouAreNoColleague
from services.engagement.models.effort import DayIsFull, TimeEntry
from services.engagement.queries.effort import hours_of_day
from services.engagement.queries.projections import load_in_open, open_opportunity, refuse_foreign
from services.engagement.schemas.effort import TimeEntryIn, TimeEntryPatch
from shared.kernel.base import set_fields
from shared.kernel.db import context_of, find, load

_HOURS_OF_DAY = 24


async def record_hours(session: AsyncSession, wish: TimeEntryIn) -> TimeEntry:
    """Raises `NotOfThisOpportunity`, `DayIsFull`, `YouAreNoColleague`."""
    await open_opportunity(session, wish.opportunity_id)
    await refuse_foreign(session, wish.opportunity_id, wish.model_dump())
    colleague = await load(session, Colleague, wish.colleague_id or await _own_id(session))
    entry = TimeEntry(
        **wish.model_dump(exclude={"colleague_id"}), colleague_id=colleague.id, role=colleague.role, state="recorded"
    )
    await _refuse_full_day(session, colleague, entry)
    session.add(entry)
    await publish_hours(session, entry, colleague)
    await publish_pursuit(session, entry.opportunity_id)
    return entry


async def change_hours(session: AsyncSession, entry_id: UUID, patch: TimeEntryPatch, *, version: int) -> TimeEntry:
    """Raises `TimeEntryIsVoid`, and as `record_hours`."""
    entry = await load_in_open(session, TimeEntry, entry_id, version=version)
    entry.refuse_if_void()
    changes = patch.changes()
    await refuse_foreign(session, entry.opportunity_id, changes)
    set_fields(entry, changes)
    with session.no_autoflush:
        colleague = await load(session, Colleague, entry.colleague_id)
    await _refuse_full_day(session, colleague, entry)
    await session.flush()
    if entry.version > version:
        await publish_hours(session, entry, colleague)
        await publish_pursuit(session, entry.opportunity_id)
    return entry


async def void_hours(session: AsyncSession, entry_id: UUID, reason: str, *, version: int) -> TimeEntry:
    """It was recorded by mistake: it counts no more and stays to be seen."""
    entry = await load_in_open(session, TimeEntry, entry_id, version=version)
    entry.state, entry.note = entry.machine.next(entry.state, "void"), reason
    await publish_hours(session, entry, await find(session, Colleague, entry.colleague_id))
    await publish_pursuit(session, entry.opportunity_id)
    return entry


async def _own_id(session: AsyncSession) -> UUID:
    actor = context_of(session).actor
    found = await session.scalar(sa.select(Colleague.id).where(Colleague.subject == actor))
    if found is None:
        raise YouAreNoColleague(subject=actor)
    return found


async def _refuse_full_day(session: AsyncSession, colleague: Colleague, entry: TimeEntry) -> None:
    """The colleague is locked: two entries cannot fill the same day at once."""
    with session.no_autoflush:
        before = await hours_of_day(session, colleague.id, entry)
    if before + entry.hours > _HOURS_OF_DAY:
        raise DayIsFull(name=colleague.name, hours=before, day=entry.worked_on, wanted=entry.hours)
