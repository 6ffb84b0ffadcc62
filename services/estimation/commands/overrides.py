"""Judgements of effort: each makes the next revision, and stands until it is withdrawn."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation import queries
from services.estimation.commands.estimates import recompute_estimate
from services.estimation.domain.leading import MODEL
from services.estimation.domain.parameters import parameters_of
from services.estimation.models.estimates import Estimate
from services.estimation.models.overrides import (
    EffortOverride,
    LeadingMethodChoice,
    NoModelToLead,
    NoStandingOverride,
    NoSuchLine,
    OverrideStatus,
)
from services.estimation.schemas.overrides import LeadingMethodIn, OverrideIn, WithdrawalIn
from shared.kernel.context import new_id
from shared.kernel.db import find, load


async def override_effort(session: AsyncSession, estimate_id: UUID, wish: OverrideIn, *, version: int) -> Estimate:
    """The next revision, with a person's judgement of a line or the whole in the place of what was computed.

    Raises `NoSuchLine`, `TotalBelowLines`, and what recomputing raises; nothing is then kept.
    """
    before = await _current(session, estimate_id, version, "override_effort")
    computed, line = await _computed(session, before, wish.line_id)
    await _end(session, before.opportunity_id, wish.target, OverrideStatus.REPLACED)
    parameters = parameters_of((await queries.parameter_set_in_force(session)).parameters)
    session.add(
        EffortOverride(
            id=new_id(),
            opportunity_id=before.opportunity_id,
            target=wish.target,
            line_code=line.get("code"),
            line_name=line.get("name"),
            effort=wish.absolute(parameters.effort.distribution),
            computed_days=computed,
            reason=wish.reason,
            baseline_number=before.baseline_number,
            **wish.for_client,
        )
    )
    await session.flush()
    return await recompute_estimate(session, estimate_id, version=before.version)


async def withdraw_override(session: AsyncSession, estimate_id: UUID, wish: WithdrawalIn, *, version: int) -> Estimate:
    """The next revision, with what is computed in the place of the judgement. Raises `NoStandingOverride`."""
    before = await _current(session, estimate_id, version, "withdraw_override")
    ended = await _end(session, before.opportunity_id, wish.target, OverrideStatus.WITHDRAWN, wish.reason)
    if ended is None:
        raise NoStandingOverride(target=wish.target)
    return await recompute_estimate(session, estimate_id, version=before.version)


async def choose_leading_method(
    session: AsyncSession, estimate_id: UUID, wish: LeadingMethodIn, *, version: int
) -> Estimate:
    """The next revision, led by the method that a person chooses, or again by the record. Raises `NoModelToLead`."""
    before = await _current(session, estimate_id, version, "choose_leading_method")
    methods = {one["method"] for one in (before.figures or {}).get("methods", ())}
    if wish.method == MODEL and MODEL not in methods:
        raise NoModelToLead
    session.add(
        LeadingMethodChoice(
            id=new_id(),
            opportunity_id=before.opportunity_id,
            method=wish.method,
            reason=wish.reason,
            baseline_number=before.baseline_number,
        )
    )
    await session.flush()
    return await recompute_estimate(session, estimate_id, version=before.version)


async def _current(session: AsyncSession, estimate_id: UUID, version: int, action: str) -> Estimate:
    await queries.head_of(session, (await find(session, Estimate, estimate_id)).opportunity_id)
    before = await load(session, Estimate, estimate_id, version=version)
    before.machine.next(before.status, action)
    return before


async def _computed(session: AsyncSession, estimate: Estimate, line_id: UUID | None) -> tuple[float, dict[str, Any]]:
    """The days that were computed for the line or the whole, whoever judged otherwise since, and the line."""
    if line_id is None:
        methods = (estimate.figures or {}).get("methods") or [{"effort_days": 0.0}]
        return methods[0]["effort_days"], {}
    await session.refresh(estimate, ["lines"])
    line = next((one for one in estimate.lines if one["id"] == str(line_id)), None)
    if line is None:
        raise NoSuchLine(line=line_id, estimate=estimate.id)
    computed = line.get("computed_days")
    return line["expected_days"] if computed is None else computed, line


async def _end(
    session: AsyncSession, opportunity_id: UUID, target: str, status: OverrideStatus, reason: str | None = None
) -> EffortOverride | None:
    statement = sa.select(EffortOverride).where(
        EffortOverride.opportunity_id == opportunity_id,
        EffortOverride.target == target,
        EffortOverride.status == OverrideStatus.STANDING,
    )
    row = await session.scalar(statement.with_for_update())
    if row:
        row.status, row.withdrawn_reason = status, reason
        await session.flush()
    return row
