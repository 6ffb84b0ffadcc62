"""Control plans, read."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.models.control import ControlPlan, ControlReading, ControlTask
from services.risk.schemas.control import ControlPlanOut, ControlTaskQuery, ReadingsQuery
from shared.files.calendar_file import CalendarItem
from shared.kernel.db import find
from shared.kernel.pages import Slice, paginate

_OPEN = ControlTask.status.in_(("planned", "in_progress"))
_COUNTED = {
    "tasks": sa.true(),
    "open_tasks": _OPEN,
    "unfilled_tasks": _OPEN
    & sa.or_(ControlTask.phase.is_(None), ControlTask.owner.is_(None), ControlTask.due_on.is_(None)),
    "overdue_tasks": _OPEN & ControlTask.overdue_since.is_not(None),
    "triggered_tasks": _OPEN & ControlTask.triggered_at.is_not(None),
}


async def plans_shown(session: AsyncSession, rows: Sequence[ControlPlan]) -> list[ControlPlanOut]:
    """Plans with how many of their tasks are open, overdue and called for."""
    counts = await counts_of(session, [row.id for row in rows])
    return [ControlPlanOut.of(row, counts[row.id]) for row in rows]


async def counts_of(session: AsyncSession, plan_ids: Sequence[UUID]) -> Mapping[UUID, dict[str, int]]:
    """How many tasks plans have, by name."""
    numbers = [sa.func.count().filter(condition).label(name) for name, condition in _COUNTED.items()]
    statement = (
        sa.select(ControlTask.control_plan_id, *numbers)
        .where(ControlTask.control_plan_id.in_(plan_ids))
        .group_by(ControlTask.control_plan_id)
    )
    found: dict[UUID, dict[str, int]] = defaultdict(lambda: dict.fromkeys(_COUNTED, 0))
    for key, *values in await session.execute(statement):
        found[key] = dict(zip(_COUNTED, values, strict=True))
    return found


async def tasks(session: AsyncSession, query: ControlTaskQuery) -> Slice[ControlTask]:
    """One page of tasks."""
    statement = sa.select(ControlTask)
    for wanted, column in (
        (query.is_overdue, ControlTask.overdue_since),
        (query.is_triggered, ControlTask.triggered_at),
    ):
        if wanted is not None:
            statement = statement.where(column.is_not(None) if wanted else column.is_(None))
    return await paginate(session, ControlTask, query, statement)


async def readings(session: AsyncSession, task_id: UUID, query: ReadingsQuery) -> Slice[ControlReading]:
    """One page of the readings of a task. Raises `NotFound`."""
    task = await find(session, ControlTask, task_id)
    own = sa.select(ControlReading).where(ControlReading.control_task_id == task.id)
    return await paginate(session, ControlReading, query, own)


async def tasks_of(session: AsyncSession, plan_id: UUID) -> Sequence[ControlTask]:
    """All tasks of a plan, by code."""
    statement = sa.select(ControlTask).where(ControlTask.control_plan_id == plan_id).order_by(ControlTask.code)
    return (await session.scalars(statement)).all()


async def calendar_of(session: AsyncSession, plan: ControlPlan) -> list[CalendarItem]:
    """What of a plan is in a calendar: tasks that have a day, and the next review."""
    items = [_item(plan, task) for task in await tasks_of(session, plan.id) if task.due_on]
    return [*items, _review(plan)] if plan.review_on else items


def _item(plan: ControlPlan, task: ControlTask) -> CalendarItem:
    lines = [task.title_zh if task.title_zh != task.title else "", task.phase or "", task.owner or ""]
    return CalendarItem(
        uid=f"control-task-{task.id}@presales",
        sequence=task.version,
        changed_at=task.updated_at,
        summary=f"{task.code} {task.title}",
        description="\n".join(line for line in lines if line),
        due=task.due_on,
        completed_at=task.done_at,
        is_cancelled=task.status == "cancelled" or (plan.status == "closed" and task.is_open),
    )


def _review(plan: ControlPlan) -> CalendarItem:
    return CalendarItem(
        uid=f"control-plan-{plan.id}@presales",
        sequence=plan.version,
        changed_at=plan.updated_at,
        summary=f"{plan.code} {plan.title}: review",
        description=f"{plan.title_zh}：评审",
        due=plan.review_on,
        is_cancelled=plan.status == "closed",
    )
