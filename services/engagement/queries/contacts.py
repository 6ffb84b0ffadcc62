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
    statement = sa.select(Contact)
    if query.q:
        statement = statement.where(
            Contact.name.icontains(query.q, autoescape=True) | Contact.organisation.icontains(query.q, autoescape=True)
        )
    return await paginate(session, Contact, query, statement)


async def contacts_by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Contact]:
    """Those of `ids` that are contacts."""
    rows = await session.scalars(sa.select(Contact).where(Contact.id.in_(ids))) if ids else ()
    return {row.id: row for row in rows}
