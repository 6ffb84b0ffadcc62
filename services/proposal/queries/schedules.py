"""Schedules, read."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.models.projections import KnownOpportunity
from services.proposal.models.schedules import Schedule
from services.proposal.queries.plans import with_contents
from shared.kernel.db import context_of, find


def counting(live: Sequence[Schedule]) -> Schedule | None:
    """The one that resources are planned for: the agreed one, else the draft."""
    return next((one for one in live if one.status == "agreed"), None) or next(iter(live), None)


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
