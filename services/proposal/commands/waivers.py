"""Waivers: an approver lets an offer miss a hard limit of the client's, and says why."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.models.fit_to_send import LimitWaiver
from services.proposal.models.proposals import Proposal
from services.proposal.queries import proposals as queries
from shared.kernel.db import context_of
from shared.kernel.messaging import publish
from shared.language.events.proposal import LimitWaived


async def waive_limit(
    session: AsyncSession, proposal_id: UUID, constraint_id: UUID, reason: str, *, version: int
) -> Proposal:
    """Let this proposal, and later ones that miss it by no more, miss the limit. Raises `NothingToWaive`."""
    proposal = await queries.load_proposal(session, proposal_id, version=version)
    proposal.act("waive-limit")
    missed = proposal.limit_to_waive(constraint_id)
    facts = {name: getattr(missed, name) for name in ("constraint_id", "kind", "name", "limit", "offered")}
    waiver = LimitWaiver(opportunity_id=proposal.opportunity_id, proposal_id=proposal.id, reason=reason, **facts)
    session.add(waiver)
    await session.flush()
    event = LimitWaived(
        opportunity_id=proposal.opportunity_id,
        proposal_id=proposal.id,
        revision=proposal.revision,
        waived_by=context_of(session).actor,
        reason=reason,
        **facts,
    )
    await publish(session, event, about=waiver)
    await session.refresh(proposal, ["waivers"])
    return proposal
