"""Demos and proofs of concept: success criteria tied to requirements, and what was shown."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.engagement.commands import proofs as commands
from services.engagement.models.proofs import ProofOfConcept
from services.engagement.queries import proofs as queries
from services.engagement.schemas.commitments import ReasonIn
from services.engagement.schemas.proofs import ProofIn, ProofOut, ProofPatch, ProofQuery, ResultsIn
from services.engagement.schemas.trainings import ConcludeIn
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page

router = APIRouter(prefix="/v1/proofs-of-concept", tags=["engagement"], route_class=Route)

Reader = Annotated[Principal, may("proofs-of-concept:read")]
Writer = Annotated[Principal, may("proofs-of-concept:write")]


@router.post("", status_code=201, operation_id="planProof")
async def plan_proof(wish: ProofIn, session: Session, _caller: Writer) -> ProofOut:
    """Plan a demo or a proof of concept: goal, dates, environment, and the criteria by which it succeeds."""
    return await _shown(session, await commands.plan_proof(session, wish))


@router.get("", operation_id="listProofs")
async def list_proofs(query: Annotated[ProofQuery, Query()], session: Session, _caller: Reader) -> Page[ProofOut]:
    """Demos and proofs of concept, newest first; `q` looks for words in code, title, goal and conclusion."""
    return await queries.proofs(session, query)


@router.get("/{proof_id}", operation_id="getProof")
async def get_proof(proof_id: UUID, session: Session, _caller: Reader) -> ProofOut:
    """One demo or proof of concept."""
    return await _shown(session, await find(session, ProofOfConcept, proof_id))


@router.patch("/{proof_id}", operation_id="changeProof")
async def change_proof(
    proof_id: UUID, patch: ProofPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> ProofOut:
    """Change it while it is planned or runs (JSON merge patch); criteria while it is planned."""
    return await _shown(session, await commands.change_proof(session, proof_id, patch, version=seen))


@router.post("/{proof_id}/start", operation_id="startProof")
async def start_proof(proof_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> ProofOut:
    """Begin: the criteria are fixed from now on."""
    return await _shown(session, await commands.start_proof(session, proof_id, version=seen))


@router.post("/{proof_id}/results", operation_id="recordResults")
async def record_results(
    proof_id: UUID, wish: ResultsIn, session: Session, seen: SeenVersion, _caller: Writer
) -> ProofOut:
    """Record what was seen; a measured value passes or fails by its target."""
    return await _shown(session, await commands.record_results(session, proof_id, wish.results, version=seen))


@router.post("/{proof_id}/review", operation_id="reviewProof")
async def review_proof(proof_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> ProofOut:
    """Requirements changed and the criteria still hold: takes the suspect mark away."""
    return await _shown(session, await commands.review_proof(session, proof_id, version=seen))


@router.post("/{proof_id}/conclude", operation_id="concludeProof")
async def conclude_proof(
    proof_id: UUID, wish: ConcludeIn, session: Session, seen: SeenVersion, _caller: Writer
) -> ProofOut:
    """End it: passed when every criterion is met, failed when none is, else partly."""
    return await _shown(session, await commands.conclude_proof(session, proof_id, wish.conclusion, version=seen))


@router.post("/{proof_id}/cancel", operation_id="cancelProof")
async def cancel_proof(proof_id: UUID, why: ReasonIn, session: Session, seen: SeenVersion, _caller: Writer) -> ProofOut:
    """It does not take place, or ends without a result."""
    return await _shown(session, await commands.cancel_proof(session, proof_id, why.reason, version=seen))


async def _shown(session: Session, proof: ProofOfConcept) -> ProofOut:
    [answer] = await queries.shown(session, [proof])
    return answer
