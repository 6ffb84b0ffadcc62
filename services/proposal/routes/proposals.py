"""Proposals: drafted by themselves, reviewed, submitted, answered."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.proposal.commands import offering, review, waivers
from services.proposal.content.difference import Difference, difference
from services.proposal.content.figures import said_figures
from services.proposal.content.model import ProposalContent
from services.proposal.content.plan import ResourcePart, SchedulePart
from services.proposal.models.documents import WantedDocument
from services.proposal.models.proposals import Proposal
from services.proposal.queries import proposals as queries
from services.proposal.schemas.documents import WantedDocumentsOut
from services.proposal.schemas.proposals import (
    Comment,
    ExtensionIn,
    Note,
    ProposalItem,
    ProposalOut,
    ProposalQuery,
    ValidityIn,
    WaiverIn,
)
from services.proposal.schemas.sections import FigureOut, FiguresOut
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page

router = APIRouter(prefix="/v1/proposals", tags=["proposal"], route_class=Route)

Approver = Annotated[Principal, may("proposals:approve")]

Reader = Annotated[Principal, may("proposals:read")]
Writer = Annotated[Principal, may("proposals:write")]
Offerer = Annotated[Principal, may("proposals:submit")]


@router.get("", operation_id="listProposals")
async def list_proposals(
    query: Annotated[ProposalQuery, Query()], session: Session, caller: Reader
) -> Page[ProposalItem] | Page[ProposalOut]:
    """Proposals, newest first, by their key figures; `view=full` shows each as at its own address."""
    return await queries.proposals(session, query, caller)


@router.get("/{proposal_id}", operation_id="getProposal")
async def get_proposal(proposal_id: UUID, session: Session, caller: Reader) -> ProposalOut:
    """One proposal, without its content: with what it lacks, its reviews, and what you can do with it."""
    return queries.shown(await find(session, Proposal, proposal_id), caller)


@router.get("/{proposal_id}/content", response_model=ProposalContent, operation_id="getProposalContent")
async def get_proposal_content(proposal_id: UUID, session: Session, _caller: Reader) -> Response:
    """All that the proposal was made of, for us: canonical JSON, whose SHA-256 is `content_hash`.

    Documents and rooms have what of it the client gets: nothing internal, and the reserve within the prices.
    """
    await find(session, Proposal, proposal_id)
    return Response(await queries.content_bytes(session, proposal_id), media_type="application/json")


@router.get("/{proposal_id}/documents", response_model=WantedDocumentsOut, operation_id="listWantedDocuments")
async def list_wanted_documents(
    proposal_id: UUID, session: Session, _caller: Reader
) -> dict[str, Sequence[WantedDocument]]:
    """What documents of it are wanted, by the draft itself or by somebody, and how far each is."""
    await find(session, Proposal, proposal_id)
    return {"items": await queries.wanted_documents(session, proposal_id)}


@router.get("/{proposal_id}/schedule", operation_id="getProposalSchedule")
async def get_proposal_schedule(proposal_id: UUID, session: Session, _caller: Reader) -> SchedulePart:
    """Phases, tasks with links and floats, milestones and the critical path: all that a Gantt chart needs."""
    await find(session, Proposal, proposal_id)
    content, _ = await queries.content_of(session, proposal_id)
    return content.schedule


@router.get("/{proposal_id}/resources", operation_id="getProposalResources")
async def get_proposal_resources(proposal_id: UUID, session: Session, _caller: Reader) -> ResourcePart:
    """Person-days by role and month, peaks, and roles of which more are needed than the team has."""
    await find(session, Proposal, proposal_id)
    content, _ = await queries.content_of(session, proposal_id)
    return content.resources


@router.get("/{proposal_id}/figures", operation_id="listProposalFigures")
async def list_figures(proposal_id: UUID, session: Session, _caller: Reader) -> FiguresOut:
    """The figures that texts can name as `{{name}}`, each as the documents write it in both languages."""
    await find(session, Proposal, proposal_id)
    content = await queries.client_content(session, proposal_id)
    return FiguresOut(items=[FigureOut(name=name, en=en, zh=zh) for name, en, zh in said_figures(content)])


@router.get("/{proposal_id}/diff", operation_id="compareProposals")
async def compare_proposals(
    proposal_id: UUID, session: Session, caller: Reader, against: UUID | None = None
) -> Difference:
    """What changed since the revision before, or since `against`. Cost and reserve only with `cost:read`."""
    proposal = await find(session, Proposal, proposal_id)
    other = await queries.proposal_to_compare(session, proposal, against)
    before, old_costs = await queries.content_of(session, other.id)
    after, new_costs = await queries.content_of(session, proposal.id)
    return difference(before, after, (old_costs, new_costs) if caller.may("cost:read") else None)


@router.post("/{proposal_id}/submit-for-review", operation_id="submitProposalForReview")
async def submit_for_review(proposal_id: UUID, session: Session, seen: SeenVersion, caller: Writer) -> ProposalOut:
    """Send a fresh and complete draft to review; the policy in force says how many must approve."""
    return queries.shown(await review.submit_for_review(session, proposal_id, version=seen), caller)


@router.post("/{proposal_id}/approve", operation_id="approveProposal")
async def approve_proposal(
    proposal_id: UUID, session: Session, seen: SeenVersion, caller: Approver, said: Comment | None = None
) -> ProposalOut:
    """Approve somebody else's proposal in a role that is asked for: it holds for exactly this content."""
    comment = said.comment if said else None
    row = await review.approve_proposal(session, proposal_id, comment, roles=caller.roles, version=seen)
    return queries.shown(row, caller)


