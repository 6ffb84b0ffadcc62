"""Review: sent to it, approved by as many as the policy asks, or returned."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.domain.canonical import content_hash
from services.proposal.domain.review_policy import tier_of
from services.proposal.models.proposals import Proposal
from services.proposal.models.refusals import ContentAltered
from services.proposal.models.reviews import Review, ReviewPolicy, usual_of
from services.proposal.queries import proposals as queries
from shared.kernel.clock import now
from shared.kernel.db import context_of
from shared.kernel.messaging import publish_of
from shared.kernel.revisions import in_force
from shared.language.events.proposal import ProposalReviewed


async def submit_for_review(session: AsyncSession, proposal_id: UUID, *, version: int) -> Proposal:
    """Send a draft to review, under the policy in force now: what it asks is kept with the proposal."""
    proposal = await queries.load_proposal(session, proposal_id, version=version)
    proposal.act("submit-for-review")
    policy = await in_force(session, ReviewPolicy)
    tier = tier_of(policy.parsed_tiers, proposal.price_incl_tax, proposal.currency) if policy else None
    asked = tier.reviews if tier else usual_of(policy)
    proposal.review_policy = policy.revision if policy else 0
    proposal.reviews_asked = [{"role": one.role, "count": one.count} for one in asked]
    proposal.review_round += 1
    proposal.review_requested_by = context_of(session).actor
    await _publish_reviewed(session, proposal)
    return proposal


async def approve_proposal(
    session: AsyncSession, proposal_id: UUID, comment: str | None, *, roles: Sequence[str], version: int
) -> Proposal:
    """Approve exactly the content that is there, in one of one's `roles`; the last that is asked for decides.

    The hash of the content is kept, and only that content can be submitted. Raises as `Proposal.approve`.
    """
    proposal = await queries.load_proposal(session, proposal_id, version=version)
    role = proposal.approve(context_of(session).actor, roles)
    found = content_hash(await queries.content_bytes(session, proposal.id))
    if found != proposal.content_hash:
        raise ContentAltered(code=proposal.code, now=found, approved=proposal.content_hash)
    _record(session, proposal, "approved", role, comment)
    if proposal.status == "approved":
        proposal.approved_hash = found
    await _publish_reviewed(session, proposal)
    return proposal


async def return_proposal(session: AsyncSession, proposal_id: UUID, reason: str, *, version: int) -> Proposal:
    """Send back to the author with a reason; approvals that were given no longer count."""
    proposal = await queries.load_proposal(session, proposal_id, version=version)
    proposal.send_back(context_of(session).actor)
    _record(session, proposal, "returned", None, reason)
    proposal.approved_hash = None
    await _publish_reviewed(session, proposal)
    return proposal


def _record(session: AsyncSession, proposal: Proposal, decision: str, role: str | None, comment: str | None) -> None:
    reviewer = context_of(session).actor
    proposal.reviews.append(
        Review(
            opportunity_id=proposal.opportunity_id,
            round=proposal.review_round,
            reviewer=reviewer,
            role=role,
            decision=decision,
            comment=comment,
            content_hash=proposal.content_hash,
        )
    )
    proposal.reviewed_by, proposal.reviewed_at, proposal.review_note = reviewer, now(), comment


async def _publish_reviewed(session: AsyncSession, proposal: Proposal) -> None:
    await publish_of(
        session,
        ProposalReviewed,
        proposal,
        by=context_of(session).actor,
        reviews_missing=sum(one.count for one in proposal.reviews_missing),
    )
