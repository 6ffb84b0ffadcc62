"""Which risk budgets still count."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.models.budgets import RiskBudget
from services.risk.models.heard import Head
from services.risk.models.settings import stored_rules
from services.risk.queries import heard as queries
from services.risk.queries.catalogue import digest_of_rules
from services.risk.queries.settings import rules_for
from shared.db import now
from shared.events import Basis
from shared.events.risk import RiskBudgetSuperseded
from shared.messaging import publish
from shared.timers import clear_timer, set_timer

RECOMPUTE = "recompute-budget"
"""Kind of timer."""


async def settle(session: AsyncSession, head: Head) -> None:
    """Mark what is stale or superseded, and tell of the latter; the same whatever the order of events was."""
    await session.flush()
    budgets = await queries.budgets_of(session, head.opportunity_id)
    for budget in budgets:
        if budget.stand(head, newest=budgets[-1]):
            event = RiskBudgetSuperseded(
                opportunity_id=budget.opportunity_id,
                risk_budget_id=budget.id,
                revision=budget.revision,
                basis=basis_of(budget),
                superseded_by_epoch=max(budgets[-1].epoch, head.void_epoch),
            )
            await publish(session, event, about=budget)
    if budgets:
        await _follow(session, head, budgets[-1])
    await session.flush()


async def _follow(session: AsyncSession, head: Head, newest: RiskBudget) -> None:
    """Where the policy wants it, have the next budget made once the register has rested."""
    rules = await rules_for(session, head.opportunity_id)
    if newest.is_recomputable and rules.is_recomputed:
        newest.freshness = "recomputing"
        rested = now() + timedelta(seconds=rules.recompute_after_seconds)
        await set_timer(session, RECOMPUTE, head.opportunity_id, rested)
    else:
        await clear_timer(session, RECOMPUTE, head.opportunity_id)


async def policy_for(session: AsyncSession, opportunity_id: UUID) -> dict[str, Any]:
    """What of the policy and the catalogue in force the figures of a budget depend on, as JSON."""
    stored = stored_rules(await rules_for(session, opportunity_id))
    catalogue = await digest_of_rules(session)
    return {name: stored[name] for name in BUDGETED} | ({"catalogue": catalogue} if catalogue else {})


BUDGETED = ("confidence", "management_reserve_rate", "samples", "correlation_within", "correlation_across")


def basis_of(budget: RiskBudget) -> Basis:
    """The baseline that a budget was made from."""
    return Basis(
        baseline_id=budget.baseline_id,
        baseline_number=budget.baseline_number,
        epoch=budget.epoch,
        content_hash=budget.content_hash,
    )
