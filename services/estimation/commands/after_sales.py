"""The warranty is as long as the agreed after-sales plan says; another length makes another estimate."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation import queries
from services.estimation.commands.staleness import WARRANTY, mark_own
from services.estimation.models.projections import KnownWarranty
from services.estimation.queries import inputs
from shared.kernel.messaging.newest import keep_newest
from shared.language.events.engagement.support import AfterSalesPlanRecorded


async def note_plan(session: AsyncSession, event: AfterSalesPlanRecorded) -> None:
    """Keep the newest of a version; where another warranty is agreed now, the estimate is marked and made anew."""
    await queries.head_of(session, event.opportunity_id)
    before = await inputs.agreed_warranty_months(session, event.opportunity_id)
    names = ("opportunity_id", "number", "status", "warranty_months", "version")
    key, values = {"after_sales_plan_id": event.after_sales_plan_id}, {name: getattr(event, name) for name in names}
    await keep_newest(session, KnownWarranty, key, values)
    if await inputs.agreed_warranty_months(session, event.opportunity_id) != before:
        await mark_own(session, event.opportunity_id, WARRANTY)
