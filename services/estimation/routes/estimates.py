"""Estimates: effort, cost, budget plan and price of a baseline."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.estimation import queries
from services.estimation.commands import estimates
from services.estimation.models.estimates import Estimate
from services.estimation.schemas.charts import chart_of_estimate
from services.estimation.schemas.estimates import (
    BudgetOut,
    EstimateItem,
    EstimateOut,
    EstimateQuery,
    LineOut,
    LineQuery,
)
from shared.charts.answer import CHART_RESPONSES, ChartLanguage, chart_answer
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion, located
from shared.kernel.pages import Page, page_of, paginate

router = APIRouter(prefix="/v1/estimates", tags=["estimation"], route_class=Route)

Reader = Annotated[Principal, may("estimates:read")]


@router.get("", operation_id="listEstimates")
async def list_estimates(
    query: Annotated[EstimateQuery, Query()], session: Session, caller: Reader
) -> Page[EstimateItem] | Page[EstimateOut]:
    """Estimates by their key figures, the one of the newest baseline and revision first; `view=full` shows each whole.

    Cost is null without `cost:read`.
    """
    return page_of(query, await paginate(session, Estimate, query), EstimateItem, EstimateOut, caller)


@router.get("/{estimate_id}", operation_id="getEstimate")
async def get_estimate(estimate_id: UUID, session: Session, caller: Reader) -> EstimateOut:
    """One estimate: effort by phase and role, two methods with their ranges, cost, price."""
    return EstimateOut.of(await find(session, Estimate, estimate_id), caller)


@router.get("/{estimate_id}/lines", operation_id="listEstimateLines")
async def list_estimate_lines(
    estimate_id: UUID, query: Annotated[LineQuery, Query()], session: Session, caller: Reader
) -> Page[LineOut]:
    """The work breakdown: a line for each requirement, then the standing activities."""
    lines, next_cursor = await queries.lines_of(session, estimate_id, query)
    return Page(items=[LineOut.of(line, caller) for line in lines], next_cursor=next_cursor)


@router.get("/{estimate_id}/budget", operation_id="getEstimateBudget")
async def get_estimate_budget(estimate_id: UUID, session: Session, caller: Reader) -> BudgetOut:
    """The budget plan: phases, months with S-curve and cash flow, and the client's payments."""
    return BudgetOut.of(await find(session, Estimate, estimate_id), caller)


@router.get(
    "/{estimate_id}/charts/{name}",
    response_class=Response,
    responses=CHART_RESPONSES,
    operation_id="getEstimateChart",
)
async def get_estimate_chart(
    estimate_id: UUID,
    name: str,
    request: Request,
    session: Session,
    _caller: Annotated[Principal, may("cost:read")],
    language: ChartLanguage = None,
) -> Response:
    """A chart (cash-flow, cost-waterfall, planned-value, method-comparison): data, picture or Vega-Lite by `Accept`."""
    return await chart_answer(request, chart_of_estimate(await find(session, Estimate, estimate_id), name), language)


@router.post("/{estimate_id}/recompute", status_code=201, operation_id="recomputeEstimate")
async def recompute_estimate(
    estimate_id: UUID,
    response: Response,
    session: Session,
    seen: SeenVersion,
    caller: Annotated[Principal, may("estimates:write")],
) -> EstimateOut:
    """Estimate the same baseline again, with the rates and parameters in force now; risk, price and proposal follow."""
    estimate = await estimates.recompute_estimate(session, estimate_id, version=seen)
    located(response, "estimates", estimate.id)
    return EstimateOut.of(estimate, caller)
