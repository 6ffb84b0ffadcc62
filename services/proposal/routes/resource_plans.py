"""Resource plans: drafted with the schedule by themselves, edited by persons, agreed for the proposal."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.proposal.commands import resource_plans as commands
from services.proposal.exchange.resource_table import resource_file
from services.proposal.models.resource_plans import ResourcePlan
from services.proposal.queries import plans as queries
from services.proposal.schemas.plan_charts import chart_of_resource_plan
from services.proposal.schemas.resource_plans import (
    RebasedResourcePlanOut,
    ResourceContent,
    ResourcePlanDetailOut,
    ResourcePlanHeadOut,
    ResourcePlanQuery,
)
from services.proposal.schemas.schedules import ChangeOut, WithdrawIn
from shared.charts.answer import CHART_RESPONSES, ChartLanguage, chart_answer
from shared.files.tables import MEDIA_TYPES
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/resource-plans", tags=["proposal"], route_class=Route)

Reader = Annotated[Principal, may("resource-plans:read")]
Writer = Annotated[Principal, may("resource-plans:write")]
Agreer = Annotated[Principal, may("resource-plans:agree")]
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA_TYPES.values()}}
}


@router.get("", response_model=Page[ResourcePlanHeadOut], operation_id="listResourcePlans")
async def list_resource_plans(
    query: Annotated[ResourcePlanQuery, Query()], session: Session, _caller: Reader
) -> Slice[ResourcePlan]:
    """Resource plans, newest first, without people and material."""
    return await paginate(session, ResourcePlan, query)


@router.get("/{resource_plan_id}", operation_id="getResourcePlan")
async def get_resource_plan(resource_plan_id: UUID, session: Session, caller: Reader) -> ResourcePlanDetailOut:
    """One resource plan: people and material as decided, and what follows by month; money only with `cost:read`."""
    return ResourcePlanDetailOut.of(await queries.whole(session, ResourcePlan, resource_plan_id), caller)


@router.put("/{resource_plan_id}/content", operation_id="replaceResourcePlanContent")
async def replace_content(
    resource_plan_id: UUID, wish: ResourceContent, session: Session, seen: SeenVersion, caller: Writer
) -> ResourcePlanDetailOut:
    """Take other people and material in place of all; months, over-allocation and money are computed anew.

    Who may not see costs sends none, and those that are there stay.
    """
    plan = await commands.replace_content(session, resource_plan_id, wish, caller, version=seen)
    return ResourcePlanDetailOut.of(plan, caller)


@router.get(
    "/{resource_plan_id}/charts/{name}",
    response_class=Response,
    responses=CHART_RESPONSES,
    operation_id="getResourcePlanChart",
)
async def get_resource_plan_chart(
    resource_plan_id: UUID,
    name: str,
    request: Request,
    session: Session,
    _caller: Reader,
    language: ChartLanguage = None,
) -> Response:
    """A chart, as data, picture or Vega-Lite by `Accept`: histogram, people by month and role."""
    plan = await queries.whole(session, ResourcePlan, resource_plan_id)
    return await chart_answer(request, chart_of_resource_plan(plan, name), language)


@router.get("/{resource_plan_id}/export", response_class=Response, responses=_FILES, operation_id="exportResourcePlan")
async def export_resource_plan(
    resource_plan_id: UUID,
    session: Session,
    caller: Reader,
    table: Annotated[
        Literal["months", "people", "material", "money"], Query(description="costs are empty without `cost:read`")
    ] = "months",
    form: Annotated[Literal["csv", "xlsx"], Query(alias="format")] = "csv",
) -> Response:
    """A table of the plan: days by month and role, who is planned when, what is bought, or what each month costs us."""
    plan = ResourcePlanDetailOut.of(await queries.whole(session, ResourcePlan, resource_plan_id), caller)
    return await asyncio.to_thread(resource_file, plan, table, form)


@router.post("/{resource_plan_id}/rebase", operation_id="rebaseResourcePlan")
async def rebase(resource_plan_id: UUID, session: Session, seen: SeenVersion, caller: Writer) -> RebasedResourcePlanOut:
    """Bring a stale resource plan to the schedule that counts, keep what persons changed, and list what changed.

    Of an agreed one a new draft is made; the agreed one counts until that is agreed.
    """
    plan, changes = await commands.rebase_resource_plan(session, resource_plan_id, caller, version=seen)
    return RebasedResourcePlanOut(
        resource_plan=ResourcePlanDetailOut.of(plan, caller), changes=[ChangeOut(**asdict(one)) for one in changes]
    )


@router.post("/{resource_plan_id}/agree", operation_id="agreeResourcePlan")
async def agree(resource_plan_id: UUID, session: Session, seen: SeenVersion, caller: Agreer) -> ResourcePlanDetailOut:
    """Agree a draft: a new draft of the proposal follows that says it, without costs and without names of persons."""
    return ResourcePlanDetailOut.of(await commands.agree_resource_plan(session, resource_plan_id, version=seen), caller)


@router.post("/{resource_plan_id}/withdraw", operation_id="withdrawResourcePlan")
async def withdraw(
    resource_plan_id: UUID, why: WithdrawIn, session: Session, seen: SeenVersion, caller: Agreer
) -> ResourcePlanDetailOut:
    """Take the agreement back; the proposal follows the computed plan again."""
    plan = await commands.withdraw_resource_plan(session, resource_plan_id, why.reason, version=seen)
    return ResourcePlanDetailOut.of(plan, caller)
