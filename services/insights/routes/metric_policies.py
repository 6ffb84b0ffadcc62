"""Metric policies: who may have figures told apart by person."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.insights.commands import metric_policies as commands
from services.insights.models import MetricPolicy
from services.insights.queries import metric_policies as queries
from services.insights.schemas.metric_policies import MetricPolicyIn, MetricPolicyOut, MetricPolicyQuery
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route
from shared.kernel.pages import Page, Slice

router = APIRouter(prefix="/v1/metric-policies", tags=["insights"], route_class=Route)

Reader = Annotated[Principal, may("metric-policies:read")]


@router.post("", status_code=201, response_model=MetricPolicyOut, operation_id="reviseMetricPolicy")
async def revise_metric_policy(
    wish: MetricPolicyIn, session: Session, _caller: Annotated[Principal, may("metric-policies:write")]
) -> MetricPolicy:
    """Put the next revision in force. Without one nobody has figures told apart by person."""
    return await commands.revise_policy(session, wish)


@router.get("", response_model=Page[MetricPolicyOut], operation_id="listMetricPolicies")
async def list_metric_policies(
    query: Annotated[MetricPolicyQuery, Query()], session: Session, _caller: Reader
) -> Slice[MetricPolicy]:
    """All revisions; `is_in_force=true` is the one that counts."""
    return await queries.policies(session, query)


@router.get("/{policy_id}", response_model=MetricPolicyOut, operation_id="getMetricPolicy")
async def get_metric_policy(policy_id: UUID, session: Session, _caller: Reader) -> MetricPolicy:
    """One revision."""
    return await find(session, MetricPolicy, policy_id)
