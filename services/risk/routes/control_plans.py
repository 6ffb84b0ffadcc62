"""Control plans: what is done about risks by whom and when, and what is watched."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.risk.commands import control
from services.risk.models.control import ControlPlan
from services.risk.queries.control import calendar_of, plans_shown
from services.risk.schemas.control import (
    CalendarLinkIn,
    CalendarLinkOut,
    ControlPlanIn,
    ControlPlanOut,
    ControlPlanPatch,
    ControlPlanQuery,
    ReviewIn,
)
from shared.files.calendar_file import calendar_file
from shared.kernel.auth import Principal, may
from shared.kernel.clock import now
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.links import make_feed_link, own_link
from shared.kernel.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/control-plans", tags=["risk"], route_class=Route)

Reader = Annotated[Principal, may("control-plans:read")]
Writer = Annotated[Principal, may("control-plans:write")]


@router.post("", status_code=201, operation_id="draftControlPlan")
async def draft_control_plan(wish: ControlPlanIn, session: Session, _caller: Writer) -> ControlPlanOut:
    """Draft a control plan; `is_filled` gives it a task for each response of the register."""
    return await _shown(session, await control.plan_control(session, wish))


@router.get("", operation_id="listControlPlans")
async def list_control_plans(
    query: Annotated[ControlPlanQuery, Query()], session: Session, _caller: Reader
) -> Page[ControlPlanOut]:
    """Control plans, newest first, with how many of their tasks are open, overdue and called for."""
    rows: Slice[ControlPlan] = await paginate(session, ControlPlan, query)
    return Page(items=await plans_shown(session, rows.items), next_cursor=rows.next_cursor)


@router.get("/{plan_id}.ics", response_class=Response, operation_id="followControlPlan")
async def follow_control_plan(
    plan_id: UUID, session: Session, caller: Annotated[Principal, may("control-plans:follow")]
) -> Response:
    """Tasks that have a day and the next review as iCalendar to-dos (RFC 5545), for whoever holds the link."""
    own_link(caller, plan_id)
    plan = await find(session, ControlPlan, plan_id)
    content = calendar_file(f"{plan.code} {plan.title}", await calendar_of(session, plan))
    return Response(content, media_type="text/calendar; charset=utf-8")


@router.get("/{plan_id}", operation_id="getControlPlan")
async def get_control_plan(plan_id: UUID, session: Session, _caller: Reader) -> ControlPlanOut:
    """One control plan; its tasks are in `control-tasks`."""
    return await _shown(session, await find(session, ControlPlan, plan_id))


@router.patch("/{plan_id}", operation_id="changeControlPlan")
async def change_control_plan(
    plan_id: UUID, patch: ControlPlanPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> ControlPlanOut:
    """Change what is sent, keep the rest (JSON merge patch)."""
    return await _shown(session, await control.change_plan(session, plan_id, patch, version=seen))


@router.post("/{plan_id}/fill", operation_id="fillControlPlan")
async def fill_control_plan(plan_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> ControlPlanOut:
    """Add a task for each response that counts and has none yet."""
    return await _shown(session, await control.fill_plan(session, plan_id, version=seen))


@router.post("/{plan_id}/activate", operation_id="activateControlPlan")
async def activate_control_plan(plan_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> ControlPlanOut:
    """From now on what is due soon and what is overdue is told."""
    return await _shown(session, await control.activate_plan(session, plan_id, version=seen))


@router.post("/{plan_id}/review", operation_id="reviewControlPlan")
async def review_control_plan(
    plan_id: UUID, wish: ReviewIn, session: Session, seen: SeenVersion, _caller: Writer
) -> ControlPlanOut:
    """Say what a review found; the next one is due by the rhythm of the plan."""
    return await _shown(session, await control.review_plan(session, plan_id, wish, version=seen))


@router.post("/{plan_id}/close", operation_id="closeControlPlan")
async def close_control_plan(plan_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> ControlPlanOut:
    """It is over: nothing of it is watched any more."""
    return await _shown(session, await control.close_plan(session, plan_id, version=seen))


@router.post("/{plan_id}/calendar-link", status_code=201, operation_id="linkControlPlanToCalendar")
async def link_control_plan_to_calendar(
    plan_id: UUID, wish: CalendarLinkIn, session: Session, _caller: Writer
) -> CalendarLinkOut:
    """A link for calendar programs, shown once; whoever has it sees the dates of this plan."""
    plan, expires_at = await find(session, ControlPlan, plan_id), now() + timedelta(days=wish.valid_days)
    return CalendarLinkOut(url=make_feed_link(session, "control-plans", plan.id, expires_at), expires_at=expires_at)


async def _shown(session: Session, plan: ControlPlan) -> ControlPlanOut:
    [answer] = await plans_shown(session, [plan])
    return answer
