"""Commitments, read."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.commitments import Commitment
from services.engagement.queries.projections import closed_ones
from services.engagement.schemas.commitments import CommitmentOut, CommitmentQuery
from shared.kernel.from_row import from_row
from shared.kernel.pages import Page, paginate


async def commitments(session: AsyncSession, query: CommitmentQuery) -> Page[CommitmentOut]:
    """One page of the mutual action plan."""
    statement = sa.select(Commitment)
    if query.overdue is not None:
        is_overdue = (Commitment.status == "open") & Commitment.overdue_since.is_not(None)
        statement = statement.where(is_overdue if query.overdue else ~is_overdue)
    if query.due_before:
        statement = statement.where(Commitment.due_on < query.due_before)
    found = await paginate(session, Commitment, query, statement)
    return Page(items=await shown(session, found.items), next_cursor=found.next_cursor)


async def shown(session: AsyncSession, rows: Sequence[Commitment]) -> list[CommitmentOut]:
    """Commitments with what can be done with them."""
    before = await open_ones_before(session, rows)
    closed = await closed_ones(session, [row.opportunity_id for row in rows])
    return [
        from_row(CommitmentOut, row, allowed_actions=row.actions(before[row.id], closed.get(row.opportunity_id)))
        for row in rows
    ]


async def open_ones_before(session: AsyncSession, rows: Sequence[Commitment]) -> dict[UUID, list[Commitment]]:
    """For each commitment, those that it depends on and that are still open."""
    ids = {key for row in rows for key in row.depends_on}
    found = await session.scalars(sa.select(Commitment).where(Commitment.id.in_(ids), Commitment.status == "open"))
    known = {row.id: row for row in found}
    return {row.id: [known[key] for key in row.depends_on if key in known] for row in rows}


async def codes_of(session: AsyncSession, opportunity_id: UUID, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Codes of those of `ids` that are commitments of the opportunity."""
    own = sa.select(Commitment.id, Commitment.code).where(
        Commitment.id.in_(ids), Commitment.opportunity_id == opportunity_id
    )
    return {row.id: row.code for row in await session.execute(own)} if ids else {}


async def all_before(session: AsyncSession, commitment_id: UUID) -> set[UUID]:
    """All that must be done before a commitment can be, itself included."""
    start = sa.select(Commitment.id, Commitment.depends_on).where(Commitment.id == commitment_id)
    chain = start.cte("chain", recursive=True)
    following = sa.select(Commitment.id, Commitment.depends_on).where(Commitment.id == sa.any_(chain.c.depends_on))
    chain = chain.union(following)
    return set(await session.scalars(sa.select(chain.c.id)))
