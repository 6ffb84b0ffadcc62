"""After-sales plans, as the engagement service tells of them: the one that counts is a part of the proposal."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands.authoring import settle_heard
from services.proposal.content.authored import AfterSalesPart, ChannelPart, ServiceLevelPart
from services.proposal.models.projections import KnownAfterSalesPlan
from services.proposal.queries.proposals import head_of
from shared.kernel.messaging.newest import keep_newest
from shared.language.events.engagement.support import AfterSalesPlanRecorded


async def note_plan(session: AsyncSession, event: AfterSalesPlanRecorded) -> None:
    """Keep the newest of each version; the agreed one counts, until then the newest draft that promises something."""
    await head_of(session, event.opportunity_id)
    values = {name: getattr(event, name) for name in ("opportunity_id", "number", "status", "version")}
    values["facts"] = _part(event).model_dump(mode="json")
    await keep_newest(session, KnownAfterSalesPlan, {"id": event.after_sales_plan_id}, values)
    counting = sa.select(KnownAfterSalesPlan.facts).where(
        KnownAfterSalesPlan.opportunity_id == event.opportunity_id,
        sa.or_(KnownAfterSalesPlan.status == "agreed", sa.and_(KnownAfterSalesPlan.status == "draft", _promises)),
    )
    # "agreed" comes before "draft".
    best = counting.order_by(KnownAfterSalesPlan.status, KnownAfterSalesPlan.number.desc()).limit(1)
    facts = await session.scalar(best)
    part = AfterSalesPart.model_validate(facts) if facts else None
    await settle_heard(session, event.opportunity_id, "after_sales_plan", part)


_promises = sa.func.jsonb_array_length(KnownAfterSalesPlan.facts["service_levels"]) > 0


def _part(event: AfterSalesPlanRecorded) -> AfterSalesPart:
    price = event.maintenance_price
    return AfterSalesPart.of(
        event,
        service_levels=tuple(ServiceLevelPart(**level.model_dump()) for level in event.service_levels),
        channels=tuple(ChannelPart(**channel.model_dump()) for channel in event.channels),
        maintenance_price=price.amount if price else None,
        maintenance_currency=price.currency if price else None,
    )
