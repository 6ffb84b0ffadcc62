"""Baselines, and what they hold."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.models.baselines import Baseline
from services.requirements.models.requirements import Requirement
from shared.kernel.problems import FieldError, Invalid


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


async def epochs_outdated_by(session: AsyncSession, rows: Sequence[Requirement]) -> dict[UUID, int]:
    """For each of these that changed or was withdrawn, the epoch of the approved baseline with its earlier content.

    They are of one opportunity; what its baseline does not hold is not named.
    """
    moved = {str(row.id): row.id for row in rows if row.status in {"changed", "withdrawn"}}
    if not moved:
        return {}
    path = sa.cast("$.requirements[*].id", JSONPATH)
    held = sa.func.jsonb_path_query(Baseline.snapshot, path, type_=JSONB)
    statement = sa.select(Baseline.epoch, held).where(
        Baseline.opportunity_id == rows[0].opportunity_id, Baseline.status == "approved"
    )
    return {moved[key]: epoch for epoch, key in await session.execute(statement) if key in moved}


async def fits_in_force(session: AsyncSession, opportunity_id: UUID) -> tuple[int, dict[UUID, Any]] | None:
    """The epoch of the approved baseline, and what it holds of each requirement's fit: None where it holds nothing."""
    path = sa.cast("$.requirements[*].id", JSONPATH)
    held = await session.execute(
        sa.select(
            Baseline.epoch,
            Baseline.snapshot["fits"],
            sa.func.jsonb_path_query_array(Baseline.snapshot, path, type_=JSONB),
        ).where(Baseline.opportunity_id == opportunity_id, Baseline.status == "approved")
    )
    for epoch, fits, requirements in held:
        by_requirement = {one["requirement_id"]: one for one in fits or ()}
        return epoch, {UUID(key): by_requirement.get(key) for key in requirements}
    return None


async def baselines_with(session: AsyncSession, requirement: Requirement) -> Sequence[Baseline]:
    """The baselines that hold a requirement, oldest first."""
    statement = sa.select(Baseline).where(
        Baseline.opportunity_id == requirement.opportunity_id,
        Baseline.snapshot.contains({"requirements": [{"id": str(requirement.id)}]}),
    )
    return (await session.scalars(statement.order_by(Baseline.number))).all()
