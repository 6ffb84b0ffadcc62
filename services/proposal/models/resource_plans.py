"""Resource plans: people by role and time, material and money, drafted from a schedule and its estimate."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.proposal.models.projections import Head
from services.proposal.models.schedules import SCHEDULE_CHANGED, TRANSITIONS, Derived, Schedule, one_live
from shared.kernel.states import StateMachine


class ResourcePlan(Derived):
    """`content` is what persons decide, `plan` what follows; both are loaded when asked for."""

    __tablename__ = "resource_plan"

    schedule_id: Mapped[UUID] = mapped_column(sa.ForeignKey("schedule.id"))
    schedule_revision: Mapped[int]
    schedule_hash: Mapped[str]
    """Of the network that it was made for."""
    start: Mapped[date]
    finish: Mapped[date]
    needed_days: Mapped[float]
    planned_days: Mapped[float]
    missing_days: Mapped[float]
    peak_people: Mapped[float]
    over_allocated_roles: Mapped[list[Any]]
    content: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    """A `ResourceContent`."""
    drafted: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    """The `ResourceContent` that its schedule gave: what persons changed is the difference."""
    inputs: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    """`ResourceInputs`: what its schedule and estimate ask for, with internal costs."""
    plan: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    """A `ResourcePlanOut`, with money."""

    __table_args__ = one_live("resource_plan")

    contents = ("content", "drafted", "inputs", "plan")

    machine = StateMachine("resource plan", TRANSITIONS, doors={"change": "PUT /resource-plans/{}/content"})

    def compare_with(self, head: Head, schedule: Schedule | None) -> None:
        """Note whether a newer estimate was heard, or the schedule that counts is another than it was made for."""
        self.compare(head)
        if self.stale_because is None and schedule and schedule.network_hash != self.schedule_hash:
            self.stale_because, self.freshness = SCHEDULE_CHANGED, "stale"
