"""After-sales plans, read."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.after_sales import AfterSalesPlan
from services.engagement.queries.projections import closed_ones
from services.engagement.schemas.after_sales import AfterSalesPlanOut, AfterSalesPlanQuery
from shared.kernel.pages import Page, paginate

_OWN = [name for name in AfterSalesPlanOut.model_fields if name != "allowed_actions"]


async def plans(session: AsyncSession, query: AfterSalesPlanQuery) -> Page[AfterSalesPlanOut]:
    """One page of after-sales plans."""
    found = await paginate(session, AfterSalesPlan, query)
    return Page(items=await shown(session, found.items), next_cursor=found.next_cursor)


async def shown(session: AsyncSession, rows: Sequence[AfterSalesPlan]) -> list[AfterSalesPlanOut]:
    """After-sales plans with what can be done with them."""
    closed = await closed_ones(session, [row.opportunity_id for row in rows])
    return [
        AfterSalesPlanOut.model_validate(
            {
                **{name: getattr(row, name) for name in _OWN},
                "allowed_actions": row.actions(closed.get(row.opportunity_id)),
            }
        )
        for row in rows
    ]
