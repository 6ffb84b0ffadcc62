"""Hours that people of ours spent on an opportunity."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.engagement.models.projections import InOpportunity
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition


class Activity(StrEnum):
    DISCOVERY = "discovery"
    MEETING = "meeting"
    SOLUTION = "solution"
    ESTIMATION = "estimation"
    DEMO = "demo"
    PROPOSAL = "proposal"
    SUPPORT = "support"
    TRAINING = "training"
    TRAVEL = "travel"
    OTHER = "other"


class DayIsFull(Problem):
    status = 409
    title = ("A day has 24 hours", "一天只有 24 小时")
    en = "{name} has {hours} h on {day} already; {wanted} h more is beyond 24."
    zh = "{name} 在 {day} 已登记 {hours} 小时，再加 {wanted} 小时将超过 24 小时。"


class TimeEntryIsVoid(Problem):
    status = 409
    title = ("The entry is void", "工时记录已作废")
    en = "This entry was voided; make a new one."
    zh = "该工时记录已作废，请新建记录。"


class TimeEntry(InOpportunity):
    """Hours of one person on one day, for one activity. A wrong one is voided, never removed."""

    __tablename__ = "time_entry"

    colleague_id: Mapped[UUID] = mapped_column(sa.ForeignKey("colleague.id"))
    role: Mapped[str]
    """The person's role when it was recorded."""
    worked_on: Mapped[date]
    hours: Mapped[Decimal] = mapped_column(sa.Numeric(5, 2))
    activity: Mapped[str]
    support_request_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("support_request.id"), index=True)
    note: Mapped[str | None]
    state: Mapped[str]
    """recorded or void."""

    __table_args__ = (sa.Index("ix_time_entry_colleague_id_worked_on", "colleague_id", "worked_on"),)

    machine = StateMachine(
        "time_entry",
        (Transition("change", ("recorded",), "recorded"), Transition("void", ("recorded",), "void")),
        collection="time-entries",
    )

    def actions(self, closed: Problem | None) -> list[AllowedAction]:
        """What can be done with it now."""
        return self.machine.allowed(self.state, barred=closed, instead={"change": self._unchangeable()})

    def refuse_if_void(self) -> None:
        """Raises `TimeEntryIsVoid`."""
        if self.state == "void":
            raise self._unchangeable()

    def _unchangeable(self) -> TimeEntryIsVoid:
        return TimeEntryIsVoid()
