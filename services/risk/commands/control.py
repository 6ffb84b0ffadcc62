"""Control plans and their tasks: what is due is told in time, also over a restart."""

from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.commands.bilingual import said_once
from services.risk.commands.publishing_control import (
    publish_plan,
    publish_plan_lapsed,
    publish_task,
    publish_task_moment,
)
from services.risk.commands.register import open_register
from services.risk.domain.response import Measure
from services.risk.models.control import ControlPlan, ControlReading, ControlTask
from services.risk.models.responses import RiskResponse
from services.risk.models.risks import RegisteredRisk
from services.risk.queries.control import counts_of, tasks_of
from services.risk.queries.projections import heads_of
from services.risk.queries.register import register_of
from services.risk.queries.settings import rules_for
from services.risk.schemas.control import (
    ControlPlanIn,
    ControlPlanPatch,
    ControlTaskIn,
    ControlTaskPatch,
    EvidenceIn,
    ReadingIn,
    ReviewIn,
)
from shared.kernel.base import set_fields
from shared.kernel.clock import now
from shared.kernel.db import context_of, find, load
from shared.kernel.problems import NotFound
from shared.kernel.timers import Due, clear_timer, set_timer
from shared.kernel.validation import whole
from shared.language.business_day import end_of_day, today
from shared.language.events.risk.register import ControlTaskLapsed, ControlTaskNeared, ControlTaskTriggered
from shared.language.roster import first_active, with_assignee

NEARED, OVERDUE, REVIEW = "control-task-near", "control-task-overdue", "control-plan-review"
"""Kinds of timer."""


async def plan_control(session: AsyncSession, wish: ControlPlanIn) -> ControlPlan:
    """Draft a control plan, empty or with a task for each response of the register."""
    await open_register(session, wish.opportunity_id)
    numbers = sa.select(sa.func.count()).where(ControlPlan.opportunity_id == wish.opportunity_id)
    plan = ControlPlan(
        **said_once(await with_assignee(session, wish.model_dump(exclude={"is_filled"})), "title"),
        code=f"RCP-{(await session.scalar(numbers) or 0) + 1:03d}",
        status="draft",
    )
    session.add(plan)
    await session.flush()
    if wish.is_filled:
        await _fill(session, plan)
    return plan


async def change_plan(session: AsyncSession, plan_id: UUID, patch: ControlPlanPatch, *, version: int) -> ControlPlan:
    plan = await _move(session, plan_id, "change", version)
    set_fields(plan, await with_assignee(session, patch.changes()))
    return await _watch_review(session, plan)


async def fill_plan(session: AsyncSession, plan_id: UUID, *, version: int) -> ControlPlan:
    """Add a task for each response that counts and has none yet."""
    plan = await _move(session, plan_id, "fill", version)
    await _fill(session, plan)
    return plan


async def activate_plan(session: AsyncSession, plan_id: UUID, *, version: int) -> ControlPlan:
    """From now on its tasks are watched. Raises `NothingToControl`, `TasksUnfilled`."""
    plan = await _move(session, plan_id, "activate", version)
    return await publish_plan(session, await _watch_all(session, plan))


async def review_plan(session: AsyncSession, plan_id: UUID, wish: ReviewIn, *, version: int) -> ControlPlan:
    """Keep what a review found; the next one is due by the rhythm of the plan, or when it is said."""
    plan = await _move(session, plan_id, "review", version)
    plan.reviewed_at, plan.reviewed_by, plan.findings = now(), context_of(session).actor, wish.findings
    rhythm = plan.review_every_days and today(session) + timedelta(days=plan.review_every_days)
    plan.review_on = wish.next_on or rhythm or None
    return await publish_plan(session, await _watch_review(session, plan))


async def close_plan(session: AsyncSession, plan_id: UUID, *, version: int) -> ControlPlan:
    """It is over: nothing of it is watched any more."""
    plan = await _move(session, plan_id, "close", version)
    return await publish_plan(session, await _watch_all(session, plan))


async def add_task(session: AsyncSession, wish: ControlTaskIn) -> ControlTask:
    """Raises `PlanIsClosed`, `NotFound` for a risk or response of another opportunity."""
    plan = await _open(session, wish.control_plan_id)
    await _refuse_foreign(session, plan, wish.risk_id, wish.response_id)
    task = ControlTask(
        **said_once(await with_assignee(session, wish.model_dump()), "title"),
        opportunity_id=plan.opportunity_id,
        code=await _next_code(session, plan),
        evidence=[],
        status="planned",
    )
    session.add(task)
    return await _followed(session, plan, task, 0)


