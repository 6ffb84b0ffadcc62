"""Warnings of estimates: one that no person has judged keeps what was made from its estimate from going out."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands import drafting
from services.proposal.content.estimate_words import worded
from services.proposal.domain.basis import Basis
from services.proposal.models.projections import KnownWarnings
from services.proposal.queries.proposals import head_of
from shared.kernel.messaging.newest import keep_newest
from shared.language.events.estimation import EstimateCompleted, EstimateJudged, WarningFacts


async def take_in_estimate(session: AsyncSession, event: EstimateCompleted) -> None:
    """Keep an estimate as an ingredient, and what it warns of."""
    head = await head_of(session, event.opportunity_id)
    await _keep(session, event.estimate_id, event.warnings, version=0)
    await drafting.take_in(session, head, "estimate", event, Basis(event.basis.epoch, event.revision))


async def note_judged(session: AsyncSession, event: EstimateJudged) -> None:
    """Keep which warnings are left, and draft anew where the client reads otherwise of them."""
    head = await head_of(session, event.opportunity_id)
    if await _keep(session, event.estimate_id, event.warnings, version=event.version):
        await drafting.follow_judgements(session, head)


async def _keep(session: AsyncSession, estimate_id: UUID, warnings: Sequence[WarningFacts], *, version: int) -> bool:
    left = [
        one.model_dump(mode="json", include={"code", "message", "message_zh"})
        for one in warnings
        if one.judged_by is None
    ]
    values = {"left": left, "worded": [one.model_dump() for one in worded(warnings)], "version": version}
    return await keep_newest(session, KnownWarnings, {"estimate_id": estimate_id}, values)