@router.post("/{proposal_id}/return", operation_id="returnProposal")
async def return_proposal(
    proposal_id: UUID, note: Note, session: Session, seen: SeenVersion, caller: Approver
) -> ProposalOut:
    """Send back to the author with a reason."""
    return queries.shown(await review.return_proposal(session, proposal_id, note.reason, version=seen), caller)


@router.post("/{proposal_id}/waive-limit", operation_id="waiveProposalLimit")
async def waive_limit(
    proposal_id: UUID,
    wish: WaiverIn,
    session: Session,
    seen: SeenVersion,
    caller: Annotated[Principal, may("proposals:waive")],
) -> ProposalOut:
    """Let it miss a hard limit of the client's, with the reason; it holds for later ones that miss it by no more."""
    row = await waivers.waive_limit(session, proposal_id, wish.constraint_id, wish.reason, version=seen)
    return queries.shown(row, caller)


@router.post("/{proposal_id}/set-validity", operation_id="setProposalValidity")
async def set_validity(
    proposal_id: UUID, wish: ValidityIn, session: Session, seen: SeenVersion, caller: Writer
) -> ProposalOut:
    """How long the offer is to hold. The answer is the new draft that says so; this one is superseded."""
    return queries.shown(await offering.set_validity(session, proposal_id, wish.days, version=seen), caller)


@router.post("/{proposal_id}/submit", operation_id="submitProposal")
async def submit_proposal(proposal_id: UUID, session: Session, seen: SeenVersion, caller: Offerer) -> ProposalOut:
    """Note that the approved proposal went to the client: it is frozen, and one that was there before is superseded."""
    return queries.shown(await offering.submit_proposal(session, proposal_id, version=seen), caller)


@router.post("/{proposal_id}/extend", operation_id="extendProposal")
async def extend_proposal(
    proposal_id: UUID, wish: ExtensionIn, session: Session, seen: SeenVersion, caller: Offerer
) -> ProposalOut:
    """Let an offer that is with the client hold until a later day; what it says stays."""
    row = await offering.extend_proposal(session, proposal_id, wish.until, wish.reason, version=seen)
    return queries.shown(row, caller)


@router.post("/{proposal_id}/revise", operation_id="reviseProposal")
async def revise_proposal(
    proposal_id: UUID, note: Note, session: Session, seen: SeenVersion, caller: Writer
) -> ProposalOut:
    """Draft the next revision of a proposal that was with the client. The answer is that draft."""
    return queries.shown(await offering.revise_proposal(session, proposal_id, note.reason, version=seen), caller)


@router.post("/{proposal_id}/withdraw", operation_id="withdrawProposal")
async def withdraw_proposal(
    proposal_id: UUID, note: Note, session: Session, seen: SeenVersion, caller: Offerer
) -> ProposalOut:
    """Take the proposal back, before or after its submission."""
    return queries.shown(await offering.withdraw_proposal(session, proposal_id, note.reason, version=seen), caller)


@router.post("/{proposal_id}/accept", operation_id="acceptProposal")
async def accept_proposal(proposal_id: UUID, session: Session, seen: SeenVersion, caller: Offerer) -> ProposalOut:
    """Note that the client accepted, within the validity of the offer."""
    return queries.shown(await offering.accept_proposal(session, proposal_id, version=seen), caller)


@router.post("/{proposal_id}/decline", operation_id="declineProposal")
async def decline_proposal(
    proposal_id: UUID, note: Note, session: Session, seen: SeenVersion, caller: Offerer
) -> ProposalOut:
    """Note that the client declined, and why."""
    return queries.shown(await offering.decline_proposal(session, proposal_id, note.reason, version=seen), caller)
