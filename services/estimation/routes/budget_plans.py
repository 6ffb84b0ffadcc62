"""Budget plans: phases, months, payments, cash flow, and whether it fits the client's limits."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.estimation.commands import budget_plans
from services.estimation.models.budget_plans import BudgetPlan
from services.estimation.schemas.budget_plans import BudgetPlanItem, BudgetPlanOut, BudgetPlanPatch, BudgetPlanQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, page_of, paginate

router = APIRouter(prefix="/v1/budget-plans", tags=["estimation"], route_class=Route)

Reader = Annotated[Principal, may("budget-plans:read")]


@router.get("", operation_id="listBudgetPlans")
async def list_budget_plans(
    query: Annotated[BudgetPlanQuery, Query()], session: Session, caller: Reader
) -> Page[BudgetPlanItem] | Page[BudgetPlanOut]:
    """Budget plans, the one of the newest estimate first; each priced estimate has one."""
    return page_of(query, await paginate(session, BudgetPlan, query), BudgetPlanItem, BudgetPlanOut, caller)


@router.get("/{budget_plan_id}", operation_id="getBudgetPlan")
async def get_budget_plan(budget_plan_id: UUID, session: Session, caller: Reader) -> BudgetPlanOut:
    """One plan: S-curve, cash flow with its interest, reserves, and the client's limits as probabilities."""
    return BudgetPlanOut.of(await find(session, BudgetPlan, budget_plan_id), caller)


@router.patch("/{budget_plan_id}", operation_id="changeBudgetPlan")
async def change_budget_plan(
    budget_plan_id: UUID,
    patch: BudgetPlanPatch,
    session: Session,
    seen: SeenVersion,
    caller: Annotated[Principal, may("budget-plans:write")],
) -> BudgetPlanOut:
    """Agree on other terms of payment. The cash flow follows at once, the cost of financing with the next revision."""
    return BudgetPlanOut.of(await budget_plans.change_plan(session, budget_plan_id, patch, version=seen), caller)
