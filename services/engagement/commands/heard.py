"""What is kept of what other services told."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands import cadences, clarifications, commitments, needs
from services.engagement.commands.response_clocks import cancel_clocks_of
from services.engagement.models.heard import KnownOpportunity, KnownRequirement
from shared.kernel.messaging.newest import keep_newest
from shared.language.events.requirements import OpportunityFacts, RequirementRecorded

_TOLD = ("code", "title", "status", "priority", "version")


async def note_opportunity(
    session: AsyncSession, opportunity_id: UUID, facts: OpportunityFacts | None = None, version: int = 0
) -> None:
    """Keep the newest that was told of an opportunity; a closed one stays as it is."""
    told: dict[str, Any] = {}
    if facts:
        told = {name: getattr(facts, name) for name in ("code", "title", "owner", "language", "stage")}
    opportunity = insert(KnownOpportunity).values(id=opportunity_id, **told, version=version)
    if not facts:
        await session.execute(opportunity.on_conflict_do_nothing())
        return
    stage = sa.case((KnownOpportunity.stage == "closed", "closed"), else_=told["stage"])
    kept = await session.scalar(
        opportunity.on_conflict_do_update(
            index_elements=["tenant_id", "id"],
            set_={**told, "stage": stage, "version": version},
            where=KnownOpportunity.version <= version,
        ).returning(KnownOpportunity.id)
    )
    if kept:
        await cadences.follow_opportunity(session, opportunity_id)


async def note_approval(session: AsyncSession, opportunity_id: UUID) -> None:
    """An approved baseline makes an opportunity active."""
    early = sa.update(KnownOpportunity).where(
        KnownOpportunity.id == opportunity_id, KnownOpportunity.stage.in_(["draft", "qualifying"])
    )
    await session.execute(early.values(stage="active"))
    await cadences.follow_opportunity(session, opportunity_id)


async def note_closing(session: AsyncSession, opportunity_id: UUID) -> None:
    """Nothing in the opportunity changes any more; nobody waits for an answer or a talk."""
    closed = insert(KnownOpportunity).values(id=opportunity_id, stage="closed")
    await session.execute(closed.on_conflict_do_update(index_elements=["tenant_id", "id"], set_={"stage": "closed"}))
    await cancel_clocks_of(session, opportunity_id)
    await commitments.forget_due_dates(session, opportunity_id)
    await clarifications.forget_due_times(session, opportunity_id)
    await cadences.follow_opportunity(session, opportunity_id)


async def note_requirement(session: AsyncSession, told: RequirementRecorded) -> None:
    """Keep the newest that was told of a requirement; it also proves that its opportunity exists."""
    await note_opportunity(session, told.opportunity_id)
    values = {name: getattr(told, name) for name in ("opportunity_id", *_TOLD)}
    await keep_newest(session, KnownRequirement, {"id": told.requirement_id}, values)
    if told.origin and told.origin.kind == "need":
        await needs.link_requirement(session, told.origin.id, told.requirement_id)
