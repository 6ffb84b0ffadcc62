"""What was delivered comes back: an estimate's project becomes a past one, and others are told how right it was."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation import queries
from services.estimation.models.estimates import Estimate
from services.estimation.models.history import (
    ActualsAlreadyRecorded,
    NothingWasEstimated,
    Origin,
    PastProject,
    SizeIsMissing,
)
from services.estimation.queries.history import project_of
from services.estimation.schemas.overrides import ActualsIn
from shared.kernel.context import new_id
from shared.kernel.db import find, load
from shared.kernel.messaging import publish_of
from shared.kernel.problems import FieldError, Invalid
from shared.language.events.estimation.history import PastProjectRecorded
from shared.language.events.requirements import BaselineApproved
from shared.language.events.risk import RiskBudgetCalculated


async def record_actuals(session: AsyncSession, estimate_id: UUID, wish: ActualsIn, *, version: int) -> PastProject:
    """The past project that an estimated opportunity became, beside what was estimated.

    Raises `NothingWasEstimated`, `ActualsAlreadyRecorded`, `SizeIsMissing`, or `Invalid` for another currency.
    """
    await queries.head_of(session, (await find(session, Estimate, estimate_id)).opportunity_id)
    estimate = await load(session, Estimate, estimate_id, version=version)
    if estimate.figures is None:
        raise NothingWasEstimated
    known = await project_of(session, estimate.opportunity_id)
    if known:
        raise ActualsAlreadyRecorded(name=known.name)
    row = await _project(session, estimate, estimate.figures, wish)
    session.add(row)
    await session.flush()
    await publish_actuals(session, row)
    return row


async def _project(session: AsyncSession, estimate: Estimate, figures: dict[str, Any], wish: ActualsIn) -> PastProject:
    currency = figures["currency"]
    if wish.cost and wish.cost.currency != currency:
        text = f"must be in {currency}, as the estimate is", f"货币须与估算一致：{currency}"
        raise Invalid([FieldError("/cost/currency", "currency_mismatch", *text)])
    baseline = BaselineApproved.model_validate((await queries.heard_baseline(session, estimate.baseline_id)).facts)
    opportunity = baseline.opportunity
    return PastProject(
        id=new_id(),
        name=wish.name or opportunity.title,
        industry=opportunity.client_industry,
        organisation=wish.organisation,
        technology=wish.technology,
        size=wish.size or await _points(session, estimate, wish),
        size_unit=wish.size_unit,
        effort_days=wish.effort_days,
        duration_months=wish.duration_months,
        currency=currency,
        cost_amount=wish.cost.amount if wish.cost else None,
        estimated_effort_days=figures["effort_days"],
        estimated_effort_p80_days=figures.get("effort_p80_days"),
        estimated_cost_amount=Decimal(figures["base_cost"]["amount"]),
        estimated_cost_p80_amount=await _cost_p80(session, estimate),
        started_on=wish.started_on,
        finished_on=wish.finished_on,
        origin=Origin.DELIVERED,
        source=wish.source,
        note=wish.note,
        is_excluded=False,
        opportunity_id=estimate.opportunity_id,
        estimate_id=estimate.id,
    )


async def _points(session: AsyncSession, estimate: Estimate, wish: ActualsIn) -> float:
    await session.refresh(estimate, ["lines"])
    points: float = sum(line["function_points"] for line in estimate.lines)
    if wish.size_unit != "fp" or not points:
        raise SizeIsMissing(errors=[FieldError("/size", "missing", "is required", "必填")])
    return points


async def _cost_p80(session: AsyncSession, estimate: Estimate) -> Decimal | None:
    heard = await queries.heard_risk_budget(session, estimate.id)
    return RiskBudgetCalculated.model_validate(heard.facts).percentiles.get("p80") if heard else None


async def publish_actuals(session: AsyncSession, row: PastProject) -> None:
    """Say what a project took that had been estimated here; of others nobody needs to know."""
    if row.opportunity_id is None or row.estimate_id is None:
        return
    await publish_of(session, PastProjectRecorded, row, revision=row.version)
