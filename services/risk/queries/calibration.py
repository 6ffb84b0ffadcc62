"""Outcomes of risks against what was said of them."""

from collections import defaultdict

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.models.risks import RegisteredRisk
from services.risk.schemas.calibration import CalibrationOut, CalibrationQuery, GroupOut
from shared.brier_score import Forecast, scored

_JUDGED = ("happened", "did_not_happen")


async def calibrations(session: AsyncSession, query: CalibrationQuery) -> CalibrationOut:
    """The tenant's outcomes as a whole and by category, origin, rule or strength of knowledge."""
    group = {
        "category": RegisteredRisk.category,
        "origin": RegisteredRisk.origin,
        "knowledge": sa.func.coalesce(RegisteredRisk.knowledge, "unknown"),
        "rule": sa.func.coalesce(sa.func.substring(RegisteredRisk.code, "^RSK-[RT][0-9]+"), "none"),
    }[query.by]
    outcome, stated = RegisteredRisk.outcome, RegisteredRisk.outcome_probability
    judged = sa.select(group, stated, outcome).where(outcome.in_(_JUDGED), RegisteredRisk.kind == query.kind)
    if query.decided_after:
        judged = judged.where(RegisteredRisk.outcome_at > query.decided_after)
    groups: dict[str, list[Forecast]] = defaultdict(list)
    for name, probability, decided in await session.execute(judged):
        groups[name].append(Forecast(probability, decided == "happened"))
    unresolved = sa.select(sa.func.count()).where(
        outcome.is_(None), RegisteredRisk.kind == query.kind, RegisteredRisk.status != "candidate"
    )
    no_risks = sa.select(sa.func.count()).where(outcome == "was_no_risk", RegisteredRisk.kind == query.kind)
    return CalibrationOut(
        by=query.by,
        total=GroupOut.of("all", scored(one for own in groups.values() for one in own)),
        groups=[GroupOut.of(name, scored(groups[name])) for name in sorted(groups)],
        unresolved=await session.scalar(unresolved) or 0,
        excluded=await session.scalar(no_risks) or 0,
    )
