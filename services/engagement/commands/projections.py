"""Projections of other services' events."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands import cadences, clarifications, commitments, needs
from services.engagement.commands.response_clocks import cancel_clocks_of
from services.engagement.models.projections import KnownOpportunity, KnownRequirement
from shared.kernel.messaging.newest import keep_newest
from shared.language.events.requirements import (
    BaselineApproved,
    OpportunityChanged,
    OpportunityClosed,
    OpportunityOpened,
    RequirementRecorded,
)

_ANEW = {"populate_existing": True}
_TOLD = ("code", "title", "status", "priority", "version")


async def know_opportunity(session: AsyncSession, opportunity_id: UUID) -> None:
    """There is such an opportunity, whatever will be told of it."""
    opportunity = insert(KnownOpportunity).values(id=opportunity_id, version=0)
    await session.execute(opportunity.on_conflict_do_nothing())


async def note_opportunity(session: AsyncSession, event: OpportunityOpened | OpportunityChanged) -> None:
    """Keep the newest that was told of an opportunity; a closed one stays as it is."""
    names = ("code", "title", "owner", "language", "stage")
    told = {name: getattr(event.opportunity, name) for name in names}
    opportunity = insert(KnownOpportunity).values(id=event.opportunity_id, **told, version=event.version)
    stage = sa.case((KnownOpportunity.stage == "closed", "closed"), else_=told["stage"])
    kept = await session.scalar(
        opportunity.on_conflict_do_update(
            index_elements=["tenant_id", "id"],
            set_={**told, "stage": stage, "version": event.version},
            where=KnownOpportunity.version <= event.version,
        ).returning(KnownOpportunity),
        execution_options=_ANEW,
    )
    if kept:
        await cadences.follow_opportunity(session, kept)


async def note_approval(session: AsyncSession, event: BaselineApproved) -> None:
    """An approved baseline makes an opportunity active."""
    early = sa.update(KnownOpportunity).where(
        KnownOpportunity.id == event.opportunity_id, KnownOpportunity.stage.in_(["draft", "qualifying"])
    )
    moved = await session.scalar(early.values(stage="active").returning(KnownOpportunity), execution_options=_ANEW)
    if moved:
        await cadences.follow_opportunity(session, moved)


async def note_closing(session: AsyncSession, event: OpportunityClosed) -> None:
    """Nothing in the opportunity changes any more; nobody waits for an answer or a talk."""
    closed = insert(KnownOpportunity).values(id=event.opportunity_id, stage="closed")
    ended = closed.on_conflict_do_update(index_elements=["tenant_id", "id"], set_={"stage": "closed"})
    opportunity = (await session.scalars(ended.returning(KnownOpportunity), execution_options=_ANEW)).one()
    await cancel_clocks_of(session, event.opportunity_id)
    await commitments.forget_due_dates(session, event.opportunity_id)
    await clarifications.forget_due_times(session, event.opportunity_id)
    await cadences.follow_opportunity(session, opportunity)


async def note_requirement(session: AsyncSession, told: RequirementRecorded) -> None:
    """Keep the newest that was told of a requirement; it also proves that its opportunity exists."""
    await know_opportunity(session, told.opportunity_id)
    values = {name: getattr(told, name) for name in ("opportunity_id", *_TOLD)}
    await keep_newest(session, KnownRequirement, {"id": told.requirement_id}, values)
    if told.origin and told.origin.kind == "need":
        await needs.link_requirement(session, told.origin.id, told.requirement_id)
