"""Schedules: drafted from an estimate, edited by persons, agreed; one draft and one agreed one at most."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.proposal.domain.basis import Basis, staleness
from services.proposal.models.projections import Head, WhileOpen
from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, Reason, StateMachine, Transition

LIVE = ("draft", "agreed")
"""Neither superseded nor over."""
CLOSED = "opportunity_closed"
SCHEDULE_CHANGED = "schedule_changed"

STALE_BECAUSE = {
    "baseline_approved": (
        "A newer requirements baseline was approved; rebase once it is estimated.",
        "已批准更新的需求基线，估算完成后请变基。",
    ),
    "baseline_withdrawn": ("The requirements baseline was withdrawn.", "需求基线已撤回。"),
    CLOSED: ("The opportunity is closed.", "商机已关闭。"),
    "estimate_revised": (
        "The baseline was estimated anew; rebase to take the estimate in.",
        "该基线已重新估算，请变基以采用新的估算。",
    ),
    "risk_budget_revised": (
        "The risk budget was computed anew; rebase to take its risks in.",
        "风险预算已重新计算，请变基以采用新的风险。",
    ),
    SCHEDULE_CHANGED: (
        "The schedule that it was made for has changed; rebase to follow it.",
        "所依据的时间计划已变更，请变基以跟进。",
    ),
}
"""Why a plan is stale, and what mends it."""


class PlanIsStale(Problem):
    status = 409
    title = ("It is stale", "计划已过期")
    en = "{code}, revision {revision}, is stale. {why}"
    zh = "{code} 第 {revision} 版已过期。{why_zh}"


class NothingToRebase(Problem):
    status = 409
    title = ("It is fresh already", "无需变基")
    en = "{code}, revision {revision}, is made from the newest estimate and risk budget."
    zh = "{code} 第 {revision} 版已基于最新的估算与风险预算。"


class NotComputedYet(Problem):
    status = 409
    title = ("What it is made from is not computed yet", "依据尚未算完")
    en = "The newest baseline has no estimate with a risk budget and a price yet; try again in a moment."
    zh = "最新基线尚无完整的估算、风险预算与价格，请稍后重试。"


class ThereIsADraft(Problem):
    status = 409
    title = ("There is a draft already", "已有草稿")
    en = "Revision {revision} of {code} is a draft already: go on with it."
    zh = "{code} 第 {revision} 版已是草稿，请继续编辑该版。"


class ScheduleHasConflicts(Problem):
    status = 409
    title = ("The schedule has conflicts", "排期存在冲突")
    en = "{count} constraint(s) of {code} cannot be kept; move or drop them. Missed deadlines may stay."
    zh = "{code} 有 {count} 项约束无法满足，请调整或取消；超过期限的提示可以保留。"


class NoSuchTask(Problem):
    status = 404
    title = ("There is no such task", "任务不存在")
    en = "{code} has no task {id}."
    zh = "{code} 中没有任务 {id}。"


class TaskIsNeeded(Problem):
    status = 409
    title = ("Other tasks wait for it", "其他任务依赖于它")
    en = "{ids} wait for {id}, or it is the delivery: change that first."
    zh = "{ids} 依赖任务 {id}，或其为交付任务，请先修改。"


TRANSITIONS = (
    Transition("change", ("draft",), "draft"),
    Transition("agree", ("draft",), "agreed"),
    Transition("withdraw", ("agreed",), "draft"),
    Transition("rebase", ("draft",), "draft"),
    Transition("rebase", ("agreed",), "agreed"),
)
"""Of whatever is drafted from an estimate, edited and agreed."""


def one_live(table: str) -> tuple[sa.UniqueConstraint | sa.Index, ...]:
    """For `__table_args__`: an opportunity has one draft and one agreed plan at most, and each revision once."""
    return (
        sa.UniqueConstraint("tenant_id", "opportunity_id", "revision"),
        *(
            sa.Index(
                f"uq_{table}_{status}", "tenant_id", "opportunity_id", unique=True,
                postgresql_where=sa.text(f"status = '{status}'"),
            )
            for status in LIVE
        ),
    )  # fmt: skip


class Derived(WhileOpen, Resource):
    """A plan that is made from the baseline, estimate and risk budget of an opportunity."""

    __abstract__ = True
    contents: ClassVar[tuple[str, ...]]
    """Columns that lists leave out."""

    opportunity_id: Mapped[UUID] = mapped_column(index=True)
    code: Mapped[str]
    revision: Mapped[int]
    """Counts those of an opportunity."""
    status: Mapped[str] = mapped_column(default="draft")
    freshness: Mapped[str] = mapped_column(default="fresh")
    stale_because: Mapped[str | None]
    baseline_id: Mapped[UUID]
    baseline_number: Mapped[int]
    epoch: Mapped[int]
    estimate_id: Mapped[UUID]
    estimate_revision: Mapped[int]
    risk_budget_id: Mapped[UUID]
    risk_revision: Mapped[int]
    currency: Mapped[str]
    is_edited: Mapped[bool] = mapped_column(default=False)
    agreed_by: Mapped[str | None]
    agreed_at: Mapped[datetime | None]
    note: Mapped[str | None]
    """Why an agreement was withdrawn."""

    machine: StateMachine

    @property
    def made_from(self) -> Basis:
        return Basis(self.epoch, self.estimate_revision, self.risk_revision)

    @property
    def stale_reason(self) -> Reason | None:
        if self.stale_because is None:
            return None
        en, zh = STALE_BECAUSE[self.stale_because]
        return Reason(code=self.stale_because, message=en, message_zh=zh)

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        refusals = {one.action: self.refusal(one.action) for one in self.machine.transitions}
        blocked = {action: why for action, why in refusals.items() if why}
        return self.machine.allowed(self.status, blocked, barred=self.barred)

    def act(self, action: str) -> None:
        """Move to the next state. Raises `IllegalTransition`, and what stands against it."""
        target = self.machine.next(self.status, action)
        refusal = self.refusal(action)
        if refusal:
            raise refusal
        self.status = target

    def refusal(self, action: str) -> Problem | None:
        """What stands against an action that the state would allow."""
        reason = self.stale_reason
        if action == "agree" and reason:
            return PlanIsStale(code=self.code, revision=self.revision, why=reason.message, why_zh=reason.message_zh)
        if action == "rebase" and not reason:
            return NothingToRebase(code=self.code, revision=self.revision)
        return None

    def compare(self, head: Head) -> None:
        """Note whether something newer than what it is made from was heard."""
        self.stale_because = staleness(self.made_from, head.basis.computed, head.epoch_began)
        self.freshness = "stale" if self.stale_because else "fresh"


class Schedule(Derived):
    """Tasks with dates. `network` is what persons decide, `plan` what follows; both are loaded when asked for."""

    __tablename__ = "schedule"

    start: Mapped[date]
    finish: Mapped[date]
    """Of the delivery."""
    p50_finish: Mapped[date]
    p80_finish: Mapped[date]
    duration_days: Mapped[int]
    task_count: Mapped[int]
    conflict_count: Mapped[int]
    broken_count: Mapped[int]
    """Conflicts that are no missed deadlines."""
    network_hash: Mapped[str] = mapped_column(server_default="")
    """What resource plans know it by."""
    network: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    """A `ScheduleNetwork`."""
    drafted: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    """The `ScheduleNetwork` that its basis gave: what persons changed is the difference."""
    inputs: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    """`ScheduleInputs`: team and risks of its basis."""
    plan: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    """A `PlanOut`."""

    __table_args__ = one_live("schedule")

    contents = ("network", "drafted", "inputs", "plan")

    machine = StateMachine("schedule", TRANSITIONS, doors={"change": "PUT /schedules/{}/network"})

    def refusal(self, action: str) -> Problem | None:
        if action == "agree" and self.broken_count:
            return super().refusal(action) or ScheduleHasConflicts(code=self.code, count=self.broken_count)
        return super().refusal(action)
