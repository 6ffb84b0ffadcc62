"""What the requirements service reads."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.models.baselines import Baseline
from services.requirements.models.opportunities import Concern, Constraint
from services.requirements.models.requirements import Requirement
from shared.problems import FieldError, Invalid


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


async def constraints_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[Constraint]:
    """All constraints of an opportunity, oldest first."""
    statement = sa.select(Constraint).where(Constraint.opportunity_id == opportunity_id).order_by(Constraint.id)
    return (await session.scalars(statement)).all()


async def concerns_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[Concern]:
    """All concerns of an opportunity, by code."""
    statement = sa.select(Concern).where(Concern.opportunity_id == opportunity_id).order_by(Concern.code)
    return (await session.scalars(statement)).all()


async def approved_baseline(session: AsyncSession, opportunity_id: UUID) -> Baseline | None:
    """The baseline that counts, locked, or None."""
    statement = (
        sa.select(Baseline)
        .where(Baseline.opportunity_id == opportunity_id, Baseline.status == "approved")
        .with_for_update()
    )
    return await session.scalar(statement)


async def baseline_to_compare(session: AsyncSession, baseline: Baseline, against: UUID | None) -> Baseline:
    """The baseline `against`, or the numbered one before; raises `Invalid` when there is none of this opportunity."""
    statement = sa.select(Baseline).where(Baseline.opportunity_id == baseline.opportunity_id)
    if against:
        statement = statement.where(Baseline.id == against)
    else:
        statement = statement.where(Baseline.number < baseline.number).order_by(Baseline.number.desc()).limit(1)
    found = await session.scalar(statement)
    if found is None:
        raise Invalid(
            [
                FieldError(
                    "?against",
                    "nothing_to_compare",
                    "must be another baseline of the same opportunity; there is no earlier one",
                    "必须是同一商机的另一条基线；不存在更早的基线",
                )
            ]
        )
    return found


async def next_baseline_number(session: AsyncSession, opportunity_id: UUID) -> int:
    """The number that the opportunity's next baseline gets, from 1."""
    statement = sa.select(sa.func.max(Baseline.number)).where(Baseline.opportunity_id == opportunity_id)
    return (await session.scalar(statement) or 0) + 1
