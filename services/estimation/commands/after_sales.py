"""The warranty is as long as the agreed after-sales plan says; another length makes another estimate."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation import queries
from services.estimation.commands.staleness import WARRANTY, mark_own
from services.estimation.models.estimates import HeardWarranty
from services.estimation.queries import inputs
from shared.events.engagement.support import AfterSalesPlanRecorded


async def note_plan(session: AsyncSession, event: AfterSalesPlanRecorded) -> None:
    """Keep the newest of a version; where another warranty is agreed now, the estimate is marked and made anew."""
    await queries.head_of(session, event.opportunity_id)
    before = await inputs.agreed_warranty_months(session, event.opportunity_id)
    values = {"status": event.status, "warranty_months": event.warranty_months, "version": event.version}
    told = insert(HeardWarranty).values(
        after_sales_plan_id=event.after_sales_plan_id,
        opportunity_id=event.opportunity_id,
        number=event.number,
        **values,
    )
    newer = told.on_conflict_do_update(
        index_elements=["tenant_id", "after_sales_plan_id"],
        set_=values,
        where=HeardWarranty.version < event.version,
    )
    await session.execute(newer)
    if await inputs.agreed_warranty_months(session, event.opportunity_id) != before:
        await mark_own(session, event.opportunity_id, WARRANTY)