async def change_task(session: AsyncSession, task_id: UUID, patch: ControlTaskPatch, *, version: int) -> ControlTask:
    """Set fields of an open task; what it was told to be late for counts anew."""
    plan, task = await _load(session, task_id, "change", version)
    changes = await with_assignee(session, patch.changes())
    whole(ControlTaskIn, changes, of=task)
    await _refuse_foreign(session, plan, changes.get("risk_id"), changes.get("response_id"))
    if changes.get("due_on", task.due_on) != task.due_on:
        task.neared_at = task.overdue_since = None
    if "metric" in changes and changes["metric"] != task.metric:
        task.triggered_at = task.last_value = task.last_measured_at = None
    set_fields(task, changes)
    return await _followed(session, plan, task, version)


async def move_task(
    session: AsyncSession, task_id: UUID, action: str, *, version: int, note: str | None = None
) -> ControlTask:
    """Start, complete, cancel or reopen. Raises `NoEvidence`."""
    plan, task = await _load(session, task_id, action, version)
    task.note = note
    return await _followed(session, plan, task, version)


async def record_evidence(session: AsyncSession, task_id: UUID, wish: EvidenceIn, *, version: int) -> ControlTask:
    """Say what shows that it was done or passed."""
    plan, task = await _load(session, task_id, "record_evidence", version)
    said = {**wish.model_dump(), "at": now().isoformat(), "by": context_of(session).actor}
    task.evidence = [*task.evidence, said]
    return await _followed(session, plan, task, version)


async def record_reading(session: AsyncSession, task_id: UUID, wish: ReadingIn) -> ControlReading:
    """Keep a reading of the figure that a task watches; that it calls for action is told. Raises `NoMetric`."""
    _plan, task = await _load(session, task_id, "measure", None)
    at = wish.measured_at or now()
    watched = task.watched
    reading = ControlReading(
        control_task_id=task.id,
        value=wish.value,
        measured_at=at,
        is_hit=watched is not None and watched.is_hit(wish.value),
        note=wish.note,
    )
    session.add(reading)
    is_new = task.measure(wish.value, at)
    await session.flush()
    if is_new:
        await publish_task_moment(session, ControlTaskTriggered, task, value=wish.value)
    return reading


async def note_neared(session: AsyncSession, due: Due) -> None:
    """A task is due soon; that is told once for each day that it is due on."""
    task = await _watched(session, due.subject)
    if task and task.neared_at is None and task.overdue_since is None:
        if await _nears(session, task) > due.at:
            await _watch(session, task, is_watched=True)
            return
        task.neared_at = due.at
        await session.flush()
        await publish_task_moment(session, ControlTaskNeared, task)


async def note_overdue(session: AsyncSession, due: Due) -> None:
    """A task was not done by the end of its day."""
    task = await _watched(session, due.subject)
    if task and task.due_on and task.overdue_since is None:
        if end_of_day(session, task.due_on) > due.at:
            await _watch(session, task, is_watched=True)
            return
        task.overdue_since = due.at
        await session.flush()
        await publish_task_moment(session, ControlTaskLapsed, task)


async def note_review_overdue(session: AsyncSession, due: Due) -> None:
    """A plan was not looked at by the end of its day."""
    plan = await session.get(ControlPlan, due.subject, with_for_update=True, populate_existing=True)
    if plan and plan.status == "active" and plan.review_on and plan.review_overdue_since is None:
        if await _is_closed(session, plan):
            return
        if end_of_day(session, plan.review_on) > due.at:
            await _watch_review(session, plan)
            return
        plan.review_overdue_since = due.at
        await session.flush()
        await publish_plan_lapsed(session, plan, plan.review_on)


async def _fill(session: AsyncSession, plan: ControlPlan) -> None:
    known = {task.response_id for task in await tasks_of(session, plan.id)}
    for risk, measures in (await register_of(session, plan.opportunity_id)).values():
        for measure in measures:
            if risk.status != "closed" and measure.is_live and measure.id not in known:
                session.add(await _task_of(session, plan, risk, measure))
                await session.flush()
    await _watch_all(session, plan)


async def _task_of(
    session: AsyncSession, plan: ControlPlan, risk: RegisteredRisk, measure: RiskResponse
) -> ControlTask:
    return ControlTask(
        opportunity_id=plan.opportunity_id,
        control_plan_id=plan.id,
        code=await _next_code(session, plan),
        title=measure.statement[:300],
        title_zh=measure.statement_zh[:300],
        owner=await first_active(session, measure.owner, risk.owner),
        due_on=measure.due_on or risk.near_from,
        is_checkpoint=measure.kind == Measure.CONTROL,
        risk_id=risk.id,
        response_id=measure.id,
        evidence=[],
        status="planned",
    )


