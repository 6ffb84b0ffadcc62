"""After-sales plans 售后: service levels, warranty, contacts and maintenance price."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.engagement.commands import after_sales as commands
from services.engagement.models.after_sales import AfterSalesPlan
from services.engagement.queries import after_sales as queries
from services.engagement.schemas.after_sales import (
    AfterSalesPlanIn,
    AfterSalesPlanOut,
    AfterSalesPlanPatch,
    AfterSalesPlanQuery,
    AgreeIn,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page

router = APIRouter(prefix="/v1/after-sales-plans", tags=["engagement"], route_class=Route)

Reader = Annotated[Principal, may("after-sales-plans:read")]
Writer = Annotated[Principal, may("after-sales-plans:write")]


@router.post("", status_code=201, operation_id="draftAfterSalesPlan")
async def draft_plan(wish: AfterSalesPlanIn, session: Session, _caller: Writer) -> AfterSalesPlanOut:
    """Draft the next version of an opportunity's after-sales plan."""
    return await _shown(session, await commands.draft_plan(session, wish))


@router.get("", operation_id="listAfterSalesPlans")
async def list_plans(
    query: Annotated[AfterSalesPlanQuery, Query()], session: Session, _caller: Reader
) -> Page[AfterSalesPlanOut]:
    """After-sales plans, newest first, each version for itself; `status=agreed` is the one that counts."""
    return await queries.plans(session, query)


@router.get("/{plan_id}", operation_id="getAfterSalesPlan")
async def get_plan(plan_id: UUID, session: Session, _caller: Reader) -> AfterSalesPlanOut:
    """One version of a plan."""
    return await _shown(session, await find(session, AfterSalesPlan, plan_id))


@router.patch("/{plan_id}", operation_id="changeAfterSalesPlan")
async def change_plan(
    plan_id: UUID, patch: AfterSalesPlanPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> AfterSalesPlanOut:
    """Change a draft (JSON merge patch of the whole field)."""
    return await _shown(session, await commands.change_plan(session, plan_id, patch, version=seen))


@router.post("/{plan_id}/agree", operation_id="agreeAfterSalesPlan")
async def agree(
    plan_id: UUID, wish: AgreeIn, session: Session, seen: SeenVersion, _caller: Writer
) -> AfterSalesPlanOut:
    """The client agreed: this version counts, and the one before is superseded."""
    return await _shown(session, await commands.agree(session, plan_id, wish, version=seen))


@router.post("/{plan_id}/withdraw", operation_id="withdrawAfterSalesPlan")
async def withdraw(plan_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> AfterSalesPlanOut:
    """Drop a draft."""
    return await _shown(session, await commands.withdraw(session, plan_id, version=seen))


async def _shown(session: Session, plan: AfterSalesPlan) -> AfterSalesPlanOut:
    [answer] = await queries.shown(session, [plan])
    return answer
