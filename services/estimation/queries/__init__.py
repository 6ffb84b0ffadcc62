"""What the estimation service reads."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation.models.estimates import Estimate, ParameterSet
from services.estimation.models.projections import Head, KnownBaseline, KnownRiskBudget
from services.estimation.models.rates import RateCard
from services.estimation.schemas.estimates import LineQuery
from shared.kernel import cursor as cursors
from shared.kernel.db import locked_or_made
from shared.kernel.problems import NotFound


async def head_of(session: AsyncSession, opportunity_id: UUID) -> Head:
    """The head of an opportunity, locked; it is made when it is the first time that one hears of it."""
    new = insert(Head).values(opportunity_id=opportunity_id, epoch=0)
    return await locked_or_made(session, sa.select(Head).where(Head.opportunity_id == opportunity_id), new)


async def heard_baseline(session: AsyncSession, baseline_id: UUID) -> KnownBaseline:
    """A baseline that was heard."""
    return (await session.scalars(sa.select(KnownBaseline).where(KnownBaseline.baseline_id == baseline_id))).one()


async def made_from(session: AsyncSession, estimate: Estimate) -> tuple[ParameterSet, KnownBaseline]:
    """What an estimate was made from, in one statement."""
    statement = (
        sa.select(ParameterSet, KnownBaseline)
        .join(KnownBaseline, KnownBaseline.baseline_id == estimate.baseline_id)
        .where(ParameterSet.id == estimate.parameter_set_id)
    )
    parameter_set, baseline = (await session.execute(statement)).one()
    return parameter_set, baseline


async def heard_risk_budget(session: AsyncSession, estimate_id: UUID) -> KnownRiskBudget | None:
    """The newest risk budget of an estimate, if one was heard."""
    statement = sa.select(KnownRiskBudget).where(KnownRiskBudget.estimate_id == estimate_id)
    return (await session.scalars(statement.execution_options(populate_existing=True))).one_or_none()


async def estimates_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[Estimate]:
    """The estimates of an opportunity, oldest basis first, locked."""
    statement = sa.select(Estimate).where(Estimate.opportunity_id == opportunity_id).order_by(Estimate.position)
    return (await session.scalars(statement.with_for_update())).all()


async def lines_of(session: AsyncSession, estimate_id: UUID, query: LineQuery) -> tuple[list[Any], str | None]:
    """A page of an estimate's lines, in the order of the WBS, and the cursor of the next. Raises `NotFound`."""
    lines = await session.scalar(sa.select(Estimate.lines).where(Estimate.id == estimate_id))
    if lines is None:
        raise NotFound(kind=Estimate.__tablename__, id=estimate_id)
    wanted = {name: {str(value)} for name in ("requirement_id", "group") if (value := getattr(query, name))}
    if query.kind:
        wanted["kind"] = set(query.kind)
    fitting = [line for line in lines if all(line[name] in values for name, values in wanted.items())]
    first = _place(query.cursor)
    end = first + query.limit
    return fitting[first:end], cursors.encode([end]) if end < len(fitting) else None


def _place(cursor: str | None) -> int:
    if cursor is None:
        return 0
    [place] = cursors.decode(cursor, 1)
    if not isinstance(place, int) or place < 0:
        raise cursors.wrong()
    return place


async def overlapping(session: AsyncSession, card: RateCard, first: date, last: date | None) -> RateCard | None:
    """Another card of the same region and currency that holds on some day from `first` to `last`."""
    region = sa.func.lower(sa.func.coalesce(RateCard.region, ""))
    statement = sa.select(RateCard).where(
        RateCard.currency == card.currency,
        region == (card.region or "").lower(),
        sa.or_(RateCard.valid_to.is_(None), RateCard.valid_to >= first),
        RateCard.id != card.id,
    )
    if last:
        statement = statement.where(RateCard.valid_from <= last)
    return await session.scalar(statement.limit(1))


async def parameter_set_in_force(session: AsyncSession) -> ParameterSet:
    """The tenant's newest own set; the shipped one until there is one."""
    return (await session.scalars(_SETS)).one()


async def newest_parameter_set(session: AsyncSession) -> ParameterSet | None:
    """The same; None for a tenant that has not been given the shipped one yet."""
    return await session.scalar(_SETS)


_SETS = sa.select(ParameterSet).order_by(ParameterSet.is_shipped, ParameterSet.created_at.desc()).limit(1)


async def parameter_set_named(session: AsyncSession, name: str) -> ParameterSet | None:
    return await session.scalar(sa.select(ParameterSet).where(ParameterSet.name == name))
