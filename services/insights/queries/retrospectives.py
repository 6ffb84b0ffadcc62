"""Retrospectives with their actions, and what came of the actions before."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.models import Retrospective, RetrospectiveAction
from services.insights.queries.lessons import lessons_of
from services.insights.schemas.retrospectives import (
    RetrospectiveActionOut,
    RetrospectiveActionQuery,
    RetrospectiveOut,
    RetrospectiveQuery,
    shown,
)
from shared.kernel.pages import Page, Slice, paged, paginate
from shared.language.business_day import today


async def retrospectives(session: AsyncSession, query: RetrospectiveQuery) -> Slice[Retrospective]:
    """Retrospectives of opportunities and periods."""
    return await paginate(session, Retrospective, query)


async def whole(session: AsyncSession, row: Retrospective) -> RetrospectiveOut:
    """A retrospective with its actions, and of those before about the same what was decided and what is open."""
    own = sa.select(RetrospectiveAction).where(RetrospectiveAction.retrospective_id == row.id)
    about = (
        Retrospective.period.is_not(None)
        if row.opportunity_id is None
        else Retrospective.opportunity_id == row.opportunity_id
    )
    place = sa.tuple_(Retrospective.held_on, Retrospective.id)
    earlier = sa.select(Retrospective.id).where(about, place < sa.tuple_(sa.literal(row.held_on), sa.literal(row.id)))
    last = earlier.order_by(Retrospective.held_on.desc(), Retrospective.id.desc()).limit(1).scalar_subquery()
    followed = sa.select(RetrospectiveAction).where(
        RetrospectiveAction.retrospective_id.in_(earlier),
        (RetrospectiveAction.retrospective_id == last) | (RetrospectiveAction.status == "open"),
    )
    order = (RetrospectiveAction.due_on, RetrospectiveAction.id)
    actions = [*(await session.scalars(own.order_by(*order)))]
    before = [*(await session.scalars(followed.order_by(*order)))]
    return shown(row, actions, before, await lessons_of(session, row.id), today(session))


async def actions(session: AsyncSession, query: RetrospectiveActionQuery) -> Page[RetrospectiveActionOut]:
    """What is to be done, of all retrospectives."""
    found, day = await paginate(session, RetrospectiveAction, query), today(session)
    items = [RetrospectiveActionOut.of(row, day) for row in found.items]
    return paged(RetrospectiveActionOut, items, found.next_cursor)


def action_out(session: AsyncSession, row: RetrospectiveAction) -> RetrospectiveActionOut:
    """An action as it stands today."""
    return RetrospectiveActionOut.of(row, today(session))
