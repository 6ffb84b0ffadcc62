"""Journeys of opportunities."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from services.insights.domain.journey import Journey
from services.insights.models import JourneyRow
from shared.kernel.problems import NotFound

_JOURNEY = TypeAdapter(Journey)


async def journey_of(session: AsyncSession, opportunity_id: UUID) -> tuple[JourneyRow, Journey]:
    """A journey and its row. Raises `NotFound` when nothing was heard of the opportunity."""
    row = await session.scalar(sa.select(JourneyRow).where(JourneyRow.opportunity_id == opportunity_id))
    if row is None:
        raise NotFound(kind="journey", id=opportunity_id)
    return row, folded(row)


async def journeys_before(
    session: AsyncSession, before: JourneyRow | None, limit: int, wanted: Collection[str], at: datetime
) -> Sequence[JourneyRow]:
    """Journeys by their newest event, newest first, after the row `before`; of `wanted` as of `at`, if any is given."""
    statement = sa.select(JourneyRow).order_by(JourneyRow.updated_at.desc(), JourneyRow.opportunity_id.desc())
    if wanted:
        statement = statement.where(sa.or_(*(_stands(status, at) for status in wanted)))
    if before:
        seen = sa.tuple_(JourneyRow.updated_at, JourneyRow.opportunity_id)
        statement = statement.where(seen < sa.tuple_(sa.literal(before.updated_at), sa.literal(before.opportunity_id)))
    return (await session.scalars(statement.limit(limit))).all()


def _stands(status: str, at: datetime) -> sa.ColumnElement[bool]:
    if status == "running":
        return (JourneyRow.status == "running") & (JourneyRow.stalls_at >= at)
    if status == "stalled":
        return (JourneyRow.status == "running") & (JourneyRow.stalls_at < at)
    return JourneyRow.status == status


def folded(row: JourneyRow) -> Journey:
    """The journey that a row holds."""
    return _JOURNEY.validate_python(row.folded)


def as_json(journey: Journey) -> dict[str, object]:
    """A journey as its row keeps it."""
    kept: dict[str, object] = _JOURNEY.dump_python(journey, mode="json")
    return kept
