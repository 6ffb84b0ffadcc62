"""Metrics: how presales does."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from services.insights.domain.metrics.definitions import METRICS
from services.insights.queries import metrics
from services.insights.routes.metric_answer import METRIC_RESPONSES, metric_answer
from services.insights.schemas.metrics import (
    MetricCaseOut,
    MetricCasesQuery,
    MetricDefinitionOut,
    MetricOut,
    MetricQuery,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session
from shared.kernel.http import Route
from shared.kernel.pages import Page

router = APIRouter(prefix="/v1/metrics", tags=["insights"], route_class=Route)

Reader = Annotated[Principal, may("metrics:read")]
Key = Annotated[str, Path(max_length=60, examples=["win_rate"])]


@router.get("", operation_id="listMetrics")
async def list_metrics(_caller: Reader) -> Page[MetricDefinitionOut]:
    """Every metric by its definition: formula, exclusions, dimensions, and the events that it is made from."""
    return Page[MetricDefinitionOut](items=[MetricDefinitionOut.of(one) for one in METRICS.values()], next_cursor=None)


@router.get("/{key}", operation_id="getMetric", response_model=MetricOut, responses=METRIC_RESPONSES)
async def get_metric(
    key: Key, query: Annotated[MetricQuery, Query()], request: Request, session: Session, caller: Reader
) -> MetricOut | Response:
    """A metric in a period, as a whole or in groups, and beside it what it was in another.

    From events alone, as of now: what comes late or is corrected changes the figures of its period. Amounts of
    different currencies are never added. Costs only with `cost:read`; by person only for whom the metric policy names.
    """
    return await metric_answer(request, await metrics.metric_of(session, key, query, caller))


@router.get("/{key}/opportunities", operation_id="listMetricOpportunities")
async def list_metric_opportunities(
    key: Key, query: Annotated[MetricCasesQuery, Query()], session: Session, caller: Reader
) -> Page[MetricCaseOut]:
    """The opportunities behind a number: those in it, and those of which something was left out, with the reason."""
    return await metrics.cases_of(session, key, query, caller)
