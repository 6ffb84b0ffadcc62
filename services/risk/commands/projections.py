"""Projections of other services' events, and the risk budgets that follow from them."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.commands import budgets, staleness
from services.risk.models.projections import KnownBaseline, KnownEstimate
from services.risk.queries import projections as queries
from shared.language.events.estimation import EstimateCompleted
from shared.language.events.proposal import ProposalSubmitted
from shared.language.events.requirements import BaselineApproved, OpportunityClosed, OpportunityOpened


async def note_opportunity(session: AsyncSession, event: OpportunityOpened) -> None:
    """Know the opportunity, so that persons can record risks before there is a baseline."""
    head = await queries.head_of(session, event.opportunity_id)
    head.currency = event.opportunity.currency


async def take_in_baseline(session: AsyncSession, event: BaselineApproved) -> None:
    """Keep the baseline; budgets of older ones are stale at once, estimates that came before it get theirs."""
    head = await queries.head_of(session, event.opportunity_id)
    head.currency = event.opportunity.currency
    head.epoch = max(head.epoch, event.epoch)
    told = {"opportunity_id": event.opportunity_id, "epoch": event.epoch, "facts": event.model_dump(mode="json")}
    heard = insert(KnownBaseline).values(baseline_id=event.baseline_id, **told)
    # Approved again it has a newer epoch: its first approval was forgotten by a restore.
    newer = heard.on_conflict_do_update(
        index_elements=["tenant_id", "baseline_id"], set_=told, where=KnownBaseline.epoch < event.epoch
    )
    await session.execute(newer)
    await budgets.catch_up(session, head, event.baseline_id)


async def take_in_estimate(session: AsyncSession, event: EstimateCompleted) -> None:
    """Keep the estimate; it gets its risk budget at once if its baseline is there."""
    head = await queries.head_of(session, event.opportunity_id)
    heard = insert(KnownEstimate).values(
        estimate_id=event.estimate_id,
        baseline_id=event.basis.baseline_id,
        revision=event.revision,
        facts=event.model_dump(mode="json"),
    )
    await session.execute(heard.on_conflict_do_nothing())
    await budgets.catch_up(session, head, event.basis.baseline_id)


async def void_budgets(session: AsyncSession, opportunity_id: UUID, epoch: int) -> None:
    """What is older than `epoch` counts no longer: its baseline was withdrawn, or the opportunity ended."""
    head = await queries.head_of(session, opportunity_id)
    head.void_epoch = max(head.void_epoch, epoch)
    await staleness.settle(session, head)


async def close(session: AsyncSession, event: OpportunityClosed) -> None:
    """Won, the budget that was offered is frozen and its register lives on in delivery; else nothing counts on."""
    head = await queries.head_of(session, event.opportunity_id)
    head.is_won, head.is_closed = event.outcome == "won", event.outcome != "won"
    if head.is_won:
        await staleness.settle(session, head)
    else:
        await void_budgets(session, event.opportunity_id, event.epoch)


async def note_offer(session: AsyncSession, event: ProposalSubmitted) -> None:
    """The budget of the offer is what delivery works with, should it be accepted, whatever was computed since."""
    head = await queries.head_of(session, event.opportunity_id)
    head.note_offer(event.revision, event.risk_budget_id)
    await staleness.settle(session, head)
