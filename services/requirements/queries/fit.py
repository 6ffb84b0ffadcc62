"""Fit assessments and the capabilities that they are about."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.requirements.domain.fit import Assessed, FitCoverage, fit_coverage
from services.requirements.models.fit import Capability, FitAssessment, Product
from services.requirements.models.requirements import Requirement
from services.requirements.queries.ranking import rank
from services.requirements.queries.requirements import requirements_of


def fits_about(needs: Sequence[Requirement]) -> sa.Select[FitAssessment]:
    """The fit assessments of these requirements."""
    return sa.select(FitAssessment).where(FitAssessment.requirement_id.in_([row.id for row in needs]))


async def fits_of(session: AsyncSession, opportunity_id: UUID) -> Sequence[FitAssessment]:
    """All fit assessments of an opportunity, by the code of their requirement."""
    statement = sa.select(FitAssessment).where(FitAssessment.opportunity_id == opportunity_id)
    return (await session.scalars(statement.order_by(FitAssessment.requirement_code))).all()


async def capabilities_by_id(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, tuple[Capability, Product]]:
    """Those of `ids` that exist, each with its product."""
    wanted = set(ids)
    statement = sa.select(Capability, Product).join(Product, Product.id == Capability.product_id)
    rows = await session.execute(statement.where(Capability.id.in_(wanted))) if wanted else ()
    return {capability.id: (capability, product) for capability, product in rows}


async def offered_capabilities(session: AsyncSession) -> Sequence[tuple[Capability, Product]]:
    """Every capability of every active product."""
    statement = sa.select(Capability, Product).join(Product, Product.id == Capability.product_id)
    rows = await session.execute(statement.where(Product.status == "active").order_by(Capability.id))
    return [(capability, product) for capability, product in rows]


async def fit_coverage_of(session: AsyncSession, opportunity_id: UUID) -> FitCoverage:
    """How much of the need our products meet, by the confirmed verdicts."""
    verdicts = {
        row.requirement_id: row.verdict for row in await fits_of(session, opportunity_id) if row.status == "confirmed"
    }
    needs = await requirements_of(session, opportunity_id)
    return fit_coverage([Assessed(row.code, row.priority, row.kind, row.group, verdicts.get(row.id)) for row in needs])


async def suggestions_of(session: AsyncSession, needs: Sequence[Requirement], limit: int) -> list[dict[str, Any]]:
    """For each requirement the capabilities that may meet it, the likeliest first."""
    offered = await offered_capabilities(session)
    found = await rank(
        [f"{need.title}\n{need.statement}" for need in needs], [capability.text for capability, _ in offered], limit
    )
    return [
        {
            "requirement_id": need.id,
            "requirement_code": need.code,
            "method": found.method,
            "items": [
                {
                    "capability_id": offered[at][0].id,
                    "product": f"{offered[at][1].name} {offered[at][1].release}",
                    **{
                        name: getattr(offered[at][0], name)
                        for name in ("code", "name", "name_zh", "configuration_days")
                    },
                    "score": score,
                }
                for at, score in best
            ],
        }
        for need, best in zip(needs, found.best, strict=True)
    ]
