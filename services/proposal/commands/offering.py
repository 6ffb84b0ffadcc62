"""The offer: submitted and frozen, good until a day, answered by the client, taken back, or lapsed."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands import outcomes
from services.proposal.commands.authoring import settle_part
from services.proposal.content.authored import ReissuePart, ValidityPart
from services.proposal.content.offer import offer_of
from services.proposal.domain.canonical import content_hash
from services.proposal.models.proposals import Proposal
from services.proposal.models.refusals import ContentAltered, NewerRevisionExists, NotLater, OfferHasLapsed
from services.proposal.queries import proposals as queries
from services.proposal.queries.opportunities import open_opportunity, win_probability_of
from shared.kernel.clock import now
from shared.kernel.db import context_of, load
from shared.kernel.messaging import publish, publish_of
from shared.kernel.timers import Due, clear_timer, set_timer
from shared.language.business_day import day_of, end_of_day, today
from shared.language.events.proposal import (
    ProposalAnswered,
    ProposalExtended,
    ProposalNeared,
    ProposalSubmitted,
    ProposalSuperseded,
)
from shared.language.events.values import Basis as BasisFacts
from shared.language.money import Money

NEARED, LAPSED = "proposal-neared", "proposal-lapsed"
"""Kinds of timer."""
NEAR_DAYS = 7
"""So many days before the end of its validity an offer is told to be near it; half of it for a shorter one."""


async def submit_proposal(session: AsyncSession, proposal_id: UUID, *, version: int) -> Proposal:
    """Note that the proposal went to the client. One that was there before is superseded.

    Raises the first of what keeps it from going out, or `ContentAltered` when it is not what was approved.
    """
    proposal = await queries.load_proposal(session, proposal_id, version=version)
    proposal.act("submit")
    await open_opportunity(session, proposal.opportunity_id)
    found = content_hash(await queries.content_bytes(session, proposal.id))
    if found != proposal.approved_hash:
        raise ContentAltered(code=proposal.code, now=found, approved=proposal.approved_hash)
    proposal.submitted_by, proposal.submitted_at = context_of(session).actor, now()
    proposal.win_probability = await win_probability_of(session, proposal.opportunity_id)
    proposal.valid_until = day_of(session, proposal.submitted_at) + timedelta(days=proposal.validity_days)
    await _watch(session, proposal)
    await _supersede_others(session, proposal)
    await _publish_submitted(session, proposal)
    await outcomes.note_offer(session, proposal.opportunity_id)
    return proposal


async def withdraw_proposal(session: AsyncSession, proposal_id: UUID, reason: str, *, version: int) -> Proposal:
    """Take the proposal back, before or after its submission."""
    return await _answer(session, proposal_id, "withdraw", reason, version=version)


async def accept_proposal(session: AsyncSession, proposal_id: UUID, *, version: int | None, by: str = "") -> Proposal:
    """The client, there `by`, accepted. Raises `OfferHasLapsed` after the end of its validity."""
    return await _answer(session, proposal_id, "accept", None, version=version, by=by)


async def decline_proposal(
    session: AsyncSession, proposal_id: UUID, reason: str, *, version: int | None, by: str = ""
) -> Proposal:
    """The client, there `by`, declined, and why."""
    return await _answer(session, proposal_id, "decline", reason, version=version, by=by)


async def extend_proposal(
    session: AsyncSession, proposal_id: UUID, until: date, reason: str, *, version: int
) -> Proposal:
    """Let an offer that is with the client hold longer; what it says stays. Raises `NotLater`."""
    proposal = await queries.load_proposal(session, proposal_id, version=version)
    proposal.act("extend")
    await open_opportunity(session, proposal.opportunity_id)
    if proposal.valid_until is None or until <= proposal.valid_until:
        raise NotLater(until=proposal.valid_until)
    proposal.valid_until = until
    await _watch(session, proposal)
    await publish_of(session, ProposalExtended, proposal, valid_until=until, reason=reason)
    return proposal


async def set_validity(session: AsyncSession, proposal_id: UUID, days: int, *, version: int) -> Proposal:
    """How long the offer is to hold: settled for this and later drafts. Returns the draft that says so."""
    proposal = await queries.load_proposal(session, proposal_id, version=version)
    proposal.act("set-validity")
    await settle_part(session, proposal.opportunity_id, "validity", ValidityPart(days=days))
    return await _newest(session, proposal)


async def revise_proposal(session: AsyncSession, proposal_id: UUID, reason: str, *, version: int) -> Proposal:
    """Draft the next revision of one that was with the client. Raises `NewerRevisionExists`."""
    proposal = await queries.load_proposal(session, proposal_id, version=version)
    proposal.act("revise")
    newest = await _newest(session, proposal)
    if newest.revision > proposal.revision:
        raise NewerRevisionExists(label=newest.version_label, status=newest.status)
    await settle_part(
        session,
        proposal.opportunity_id,
        "reissue",
        ReissuePart(replaces=proposal.version_label, reason=reason),
    )
    return await _newest(session, proposal)


async def note_neared(session: AsyncSession, due: Due) -> None:
    """The end of an offer's validity is near."""
    proposal = await load(session, Proposal, due.subject)
    if proposal.status != "submitted" or proposal.valid_until is None:
        return
    event = ProposalNeared.of(proposal, proposal_id=proposal.id)
    proposal.neared_at = now()
    await publish(session, event, about=proposal)


