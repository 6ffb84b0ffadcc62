"""Staleness of risk budgets: which of them still count."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.domain.matrix import PMBOK, Matrix
from services.risk.models.budgets import MENDED, RiskBudget
from services.risk.models.catalogue import CatalogueRule
from services.risk.models.projections import Head
from services.risk.models.settings import stored_matrix, stored_rules
from services.risk.queries import projections as queries
from services.risk.queries.catalogue import digest_of
from services.risk.queries.settings import rules_for
from shared.kernel.clock import now
from shared.kernel.messaging import publish_of
from shared.kernel.timers import clear_timer, set_timer
from shared.language.events.risk import RiskBudgetOutdated, RiskBudgetSuperseded
from shared.language.events.values import Basis, Reason

RECOMPUTE = "recompute-budget"
"""Kind of timer."""


async def settle(session: AsyncSession, head: Head) -> None:
    """Mark what is stale or superseded, and tell of it; the same whatever the order of events was."""
    await session.flush()
    budgets = await queries.budgets_of(session, head.opportunity_id)
    is_awaited = any(budget.freshness == "recomputing" for budget in budgets)
    told = [(budget, reason) for budget in budgets if (reason := budget.stand(head, newest=budgets[-1]))]
    if budgets:
        await _follow(session, head, budgets[-1], is_awaited=is_awaited)
    await session.flush()
    for budget, reason in told:
        if reason in MENDED:
            await _publish_outdated(session, budget, reason)
        else:
            await _publish_superseded(session, budget, max(budgets[-1].epoch, head.void_epoch))


async def _publish_outdated(session: AsyncSession, budget: RiskBudget, reason: Reason) -> None:
    await publish_of(session, RiskBudgetOutdated, budget, basis=basis_of(budget), reason=reason)


async def _publish_superseded(session: AsyncSession, budget: RiskBudget, by_epoch: int) -> None:
    await publish_of(session, RiskBudgetSuperseded, budget, basis=basis_of(budget), superseded_by_epoch=by_epoch)


async def _follow(session: AsyncSession, head: Head, newest: RiskBudget, *, is_awaited: bool) -> None:
    """Unless the policy is against it, have the next budget made once the register has rested."""
    rules = await rules_for(session, head.opportunity_id) if newest.is_recomputable else None
    if rules and rules.is_recomputed:
        newest.freshness = "recomputing"
        rested = now() + timedelta(seconds=rules.recompute_after_seconds)
        await set_timer(session, RECOMPUTE, head.opportunity_id, rested)
    elif is_awaited:
        await clear_timer(session, RECOMPUTE, head.opportunity_id)


async def policy_for(
    session: AsyncSession, opportunity_id: UUID, matrix: Matrix, catalogue: Sequence[CatalogueRule]
) -> dict[str, Any]:
    """What of the policy in force, and of this matrix and this catalogue, a budget depends on, as JSON."""
    rules = await rules_for(session, opportunity_id)
    stored = stored_rules(rules)
    own = {"catalogue": digest_of(catalogue), "matrix": _digest_of_matrix(matrix)}
    usual = {} if rules.corrects_risks else {"corrects_risks": False}  # left out as it is usual, as in older budgets
    return {name: stored[name] for name in BUDGETED} | {name: one for name, one in own.items() if one} | usual


def _digest_of_matrix(matrix: Matrix) -> str | None:
    """By which one sees that risks are rated otherwise now; None for the guide's matrix."""
    return None if matrix == PMBOK else hashlib.sha256(orjson.dumps(stored_matrix(matrix))).hexdigest()


BUDGETED = ("confidence", "management_reserve_rate", "samples", "correlation_within", "correlation_across")


def basis_of(budget: RiskBudget) -> Basis:
    """The baseline that a budget was made from."""
    return Basis.of(budget)
