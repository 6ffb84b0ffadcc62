"""Review, approval, submission, and the client's answer."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.domain.canonical import content_hash
from services.proposal.models.proposals import ContentAltered, OfferHasLapsed, Proposal
from services.proposal.queries import proposals as queries
from shared.db import context_of, find, load, now
from shared.events import Basis as BasisFacts
from shared.events.proposal import ProposalAnswered, ProposalReviewed, ProposalSubmitted
from shared.messaging import publish
from shared.money import Money


async def submit_for_review(session: AsyncSession, proposal_id: UUID, *, version: int) -> Proposal:
    proposal = await _open(session, proposal_id, version=version)
    actor = context_of(session).actor
    proposal.act("submit-for-review", by=actor)
    proposal.review_requested_by = actor
    await _tell_reviewed(session, proposal)
    return proposal


async def approve_proposal(session: AsyncSession, proposal_id: UUID, *, version: int) -> Proposal:
    """Approve exactly the content that is there: its hash is kept, and only it can be submitted."""
    proposal = await _open(session, proposal_id, version=version)
    await _review(session, proposal, "approve", None)
    proposal.approved_hash = content_hash(await queries.content_bytes(session, proposal.id))
    await _tell_reviewed(session, proposal)
    return proposal


async def return_proposal(session: AsyncSession, proposal_id: UUID, reason: str, *, version: int) -> Proposal:
    """Send back to the author with a reason."""
    proposal = await _open(session, proposal_id, version=version)
    await _review(session, proposal, "return", reason)
    proposal.approved_hash = None
    await _tell_reviewed(session, proposal)
    return proposal


async def submit_proposal(session: AsyncSession, proposal_id: UUID, *, version: int) -> Proposal:
    """Note that the proposal went to the client. Raises `ContentAltered` when it is not what was approved."""
    proposal = await _open(session, proposal_id, version=version)
    actor, at = context_of(session).actor, now()
    proposal.act("submit", by=actor)
    found = content_hash(await queries.content_bytes(session, proposal.id))
    if found != proposal.approved_hash:
        raise ContentAltered(code=proposal.code, now=found, approved=proposal.approved_hash)
    proposal.submitted_by, proposal.submitted_at = actor, at
    proposal.valid_until = at.date() + timedelta(days=proposal.validity_days)
    event = ProposalSubmitted(
        opportunity_id=proposal.opportunity_id,
        proposal_id=proposal.id,
        revision=proposal.revision,
        basis=BasisFacts(
            baseline_id=proposal.baseline_id,
            baseline_number=proposal.baseline_number,
            epoch=proposal.epoch,
            content_hash=proposal.baseline_hash,
        ),
        content_hash=proposal.content_hash,
        submitted_by=actor,
        submitted_at=at,
        valid_until=proposal.valid_until,
        price_incl_tax=Money(amount=proposal.price_incl_tax, currency=proposal.currency),
    )
    await publish(session, event, about=proposal)
    return proposal


async def withdraw_proposal(session: AsyncSession, proposal_id: UUID, reason: str, *, version: int) -> Proposal:
    """Take the proposal back, before or after its submission."""
    return await _answer(session, proposal_id, "withdraw", reason, version=version)


async def accept_proposal(session: AsyncSession, proposal_id: UUID, *, version: int) -> Proposal:
    """Note that the client accepted. Raises `OfferHasLapsed` after the end of its validity."""
    return await _answer(session, proposal_id, "accept", None, version=version)


async def decline_proposal(session: AsyncSession, proposal_id: UUID, reason: str, *, version: int) -> Proposal:
    """Note that the client declined, and why."""
    return await _answer(session, proposal_id, "decline", reason, version=version)


async def _answer(
    session: AsyncSession, proposal_id: UUID, action: str, reason: str | None, *, version: int
) -> Proposal:
    proposal = await _open(session, proposal_id, version=version)
    proposal.act(action, by=context_of(session).actor)
    at = now()
    if action == "accept" and proposal.valid_until and at.date() > proposal.valid_until:
        raise OfferHasLapsed(code=proposal.code, until=proposal.valid_until)
    proposal.answered_at, proposal.answer_reason = at, reason
    event = ProposalAnswered(
        opportunity_id=proposal.opportunity_id,
        proposal_id=proposal.id,
        revision=proposal.revision,
        status=proposal.status,
        reason=reason,
    )
    await publish(session, event, about=proposal)
    return proposal


async def _open(session: AsyncSession, proposal_id: UUID, *, version: int) -> Proposal:
    """The proposal, locked behind its opportunity's head, so that no event can make it stale meanwhile."""
    await queries.head_of(session, (await find(session, Proposal, proposal_id)).opportunity_id)
    return await load(session, Proposal, proposal_id, version=version)


async def _review(session: AsyncSession, proposal: Proposal, action: str, note: str | None) -> None:
    reviewer = context_of(session).actor
    proposal.act(action, by=reviewer)
    proposal.reviewed_by, proposal.reviewed_at, proposal.review_note = reviewer, now(), note


async def _tell_reviewed(session: AsyncSession, proposal: Proposal) -> None:
    event = ProposalReviewed(
        opportunity_id=proposal.opportunity_id,
        proposal_id=proposal.id,
        revision=proposal.revision,
        status=proposal.status,
        content_hash=proposal.content_hash,
        by=context_of(session).actor,
    )
    await publish(session, event, about=proposal)
