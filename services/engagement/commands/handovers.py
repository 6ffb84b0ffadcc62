"""What changes hand-overs, and what is kept of other services for them."""

import hashlib
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands.publishing_support import publish_handover
from services.engagement.models.handovers import Handover
from services.engagement.models.projections import KnownBasis
from services.engagement.queries.colleagues import person_of_ours
from services.engagement.queries.handovers import contact_ids, package
from services.engagement.queries.projections import find_opportunity
from services.engagement.schemas.handovers import OfferIn
from shared.kernel.clock import now
from shared.kernel.db import context_of, load
from shared.language.events.proposal import OutcomeRecorded, ProposalSubmitted
from shared.language.events.requirements import BaselineApproved, OpportunityClosed
from shared.language.events.risk import RiskBudgetCalculated
from shared.language.roster import assignable


async def offer_when_won(session: AsyncSession, event: OpportunityClosed) -> None:
    """Once an opportunity is won, offer what delivery must know."""
    own = sa.select(Handover.id).where(Handover.opportunity_id == event.opportunity_id)
    if event.outcome != "won" or await session.scalar(own):
        return
    handover = Handover(opportunity_id=event.opportunity_id, code="HND-001", revision=0, returns=[])
    await _offer(session, handover)
    session.add(handover)
    await publish_handover(session, handover)


async def offer_again(session: AsyncSession, handover_id: UUID, wish: OfferIn, *, version: int) -> Handover:
    """Offer it to somebody, assembled anew: one that was returned, or to somebody else.

    Raises `HandoverToNobody`, `HandoverToOneself`, and as `person_of_ours`.
    """
    handover = await load(session, Handover, handover_id, version=version)
    by = context_of(session).actor
    handover.act("offer", by)
    opportunity = await find_opportunity(session, handover.opportunity_id)
    before = await assignable(session, handover.offered_to)
    taker = await person_of_ours(session, wish.to, opportunity) if wish.to else before
    handover.offer_to(taker, by)
    handover.note = wish.note
    await _offer(session, handover)
    await publish_handover(session, handover)
    return handover


async def accept(session: AsyncSession, handover_id: UUID, *, version: int) -> Handover:
    """Delivery takes it over. Raises `HandoverToNobody`, `OnlyTheTaker`."""
    handover = await load(session, Handover, handover_id, version=version)
    handover.act("accept", context_of(session).actor)
    handover.accepted_by, handover.accepted_at = context_of(session).actor, now()
    await publish_handover(session, handover)
    return handover


async def send_back(session: AsyncSession, handover_id: UUID, reason: str, *, version: int) -> Handover:
    """Delivery misses something. Raises `HandoverToNobody`, `OnlyTheTaker`."""
    handover = await load(session, Handover, handover_id, version=version)
    by = context_of(session).actor
    handover.act("return", by)
    step = {"revision": handover.revision, "reason": reason, "by": by, "at": now().isoformat()}
    handover.returns = [*handover.returns, step]
    await publish_handover(session, handover)
    return handover


async def _offer(session: AsyncSession, handover: Handover) -> None:
    content = (await package(session, handover.opportunity_id)).model_dump(mode="json")
    handover.content = content
    handover.content_hash = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    handover.contact_ids = await contact_ids(session, handover.opportunity_id)
    handover.status, handover.revision = "offered", handover.revision + 1
    handover.offered_by, handover.offered_at = context_of(session).actor, now()


async def keep_baseline(session: AsyncSession, told: BaselineApproved) -> None:
    """Keep what delivery must know of the newest approved baseline."""
    deal = told.opportunity
    facts = {
        "id": str(told.baseline_id),
        "number": told.baseline_number,
        "content_hash": told.content_hash,
        "approved_by": told.approved_by,
        "approved_at": told.approved_at.isoformat(),
        "requirements": [
            {"id": str(one.id), "code": one.code, "title": one.title, "priority": one.priority}
            for one in told.requirements
        ],
        "assumptions": list(deal.assumptions),
        "exclusions": list(deal.out_of_scope),
        "success_criteria": list(deal.success_criteria),
        "gaps": [
            {"requirement_code": one.requirement_code, "verdict": one.verdict, "gap": one.gap, "answer": one.response}
            for one in told.fits
            if one.gap
        ],
    }
    await _keep(session, told.opportunity_id, "baseline", told.epoch, facts)


async def keep_risk_budget(session: AsyncSession, told: RiskBudgetCalculated) -> None:
    """Keep the newest risks and what is done about them, without money: it is shown to those who see no cost."""
    facts = {
        "id": str(told.risk_budget_id),
        "revision": told.revision,
        "estimate_revision": told.estimate_revision,
        "baseline_number": told.basis.baseline_number,
        "risks": [
            {
                **one.model_dump(
                    include={"code", "title", "title_zh", "category", "kind", "rating", "requirement_codes"}
                ),
                "response": one.response.model_dump(mode="json", exclude={"cost"}) if one.response else None,
            }
            for one in told.risks
        ],
    }
    rank = (told.basis.epoch * 1000 + told.estimate_revision) * 1000 + told.revision
    await _keep(session, told.opportunity_id, "risk_budget", rank, facts)


async def keep_proposal(session: AsyncSession, told: ProposalSubmitted) -> None:
    """Keep which proposal went to the client last."""
    facts = {
        "id": str(told.proposal_id),
        "revision": told.revision,
        "content_hash": told.content_hash,
        "submitted_by": told.submitted_by,
        "submitted_at": told.submitted_at.isoformat(),
        "price_incl_tax": told.price_incl_tax.model_dump(mode="json"),
        **(told.offer.model_dump(mode="json") if told.offer else {}),
    }
    await _keep(session, told.opportunity_id, "proposal", told.revision, facts)


async def keep_outcome(session: AsyncSession, told: OutcomeRecorded) -> None:
    """Keep what was agreed in the end."""
    facts = {
        "id": str(told.outcome_id),
        "result": told.result,
        "decided_on": told.decided_on.isoformat(),
        "final_price": told.final_price.model_dump(mode="json") if told.final_price else None,
        "lessons": list(told.lessons),
    }
    await _keep(session, told.opportunity_id, "outcome", told.version, facts)


async def _keep(session: AsyncSession, opportunity_id: UUID, kind: str, rank: int, facts: dict[str, Any]) -> None:
    newest = insert(KnownBasis).values(opportunity_id=opportunity_id, kind=kind, rank=rank, facts=facts)
    await session.execute(
        newest.on_conflict_do_update(
            index_elements=["tenant_id", "opportunity_id", "kind"],
            set_={"rank": rank, "facts": facts},
            where=KnownBasis.rank <= rank,
        )
    )
