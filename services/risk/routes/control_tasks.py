"""Tasks of control plans, and the readings of the figures that they watch."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.risk.commands import control
from services.risk.models.control import ControlReading, ControlTask
from services.risk.queries import control as queries
from services.risk.schemas.control import (
    ControlTaskIn,
    ControlTaskOut,
    ControlTaskPatch,
    ControlTaskQuery,
    EvidenceIn,
    ReadingIn,
    ReadingOut,
    ReadingsQuery,
)
from services.risk.schemas.risks import Note
from shared.kernel.auth import Principal, may
from shared.kernel.db import Session, find
from shared.kernel.http import Route, SeenVersion
from shared.kernel.pages import Page, Slice

router = APIRouter(prefix="/v1/control-tasks", tags=["risk"], route_class=Route)

Reader = Annotated[Principal, may("control-tasks:read")]
Writer = Annotated[Principal, may("control-tasks:write")]


@router.post("", status_code=201, response_model=ControlTaskOut, operation_id="addControlTask")
async def add_control_task(wish: ControlTaskIn, session: Session, _caller: Writer) -> ControlTask:
    """Add a task to a control plan: phase, owner, dates, checkpoint, and the figure that calls for it."""
    return await control.add_task(session, wish)


@router.get("", response_model=Page[ControlTaskOut], operation_id="listControlTasks")
async def list_control_tasks(
    query: Annotated[ControlTaskQuery, Query()], session: Session, _caller: Reader
) -> Slice[ControlTask]:
    """Tasks, newest first; `is_overdue` and `is_triggered` show where something has to be done."""
    return await queries.tasks(session, query)


@router.get("/{task_id}", response_model=ControlTaskOut, operation_id="getControlTask")
async def get_control_task(task_id: UUID, session: Session, _caller: Reader) -> ControlTask:
    """One task with its evidence and the last reading."""
    return await find(session, ControlTask, task_id)


@router.patch("/{task_id}", response_model=ControlTaskOut, operation_id="changeControlTask")
async def change_control_task(
    task_id: UUID, patch: ControlTaskPatch, session: Session, seen: SeenVersion, _caller: Writer
) -> ControlTask:
    """Change what is sent, keep the rest (JSON merge patch)."""
    return await control.change_task(session, task_id, patch, version=seen)


@router.post("/{task_id}/start", response_model=ControlTaskOut, operation_id="startControlTask")
async def start_control_task(task_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> ControlTask:
    """Somebody is at it."""
    return await control.move_task(session, task_id, "start", version=seen)


@router.post("/{task_id}/complete", response_model=ControlTaskOut, operation_id="completeControlTask")
async def complete_control_task(task_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> ControlTask:
    """It is done; a checkpoint needs evidence first."""
    return await control.move_task(session, task_id, "complete", version=seen)


@router.post("/{task_id}/cancel", response_model=ControlTaskOut, operation_id="cancelControlTask")
async def cancel_control_task(
    task_id: UUID, note: Note, session: Session, seen: SeenVersion, _caller: Writer
) -> ControlTask:
    """It is not done."""
    return await control.move_task(session, task_id, "cancel", version=seen, note=note.reason)


@router.post("/{task_id}/reopen", response_model=ControlTaskOut, operation_id="reopenControlTask")
async def reopen_control_task(task_id: UUID, session: Session, seen: SeenVersion, _caller: Writer) -> ControlTask:
    """It is to be done after all, or again."""
    return await control.move_task(session, task_id, "reopen", version=seen)


@router.post("/{task_id}/evidence", response_model=ControlTaskOut, operation_id="recordControlEvidence")
async def record_control_evidence(
    task_id: UUID, wish: EvidenceIn, session: Session, seen: SeenVersion, _caller: Writer
) -> ControlTask:
    """Say what shows that it was done or passed."""
    return await control.record_evidence(session, task_id, wish, version=seen)


@router.post("/{task_id}/readings", status_code=201, response_model=ReadingOut, operation_id="recordControlReading")
async def record_control_reading(task_id: UUID, wish: ReadingIn, session: Session, _caller: Writer) -> ControlReading:
    """Record a reading; when it reaches the threshold, that is told."""
    return await control.record_reading(session, task_id, wish)


@router.get("/{task_id}/readings", response_model=Page[ReadingOut], operation_id="listControlReadings")
async def list_control_readings(
    task_id: UUID, query: Annotated[ReadingsQuery, Query()], session: Session, _caller: Reader
) -> Slice[ControlReading]:
    """Readings of the figure that a task watches, the last measured first."""
    return await queries.readings(session, task_id, query)
