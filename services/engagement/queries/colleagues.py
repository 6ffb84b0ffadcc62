"""Colleagues, their load, and who of them fits a request."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.domain.assignment import Assessment, Candidate, Wanted, rank
from services.engagement.domain.capacity import USUAL_SPAN, Task, WorkingWeek, committed_hours
from services.engagement.models.calendars import Calendar
from services.engagement.models.colleagues import Colleague, UnknownColleague
from services.engagement.models.effort import TimeEntry
from services.engagement.models.projections import KnownOpportunity
from services.engagement.models.support import OPEN, SupportRequest
from services.engagement.schemas.colleagues import ColleagueOut, ColleagueQuery, LoadOut, LoadQuery, PersonLoad
from shared.kernel.db import context_of
from shared.kernel.pages import Page, paginate
from shared.language.roster import KnownColleague, colleague_called


async def colleagues(session: AsyncSession, query: ColleagueQuery, *, with_cost: bool) -> Page[ColleagueOut]:
    """One page of colleagues; what a day costs only `with_cost`."""
    found = await paginate(session, Colleague, query)
    items = [ColleagueOut.of(row, with_cost=with_cost) for row in found.items]
    return Page(items=items, next_cursor=found.next_cursor)


async def person_of_ours(session: AsyncSession, name: str, opportunity: KnownOpportunity | None = None) -> str:
    """Who is meant by a subject or a name: the subject of an active colleague.

    A tenant without a roster names whom it wants; you and the owner of the opportunity need not be in it. Raises
    `UnknownColleague`, `ColleagueIsInactive`.
    """
    found = await colleague_called(session, name)
    if found:
        return found.active(session)
    known = {context_of(session).actor, opportunity.owner if opportunity else None}
    if name not in known and await session.scalar(sa.select(KnownColleague.subject).limit(1)):
        raise UnknownColleague(name=name)
    return name


async def load_of_people(session: AsyncSession, query: LoadQuery, default: Calendar, today: date) -> LoadOut:
    """Capacity, commitments and recorded hours of everybody who is active, by name."""
    active = sa.select(Colleague).where(Colleague.is_active).order_by(Colleague.name, Colleague.id)
    rows = (await session.scalars(active)).all()
    weeks, tasks = await _weeks(session, rows, default), await open_tasks(session)
    hours = sa.select(TimeEntry.colleague_id, sa.func.sum(TimeEntry.hours)).where(
        TimeEntry.state == "recorded", TimeEntry.worked_on.between(query.first, query.last)
    )
    recorded = {key: float(total) for key, total in await session.execute(hours.group_by(TimeEntry.colleague_id))}
    people = []
    for row in rows:
        week = weeks[row.id]
        capacity = week.hours_between(query.first, query.last)
        committed = committed_hours(week, tasks[row.id], today=today, first=query.first, last=query.last)
        people.append(
            PersonLoad(
                colleague_id=row.id,
                name=row.name,
                role=row.role,
                capacity_hours=round(capacity, 2),
                committed_hours=round(committed, 2),
                recorded_hours=recorded.get(row.id, 0.0),
                load=round(committed / capacity, 4) if capacity else None,
            )
        )
    return LoadOut(
        first=query.first,
        last=query.last,
        people=people,
        capacity_hours=round(sum(one.capacity_hours for one in people), 2),
        committed_hours=round(sum(one.committed_hours for one in people), 2),
    )


def wanted_of(request: SupportRequest) -> Wanted:
    """What a request needs."""
    return Wanted(
        skills={skill["name"].casefold(): skill["level"] for skill in request.skills},
        hours=request.expected_hours,
        requester=request.requester,
        language=request.language,
        region=request.region,
    )


async def assessments(
    session: AsyncSession, request: SupportRequest, default: Calendar, today: date
) -> tuple[date, list[Assessment]]:
    """Until when it is needed, and everybody by how well they fit; their free hours are those until then."""
    until = max(request.needed_by or today + USUAL_SPAN, today)
    rows = (await session.scalars(sa.select(Colleague).order_by(Colleague.id))).all()
    weeks, tasks = await _weeks(session, rows, default), await open_tasks(session, but=request.id)
    people = [
        Candidate(
            id=row.id,
            subject=row.subject,
            name=row.name,
            skills=row.skill_levels,
            languages=frozenset(row.languages),
            region=row.region,
            capacity_hours=weeks[row.id].hours_between(today, until),
            committed_hours=committed_hours(weeks[row.id], tasks[row.id], today=today, first=today, last=until),
            is_active=row.is_active,
        )
        for row in rows
    ]
    return until, rank(wanted_of(request), people)


async def open_tasks(session: AsyncSession, *, but: UUID | None = None) -> Mapping[UUID | None, list[Task]]:
    """What is left of the open requests of each colleague: expected hours less those recorded on the request."""
    done = (
        sa.select(sa.func.coalesce(sa.func.sum(TimeEntry.hours), 0))
        .where(TimeEntry.support_request_id == SupportRequest.id, TimeEntry.state == "recorded")
        .scalar_subquery()
    )
    own = sa.select(SupportRequest.assignee_id, SupportRequest.needed_by, SupportRequest.expected_hours, done).where(
        SupportRequest.status.in_(OPEN),
        SupportRequest.assignee_id.is_not(None),
        SupportRequest.id.is_distinct_from(but),
    )
    found: dict[UUID | None, list[Task]] = defaultdict(list)
    for assignee, needed_by, expected, recorded in await session.execute(own):
        found[assignee].append(Task(max(expected - float(recorded), 0.0), needed_by))
    return found


async def _weeks(session: AsyncSession, rows: Sequence[Colleague], default: Calendar) -> dict[UUID, WorkingWeek]:
    ids = {row.calendar_id for row in rows if row.calendar_id}
    own = await session.scalars(sa.select(Calendar).where(Calendar.id.in_(ids))) if ids else ()
    known = {calendar.id: calendar.business_calendar() for calendar in own}
    usual = default.business_calendar()
    return {row.id: row.week(known.get(row.calendar_id, usual) if row.calendar_id else usual) for row in rows}
