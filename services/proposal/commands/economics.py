"""Economic analyses for the client, as estimation tells of them: the last that is offered is a part of the proposal."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands.authoring import settle_heard
from services.proposal.content.economics import EconomicsPart, economics_part
from services.proposal.models.projections import KnownEconomicAnalysis
from services.proposal.queries.proposals import head_of
from shared.kernel.messaging.newest import keep_newest
from shared.language.events.estimation.economics import EconomicAnalysisOffered, EconomicAnalysisWithdrawn


async def note_offered(session: AsyncSession, event: EconomicAnalysisOffered) -> None:
    """Keep what is newest of it; of those that are offered the last one counts."""
    facts = economics_part(event).model_dump(mode="json")
    await _note(session, event, {"offered_at": event.offered_at, "facts": facts, "version": event.version})


async def note_withdrawn(session: AsyncSession, event: EconomicAnalysisWithdrawn) -> None:
    """It counts no longer, even if that is heard before it was offered."""
    await _note(session, event, {"offered_at": None, "facts": {}, "version": event.version})


async def _note(
    session: AsyncSession, event: EconomicAnalysisOffered | EconomicAnalysisWithdrawn, values: dict[str, Any]
) -> None:
    await head_of(session, event.opportunity_id)
    own = {"opportunity_id": event.opportunity_id, **values}
    await keep_newest(session, KnownEconomicAnalysis, {"id": event.economic_analysis_id}, own)
    counting = sa.select(KnownEconomicAnalysis.facts).where(
        KnownEconomicAnalysis.opportunity_id == event.opportunity_id, KnownEconomicAnalysis.offered_at.is_not(None)
    )
    facts = await session.scalar(counting.order_by(KnownEconomicAnalysis.offered_at.desc()).limit(1))
    part = EconomicsPart.model_validate(facts) if facts else None
    await settle_heard(session, event.opportunity_id, "economic_case", part)
