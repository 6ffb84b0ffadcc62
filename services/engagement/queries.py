"""What the engagement service reads."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models import Contact, Interaction, KnownOpportunity, KnownRequirement, UnknownOpportunity
from services.engagement.schemas import ContactQuery, InteractionOut, InteractionQuery, LinkedRequirement
from shared.pages import Page, ResourceOut, Slice, paginate


async def refuse_unknown_opportunity(session: AsyncSession, opportunity_id: UUID) -> None:
    """Raises `UnknownOpportunity` for one that nobody told this service of."""
    known = sa.select(sa.literal(1)).where(KnownOpportunity.id == opportunity_id)
    if not await session.scalar(known):
        raise UnknownOpportunity(id=opportunity_id)


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


async def requirements_by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, KnownRequirement]:
    """Those of `ids` that are requirements, as far as this service was told."""
    rows = await session.scalars(sa.select(KnownRequirement).where(KnownRequirement.id.in_(ids))) if ids else ()
    return {row.id: row for row in rows}


async def interactions(session: AsyncSession, query: InteractionQuery) -> Page[InteractionOut]:
    """One page of interactions."""
    statement = sa.select(Interaction)
    if query.requirement_id:
        statement = statement.where(Interaction.requirement_ids.contains([query.requirement_id]))
    if query.contact_id:
        statement = statement.where(Interaction.contact_ids.contains([query.contact_id]))
    if query.q:
        statement = statement.where(
            Interaction.subject.icontains(query.q, autoescape=True)
            | Interaction.notes.icontains(query.q, autoescape=True)
        )
    found = await paginate(session, Interaction, query, statement)
    return Page(items=await shown(session, found.items), next_cursor=found.next_cursor)


async def shown(session: AsyncSession, rows: Sequence[Interaction]) -> list[InteractionOut]:
    """Interactions with the requirements that they link to, as these were last told of."""
    known = await requirements_by_id(session, [key for row in rows for key in row.requirement_ids])
    return [
        InteractionOut(
            **{name: getattr(row, name) for name in _OWN},
            requirements=[LinkedRequirement.model_validate(known[key]) for key in row.requirement_ids],
        )
        for row in rows
    ]


_OWN = [*ResourceOut.model_fields, *(InteractionOut.model_fields.keys() - ResourceOut.model_fields - {"requirements"})]
