"""After-sales plans, read."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.after_sales import AfterSalesPlan
from services.engagement.queries.projections import closed_ones
from services.engagement.schemas.after_sales import AfterSalesPlanOut, AfterSalesPlanQuery
from shared.kernel.from_row import from_row
from shared.kernel.pages import Page, paginate


async def plans(session: AsyncSession, query: AfterSalesPlanQuery) -> Page[AfterSalesPlanOut]:
    """One page of after-sales plans."""
    found = await paginate(session, AfterSalesPlan, query)
    return Page(items=await shown(session, found.items), next_cursor=found.next_cursor)


async def shown(session: AsyncSession, rows: Sequence[AfterSalesPlan]) -> list[AfterSalesPlanOut]:
    """After-sales plans with what can be done with them."""
    closed = await closed_ones(session, [row.opportunity_id for row in rows])
    return [
        from_row(AfterSalesPlanOut, row, allowed_actions=row.actions(closed.get(row.opportunity_id))) for row in rows
    ]
