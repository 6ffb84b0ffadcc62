"""How soon we promise to answer, and the clocks that hold us to it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.engagement.domain.business_time import BusinessCalendar
from services.engagement.domain.response_clock import Pause, Reading, elapsed, read
from shared.kernel.base import Resource
from shared.kernel.revisions import Revised
from shared.kernel.states import AllowedAction, StateMachine, Transition


class SubjectKind(StrEnum):
    """What an answer is owed to."""

    CLARIFICATION = "clarification"
    INTERACTION = "interaction"
    SUPPORT_REQUEST = "support_request"


class Urgency(StrEnum):
    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Purpose(StrEnum):
    """Which answer a clock waits for."""

    FIRST = "first"
    FOLLOWING = "following"
    RESOLUTION = "resolution"


class ResponsePolicy(Revised):
    """How soon we answer one kind of thing at one priority, in working minutes. A change is a new revision."""

    __tablename__ = "response_policy"

    subject_kind: Mapped[str]
    priority: Mapped[str]
    first_minutes: Mapped[int]
    following_minutes: Mapped[int]
    resolution_minutes: Mapped[int | None]
    due_soon_fraction: Mapped[float]
    """Part of the time after which the clock is near its end."""
    calendar_id: Mapped[UUID] = mapped_column(sa.ForeignKey("calendar.id"))
    is_shipped: Mapped[bool]
    each = ("subject_kind", "priority")

    def minutes(self, purpose: str) -> int | None:
        """Working minutes for an answer of that purpose; None when nothing is promised."""
        target: int | None = getattr(self, f"{purpose}_minutes")
        return target


class ResponseClock(Resource):
    """Working time until an answer. It stands while the client owes; it ends with the answer."""

    __tablename__ = "response_clock"

    opportunity_id: Mapped[UUID]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    subject_label: Mapped[str]
    owner: Mapped[str | None]
    """Who of us owes the answer."""
    purpose: Mapped[str]
    priority: Mapped[str]
    policy_id: Mapped[UUID] = mapped_column(sa.ForeignKey("response_policy.id"))
    calendar_id: Mapped[UUID] = mapped_column(sa.ForeignKey("calendar.id"), index=True)
    target_minutes: Mapped[int]
    due_soon_fraction: Mapped[float]
    state: Mapped[str] = mapped_column(default="running")
    """running, paused, met, breached, cancelled. A breached clock runs on until the answer: see `stopped_at`."""
    started_at: Mapped[datetime]
    pauses: Mapped[list[Any]] = mapped_column(default=list)
    """`since`, `until` (None while it lasts) and `reason` of each, in order."""
    due_at: Mapped[datetime | None]
    due_soon_at: Mapped[datetime | None]
    neared_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    elapsed_minutes: Mapped[float | None]
    """Working minutes without the pauses, when it stopped."""

    __table_args__ = (
        sa.Index("ix_response_clock_opportunity_id", "opportunity_id", "state"),
        sa.Index(
            "uq_response_clock_open",
            "tenant_id",
            "subject_kind",
            "subject_id",
            "purpose",
            unique=True,
            postgresql_where=sa.text("stopped_at IS NULL"),
        ),
    )

    machine = StateMachine(
        "response_clock",
        (Transition("pause", ("running",), "paused"), Transition("resume", ("paused",), "running")),
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return self.machine.allowed(self.state)

    @property
    def target(self) -> timedelta:
        return timedelta(minutes=self.target_minutes)

    def _pauses(self) -> list[Pause]:
        return [
            Pause(datetime.fromisoformat(one["since"]), one["until"] and datetime.fromisoformat(one["until"]))
            for one in self.pauses
        ]

    def reading(self, calendar: BusinessCalendar, at: datetime) -> Reading:
        """What it shows at `at`, or when it stopped."""
        moment = self.stopped_at or at
        return read(
            calendar, self.started_at, self._pauses(), self.target, due_soon_fraction=self.due_soon_fraction, at=moment
        )

    def plan(self, calendar: BusinessCalendar, at: datetime) -> None:
        """Compute when it is due: after a start, a pause, or a change of the calendar."""
        shown = self.reading(calendar, at)
        self.due_at, self.due_soon_at = shown.due_at, shown.due_soon_at

    def pause(self, reason: str, at: datetime) -> None:
        """The client owes from now on. Raises `IllegalTransition`."""
        self.state = self.machine.next(self.state, "pause")
        since = max(at, self._last_change())
        self.pauses = [*self.pauses, {"since": since.isoformat(), "until": None, "reason": reason}]

    def resume(self, at: datetime) -> None:
        """The client has answered. Raises `IllegalTransition`."""
        self.state = self.machine.next(self.state, "resume")
        *before, last = self.pauses
        self.pauses = [*before, {**last, "until": max(at, self._last_change()).isoformat()}]

    def stop(self, calendar: BusinessCalendar, at: datetime) -> None:
        """The answer was given: met when it was in time, and else breached."""
        if self.state == "paused":
            self.resume(at)
        gone = elapsed(calendar, self.started_at, self._pauses(), at)
        self.stopped_at, self.elapsed_minutes = at, gone / timedelta(minutes=1)
        self.plan(calendar, at)
        is_met = gone <= self.target
        self.state = "met" if is_met else "breached"
        self.breached_at = None if is_met else self.breached_at or self.due_at

    def _last_change(self) -> datetime:
        moments = [self.started_at, *(end for one in self._pauses() for end in (one.since, one.until) if end)]
        return max(moments)
