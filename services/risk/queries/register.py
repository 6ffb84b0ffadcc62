"""The register, read: risks and their measures."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.domain.response import Return, return_on
from services.risk.models.projections import Head
from services.risk.models.responses import RiskResponse
from services.risk.models.risks import RegisteredRisk
from services.risk.queries.projections import heads_of
from services.risk.schemas.responses import ResponseOut
from services.risk.schemas.risks import RiskItem, RiskOut, RiskQuery
from shared.kernel.auth import Principal
from shared.kernel.pages import Page, Slice, paged, paginate

Register = dict[UUID, tuple[RegisteredRisk, list[RiskResponse]]]
"""Risks with their measures, by id."""


async def register_of(session: AsyncSession, opportunity_id: UUID) -> Register:
    """All risks of an opportunity in order of code; locked with their measures, since what follows changes them."""
    risks = (
        sa.select(RegisteredRisk)
        .where(RegisteredRisk.opportunity_id == opportunity_id)
        .order_by(RegisteredRisk.code)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    measures = (
        sa.select(RiskResponse)
        .where(RiskResponse.opportunity_id == opportunity_id)
        .order_by(RiskResponse.code)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = {row.id: (row, list[RiskResponse]()) for row in await session.scalars(risks)}
    for measure in await session.scalars(measures):
        found[measure.risk_id][1].append(measure)
    return found


async def measures_of(session: AsyncSession, risk_ids: Iterable[UUID]) -> Mapping[UUID, list[RiskResponse]]:
    """The measures of these risks as they are now, in order of code; none is an empty list."""
    statement = (
        sa.select(RiskResponse)
        .where(RiskResponse.risk_id.in_(list(risk_ids)))
        .order_by(RiskResponse.code)
        .execution_options(populate_existing=True)
    )
    found: Mapping[UUID, list[RiskResponse]] = defaultdict(list)
    for measure in await session.scalars(statement):
        found[measure.risk_id].append(measure)
    return found


async def count_of_persons(session: AsyncSession, opportunity_id: UUID) -> int:
    """How many risks of an opportunity persons recorded."""
    statement = sa.select(sa.func.count()).where(
        RegisteredRisk.opportunity_id == opportunity_id, RegisteredRisk.origin == "person"
    )
    return await session.scalar(statement) or 0


async def risks_by_id(session: AsyncSession, keys: Iterable[UUID]) -> Mapping[UUID, RegisteredRisk]:
    """Those of these risks that exist."""
    rows = await session.scalars(sa.select(RegisteredRisk).where(RegisteredRisk.id.in_(set(keys))))
    return {row.id: row for row in rows}


async def risks_page(session: AsyncSession, query: RiskQuery, caller: Principal) -> Page[RiskItem] | Page[RiskOut]:
    """One page of risks, as `view` asks."""
    found: Slice[RegisteredRisk] = await paginate(session, RegisteredRisk, query)
    if query.view == "full":
        return paged(RiskOut, await shown(session, found.items, caller), found.next_cursor)
    measures = await measures_of(session, [row.id for row in found.items])
    items = [RiskItem.of(row, measures[row.id], None, caller) for row in found.items]
    return paged(RiskItem, items, found.next_cursor)


async def shown(session: AsyncSession, rows: Sequence[RegisteredRisk], caller: Principal) -> list[RiskOut]:
    """Risks as `caller` sees them, with their measures and what those are worth."""
    measures = await measures_of(session, [row.id for row in rows])
    effects = await effects_of(session, [(row, [one for one in measures[row.id] if one.is_live], []) for row in rows])
    return [RiskOut.of(row, measures[row.id], effect, caller) for row, effect in zip(rows, effects, strict=True)]


async def responses_shown(session: AsyncSession, rows: Sequence[RiskResponse], caller: Principal) -> list[ResponseOut]:
    """Measures as `caller` sees them, each with what it adds to the others of its risk."""
    risks = await risks_by_id(session, [row.risk_id for row in rows])
    measures = await measures_of(session, risks)
    asked = [
        (risks[row.risk_id], [row], [one for one in measures[row.risk_id] if one.id != row.id and one.is_live])
        for row in rows
    ]
    effects = await effects_of(session, asked)
    return [ResponseOut.of(row, risks[row.risk_id], effect, caller) for row, effect in zip(rows, effects, strict=True)]


async def effects_of(
    session: AsyncSession, asked: Sequence[tuple[RegisteredRisk, Sequence[RiskResponse], Sequence[RiskResponse]]]
) -> list[Return | None]:
    """What measures of a risk add to others of it; None without an estimate to measure it against, or measures."""
    heads = await heads_of(session, {risk.opportunity_id for risk, _, _ in asked})
    secondary = await risks_by_id(
        session, {key for _, own, _ in asked for one in own for key in one.secondary_risk_ids}
    )
    return [_effect(heads, secondary, *one) for one in asked]


def _effect(
    heads: Mapping[UUID, Head],
    secondary: Mapping[UUID, RegisteredRisk],
    risk: RegisteredRisk,
    own: Sequence[RiskResponse],
    others: Sequence[RiskResponse],
) -> Return | None:
    scale = heads[risk.opportunity_id].scale
    if scale is None or not own:
        return None
    brought = [secondary[key] for one in own for key in one.secondary_risk_ids if key in secondary]
    return return_on(
        [one.as_response() for one in own],
        [one.as_response() for one in others],
        risk.as_risk([]).inherent,
        daily_burn=scale["daily_burn"],
        has_happened=risk.status == "materialised",
        secondary=sum(one.residual["expected_value"] or 0.0 for one in brought if one.status != "closed"),
    )
