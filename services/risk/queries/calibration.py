"""Outcomes of risks against what was said of them."""

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.models.pursuits import Pursuit
from services.risk.models.risks import RegisteredRisk
from services.risk.schemas.calibration import CalibrationOut, CalibrationQuery, CorrectionOut, GroupOut
from shared.quant.brier_score import Forecast, scored
from shared.quant.recalibration import Recalibration, recalibration

_JUDGED = ("happened", "did_not_happen")


async def recalibrations(session: AsyncSession) -> dict[str, Recalibration]:
    """What the tenant's outcomes make of stated probabilities, by kind; without those whose record corrects nothing."""
    records = await _records(session)
    return {kind: found for kind, record in records.items() if (found := recalibration(record))}


async def _records(session: AsyncSession) -> dict[str, list[Forecast]]:
    """Stated probabilities with their outcomes, by kind of risk."""
    outcome, stated = RegisteredRisk.outcome, RegisteredRisk.outcome_probability
    judged = (
        sa.select(RegisteredRisk.kind, sa.func.coalesce(stated, 0.0), outcome)
        .where(outcome.in_(_JUDGED), stated.is_not(None))
        .order_by(RegisteredRisk.id)
    )
    records: dict[str, list[Forecast]] = defaultdict(list)
    for kind, probability, decided in await session.execute(judged):
        records[kind].append(Forecast(probability, decided == "happened"))
    return records


async def win_record(session: AsyncSession) -> Recalibration | None:
    """What outcomes make of win probabilities as they were submitted: won, or not (lost, no decision).

    In the order of their opportunities, as insights shows it: the order decides what is tried on what.
    """
    decided = (
        sa.select(sa.func.coalesce(Pursuit.submitted_probability, 0.0), Pursuit.result == "won")
        .where(Pursuit.submitted_probability.is_not(None), Pursuit.result.in_(("won", "lost", "no_decision")))
        .order_by(Pursuit.opportunity_id)
    )
    return recalibration([Forecast(stated, won) for stated, won in await session.execute(decided)])


async def open_pursuits(session: AsyncSession) -> Sequence[Pursuit]:
    """Those that are not over, locked, in one order."""
    statement = sa.select(Pursuit).where(Pursuit.outcome.is_(None)).order_by(Pursuit.id).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


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
    record = (await _records(session))[query.kind]
    return CalibrationOut(
        recalibration=CorrectionOut.of(len(record), recalibration(record)),
        by=query.by,
        total=GroupOut.of("all", scored(one for own in groups.values() for one in own)),
        groups=[GroupOut.of(name, scored(groups[name])) for name in sorted(groups)],
        unresolved=await session.scalar(unresolved) or 0,
        excluded=await session.scalar(no_risks) or 0,
    )
