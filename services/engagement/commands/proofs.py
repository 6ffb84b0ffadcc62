"""What changes demos and proofs of concept; each step is told."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands.numbers import next_code
from services.engagement.commands.publishing_support import publish_proof
from services.engagement.models.proofs import ProofOfConcept
from services.engagement.queries.projections import load_in_open, open_opportunity, refuse_foreign, requirements_by_id
from services.engagement.schemas.proofs import CriterionIn, ProofIn, ProofPatch, ResultIn
from shared.kernel.base import set_fields
from shared.kernel.clock import now
from shared.kernel.validation import whole

_OPEN = {"result": None, "measured": None, "passed": None, "evidence": None}


async def plan_proof(session: AsyncSession, wish: ProofIn) -> ProofOfConcept:
    """Raises `NotOfThisOpportunity`."""
    await open_opportunity(session, wish.opportunity_id)
    proof = ProofOfConcept(
        **wish.model_dump(exclude={"criteria"}),
        code=await next_code(session, "POC", wish.opportunity_id),
        seen_versions={},
        status="planned",
    )
    await refuse_foreign(session, wish.opportunity_id, {"contact_ids": wish.contact_ids})
    await _set_criteria(session, proof, wish.criteria)
    session.add(proof)
    await publish_proof(session, proof)
    return proof


async def change_proof(session: AsyncSession, key: UUID, patch: ProofPatch, *, version: int) -> ProofOfConcept:
    """Change a planned or a running one; criteria only while it is planned. Raises `CriteriaAreFixed`."""
    proof = await _act(session, key, "change", version)
    changes = patch.changes()
    before = {name: getattr(proof, name) for name in ProofIn.model_fields if name != "criteria"}
    whole(ProofIn, {**before, **changes})
    await refuse_foreign(session, proof.opportunity_id, changes)
    if "criteria" in changes:
        proof.refuse_if_fixed()
        await _set_criteria(session, proof, patch.criteria)
        del changes["criteria"]
    set_fields(proof, changes)
    return await _told(session, proof, version)


async def start_proof(session: AsyncSession, key: UUID, *, version: int) -> ProofOfConcept:
    """It begins: its criteria are fixed from now on. Raises `NoCriteria`."""
    proof = await _act(session, key, "start", version)
    proof.started_at = now()
    return await _told(session, proof, version)


async def record_results(
    session: AsyncSession, key: UUID, results: Sequence[ResultIn], *, version: int
) -> ProofOfConcept:
    """Raises `NoSuchCriterion`."""
    proof = await _act(session, key, "record", version)
    proof.record({one.number: one.model_dump(exclude={"number"}) for one in results})
    return await _told(session, proof, version)


async def review_proof(session: AsyncSession, key: UUID, *, version: int) -> ProofOfConcept:
    """Somebody looked at it after its requirements had changed: the criteria still hold."""
    proof = await _act(session, key, "review", version)
    proof.seen_versions = await _versions(session, proof.requirement_ids)
    return await _told(session, proof, version)


async def conclude_proof(session: AsyncSession, key: UUID, conclusion: str, *, version: int) -> ProofOfConcept:
    """The outcome follows from the criteria. Raises `CriteriaWithoutResult`, `CriteriaAreSuspect`."""
    proof = await _act(session, key, "conclude", version)
    proof.outcome, proof.conclusion, proof.concluded_at = proof.outcome_so_far, conclusion, now()
    return await _told(session, proof, version)


async def cancel_proof(session: AsyncSession, key: UUID, reason: str, *, version: int) -> ProofOfConcept:
    proof = await _act(session, key, "cancel", version)
    proof.note = reason
    return await _told(session, proof, version)


async def _set_criteria(session: AsyncSession, proof: ProofOfConcept, wishes: Sequence[CriterionIn]) -> None:
    required = [one.requirement_id for one in wishes if one.requirement_id]
    for place, key in enumerate(one.requirement_id for one in wishes):
        where = f"/criteria/{place}/requirement_id"
        await refuse_foreign(session, proof.opportunity_id, {"requirement_ids": [key] if key else []}, where)
    proof.criteria = [{"number": place, **one.model_dump(mode="json"), **_OPEN} for place, one in enumerate(wishes, 1)]
    proof.requirement_ids = list(dict.fromkeys(required))
    proof.seen_versions = {**await _versions(session, proof.requirement_ids), **_kept(proof)}


def _kept(proof: ProofOfConcept) -> dict[str, Any]:
    """What was seen of requirements that stay: a new criterion does not mean that somebody looked at the others."""
    own = {str(key) for key in proof.requirement_ids}
    return {key: version for key, version in proof.seen_versions.items() if key in own}


async def _versions(session: AsyncSession, requirement_ids: Sequence[UUID]) -> dict[str, int]:
    return {str(row.id): row.version for row in (await requirements_by_id(session, requirement_ids)).values()}


async def _act(session: AsyncSession, key: UUID, action: str, version: int) -> ProofOfConcept:
    proof = await load_in_open(session, ProofOfConcept, key, version=version)
    proof.act(action, await requirements_by_id(session, proof.requirement_ids))
    return proof


async def _told(session: AsyncSession, proof: ProofOfConcept, version: int) -> ProofOfConcept:
    await session.flush()
    if proof.version > version:
        await publish_proof(session, proof)
    return proof
