"""Publishes what happens to control plans."""

from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.risk.models.control import ControlPlan, ControlTask
from shared.kernel.events import Event
from shared.kernel.messaging import publish, publish_of
from shared.language.events.risk.register import (
    ControlPlanLapsed,
    ControlPlanRecorded,
    ControlTaskFacts,
    ControlTaskRecorded,
)


async def publish_task(session: AsyncSession, task: ControlTask) -> None:
    await publish_of(session, ControlTaskRecorded, task, task=_facts(task))


async def publish_task_moment(session: AsyncSession, kind: type[Event], task: ControlTask, **more: Any) -> None:
    """It is due soon, was not done in time, or its figure calls for action."""
    await publish(session, kind(opportunity_id=task.opportunity_id, task=_facts(task), **more), about=task)


async def publish_plan(session: AsyncSession, plan: ControlPlan) -> ControlPlan:
    await publish_of(session, ControlPlanRecorded, plan)
    return plan


async def publish_plan_lapsed(session: AsyncSession, plan: ControlPlan, review_on: date) -> None:
    await publish_of(session, ControlPlanLapsed, plan, review_on=review_on)


def _facts(task: ControlTask) -> ControlTaskFacts:
    return ControlTaskFacts.of(task, control_task_id=task.id)
