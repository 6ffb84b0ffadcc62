"""Projections of an opportunity, and the budgets that were made from them."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from services.risk.models.budgets import RiskBudget
from services.risk.models.projections import Head, KnownBaseline, KnownEstimate
from shared.kernel.db import locked_or_made
from shared.kernel.problems import NotFound


async def known_head(session: AsyncSession, opportunity_id: UUID) -> Head:
    """The head of an opportunity that was heard of, locked. Raises `NotFound`."""
    head = await session.scalar(
        sa.select(Head)
        .where(Head.opportunity_id == opportunity_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if head is None:
        raise NotFound(kind="opportunity", id=opportunity_id)
    return head


async def head_of(session: AsyncSession, opportunity_id: UUID) -> Head:
    """The head of an opportunity, locked; it is made when it is the first time that one hears of it."""
    new = insert(Head).values(opportunity_id=opportunity_id)
    return await locked_or_made(session, sa.select(Head).where(Head.opportunity_id == opportunity_id), new)


async def heads_of(session: AsyncSession, opportunity_ids: Iterable[UUID]) -> Mapping[UUID, Head]:
    """The heads of these opportunities, to read."""
    rows = await session.scalars(sa.select(Head).where(Head.opportunity_id.in_(list(opportunity_ids))))
    return {row.opportunity_id: row for row in rows}


async def newest_baseline(session: AsyncSession, opportunity_id: UUID) -> KnownBaseline | None:
    """The newest approved baseline of an opportunity."""
    statement = (
        sa.select(KnownBaseline)
        .where(KnownBaseline.opportunity_id == opportunity_id)
        .order_by(KnownBaseline.epoch.desc())
        .limit(1)
    )
    return await session.scalar(statement)


async def newest_basis(session: AsyncSession, opportunity_id: UUID) -> tuple[KnownBaseline, KnownEstimate] | None:
    """The newest approved baseline of an opportunity that has an estimate, with the newest of those."""
    statement = (
        sa.select(KnownBaseline, KnownEstimate)
        .join(KnownEstimate, KnownEstimate.baseline_id == KnownBaseline.baseline_id)
        .where(KnownBaseline.opportunity_id == opportunity_id)
        .order_by(KnownBaseline.epoch.desc(), KnownEstimate.revision.desc())
        .limit(1)
    )
    found = (await session.execute(statement)).one_or_none()
    return None if found is None else (found[0], found[1])


async def bases_to_budget(session: AsyncSession, baseline_id: UUID) -> Sequence[tuple[KnownBaseline, KnownEstimate]]:
    """A baseline, once it was heard, with each of its estimates that were heard and have no budget, oldest first."""
    budgeted = sa.exists().where(RiskBudget.estimate_id == KnownEstimate.estimate_id)
    statement = (
        sa.select(KnownBaseline, KnownEstimate)
        .join(KnownEstimate, KnownEstimate.baseline_id == KnownBaseline.baseline_id)
        .where(KnownBaseline.baseline_id == baseline_id, ~budgeted)
        .order_by(KnownEstimate.revision)
    )
    return [(baseline, estimate) for baseline, estimate in await session.execute(statement)]


async def basis_of(session: AsyncSession, budget: RiskBudget) -> tuple[KnownBaseline, KnownEstimate]:
    """What a budget was made from."""
    statement = (
        sa.select(KnownBaseline, KnownEstimate)
        .join(KnownEstimate, KnownEstimate.baseline_id == KnownBaseline.baseline_id)
        .where(KnownEstimate.estimate_id == budget.estimate_id)
    )
    baseline, estimate = (await session.execute(statement)).one()
    return baseline, estimate


async def budgets_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[RiskBudget]:
    """The budgets of an opportunity, oldest basis first, without their figures."""
    statement = (
        sa.select(RiskBudget)
        .where(RiskBudget.opportunity_id == opportunity_id)
        .order_by(RiskBudget.position)
        .options(defer(RiskBudget.facts), defer(RiskBudget.contributions))
    )
    return (await session.scalars(statement)).all()
