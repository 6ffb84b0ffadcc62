"""Rows of previews of imported files."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.models.imports import ImportRow


async def import_rows(session: AsyncSession, import_id: UUID, numbers: Iterable[int]) -> Sequence[ImportRow]:
    """Rows of a preview by their numbers."""
    statement = sa.select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.number.in_(set(numbers)))
    return (await session.scalars(statement)).all()


async def import_rows_in(session: AsyncSession, import_id: UUID, states: Sequence[str]) -> Sequence[ImportRow]:
    """Rows of a preview in any of these states, in their order."""
    statement = sa.select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.state.in_(states))
    return (await session.scalars(statement.order_by(ImportRow.number))).all()


async def import_codes(session: AsyncSession, import_id: UUID) -> set[str]:
    """The codes that the new rows of a preview bring along."""
    code = ImportRow.wish["code"].astext
    statement = sa.select(code).where(ImportRow.import_id == import_id, ImportRow.state == "new", code.is_not(None))
    return set(await session.scalars(statement))


async def import_counts(session: AsyncSession, import_id: UUID) -> dict[str, int]:
    """How many rows of a preview are in each state."""
    counted = sa.select(ImportRow.state, sa.func.count().label("rows")).where(ImportRow.import_id == import_id)
    rows = await session.execute(counted.group_by(ImportRow.state))
    return {row.state: row.rows for row in rows}


async def import_page(
    session: AsyncSession, import_id: UUID, *, after: int, limit: int, states: Collection[str] | None
) -> Sequence[ImportRow]:
    """Rows of a preview after a number, in any state or in these."""
    statement = sa.select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.number > after)
    if states:
        statement = statement.where(ImportRow.state.in_(states))
    return (await session.scalars(statement.order_by(ImportRow.number).limit(limit))).all()
