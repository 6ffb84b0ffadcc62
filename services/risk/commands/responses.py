"""Responses: the measures about a risk, and the way that each goes."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.commands import register
from services.risk.commands.publishing_register import publish_response
from services.risk.models.projections import Head
from services.risk.models.responses import RiskResponse
from services.risk.models.risks import RegisteredRisk
from services.risk.queries.register import measures_of, risks_by_id
from services.risk.schemas.responses import MeasureOfRisk, ResponseIn, ResponsePatch
from shared.kernel.db import find
from shared.kernel.problems import NotFound, PreconditionFailed
from shared.kernel.validation import whole


async def record_response(session: AsyncSession, wish: ResponseIn) -> RiskResponse:
    """Plan a measure about a risk; it counts in the next budget. Raises `RiskIsClosed`, `Invalid`, `OtherCurrency`."""
    head, risk, measures = await _open(session, wish.risk_id)
    measure = wish.model_dump(exclude={"risk_id"})
    whole(MeasureOfRisk, {**measure, "risk_kind": risk.kind})
    await _refuse_unknown(session, risk, wish.secondary_risk_ids)
    before = risk.counted(measures)
    number = 1 + sum(one.origin == "person" for one in measures)
    row = await register.new_measure(session, head, risk, wish, number)
    session.add(row)
    await register.reckon(session, head, before, risk, [*measures, row])
    await publish_response(session, row)
    return row


async def change_response(
    session: AsyncSession, response_id: UUID, patch: ResponsePatch, *, version: int
) -> RiskResponse:
    """Set fields of a measure; from then on no baseline overwrites them. Raises `ResponseIsOver`, `Invalid`."""
    head, risk, measures = await _open(session, (await find(session, RiskResponse, response_id)).risk_id)
    row = _seen(measures, response_id, version)
    row.refuse_if_over()
    changes = patch.changes()
    whole(MeasureOfRisk, {**_checked(row), **changes, "risk_kind": risk.kind})
    await _refuse_unknown(session, risk, changes.get("secondary_risk_ids", []))
    before = risk.counted(measures)
    row.decide(await register.measure_columns(session, head, changes))
    await register.reckon(session, head, before, risk, measures)
    return await _told(session, row, version)


async def move_response(
    session: AsyncSession, response_id: UUID, action: str, *, version: int, reason: str | None = None
) -> RiskResponse:
    """Start, implement, cancel or resume."""
    head, risk, measures = await _open(session, (await find(session, RiskResponse, response_id)).risk_id)
    row = _seen(measures, response_id, version)
    before = risk.counted(measures)
    row.status, row.status_reason = row.machine.next(row.status, action), reason
    await register.reckon(session, head, before, risk, measures)
    return await _told(session, row, version)


async def _told(session: AsyncSession, row: RiskResponse, seen: int) -> RiskResponse:
    if row.version > seen:
        await publish_response(session, row)
    return row


async def _open(session: AsyncSession, risk_id: UUID) -> tuple[Head, RegisteredRisk, list[RiskResponse]]:
    """A risk that can change, with its measures, all locked by the head of the opportunity."""
    head, risk = await register.load_risk(session, risk_id)
    if risk.closing:
        raise risk.closing
    return head, risk, (await measures_of(session, [risk.id]))[risk.id]


def _seen(measures: Sequence[RiskResponse], response_id: UUID, version: int) -> RiskResponse:
    row = next(one for one in measures if one.id == response_id)
    if row.version != version:
        raise PreconditionFailed(current=row.version)
    return row


async def _refuse_unknown(session: AsyncSession, risk: RegisteredRisk, secondary: Sequence[UUID]) -> None:
    """Secondary risks are others of the same register. Raises `NotFound`."""
    known = await risks_by_id(session, secondary)
    for key in secondary:
        if key == risk.id or key not in known or known[key].opportunity_id != risk.opportunity_id:
            raise NotFound(kind="secondary risk", id=key)


_KEPT = (
    "strategy", "kind", "acceptance", "statement", "trigger", "owner_role", "probability_factor", "impact_factor",
)  # fmt: skip


def _checked(row: RiskResponse) -> dict[str, Any]:
    """What the rules between fields look at, as a person would have sent it."""
    cost = {"amount": str(row.cost), "currency": row.currency}
    return {**{name: getattr(row, name) for name in _KEPT}, "cost": cost}
