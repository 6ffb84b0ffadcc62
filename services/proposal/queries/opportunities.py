"""What is known of opportunities."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.models.projections import Head, KnownOpportunity, UnknownOpportunity
from services.proposal.queries.proposals import head_of


async def open_opportunity(session: AsyncSession, opportunity_id: UUID) -> KnownOpportunity:
    """The opportunity, which stays open until this transaction ends.

    Raises `UnknownOpportunity` for one that nobody told this service of, and `OpportunityIsClosed`.
    """
    known = sa.select(KnownOpportunity).where(KnownOpportunity.id == opportunity_id)
    opportunity = await session.scalar(known.with_for_update(read=True))
    if opportunity is None:
        raise UnknownOpportunity(id=opportunity_id)
    opportunity.refuse_if_closed()
    return opportunity


async def open_head(session: AsyncSession, opportunity_id: UUID) -> Head:
    """The head of an open opportunity, locked before what is known of it: in this order nobody waits for each other.

    Raises as `open_opportunity`.
    """
    head = await head_of(session, opportunity_id)
    await open_opportunity(session, opportunity_id)
    return head


async def win_probability_of(session: AsyncSession, opportunity_id: UUID) -> float | None:
    """What the team expects now, 0 … 1; None where nobody has said."""
    prospect = await session.scalar(sa.select(KnownOpportunity.prospect).where(KnownOpportunity.id == opportunity_id))
    return prospect.get("win_probability") if prospect else None
