"""What schedules and resource plans have in common: their basis, and whether it is still the newest."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.proposal.content.assembly import Ingredients
from services.proposal.models.ingredients import Head
from services.proposal.models.resource_plans import ResourcePlan
from services.proposal.models.schedules import Schedule
from services.proposal.queries.plans import live
from services.proposal.queries.schedules import counting


async def mark_plans(session: AsyncSession, head: Head) -> None:
    """Note which plans of an opportunity are stale; its head is locked."""
    schedules = await live(session, Schedule, head.opportunity_id)
    for schedule in schedules:
        schedule.compare(head)
    for plan in await live(session, ResourcePlan, head.opportunity_id):
        plan.compare_with(head, counting(schedules))


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
