"""Proposals: drafted by themselves, reviewed, submitted, answered."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.proposal.commands import review
from services.proposal.content.difference import Difference, difference
from services.proposal.content.model import ProposalContent
from services.proposal.content.plan import ResourcePart, SchedulePart
from services.proposal.models.proposals import Proposal
from services.proposal.queries import proposals as queries
from services.proposal.schemas.proposals import Note, ProposalOut, ProposalQuery
from shared.auth import Principal, may
from shared.db import Session, find
from shared.http import Route, SeenVersion
from shared.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/proposals", tags=["proposal"], route_class=Route)

Reader = Annotated[Principal, may("proposals:read")]


@router.get("", response_model=Page[ProposalOut], operation_id="listProposals")
async def list_proposals(
    query: Annotated[ProposalQuery, Query()], session: Session, _caller: Reader
) -> Slice[Proposal]:
    """Proposals, newest first."""
    return await paginate(session, Proposal, query)


@router.get("/{proposal_id}", response_model=ProposalOut, operation_id="getProposal")
async def get_proposal(proposal_id: UUID, session: Session, _caller: Reader) -> Proposal:
    """One proposal, without its content."""
    return await find(session, Proposal, proposal_id)


@router.get("/{proposal_id}/content", response_model=ProposalContent, operation_id="getProposalContent")
async def get_proposal_content(proposal_id: UUID, session: Session, _caller: Reader) -> Response:
    """All that the proposal says, as the client may see it: canonical JSON, whose SHA-256 is `content_hash`."""
    await find(session, Proposal, proposal_id)
    return Response(await queries.content_bytes(session, proposal_id), media_type="application/json")


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


@router.post("/{proposal_id}/submit-for-review", response_model=ProposalOut, operation_id="submitProposalForReview")
async def submit_for_review(
    proposal_id: UUID, session: Session, seen: SeenVersion, _caller: Annotated[Principal, may("proposals:write")]
) -> Proposal:
    """Send a fresh draft to review."""
    return await review.submit_for_review(session, proposal_id, version=seen)


@router.post("/{proposal_id}/approve", response_model=ProposalOut, operation_id="approveProposal")
async def approve_proposal(
    proposal_id: UUID, session: Session, seen: SeenVersion, _caller: Annotated[Principal, may("proposals:approve")]
) -> Proposal:
    """Approve somebody else's proposal, exactly as it is: the approval holds for its content hash."""
    return await review.approve_proposal(session, proposal_id, version=seen)


@router.post("/{proposal_id}/return", response_model=ProposalOut, operation_id="returnProposal")
async def return_proposal(
    proposal_id: UUID,
    note: Note,
    session: Session,
    seen: SeenVersion,
    _caller: Annotated[Principal, may("proposals:approve")],
) -> Proposal:
    """Send back to the author with a reason."""
    return await review.return_proposal(session, proposal_id, note.reason, version=seen)


@router.post("/{proposal_id}/submit", response_model=ProposalOut, operation_id="submitProposal")
async def submit_proposal(
    proposal_id: UUID, session: Session, seen: SeenVersion, _caller: Annotated[Principal, may("proposals:submit")]
) -> Proposal:
    """Note that the approved proposal went to the client. From here on it is frozen."""
    return await review.submit_proposal(session, proposal_id, version=seen)


@router.post("/{proposal_id}/withdraw", response_model=ProposalOut, operation_id="withdrawProposal")
async def withdraw_proposal(
    proposal_id: UUID,
    note: Note,
    session: Session,
    seen: SeenVersion,
    _caller: Annotated[Principal, may("proposals:submit")],
) -> Proposal:
    """Take the proposal back, before or after its submission."""
    return await review.withdraw_proposal(session, proposal_id, note.reason, version=seen)


@router.post("/{proposal_id}/accept", response_model=ProposalOut, operation_id="acceptProposal")
async def accept_proposal(
    proposal_id: UUID, session: Session, seen: SeenVersion, _caller: Annotated[Principal, may("proposals:submit")]
) -> Proposal:
    """Note that the client accepted, within the validity of the offer."""
    return await review.accept_proposal(session, proposal_id, version=seen)


@router.post("/{proposal_id}/decline", response_model=ProposalOut, operation_id="declineProposal")
async def decline_proposal(
    proposal_id: UUID,
    note: Note,
    session: Session,
    seen: SeenVersion,
    _caller: Annotated[Principal, may("proposals:submit")],
) -> Proposal:
    """Note that the client declined, and why."""
    return await review.decline_proposal(session, proposal_id, note.reason, version=seen)
