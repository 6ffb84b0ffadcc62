"""What the proposal service does when a moment has come."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands import bids, brandings, documents, materials, offering, typesetting
from services.proposal.document.limited import PROCESSORS
from shared.kernel.timers import Due, Slow, Timers

timers = Timers(slow_at_once=PROCESSORS)


@timers(materials.DUE)
async def tell_material_overdue(due: Due, session: AsyncSession) -> None:
    await materials.note_stale(session, due.subject, due.at)


@timers(bids.DUE)
async def reopen_overdue_bid(due: Due, session: AsyncSession) -> None:
    await bids.note_overdue(session, due.subject, due.at)


@timers(offering.NEARED)
async def tell_offer_neared(due: Due, session: AsyncSession) -> None:
    await offering.note_neared(session, due.subject)


@timers(offering.LAPSED)
async def end_offer(due: Due, session: AsyncSession) -> None:
    await offering.note_lapsed(session, due.subject)


@timers(brandings.DUE)
async def take_over_branding(due: Due, session: AsyncSession) -> None:
    await brandings.take_over_default(session, due.subject)


@timers(brandings.UNTOLD)
async def tell_branding(due: Due, session: AsyncSession) -> None:
    await brandings.tell_again(session, due.subject)


@timers(documents.WANTED, is_slow=True)
async def make_document(due: Due, session: AsyncSession) -> Slow | None:
    return await typesetting.begin(session, due)


@timers(documents.DRAFTED, is_slow=True)
async def make_documents_of_draft(due: Due, session: AsyncSession) -> Slow | None:
    return await typesetting.begin_draft(session, due)
