"""Needs that the client voiced: told to the requirements service, and linked to what became of them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands.publishing import publish_interaction, publish_need
from services.engagement.models.clarifications import Clarification
from services.engagement.models.interactions import Interaction, Need
from services.engagement.schemas.interactions import NeedIn
from shared.kernel.clock import now


async def hear_in_talk(session: AsyncSession, interaction: Interaction, wishes: Sequence[NeedIn]) -> None:
    """Keep and tell what was heard in a talk."""
    source = f"{interaction.channel} on {interaction.occurred_at:%Y-%m-%d}: {interaction.subject}"
    for wish in wishes:
        need = Need(opportunity_id=interaction.opportunity_id, interaction_id=interaction.id, **wish.model_dump())
        session.add(need)
        await publish_need(session, need, source=source, heard_at=interaction.occurred_at)


async def hear_in_answer(session: AsyncSession, clarification: Clarification, wishes: Sequence[NeedIn]) -> None:
    """Keep and tell what the answer to a question asks for."""
    for wish in wishes:
        need = Need(opportunity_id=clarification.opportunity_id, clarification_id=clarification.id, **wish.model_dump())
        session.add(need)
        source = f"{clarification.code}: {clarification.question}"
        await publish_need(session, need, source=source[:300], heard_at=clarification.answered_at or now())


async def link_requirement(session: AsyncSession, need_id: UUID, requirement_id: UUID) -> None:
    """A need has become a requirement; its talk shows and tells it. Nothing happens the second time."""
    need = await session.get(Need, need_id, with_for_update=True)
    if need is None or need.requirement_id:
        return
    need.requirement_id = requirement_id
    await session.flush()
    if need.interaction_id is None:
        return
    interaction = await session.get(Interaction, need.interaction_id, with_for_update=True)
    if interaction and requirement_id not in interaction.requirement_ids:
        interaction.requirement_ids = [*interaction.requirement_ids, requirement_id]
        await publish_interaction(session, interaction)
