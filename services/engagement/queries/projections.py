"""Projections of opportunities and requirements, read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.models.clarifications import Clarification
from services.engagement.models.commitments import Commitment
from services.engagement.models.contacts import Contact
from services.engagement.models.interactions import Interaction
from services.engagement.models.projections import (
    InOpportunity,
    KnownOpportunity,
    KnownRequirement,
    NotOfThisOpportunity,
    OpportunityIsClosed,
    UnknownOpportunity,
)
from services.engagement.models.support import SupportRequest
from services.engagement.models.trainings import Training
from shared.kernel.db import find, load
from shared.kernel.problems import FieldError

T = TypeVar("T", bound=InOpportunity)


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


async def find_opportunity(session: AsyncSession, opportunity_id: UUID) -> KnownOpportunity | None:
    """The opportunity, as far as this service was told of it."""
    return (await opportunities_by_id(session, [opportunity_id])).get(opportunity_id)


async def load_in_open(session: AsyncSession, model: type[T], key: UUID, *, version: int) -> T:
    """A resource to change, in an opportunity that is not closed.

    The opportunity is locked first, as the handlers do: neither then waits for the other. Raises as
    `open_opportunity` and `load` do.
    """
    await open_opportunity(session, (await find(session, model, key)).opportunity_id)
    return await load(session, model, key, version=version)


async def opportunities_by_id(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, KnownOpportunity]:
    """Those of `ids` that are opportunities, as far as this service was told."""
    rows = await session.scalars(sa.select(KnownOpportunity).where(KnownOpportunity.id.in_(set(ids))))
    return {row.id: row for row in rows}


async def requirements_by_id(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, KnownRequirement]:
    """Those of `ids` that are requirements, as far as this service was told."""
    rows = await session.scalars(sa.select(KnownRequirement).where(KnownRequirement.id.in_(ids))) if ids else ()
    return {row.id: row for row in rows}


_KINDS: Mapping[str, type[InOpportunity | KnownRequirement]] = {
    "contact_id": Contact,
    "contact_ids": Contact,
    "requirement_ids": KnownRequirement,
    "interaction_id": Interaction,
    "in_reply_to": Interaction,
    "clarification_id": Clarification,
    "depends_on": Commitment,
    "support_request_id": SupportRequest,
    "training_id": Training,
}
"""What the fields refer to."""


async def refuse_foreign(
    session: AsyncSession,
    opportunity_id: UUID,
    references: Mapping[str, UUID | Sequence[UUID] | None],
    where: str = "/{name}/{index}",
) -> None:
    """Raises `NotOfThisOpportunity`, naming each reference to what is not of the opportunity. Other fields pass.

    `where` is the pointer of an id in a list.
    """
    errors = []
    for name, value in references.items():
        kind = _KINDS.get(name)
        if kind is None or not value:
            continue
        if isinstance(value, UUID):
            pointers = {value: f"/{name}"}
        else:
            pointers = {key: where.format(name=name, index=index) for index, key in enumerate(value)}
        own = sa.select(kind.id).where(kind.id.in_(pointers), kind.opportunity_id == opportunity_id)
        found = set(await session.scalars(own))
        errors += [_foreign(pointer) for key, pointer in pointers.items() if key not in found]
    if errors:
        raise NotOfThisOpportunity(errors=errors, count=len(errors), opportunity_id=opportunity_id)


def _foreign(pointer: str) -> FieldError:
    return FieldError(
        pointer,
        "not_of_opportunity",
        "is not of this opportunity, or has not been heard of yet",
        "不属于该商机，或尚未收到其信息",
    )


async def closed_ones(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, OpportunityIsClosed]:
    """For each of `ids` that is a closed opportunity, the refusal of every change in it."""
    rows = (await opportunities_by_id(session, ids)).values()
    return {row.id: OpportunityIsClosed(code=row.code or row.id) for row in rows if row.is_closed}