async def _move(session: AsyncSession, plan_id: UUID, action: str, version: int) -> ControlPlan:
    await open_register(session, (await find(session, ControlPlan, plan_id)).opportunity_id)
    plan = await load(session, ControlPlan, plan_id, version=version)
    plan.act(action, (await counts_of(session, [plan.id]))[plan.id])
    return plan


async def _open(session: AsyncSession, plan_id: UUID) -> ControlPlan:
    """A plan whose tasks can change, locked."""
    await open_register(session, (await find(session, ControlPlan, plan_id)).opportunity_id)
    plan = await load(session, ControlPlan, plan_id)
    plan.refuse_if_closed()
    return plan


async def _load(
    session: AsyncSession, task_id: UUID, action: str, version: int | None
) -> tuple[ControlPlan, ControlTask]:
    """A task after `action`, with its plan, both locked."""
    plan = await _open(session, (await find(session, ControlTask, task_id)).control_plan_id)
    task = await load(session, ControlTask, task_id, version=version)
    task.act(action, now())
    return plan, task


async def _watched(session: AsyncSession, task_id: UUID) -> ControlTask | None:
    """The task that a timer is about; None when it is done, or nobody watches its plan."""
    task = await session.get(ControlTask, task_id, with_for_update=True, populate_existing=True)
    if task is None or not task.is_open:
        return None
    plan = await session.get(ControlPlan, task.control_plan_id)
    is_watched = plan and plan.status == "active" and not await _is_closed(session, plan)
    return task if is_watched else None


async def _is_closed(session: AsyncSession, plan: ControlPlan) -> bool:
    """Whether the opportunity ended without an order: nobody controls its risks any more."""
    return (await heads_of(session, [plan.opportunity_id]))[plan.opportunity_id].is_closed


async def _refuse_foreign(
    session: AsyncSession, plan: ControlPlan, risk_id: UUID | None, response_id: UUID | None
) -> None:
    risk = await session.get(RegisteredRisk, risk_id) if risk_id else None
    if risk_id and (risk is None or risk.opportunity_id != plan.opportunity_id):
        raise NotFound(kind="risk", id=risk_id)
    response = await session.get(RiskResponse, response_id) if response_id else None
    if response_id and (response is None or response.opportunity_id != plan.opportunity_id):
        raise NotFound(kind="response", id=response_id)


async def _next_code(session: AsyncSession, plan: ControlPlan) -> str:
    number = (await counts_of(session, [plan.id]))[plan.id]["tasks"] + 1
    return f"{plan.code}-{number:02d}"


async def _followed(session: AsyncSession, plan: ControlPlan, task: ControlTask, seen: int) -> ControlTask:
    """Have a task that changed watched as it is now, and say what it is now."""
    await session.flush()
    await _watch(session, task, is_watched=plan.status == "active")
    if task.version > seen:
        await publish_task(session, task)
    return task


async def _watch_all(session: AsyncSession, plan: ControlPlan) -> ControlPlan:
    for task in await tasks_of(session, plan.id):
        await _watch(session, task, is_watched=plan.status == "active")
    return await _watch_review(session, plan)


async def _watch(session: AsyncSession, task: ControlTask, *, is_watched: bool) -> None:
    """Have a task looked at when its days are over where the tenant works, which may change meanwhile."""
    if not is_watched or not task.is_open or task.due_on is None:
        await clear_timer(session, NEARED, task.id)
        await clear_timer(session, OVERDUE, task.id)
        return
    if task.neared_at is None:
        await set_timer(session, NEARED, task.id, await _nears(session, task))
    if task.overdue_since is None:
        await set_timer(session, OVERDUE, task.id, end_of_day(session, task.due_on))


async def _nears(session: AsyncSession, task: ControlTask) -> datetime:
    """The start of the day from which on a task is due soon."""
    soon = (await rules_for(session, task.opportunity_id)).due_soon_days
    return end_of_day(session, (task.due_on or date.max) - timedelta(days=soon + 1))


async def _watch_review(session: AsyncSession, plan: ControlPlan) -> ControlPlan:
    plan.review_overdue_since = None
    await session.flush()
    if plan.status == "active" and plan.review_on:
        await set_timer(session, REVIEW, plan.id, end_of_day(session, plan.review_on))
    else:
        await clear_timer(session, REVIEW, plan.id)
    return plan
