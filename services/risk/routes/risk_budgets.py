"""Risk budgets: how much money an estimate needs beside its base cost."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.risk.commands import budgets
from services.risk.models.budgets import RiskBudget
from services.risk.queries.draws import reserve_of
from services.risk.schemas.budgets import (
    BudgetDetailOut,
    BudgetItem,
    BudgetOut,
    BudgetQuery,
    CurveOut,
    HeatMapOut,
    Recompute,
)
from services.risk.schemas.charts import chart_of_budget
from services.risk.schemas.draws import ReserveOut
from shared.charts.answer import CHART_RESPONSES, ChartLanguage, chart_answer
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion, located
from shared.kernel.pages import Page, page_of, paginate

router = APIRouter(prefix="/v1/risk-budgets", tags=["risk"], route_class=Route)

CostReader = Annotated[Principal, may("cost:read")]

Reader = Annotated[Principal, may("risk-budgets:read")]


@router.get("", operation_id="listRiskBudgets")
async def list_risk_budgets(
    query: Annotated[BudgetQuery, Query()], session: Session, caller: Reader
) -> Page[BudgetItem] | Page[BudgetOut]:
    """Risk budgets by their key figures, the one of the newest baseline, estimate and revision first.

    Money is null without `cost:read`.
    """
    return page_of(query, await paginate(session, RiskBudget, query), BudgetItem, BudgetOut, caller)


@router.get("/{risk_budget_id}", operation_id="getRiskBudget")
async def get_risk_budget(risk_budget_id: UUID, session: Session, caller: Reader) -> BudgetDetailOut:
    """One risk budget with the risks as they were counted, and what the uncertainty comes from (tornado)."""
    return BudgetDetailOut.of(await find(session, RiskBudget, risk_budget_id), caller)


@router.get("/{risk_budget_id}/curve", operation_id="getRiskBudgetCurve")
async def get_risk_budget_curve(risk_budget_id: UUID, session: Session, _caller: CostReader) -> CurveOut:
    """The S-curve: total cost at 1 % to 99 % confidence."""
    return CurveOut.of(await find(session, RiskBudget, risk_budget_id))


@router.get("/{risk_budget_id}/heat-map", operation_id="getRiskBudgetHeatMap")
async def get_risk_budget_heat_map(risk_budget_id: UUID, session: Session, caller: Reader) -> HeatMapOut:
    """The probability-impact matrix with count and expected value of each cell."""
    return HeatMapOut.of(await find(session, RiskBudget, risk_budget_id), caller)


@router.get("/{risk_budget_id}/reserve", operation_id="getRiskBudgetReserve")
async def get_risk_budget_reserve(risk_budget_id: UUID, session: Session, _caller: CostReader) -> ReserveOut:
    """What is left of the contingency: for each risk and phase its share, what was used and what was given back."""
    return await reserve_of(session, await find(session, RiskBudget, risk_budget_id))


@router.get(
    "/{risk_budget_id}/charts/{name}",
    response_class=Response,
    responses=CHART_RESPONSES,
    operation_id="getRiskBudgetChart",
)
async def get_risk_budget_chart(
    risk_budget_id: UUID, name: str, request: Request, session: Session, caller: Reader, language: ChartLanguage = None
) -> Response:
    """A chart, as data, picture or Vega-Lite by `Accept`. Money needs `cost:read`.

    There are heat-map, s-curve, tornado, histogram, joint-confidence and delay.
    """
    chart = chart_of_budget(await find(session, RiskBudget, risk_budget_id), name, caller)
    return await chart_answer(request, chart, language)


@router.post("/{risk_budget_id}/recompute", status_code=201, operation_id="recomputeRiskBudget")
async def recompute_risk_budget(
    risk_budget_id: UUID,
    wish: Recompute,
    response: Response,
    session: Session,
    seen: SeenVersion,
    caller: Annotated[Principal, may("risk-budgets:write")],
) -> BudgetDetailOut:
    """Compute the next revision with the register as it is now; estimate, price and proposal follow."""
    budget = await budgets.recompute_budget(session, risk_budget_id, wish, version=seen)
    located(response, "risk-budgets", budget.id)
    return BudgetDetailOut.of(budget, caller)