async def note_lapsed(session: AsyncSession, due: Due) -> None:
    """The validity of an offer has ended and nobody answered."""
    proposal = await load(session, Proposal, due.subject)
    if proposal.status != "submitted":
        return
    proposal.status = "expired"
    await _publish_answered(session, proposal)


async def forget_offers(session: AsyncSession, opportunity_id: UUID) -> None:
    """The opportunity is closed: nobody waits for an answer any more."""
    for proposal in await queries.proposals_of(session, opportunity_id):
        if proposal.status == "submitted":
            await _forget(session, proposal)


async def _newest(session: AsyncSession, proposal: Proposal) -> Proposal:
    return await queries.newest_proposal(session, proposal.opportunity_id) or proposal


async def _watch(session: AsyncSession, proposal: Proposal) -> None:
    """Have its end, and that it is near, told."""
    if proposal.valid_until is None or proposal.submitted_at is None:
        return
    end = end_of_day(session, proposal.valid_until)
    near = min(timedelta(days=NEAR_DAYS), (end - proposal.submitted_at) / 2)
    await set_timer(session, NEARED, proposal.id, max(end - near, now()))
    await set_timer(session, LAPSED, proposal.id, end)


async def _forget(session: AsyncSession, proposal: Proposal) -> None:
    for kind in (NEARED, LAPSED):
        await clear_timer(session, kind, proposal.id)


async def _supersede_others(session: AsyncSession, proposal: Proposal) -> None:
    """One is with the client, and one is accepted: the one before counts no more."""
    for other in await queries.proposals_of(session, proposal.opportunity_id):
        if other is proposal or other.status != proposal.status:
            continue
        other.status = "superseded"
        await _forget(session, other)
        await publish_of(session, ProposalSuperseded, other, superseded_by=proposal.id)


async def _answer(
    session: AsyncSession, proposal_id: UUID, action: str, reason: str | None, *, version: int | None, by: str = ""
) -> Proposal:
    proposal = await queries.load_proposal(session, proposal_id, version=version)
    proposal.act(action)
    if action != "withdraw":
        await open_opportunity(session, proposal.opportunity_id)
    if action == "accept" and proposal.valid_until and today(session) > proposal.valid_until:
        raise OfferHasLapsed(code=proposal.code, until=proposal.valid_until)
    proposal.answered_by, proposal.answer_reason = by or None, reason
    await _forget(session, proposal)
    if action == "accept":
        await _supersede_others(session, proposal)
    await _publish_answered(session, proposal)
    await outcomes.prepare_outcome(session, proposal)
    return proposal


async def _publish_answered(session: AsyncSession, proposal: Proposal) -> None:
    proposal.answered_at = now()
    await publish_of(session, ProposalAnswered, proposal, reason=proposal.answer_reason)


async def _publish_submitted(session: AsyncSession, proposal: Proposal) -> None:
    if proposal.submitted_at is None or proposal.valid_until is None:
        return
    content = await queries.client_content(session, proposal.id)
    await publish_of(
        session,
        ProposalSubmitted,
        proposal,
        basis=BasisFacts.of(proposal, content_hash=proposal.baseline_hash),
        submitted_by=proposal.submitted_by or "",
        price_incl_tax=Money(amount=proposal.price_incl_tax, currency=proposal.currency),
        offer=offer_of(content),
    )
