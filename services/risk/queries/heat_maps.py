"""The heat maps of a register."""

from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.domain.matrix import Matrix, Placed
from services.risk.domain.risk import Risk, Scale, assess
from services.risk.models.projections import Head
from services.risk.models.risks import RegisteredRisk
from services.risk.queries.register import measures_of
from services.risk.queries.settings import matrix_for
from services.risk.schemas.budgets import CellOut, HeatMapsOut, cells_out
from services.risk.schemas.settings import MatrixFields
from shared.kernel.auth import Principal
from shared.kernel.problems import NotFound
from shared.language.money import quantised


async def heat_maps(session: AsyncSession, opportunity_id: UUID, caller: Principal) -> HeatMapsOut:
    """All open risks by the matrix in force, before, with today's and with all responses. Raises `NotFound`."""
    head = await session.scalar(sa.select(Head).where(Head.opportunity_id == opportunity_id))
    if head is None or head.currency is None:
        raise NotFound(kind="opportunity", id=opportunity_id)
    own = sa.select(RegisteredRisk).where(
        RegisteredRisk.opportunity_id == opportunity_id, RegisteredRisk.status != "closed"
    )
    rows = (await session.scalars(own.order_by(RegisteredRisk.code))).all()
    measures = await measures_of(session, [row.id for row in rows])
    risks = [row.as_risk(measures[row.id]) for row in rows if row.is_proposed or row.is_a_persons]
    matrix = await matrix_for(session, opportunity_id)
    scale, currency = Scale(**head.scale) if head.scale else None, head.currency

    def cells(name: str) -> list[CellOut]:
        placed = [_placed(risk, name, scale, matrix, currency) for risk in risks] if scale else []
        return cells_out(placed, matrix, shows_money=caller.may("cost:read"))

    return HeatMapsOut(
        currency=currency,
        matrix=MatrixFields.of(matrix),
        inherent=cells("inherent"),
        current=cells("current"),
        residual=cells("residual"),
        unplaced=[] if scale else [risk.code for risk in risks],
    )


def _placed(risk: Risk, name: str, scale: Scale, matrix: Matrix, currency: str) -> Placed:
    place = assess(getattr(risk, name), scale, matrix)
    value = quantised(Decimal(str(place.expected_value)), currency)
    return Placed(risk.code, place.probability_level, place.impact_level, value)
