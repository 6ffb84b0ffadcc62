"""Contacts, read."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.contacts import Contact
from services.engagement.schemas.contacts import ContactQuery
from shared.pages import Slice, paginate


async def contacts(session: AsyncSession, query: ContactQuery) -> Slice[Contact]:
    """One page of contacts."""
    return await paginate(session, Contact, query)


async def contacts_by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Contact]:
    """Those of `ids` that are contacts."""
    rows = await session.scalars(sa.select(Contact).where(Contact.id.in_(ids))) if ids else ()
    return {row.id: row for row in rows}
