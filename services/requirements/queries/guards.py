"""Resources as they are shown: each knows whether what it belongs to is closed, so that its actions say so."""

from collections.abc import Iterable, Sequence
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.models.fit import Capability, Product
from services.requirements.models.guards import InOpportunity
from services.requirements.models.opportunities import Opportunity, OpportunityIsClosed
from shared.kernel.db import find
from shared.kernel.pages import PageQuery, Slice, paginate

Row = TypeVar("Row", bound=InOpportunity)


async def page(
    session: AsyncSession, model: type[Row], query: PageQuery, statement: sa.Select[Row] | None = None
) -> Slice[Row]:
    """One page of what belongs to opportunities, within `statement` if one is given."""
    rows = await paginate(session, model, query, statement)
    await look(session, rows.items)
    return rows


async def one(session: AsyncSession, model: type[Row], key: UUID) -> Row:
    """One resource that belongs to an opportunity. Raises `NotFound`."""
    row = await find(session, model, key)
    await look(session, [row])
    return row


async def look(session: AsyncSession, rows: Sequence[InOpportunity]) -> None:
    """Let the rows know which of their opportunities are closed."""
    closed = await closed_ones(session, {row.opportunity_id for row in rows})
    for row in rows:
        if row.opportunity_id in closed:
            row.barred = closed[row.opportunity_id]  # type: ignore[misc]


async def closed_ones(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, OpportunityIsClosed]:
    """For each of `ids` that is a closed opportunity, the refusal of every change in it."""
    columns = (Opportunity.id, Opportunity.code, Opportunity.outcome)
    closed = sa.select(*columns).where(Opportunity.id.in_(set(ids)), Opportunity.stage == "closed")
    return {row.id: OpportunityIsClosed(code=row.code, outcome=row.outcome) for row in await session.execute(closed)}


async def look_at_products(session: AsyncSession, rows: Sequence[Capability]) -> None:
    """Let capabilities know which of their products are retired."""
    retired = sa.select(Product).where(Product.id.in_({row.product_id for row in rows}), Product.status == "retired")
    refusals = {product.id: product.retired for product in await session.scalars(retired)}
    for row in rows:
        if row.product_id in refusals:
            row.barred = refusals[row.product_id]  # type: ignore[misc]
