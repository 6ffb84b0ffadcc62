"""Warnings of an estimate: judged by persons; that holds in later revisions while subjects and figures are the same."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation import queries
from services.estimation.commands import publishing
from services.estimation.models.estimates import Estimate
from services.estimation.schemas.overrides import WarningJudgementIn
from shared.kernel.clock import now
from shared.kernel.db import context_of, find, load
from shared.kernel.messaging import publish_of
from shared.language.events.estimation import EstimateCompleted, EstimateJudged, WarningFacts


async def judge_warnings(
    session: AsyncSession, estimate_id: UUID, wish: WarningJudgementIn, *, version: int
) -> Estimate:
    """Keep why warnings may stand, and by whose judgement. Raises `NothingToJudge`, `NoSuchWarning`."""
    await queries.head_of(session, (await find(session, Estimate, estimate_id)).opportunity_id)
    row = await load(session, Estimate, estimate_id, version=version)
    said = {"judged_by": context_of(session).actor, "judged_at": now().isoformat(), "judgement": wish.reason}
    row.judge(wish.warnings, {**said, **wish.for_client})
    await publish_of(
        session,
        EstimateJudged,
        row,
        basis=publishing.basis_of(row),
        warnings=tuple(map(WarningFacts.model_validate, row.warnings or ())),
    )
    return row


async def with_judgements(session: AsyncSession, row: Estimate, told: EstimateCompleted) -> EstimateCompleted:
    """What persons said to earlier revisions holds for `row` too, where subjects and figures are the same."""
    earlier = (
        sa.select(Estimate.judgements)
        .where(Estimate.opportunity_id == row.opportunity_id, Estimate.position < row.position)
        .order_by(Estimate.position.desc())
    )
    row.judgements = await session.scalar(earlier.limit(1)) or {}
    said = [WarningFacts(**{**dict(one), **row.judgements.get(str(one.id), {})}) for one in told.warnings]
    return told.model_copy(update={"warnings": tuple(said)})
