"""Schedules: drafted from the estimate by themselves, edited by persons, agreed for the proposal."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from services.proposal.commands import schedules as commands
from services.proposal.models.schedules import Schedule
from services.proposal.queries import plans as queries
from services.proposal.schemas.networks import ScheduleNetwork, TaskIn, TaskPatch
from services.proposal.schemas.schedules import (
    ChangeOut,
    RebasedOut,
    ScheduleDetailOut,
    ScheduleOut,
    ScheduleQuery,
    WithdrawIn,
)
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice, paginate

router = APIRouter(prefix="/v1/schedules", tags=["proposal"], route_class=Route)

Reader = Annotated[Principal, may("schedules:read")]
Writer = Annotated[Principal, may("schedules:write")]
Agreer = Annotated[Principal, may("schedules:agree")]
TaskId = Annotated[str, Path(max_length=80)]


@router.get("", response_model=Page[ScheduleOut], operation_id="listSchedules")
async def list_schedules(
    query: Annotated[ScheduleQuery, Query()], session: Session, _caller: Reader
) -> Slice[Schedule]:
    """Schedules, newest first, without their tasks."""
    return await paginate(session, Schedule, query)


@router.get("/{schedule_id}", response_model=ScheduleDetailOut, operation_id="getSchedule")
async def get_schedule(schedule_id: UUID, session: Session, _caller: Reader) -> Schedule:
    """One schedule: what persons decided, and the dates, floats, critical paths, conflicts and finish that follow."""
    return await queries.whole(session, Schedule, schedule_id)


@router.put("/{schedule_id}/network", response_model=ScheduleDetailOut, operation_id="replaceScheduleNetwork")
async def replace_network(
    schedule_id: UUID, wish: ScheduleNetwork, session: Session, seen: SeenVersion, _caller: Writer
) -> Schedule:
    """Take another network in place of the whole one: tasks, links, constraints, milestones, gates, calendars."""
    return await commands.replace_network(session, schedule_id, wish, version=seen)


@router.post("/{schedule_id}/tasks", response_model=ScheduleDetailOut, operation_id="addScheduleTask")
async def add_task(schedule_id: UUID, wish: TaskIn, session: Session, seen: SeenVersion, _caller: Writer) -> Schedule:
    """Add a task, milestone or quality gate."""
    return await commands.add_task(session, schedule_id, wish, version=seen)


@router.patch("/{schedule_id}/tasks/{task_id}", response_model=ScheduleDetailOut, operation_id="changeScheduleTask")
async def change_task(
    schedule_id: UUID, task_id: TaskId, patch: TaskPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> Schedule:
    """Change a task (JSON merge patch of whole fields); a range keeps its proportion to a changed duration."""
    return await commands.change_task(session, schedule_id, task_id, patch, version=seen)


@router.delete("/{schedule_id}/tasks/{task_id}", response_model=ScheduleDetailOut, operation_id="removeScheduleTask")
async def remove_task(
    schedule_id: UUID, task_id: TaskId, session: Session, seen: SeenVersion, _caller: Writer
) -> Schedule:
    """Remove a task that no other waits for."""
    return await commands.remove_task(session, schedule_id, task_id, version=seen)


@router.post("/{schedule_id}/rebase", operation_id="rebaseSchedule")
async def rebase(schedule_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> RebasedOut:
    """Bring a stale schedule to the newest estimate, keep what persons changed, and list what changed.

    Of an agreed schedule a new draft is made; the agreed one counts until that is agreed.
    """
    schedule, changes = await commands.rebase_schedule(session, schedule_id, version=seen)
    return RebasedOut(
        schedule=ScheduleDetailOut.model_validate(schedule), changes=[ChangeOut(**asdict(one)) for one in changes]
    )


@router.post("/{schedule_id}/agree", response_model=ScheduleDetailOut, operation_id="agreeSchedule")
async def agree(schedule_id: UUID, session: Session, seen: SeenVersion, _caller: Agreer) -> Schedule:
    """Agree a draft: a new draft of the proposal follows that says it, with its finish at P50 and P80."""
    return await commands.agree_schedule(session, schedule_id, version=seen)


@router.post("/{schedule_id}/withdraw", response_model=ScheduleDetailOut, operation_id="withdrawSchedule")
async def withdraw(
    schedule_id: UUID, why: WithdrawIn, session: Session, seen: SeenVersion, _caller: Agreer
) -> Schedule:
    """Take the agreement back; the proposal follows the computed schedule again."""
    return await commands.withdraw_schedule(session, schedule_id, why.reason, version=seen)
