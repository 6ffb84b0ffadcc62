"""Schedules, read."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.models.heard import KnownOpportunity
from services.proposal.models.schedules import LIVE, Schedule
from shared.db import context_of, find


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


def counting(live: Sequence[Schedule]) -> Schedule | None:
    """The one that resources are planned for: the agreed one, else the draft."""
    return next((one for one in live if one.status == "agreed"), None) or next(iter(live), None)


async def last_revision(session: AsyncSession, opportunity_id: UUID) -> int:
    """The highest revision of an opportunity's schedules; 0 when there is none."""
    own = sa.select(sa.func.max(Schedule.revision)).where(Schedule.opportunity_id == opportunity_id)
    return await session.scalar(own) or 0


async def followed_schedule(session: AsyncSession, schedule_id: UUID) -> Schedule:
    """What a calendar shows that follows this schedule: the agreed one of its opportunity, else this. `NotFound`."""
    schedule = await find(session, Schedule, schedule_id)
    agreed = sa.select(Schedule).where(Schedule.opportunity_id == schedule.opportunity_id, Schedule.status == "agreed")
    return await with_contents(session, await session.scalar(agreed) or schedule)


async def title_and_language(session: AsyncSession, opportunity_id: UUID) -> tuple[str, str]:
    """How an opportunity is called, and in which language, as far as it is known."""
    known = await session.get(KnownOpportunity, {"id": opportunity_id, "tenant_id": context_of(session).tenant})
    facts = known.facts if known else {}
    return str(facts.get("title", "")), "en" if facts.get("language") == "en" else "zh"
