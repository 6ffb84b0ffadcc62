"""What is known of opportunities and requirements."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.contacts import Contact
from services.engagement.models.heard import (
    KnownOpportunity,
    KnownRequirement,
    NotOfThisOpportunity,
    OpportunityIsClosed,
    UnknownOpportunity,
)
from shared.problems import FieldError


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


async def opportunities_by_id(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, KnownOpportunity]:
    """Those of `ids` that are opportunities, as far as this service was told."""
    rows = await session.scalars(sa.select(KnownOpportunity).where(KnownOpportunity.id.in_(set(ids))))
    return {row.id: row for row in rows}


async def requirements_by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, KnownRequirement]:
    """Those of `ids` that are requirements, as far as this service was told."""
    rows = await session.scalars(sa.select(KnownRequirement).where(KnownRequirement.id.in_(ids))) if ids else ()
    return {row.id: row for row in rows}


async def refuse_foreign(
    session: AsyncSession,
    opportunity_id: UUID,
    *,
    contact_ids: Sequence[UUID] = (),
    requirement_ids: Sequence[UUID] = (),
    prefix: str = "",
) -> None:
    """Raises `NotOfThisOpportunity`, naming each reference that is not of the opportunity, by its list's name."""
    contacts = await session.scalars(sa.select(Contact).where(Contact.id.in_(contact_ids))) if contact_ids else ()
    own_contacts = {row.id for row in contacts if row.opportunity_id == opportunity_id}
    known = (await requirements_by_id(session, requirement_ids)).values()
    own_requirements = {row.id for row in known if row.opportunity_id == opportunity_id}
    errors = [
        FieldError(
            f"{prefix}/{name}/{index}",
            "not_of_opportunity",
            "is not of this opportunity, or has not been heard of yet",
            "不属于该商机，或尚未收到其信息",
        )
        for name, wanted, own in (
            ("contact_ids", contact_ids, own_contacts),
            ("requirement_ids", requirement_ids, own_requirements),
        )
        for index, key in enumerate(wanted)
        if key not in own
    ]
    if errors:
        raise NotOfThisOpportunity(errors=errors, count=len(errors), opportunity_id=opportunity_id)


async def closed_ones(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, OpportunityIsClosed]:
    """For each of `ids` that is a closed opportunity, the refusal of every change in it."""
    rows = (await opportunities_by_id(session, ids)).values()
    return {row.id: OpportunityIsClosed(code=row.code or row.id) for row in rows if row.is_closed}
