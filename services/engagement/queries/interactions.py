"""Interactions, read."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.interactions import Interaction
from services.engagement.queries.heard import requirements_by_id
from services.engagement.schemas.interactions import InteractionOut, InteractionQuery, LinkedRequirement
from shared.pages import Page, ResourceOut, paginate
from shared.search import matches


async def interactions(session: AsyncSession, query: InteractionQuery) -> Page[InteractionOut]:
    """One page of interactions."""
    statement = sa.select(Interaction)
    if query.requirement_id:
        statement = statement.where(Interaction.requirement_ids.contains([query.requirement_id]))
    if query.contact_id:
        statement = statement.where(Interaction.contact_ids.contains([query.contact_id]))
    if query.q:
        statement = statement.where(matches(Interaction, query.q))
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
