"""Control plans: who does what about risks by when, and which figures call for action."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.risk.domain.control import Metric
from services.risk.models.projections import WhileOpen
from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition


class NothingToControl(Problem):
    status = 409
    title = ("It has no task", "尚无任务")
    en = "Control plan {code} has no task: add one, or have it filled from the register, then activate it."
    zh = "控制计划 {code} 尚无任务：请先添加任务或由登记册生成，再启用。"


class TasksUnfilled(Problem):
    status = 409
    title = ("Its tasks are not filled", "任务信息不全")
    en = "{count} open tasks of control plan {code} lack phase, owner or due date: say who does what until when."
    zh = "控制计划 {code} 有 {count} 项未完成任务缺少阶段、责任人或截止日期：请补全后再启用。"


class NoEvidence(Problem):
    status = 409
    title = ("Nothing shows that it was passed", "缺少通过证据")
    en = "{code} is a checkpoint: record what shows that it was passed, then complete it."
    zh = "{code} 为检查点：请先登记通过的证据，再标记完成。"


class NoMetric(Problem):
    status = 409
    title = ("It watches no figure", "未设监控指标")
    en = "{code} has no trigger metric; say which figure calls for action, then record its readings."
    zh = "{code} 未设触发指标，请先设定指标再登记读数。"


class PlanIsClosed(Problem):
    status = 409
    title = ("The control plan is closed", "控制计划已关闭")
    en = "Control plan {code} is closed; its tasks can no longer change."
    zh = "控制计划 {code} 已关闭，其任务不能再修改。"


class ControlPlan(WhileOpen, Resource):
    """Tasks about the risks of an opportunity, reviewed in a rhythm. Only those of an active plan are watched."""

    __tablename__ = "control_plan"

    opportunity_id: Mapped[UUID]
    code: Mapped[str]
    title: Mapped[str]
    title_zh: Mapped[str]
    owner: Mapped[str | None]
    review_every_days: Mapped[int | None]
    review_on: Mapped[date | None]
    """When it has to be looked at next."""
    review_overdue_since: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[str | None]
    findings: Mapped[str | None]
    """What the last review found."""
    status: Mapped[str] = mapped_column(default="draft")

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "opportunity_id", "code"),
        sa.Index("ix_control_plan_opportunity_id_created_at", "opportunity_id", "created_at", "id"),
    )

    machine = StateMachine(
        "control plan",
        (
            Transition("change", ("draft",), "draft"),
            Transition("change", ("active",), "active"),
            Transition("fill", ("draft",), "draft"),
            Transition("fill", ("active",), "active"),
            Transition("activate", ("draft",), "active"),
            Transition("review", ("active",), "active"),
            Transition("close", ("draft", "active"), "closed"),
        ),
    )

    def actions(self, counts: Mapping[str, int]) -> list[AllowedAction]:
        """What can be done now, and why the rest cannot; `counts` are of its tasks."""
        refusal = self._not_ready(counts)
        return self.machine.allowed(self.status, {"activate": refusal} if refusal else {}, barred=self.barred)

    def act(self, action: str, counts: Mapping[str, int]) -> None:
        """Move to the next state. Raises `IllegalTransition`, `NothingToControl`, `TasksUnfilled`."""
        status, refusal = self.machine.next(self.status, action), self._not_ready(counts)
        if action == "activate" and refusal:
            raise refusal
        self.status = status

    def _not_ready(self, counts: Mapping[str, int]) -> Problem | None:
        """What stands against having it watched."""
        if not counts["tasks"]:
            return NothingToControl(code=self.code)
        unfilled = counts["unfilled_tasks"]
        return TasksUnfilled(code=self.code, count=unfilled) if unfilled else None

    def refuse_if_closed(self) -> None:
        """Raises `PlanIsClosed`."""
        if closing := self.closing:
            raise closing

    @property
    def closing(self) -> PlanIsClosed | None:
        """Why its tasks change no more; None while they do."""
        return PlanIsClosed(code=self.code) if self.status == "closed" else None


class ControlTask(WhileOpen, Resource):
    """Something to be done or watched in a phase; a checkpoint needs evidence."""

    __tablename__ = "control_task"

    opportunity_id: Mapped[UUID]
    control_plan_id: Mapped[UUID] = mapped_column(sa.ForeignKey("control_plan.id"), index=True)
    code: Mapped[str]
    title: Mapped[str]
    title_zh: Mapped[str]
    phase: Mapped[str | None]
    owner: Mapped[str | None]
    starts_on: Mapped[date | None]
    due_on: Mapped[date | None]
    is_checkpoint: Mapped[bool] = mapped_column(default=False)
    milestone: Mapped[str | None]
    risk_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("risk.id"))
    response_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("risk_response.id"))
    metric: Mapped[dict[str, Any] | None]
    """Name, operator, threshold and unit of the figure that calls for action."""
    evidence: Mapped[list[Any]] = mapped_column(default=list)
    """Each with `text`, `url`, `at`, `by`."""
    last_value: Mapped[float | None]
    last_measured_at: Mapped[datetime | None]
    triggered_at: Mapped[datetime | None]
    """Since when the figure calls for action; None while it does not."""
    neared_at: Mapped[datetime | None]
    overdue_since: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(default="planned")
    note: Mapped[str | None]
    """Why it was cancelled."""

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "opportunity_id", "code"),
        sa.Index("ix_control_task_opportunity_id_created_at", "opportunity_id", "created_at", "id"),
    )

    plan: Mapped[ControlPlan] = relationship(ControlPlan, viewonly=True, lazy="selectin")

    machine = StateMachine(
        "control task",
        (
            Transition("change", ("planned",), "planned"),
            Transition("change", ("in_progress",), "in_progress"),
            Transition("start", ("planned",), "in_progress"),
            Transition("record_evidence", ("planned",), "planned"),
            Transition("record_evidence", ("in_progress",), "in_progress"),
            Transition("measure", ("planned",), "planned"),
            Transition("measure", ("in_progress",), "in_progress"),
            Transition("complete", ("planned", "in_progress"), "done"),
            Transition("cancel", ("planned", "in_progress"), "cancelled"),
            Transition("reopen", ("done", "cancelled"), "planned"),
        ),
        doors={"record_evidence": "POST /control-tasks/{}/evidence", "measure": "POST /control-tasks/{}/readings"},
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        refusals = {one.action: self._refusal(one.action) for one in self.machine.transitions}
        blocked = {action: why for action, why in refusals.items() if why}
        return self.machine.allowed(self.status, blocked, barred=self.barred)

    @property
    def barred(self) -> Problem | None:
        """The register or its plan is closed."""
        plan: ControlPlan | None = self.__dict__.get("plan")
        return super().barred or (plan.closing if plan else None)

    @property
    def is_open(self) -> bool:
        return self.status in {"planned", "in_progress"}

    @property
    def watched(self) -> Metric | None:
        return Metric(**self.metric) if self.metric else None

    def act(self, action: str, at: datetime) -> None:
        """Move to the next state. Raises `IllegalTransition`, `NoEvidence`, `NoMetric`."""
        status = self.machine.next(self.status, action)
        refusal = self._refusal(action)
        if refusal:
            raise refusal
        self.status = status
        if action in {"complete", "reopen", "cancel"}:
            self.done_at = at if action == "complete" else None
            self.neared_at = self.overdue_since = None

    def _refusal(self, action: str) -> Problem | None:
        if action == "complete" and self.is_checkpoint and not self.evidence:
            return NoEvidence(code=self.code)
        return NoMetric(code=self.code) if action == "measure" and not self.metric else None

    def measure(self, value: float, at: datetime) -> bool:
        """Take in a reading; says whether the figure calls for action just now. One that comes late changes nothing."""
        watched = self.watched
        if watched is None or (self.last_measured_at and at < self.last_measured_at):
            return False
        self.last_value, self.last_measured_at = value, at
        is_hit, was_hit = watched.is_hit(value), self.triggered_at is not None
        if is_hit != was_hit:
            self.triggered_at = at if is_hit else None
        return is_hit and not was_hit


class ControlReading(Resource):
    """A reading of the figure that a task watches; never changed."""

    __tablename__ = "control_reading"

    control_task_id: Mapped[UUID] = mapped_column(sa.ForeignKey("control_task.id"))
    value: Mapped[float]
    measured_at: Mapped[datetime]
    is_hit: Mapped[bool]
    """Whether it reached the threshold that counted then."""
    note: Mapped[str | None]

    __table_args__ = (sa.Index("ix_control_reading_task", "control_task_id", "measured_at", "id"),)
