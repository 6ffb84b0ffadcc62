"""Contacts, read."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.contacts import Contact
from services.engagement.queries.projections import closed_ones
from services.engagement.schemas.contacts import ContactOut, ContactQuery
from shared.kernel.from_row import from_row
from shared.kernel.pages import Page, paginate


async def contacts(session: AsyncSession, query: ContactQuery) -> Page[ContactOut]:
    """One page of contacts."""
    found = await paginate(session, Contact, query)
    return Page(items=await shown(session, found.items), next_cursor=found.next_cursor)


async def shown(session: AsyncSession, rows: Sequence[Contact]) -> list[ContactOut]:
    """Contacts with what can be done with them."""
    closed = await closed_ones(session, [row.opportunity_id for row in rows])
    return [from_row(ContactOut, row, allowed_actions=row.actions(closed.get(row.opportunity_id))) for row in rows]


async def contacts_by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Contact]:
    """Those of `ids` that are contacts."""
    rows = await session.scalars(sa.select(Contact).where(Contact.id.in_(ids))) if ids else ()
    return {row.id: row for row in rows}
