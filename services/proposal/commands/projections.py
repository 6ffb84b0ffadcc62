"""Projections of other services' events, in whatever order they come."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.commands import clarifications, drafting, offering, outcomes
from services.proposal.commands.sections import prepare_sections
from services.proposal.domain.basis import Basis
from services.proposal.models.projections import Head, KnownOpportunity
from services.proposal.queries.proposals import head_of
from shared.language.events.estimation import EstimatePriced
from shared.language.events.requirements import (
    BaselineApproved,
    ConstraintFacts,
    OpportunityChanged,
    OpportunityClosed,
    OpportunityFacts,
    OpportunityOpened,
    Prospect,
)
from shared.language.events.risk import RiskBudgetCalculated


async def note_told(session: AsyncSession, event: OpportunityOpened | OpportunityChanged) -> None:
    """Keep what was told of an opportunity, and have drafts follow. A baseline's drafts follow it in any case."""
    head = await head_of(session, event.opportunity_id)
    await _note_opportunity(session, head, event.opportunity, event.version, event.prospect, event.constraints)
    await drafting.follow_opportunity(session, head)


async def _note_opportunity(
    session: AsyncSession,
    head: Head,
    facts: OpportunityFacts,
    version: int,
    prospect: Prospect | None,
    limits: Sequence[ConstraintFacts] | None,
) -> None:
    """Keep the newest that was told of an opportunity; a closed one stays closed."""
    values: dict[str, Any] = {"facts": facts.model_dump(mode="json"), "version": version}
    values |= {"prospect": prospect.model_dump(mode="json")} if prospect else {}
    values |= {"constraints": [one.model_dump(mode="json") for one in limits]} if limits is not None else {}
    told = insert(KnownOpportunity).values(id=head.opportunity_id, **values)
    newer = told.on_conflict_do_update(
        index_elements=["tenant_id", "id"], set_=values, where=KnownOpportunity.version <= version
    )
    await session.execute(newer)
    await prepare_sections(session, head.opportunity_id, facts.owner)


async def take_in_baseline(session: AsyncSession, event: BaselineApproved) -> None:
    """Keep a baseline as an ingredient; it also proves that its opportunity exists."""
    head = await head_of(session, event.opportunity_id)
    await _note_opportunity(session, head, event.opportunity, event.opportunity_version, None, event.constraints)
    await drafting.take_in(session, head, "baseline", event, Basis(event.epoch))
    await clarifications.judge_anew(session, head)


async def take_in_risk_budget(session: AsyncSession, event: RiskBudgetCalculated) -> None:
    """Keep a risk budget as an ingredient."""
    basis = Basis(event.basis.epoch, event.estimate_revision, event.revision)
    await drafting.take_in(session, await head_of(session, event.opportunity_id), "risk", event, basis)


async def take_in_price(session: AsyncSession, event: EstimatePriced) -> None:
    """Keep a price as an ingredient."""
    basis = Basis(event.basis.epoch, event.revision, event.risk_revision)
    await drafting.take_in(session, await head_of(session, event.opportunity_id), "price", event, basis)


async def note_closing(session: AsyncSession, event: OpportunityClosed) -> None:
    """Nothing in the opportunity changes any more."""
    await head_of(session, event.opportunity_id)
    values = {"is_closed": True, "outcome": event.outcome}
    closed = insert(KnownOpportunity).values(id=event.opportunity_id, facts={}, **values)
    await session.execute(closed.on_conflict_do_update(index_elements=["tenant_id", "id"], set_=values))
    await offering.forget_offers(session, event.opportunity_id)
    await outcomes.note_closing(session, event.opportunity_id, event.outcome, event.reason)
