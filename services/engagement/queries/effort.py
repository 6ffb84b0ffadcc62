"""Time entries and what they add up to."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.pursuit_cost import Worked, efforts, total_costs
from services.engagement.models.colleagues import Colleague
from services.engagement.models.effort import TimeEntry
from services.engagement.queries.projections import closed_ones
from services.engagement.schemas.effort import EffortOut, EffortSummaryOut, TimeEntryOut, TimeEntryQuery
from shared.kernel.from_row import from_row
from shared.kernel.pages import Page, paginate
from shared.language.business_day import hours_per_day


async def time_entries(session: AsyncSession, query: TimeEntryQuery) -> Page[TimeEntryOut]:
    """One page of time entries."""
    found = await paginate(session, TimeEntry, query)
    return Page(items=await shown(session, found.items), next_cursor=found.next_cursor)


async def shown(session: AsyncSession, rows: Sequence[TimeEntry]) -> list[TimeEntryOut]:
    """Time entries with what can be done with them."""
    closed = await closed_ones(session, [row.opportunity_id for row in rows])
    return [from_row(TimeEntryOut, row, allowed_actions=row.actions(closed.get(row.opportunity_id))) for row in rows]


async def hours_of_day(session: AsyncSession, colleague_id: UUID, entry: TimeEntry) -> Decimal:
    """What a person has recorded on the day of `entry`, without `entry` itself, over all opportunities."""
    own = sa.select(sa.func.coalesce(sa.func.sum(TimeEntry.hours), 0)).where(
        TimeEntry.colleague_id == colleague_id,
        TimeEntry.worked_on == entry.worked_on,
        TimeEntry.state == "recorded",
        TimeEntry.id.is_distinct_from(entry.id),
    )
    return Decimal(await session.scalar(own) or 0)


async def last_worked_on(session: AsyncSession, opportunity_id: UUID) -> date | None:
    """The last day that hours of an opportunity were worked on."""
    own = sa.select(sa.func.max(TimeEntry.worked_on)).where(
        TimeEntry.opportunity_id == opportunity_id, TimeEntry.state == "recorded"
    )
    last: date | None = await session.scalar(own)
    return last


async def opportunities_worked_on(
    session: AsyncSession, colleague_id: UUID | None = None, since: date = date.min
) -> Sequence[UUID]:
    """The opportunities that a person, or anybody, has hours on since that day, in an order that is always the same."""
    own = sa.select(TimeEntry.opportunity_id).where(TimeEntry.worked_on >= since, TimeEntry.state == "recorded")
    if colleague_id:
        own = own.where(TimeEntry.colleague_id == colleague_id)
    return (await session.scalars(own.distinct().order_by(TimeEntry.opportunity_id))).all()


async def summary(session: AsyncSession, opportunity_id: UUID, *, with_cost: bool) -> EffortSummaryOut:
    """Hours by month, role and activity, and what the pursuit has cost; cost only `with_cost`."""
    own = (
        sa.select(TimeEntry, Colleague)
        .join(Colleague, Colleague.id == TimeEntry.colleague_id)
        .where(TimeEntry.opportunity_id == opportunity_id, TimeEntry.state == "recorded")
    )
    day = await hours_per_day(session)
    worked = (
        Worked(
            role=entry.role,
            activity=entry.activity,
            month=f"{entry.worked_on:%Y-%m}",
            hours=entry.hours,
            day_cost=colleague.day_cost(entry.worked_on),
        )
        for entry, colleague in await session.execute(own)
    )
    parts = efforts(worked, day)
    return EffortSummaryOut(
        opportunity_id=opportunity_id,
        hours_per_day=day,
        hours=sum((part.hours for part in parts), Decimal(0)),
        uncosted_hours=sum((part.uncosted_hours for part in parts), Decimal(0)),
        costs=total_costs(parts) if with_cost else None,
        by_role=_totals((part.role, part.hours) for part in parts),
        by_activity=_totals((part.activity, part.hours) for part in parts),
        by_month=_totals((part.month, part.hours) for part in parts),
        parts=[
            EffortOut(
                month=part.month,
                role=part.role,
                activity=part.activity,
                hours=part.hours,
                costs=list(part.costs) if with_cost else None,
                uncosted_hours=part.uncosted_hours,
            )
            for part in parts
        ],
    )


def _totals(parts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for name, hours in parts:
        totals[name] += hours
    return dict(sorted(totals.items()))
