"""Lessons, and what came of them as the log has it."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.domain.lessons import TARGETS
from services.insights.models import Lesson, LoggedEvent
from services.insights.schemas.lessons import LessonOut, LessonQuery
from shared.kernel.pages import Page, paged, paginate


async def lessons(session: AsyncSession, query: LessonQuery) -> Page[LessonOut]:
    """One page of lessons."""
    found = await paginate(session, Lesson, query)
    return paged(LessonOut, await shown(session, found.items), found.next_cursor)


async def lessons_of(session: AsyncSession, retrospective_id: UUID) -> list[LessonOut]:
    """What the findings of a retrospective became, in their order."""
    own = sa.select(Lesson).where(Lesson.retrospective_id == retrospective_id).order_by(Lesson.finding, Lesson.kind)
    return await shown(session, (await session.scalars(own)).all())


async def shown(session: AsyncSession, rows: Sequence[Lesson]) -> list[LessonOut]:
    """Lessons with the status of what they became, as it was told last."""
    if not rows:
        return []
    told = sa.select(LoggedEvent.aggregate_id, LoggedEvent.data["status"].astext).where(
        LoggedEvent.aggregate_id.in_([row.id for row in rows]),
        LoggedEvent.type.in_([target.told_by for target in TARGETS.values()]),
    )
    # the newest comes last, and stays
    status: dict[UUID, str] = dict((await session.execute(told.order_by(LoggedEvent.sequence))).all())
    return [LessonOut.of(row, status.get(row.id)) for row in rows]
