"""Advice, read."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.advice import Advice
from services.engagement.queries.contacts import contacts_by_id
from services.engagement.queries.projections import closed_ones, requirements_by_id
from services.engagement.schemas.advice import AdviceOut, AdviceQuery, AlternativeOut
from services.engagement.schemas.interactions import LinkedRequirement
from shared.kernel.from_row import from_row
from shared.kernel.pages import Page, paginate


async def advice(session: AsyncSession, query: AdviceQuery) -> Page[AdviceOut]:
    """One page of advice."""
    statement = sa.select(Advice)
    if query.requirement_id:
        statement = statement.where(Advice.requirement_ids.contains([query.requirement_id]))
    found = await paginate(session, Advice, query, statement)
    return Page(items=await shown(session, found.items), next_cursor=found.next_cursor)


async def shown(session: AsyncSession, rows: Sequence[Advice]) -> list[AdviceOut]:
    """Advice with what it is about and what can be done with it."""
    known = await requirements_by_id(session, [key for row in rows for key in row.requirement_ids])
    contacts = await contacts_by_id(session, [key for row in rows for key in row.contact_ids])
    closed = await closed_ones(session, [row.opportunity_id for row in rows])
    return [
        from_row(
            AdviceOut,
            row,
            alternatives=[AlternativeOut.model_validate(one) for one in row.alternatives],
            requirements=[LinkedRequirement.model_validate(known[key]) for key in row.requirement_ids if key in known],
            allowed_actions=row.actions(
                [contacts[key] for key in row.contact_ids if key in contacts], closed.get(row.opportunity_id)
            ),
        )
        for row in rows
    ]
