"""What changes retrospectives and their actions."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.models import JourneyRow, Retrospective, RetrospectiveAction
from services.insights.schemas.retrospectives import (
    RetrospectiveActionIn,
    RetrospectiveActionPatch,
    RetrospectiveIn,
    RetrospectivePatch,
)
from shared.kernel.base import set_fields
from shared.kernel.db import find, load
from shared.kernel.problems import FieldError, Invalid
from shared.language.business_day import today


async def hold(session: AsyncSession, wish: RetrospectiveIn) -> Retrospective:
    """Begin to look back at an opportunity or a period. Raises `Invalid` for an opportunity that nobody told of."""
    known = sa.select(JourneyRow.opportunity_id).where(JourneyRow.opportunity_id == wish.opportunity_id)
    if wish.opportunity_id and await session.scalar(known) is None:
        en, zh = "is no opportunity that anything was heard of", "不是已知的商机"
        raise Invalid([FieldError("/opportunity_id", "unknown_opportunity", en, zh)])
    row = Retrospective(**{**wish.model_dump(mode="python"), "held_on": wish.held_on or today(session)}, status="draft")
    session.add(row)
    await session.flush()
    return row


async def change(
    session: AsyncSession, retrospective_id: UUID, patch: RetrospectivePatch, *, version: int
) -> Retrospective:
    """Change what is sent. Raises `RetrospectiveIsConcluded`."""
    row = await load(session, Retrospective, retrospective_id, version=version)
    row.refuse_if_concluded()
    set_fields(row, patch.changes())
    await session.flush()
    return row


async def conclude(session: AsyncSession, retrospective_id: UUID, *, version: int) -> Retrospective:
    """Its findings stand; its actions go on. Raises `IllegalTransition`."""
    row = await load(session, Retrospective, retrospective_id, version=version)
    row.status = row.machine.next(row.status, "conclude")
    await session.flush()
    return row


async def add_action(session: AsyncSession, wish: RetrospectiveActionIn) -> RetrospectiveAction:
    """Something is to be done. Raises `NotFound`, `RetrospectiveIsConcluded`."""
    (await find(session, Retrospective, wish.retrospective_id)).refuse_if_concluded()
    row = RetrospectiveAction(**wish.model_dump(), status="open")
    session.add(row)
    await session.flush()
    return row


async def change_action(
    session: AsyncSession, action_id: UUID, patch: RetrospectiveActionPatch, *, version: int
) -> RetrospectiveAction:
    """Change what is sent of an open one. Raises `IllegalTransition`."""
    row = await load(session, RetrospectiveAction, action_id, version=version)
    row.status = row.machine.next(row.status, "change")
    set_fields(row, patch.changes())
    await session.flush()
    return row


async def end_action(
    session: AsyncSession, action_id: UUID, action: str, result: str, *, version: int
) -> RetrospectiveAction:
    """It was done, or will not be. Raises `IllegalTransition`."""
    row = await load(session, RetrospectiveAction, action_id, version=version)
    row.status, row.result, row.ended_on = row.machine.next(row.status, action), result, today(session)
    await session.flush()
    return row
