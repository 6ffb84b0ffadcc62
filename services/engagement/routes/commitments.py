"""Commitments: the mutual action plan, what we and the client promised."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.engagement.commands import commitments as commands
from services.engagement.models.commitments import Commitment
from services.engagement.queries import commitments as queries
from services.engagement.schemas.commitments import (
    CommitmentIn,
    CommitmentOut,
    CommitmentPatch,
    CommitmentQuery,
    EndIn,
    ReasonIn,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page

router = APIRouter(prefix="/v1/commitments", tags=["engagement"], route_class=Route)

Reader = Annotated[Principal, may("commitments:read")]
Writer = Annotated[Principal, may("commitments:write")]
Owner = Annotated[Principal, may("commitments:own")]


@router.post("", status_code=201, operation_id="makeCommitment")
async def make_commitment(wish: CommitmentIn, session: Session, _caller: Writer) -> CommitmentOut:
    """Record what we or the client promised, by whom and until which day."""
    return await _shown(session, await commands.make_commitment(session, wish))


@router.get("", operation_id="listCommitments")
async def list_commitments(
    query: Annotated[CommitmentQuery, Query()], session: Session, _caller: Reader
) -> Page[CommitmentOut]:
    """The mutual action plan; `sort=due_on` puts the next first, `overdue=true` shows what was not kept in time."""
    return await queries.commitments(session, query)


@router.get("/{commitment_id}", operation_id="getCommitment")
async def get_commitment(commitment_id: UUID, session: Session, _caller: Reader) -> CommitmentOut:
    """One commitment."""
    return await _shown(session, await find(session, Commitment, commitment_id))


@router.patch("/{commitment_id}", operation_id="changeCommitment")
async def change_commitment(
    commitment_id: UUID, patch: CommitmentPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> CommitmentOut:
    """Change an open one (JSON merge patch). Commitments cannot wait for each other in a circle."""
    return await _shown(session, await commands.change_commitment(session, commitment_id, patch, version=seen))


@router.post("/{commitment_id}/complete", operation_id="completeCommitment")
async def complete_commitment(
    commitment_id: UUID, session: Session, seen: SeenVersion, _caller: Owner, end: EndIn | None = None
) -> CommitmentOut:
    """It is done. What it depends on must be done, missed or cancelled before."""
    note = end.note if end else None
    return await _shown(session, await commands.end_commitment(session, commitment_id, "complete", note, version=seen))


@router.post("/{commitment_id}/miss", operation_id="missCommitment")
async def miss_commitment(
    commitment_id: UUID, why: ReasonIn, session: Session, seen: SeenVersion, _caller: Owner
) -> CommitmentOut:
    """It was not kept, and will not be."""
    return await _shown(
        session, await commands.end_commitment(session, commitment_id, "miss", why.reason, version=seen)
    )


@router.post("/{commitment_id}/cancel", operation_id="cancelCommitment")
async def cancel_commitment(
    commitment_id: UUID, why: ReasonIn, session: Session, seen: SeenVersion, _caller: Writer
) -> CommitmentOut:
    """Nobody expects it any more."""
    return await _shown(
        session, await commands.end_commitment(session, commitment_id, "cancel", why.reason, version=seen)
    )


async def _shown(session: Session, commitment: Commitment) -> CommitmentOut:
    [answer] = await queries.shown(session, [commitment])
    return answer
