"""Cadences, read."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.cadences import Cadence
from services.engagement.models.contacts import Contact
from services.engagement.schemas.cadences import CadenceOut, CadenceQuery
from shared.kernel.clock import now
from shared.kernel.from_row import from_row
from shared.kernel.pages import Page, paginate


async def cadences(session: AsyncSession, query: CadenceQuery) -> Page[CadenceOut]:
    """One page of cadences."""
    statement = sa.select(Cadence)
    if query.overdue is not None:
        is_overdue = Cadence.overdue_since.is_not(None)
        statement = statement.where(is_overdue if query.overdue else ~is_overdue)
    found = await paginate(session, Cadence, query, statement)
    return Page(items=await shown(session, found.items), next_cursor=found.next_cursor)


async def shown(session: AsyncSession, rows: Sequence[Cadence]) -> list[CadenceOut]:
    """Cadences with the contacts whom we may contact now."""
    ids, reachable = {row.opportunity_id for row in rows}, defaultdict[UUID, list[UUID]](list)
    for contact in await session.scalars(
        sa.select(Contact).where(Contact.opportunity_id.in_(ids)).order_by(Contact.id)
    ):
        if contact.may_be_contacted(now()):
            reachable[contact.opportunity_id].append(contact.id)
    return [from_row(CadenceOut, row, reachable_contact_ids=reachable[row.opportunity_id]) for row in rows]
