"""What schedules and resource plans have in common: their basis, and whether it is still the newest."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.content.assembly import Ingredients
from services.proposal.models.projections import Head
from services.proposal.models.resource_plans import ResourcePlan
from services.proposal.models.schedules import Derived, Schedule
from services.proposal.queries.opportunities import open_head
from services.proposal.queries.plans import live, with_contents
from services.proposal.queries.schedules import counting
from shared.kernel.clock import now
from shared.kernel.db import context_of, find, load

P = TypeVar("P", bound=Derived)


async def mark_plans(session: AsyncSession, head: Head) -> None:
    """Note which plans of an opportunity are stale; its head is locked."""
    schedules = await live(session, Schedule, head.opportunity_id)
    for schedule in schedules:
        schedule.compare(head)
    for plan in await live(session, ResourcePlan, head.opportunity_id):
        plan.compare_with(head, counting(schedules))


async def behind_head(session: AsyncSession, model: type[P], key: UUID, *, version: int) -> tuple[Head, P]:
    """A plan of an open opportunity with its contents, locked behind the head, so that no event comes between.

    Raises `NotFound`, `PreconditionFailed`, `OpportunityIsClosed`.
    """
    head = await open_head(session, (await find(session, model, key)).opportunity_id)
    return head, await with_contents(session, await load(session, model, key, version=version))


async def agree(session: AsyncSession, plan: Derived) -> None:
    """It counts, and the one that was agreed before no more. Raises what stands against it."""
    for other in await live(session, type(plan), plan.opportunity_id):
        if other.status == "agreed" and other is not plan:
            other.status = "superseded"
    # One agreed at a time is a unique index: the old one goes first.
    await session.flush()
    plan.act("agree")
    plan.agreed_by, plan.agreed_at, plan.note = context_of(session).actor, now(), None


async def withdraw(session: AsyncSession, plan: Derived, reason: str) -> None:
    """It counts no more; with a newer draft there it is superseded. Raises `IllegalTransition`."""
    others = await live(session, type(plan), plan.opportunity_id)
    plan.act("withdraw")
    if any(other is not plan and other.status == "draft" for other in others):
        plan.status = "superseded"
    plan.agreed_by, plan.agreed_at, plan.note = None, None, reason


BASIS = (
    "baseline_id",
    "baseline_number",
    "epoch",
    "estimate_id",
    "estimate_revision",
    "risk_budget_id",
    "risk_revision",
    "currency",
)
"""The columns that say what a plan is made from."""


def basis_of(made_of: Ingredients) -> dict[str, Any]:
    """The values of `BASIS`."""
    baseline, estimate, risk = made_of.baseline, made_of.estimate, made_of.risk
    return {
        "baseline_id": baseline.baseline_id,
        "baseline_number": baseline.baseline_number,
        "epoch": baseline.epoch,
        "estimate_id": estimate.estimate_id,
        "estimate_revision": estimate.revision,
        "risk_budget_id": risk.risk_budget_id,
        "risk_revision": risk.revision,
        "currency": estimate.currency,
    }
