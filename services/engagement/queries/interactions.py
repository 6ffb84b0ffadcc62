"""Interactions, read."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.clarifications import Clarification
from services.engagement.models.commitments import Commitment
from services.engagement.models.interactions import Interaction, Need
from services.engagement.queries.contacts import contacts_by_id
from services.engagement.queries.projections import closed_ones, requirements_by_id
from services.engagement.schemas.interactions import (
    ChangeOut,
    InteractionOut,
    InteractionQuery,
    LinkedRequirement,
    NeedOut,
)
from shared.kernel.audit import AuditEntry
from shared.kernel.from_row import from_row
from shared.kernel.pages import Page, paginate

_MOST_CHANGES = 500


async def interactions(session: AsyncSession, query: InteractionQuery) -> Page[InteractionOut]:
    """One page of interactions."""
    statement = sa.select(Interaction)
    if query.requirement_id:
        statement = statement.where(Interaction.requirement_ids.contains([query.requirement_id]))
    if query.contact_id:
        statement = statement.where(Interaction.contact_ids.contains([query.contact_id]))
    found = await paginate(session, Interaction, query, statement)
    return Page(items=await shown(session, found.items), next_cursor=found.next_cursor)


async def shown(session: AsyncSession, rows: Sequence[Interaction]) -> list[InteractionOut]:
    """Interactions with what they led to; requirements as they were last told of."""
    known = await requirements_by_id(session, [key for row in rows for key in row.requirement_ids])
    ids = [row.id for row in rows]
    needs: dict[UUID | None, list[NeedOut]] = defaultdict(list)
    for need in await session.scalars(sa.select(Need).where(Need.interaction_id.in_(ids)).order_by(Need.id)):
        needs[need.interaction_id].append(NeedOut.model_validate(need))
    contacts = await contacts_by_id(session, [key for row in rows for key in row.contact_ids])
    closed = await closed_ones(session, [row.opportunity_id for row in rows])
    commitments = await _ids_by_talk(session, Commitment, ids)
    clarifications = await _ids_by_talk(session, Clarification, ids)
    return [
        from_row(
            InteractionOut,
            row,
            requirements=[LinkedRequirement.model_validate(known[key]) for key in row.requirement_ids if key in known],
            needs=needs[row.id],
            commitment_ids=commitments[row.id],
            clarification_ids=clarifications[row.id],
            allowed_actions=row.actions(
                [contacts[key] for key in row.contact_ids if key in contacts], closed.get(row.opportunity_id)
            ),
        )
        for row in rows
    ]


async def history(session: AsyncSession, interaction_id: UUID) -> list[ChangeOut]:
    """Every change of a talk and of the needs heard in it, the oldest first."""
    needs = sa.select(Need.id).where(Need.interaction_id == interaction_id)
    own = (AuditEntry.resource_id == interaction_id) | AuditEntry.resource_id.in_(needs)
    rows = await session.scalars(sa.select(AuditEntry).where(own).order_by(AuditEntry.id).limit(_MOST_CHANGES))
    return [ChangeOut.model_validate(row) for row in rows]


async def _ids_by_talk(
    session: AsyncSession, model: type[Commitment | Clarification], ids: Sequence[UUID]
) -> dict[UUID | None, list[UUID]]:
    found: dict[UUID | None, list[UUID]] = defaultdict(list)
    linked = sa.select(model.interaction_id, model.id).where(model.interaction_id.in_(ids)).order_by(model.id)
    for talk, key in await session.execute(linked):
        found[talk].append(key)
    return found
