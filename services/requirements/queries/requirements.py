"""Requirements of an opportunity, and what depends on them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.models.opportunities import Concern
from services.requirements.models.requirements import Requirement


async def requirements_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[Requirement]:
    """All requirements of an opportunity that are not withdrawn, by code."""
    statement = (
        sa.select(Requirement)
        .where(Requirement.opportunity_id == opportunity_id, Requirement.status != "withdrawn")
        .order_by(Requirement.code)
    )
    return (await session.scalars(statement)).all()


async def ids_of_codes(session: AsyncSession, opportunity_id: UUID, codes: Iterable[str]) -> dict[str, UUID]:
    """The ids of those of `codes` that are requirements of the opportunity."""
    statement = sa.select(Requirement.code, Requirement.id).where(
        Requirement.opportunity_id == opportunity_id, Requirement.code.in_(list(codes))
    )
    return {row.code: row.id for row in await session.execute(statement)}


async def ids_of_client_codes(session: AsyncSession, opportunity_id: UUID, codes: Iterable[str]) -> dict[str, UUID]:
    """As `ids_of_codes` by the client's codes, of those that only one requirement has."""
    statement = sa.select(Requirement.client_code, sa.func.array_agg(Requirement.id).label("ids")).where(
        Requirement.opportunity_id == opportunity_id,
        Requirement.client_code.in_(list(codes)),
        Requirement.status != "withdrawn",
    )
    rows = await session.execute(statement.group_by(Requirement.client_code))
    return {row.client_code: row.ids[0] for row in rows if len(row.ids) == 1}


async def greatest_requirement_number(session: AsyncSession, opportunity_id: UUID) -> int:
    """The greatest number in a code of the form `REQ-014`, 0 where there is none."""
    number = sa.cast(sa.func.substring(Requirement.code, r"^REQ-(\d{1,9})$"), sa.Integer)
    greatest = await session.scalar(sa.select(sa.func.max(number)).where(Requirement.opportunity_id == opportunity_id))
    return greatest or 0


def needing(relied_on: Sequence[Requirement]) -> sa.Select[Requirement]:
    """The requirements that depend on any of these, of one opportunity, and are not withdrawn."""
    return (
        sa.select(Requirement)
        .where(
            Requirement.opportunity_id == relied_on[0].opportunity_id,
            Requirement.status != "withdrawn",
            Requirement.depends_on.overlap([row.id for row in relied_on]),
        )
        .order_by(Requirement.code)
    )


def worrying_about(needs: Sequence[Requirement]) -> sa.Select[Concern]:
    """The concerns that name any of these requirements of one opportunity."""
    return (
        sa.select(Concern)
        .where(
            Concern.opportunity_id == needs[0].opportunity_id,
            Concern.requirement_ids.overlap([row.id for row in needs]),
        )
        .order_by(Concern.code)
    )


async def all_requirements_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[Requirement]:
    """All requirements of an opportunity, the withdrawn ones too."""
    return (await session.scalars(sa.select(Requirement).where(Requirement.opportunity_id == opportunity_id))).all()
