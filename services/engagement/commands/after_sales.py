"""What changes after-sales plans; each step is told."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.engagement.commands.publishing_support import publish_after_sales_plan
from services.engagement.models.after_sales import AfterSalesPlan
from services.engagement.queries.projections import load_in_open, open_opportunity
from services.engagement.schemas.after_sales import AfterSalesPlanIn, AfterSalesPlanPatch, AgreeIn
from shared.kernel.base import set_fields
from shared.kernel.clock import now
from shared.language.money import Money


async def draft_plan(session: AsyncSession, wish: AfterSalesPlanIn) -> AfterSalesPlan:
    """The next version of an opportunity's plan."""
    await open_opportunity(session, wish.opportunity_id)
    last = await session.scalar(
        sa.select(sa.func.max(AfterSalesPlan.number)).where(AfterSalesPlan.opportunity_id == wish.opportunity_id)
    )
    plan = AfterSalesPlan(opportunity_id=wish.opportunity_id, number=(last or 0) + 1, status="draft")
    _set(plan, wish.model_dump(mode="json", exclude={"opportunity_id", "maintenance_price"}))
    _set_price(plan, wish.maintenance_price)
    session.add(plan)
    await publish_after_sales_plan(session, plan)
    return plan


async def change_plan(
    session: AsyncSession, plan_id: UUID, patch: AfterSalesPlanPatch, *, version: int
) -> AfterSalesPlan:
    """Raises `AfterSalesPlanIsNotDraft`."""
    plan = await load_in_open(session, AfterSalesPlan, plan_id, version=version)
    plan.refuse_unless_draft()
    _set(plan, patch.changes(but="maintenance_price", mode="json"))
    if "maintenance_price" in patch.model_fields_set:
        _set_price(plan, patch.maintenance_price)
    await session.flush()
    if plan.version > version:
        await publish_after_sales_plan(session, plan)
    return plan


async def agree(session: AsyncSession, plan_id: UUID, wish: AgreeIn, *, version: int) -> AfterSalesPlan:
    """The client agreed: it takes the place of the one agreed before. Raises `AfterSalesPlanIsThin`."""
    plan = await load_in_open(session, AfterSalesPlan, plan_id, version=version)
    own = sa.select(AfterSalesPlan).where(
        AfterSalesPlan.opportunity_id == plan.opportunity_id, AfterSalesPlan.status == "agreed"
    )
    for old in (await session.scalars(own.with_for_update())).all():
        old.status = "superseded"
        await publish_after_sales_plan(session, old)
    plan.agree(wish.agreed_by, wish.agreed_at or now())
    await publish_after_sales_plan(session, plan)
    return plan


async def withdraw(session: AsyncSession, plan_id: UUID, *, version: int) -> AfterSalesPlan:
    """Drop a draft."""
    plan = await load_in_open(session, AfterSalesPlan, plan_id, version=version)
    plan.status = plan.machine.next(plan.status, "withdraw")
    await publish_after_sales_plan(session, plan)
    return plan


def _set(plan: AfterSalesPlan, values: Mapping[str, Any]) -> None:
    set_fields(plan, values)


def _set_price(plan: AfterSalesPlan, price: Money | None) -> None:
    plan.maintenance_amount = price.rounded().amount if price else None
    plan.maintenance_currency = price.currency if price else None
