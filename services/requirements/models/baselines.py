"""Baselines and who may approve them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.requirements.models.guards import InOpportunity
from shared.kernel.db import viewer_of
from shared.kernel.problems import Problem
from shared.kernel.states import StateMachine, Transition


class OwnBaseline(Problem):
    status = 403
    title = ("Four eyes are needed", "须由他人审批")
    en = "{author} wrote this baseline, so somebody else must approve or reject it."
    zh = "该基线由 {author} 编制，须由其他人审批。"


class EmptyBaseline(Problem):
    status = 409
    title = ("Nothing to baseline", "没有可纳入基线的需求")
    en = "Opportunity {code} has no requirement with priority must, should or could."
    zh = "商机 {code} 没有优先级为 “必须”“应该”或“可以”的需求。"


MOST_REQUIREMENTS = 4_000
"""Of one baseline: what the whole chain was measured with, from its approval to the documents of the proposal."""


class TooManyRequirements(Problem):
    status = 422
    title = ("Too many requirements for one baseline", "单个基线的需求过多")
    en = (
        "{code} has {count} requirements, and a baseline {limit} at most. Withdraw what is not wanted, put together"
        " what is estimated together, or make an opportunity for each lot or phase."
    )
    zh = (
        "{code} 共有 {count} 条需求，单个基线最多 {limit} 条。请撤回不需要的需求、合并一并估算的需求，"
        "或按标段、分期拆为多个商机。"
    )


class OpenClarification(Problem):
    status = 409
    title = ("A question is open", "存在未答复的澄清")
    en = "{clarifications} still waits for an answer, about must-have {requirements}: settle it, or lower the priority."
    zh = "澄清 {clarifications} 尚未关闭，涉及必须需求 {requirements}：请先完成澄清，或调整优先级。"


class DiscoveryTooThin(Problem):
    status = 409
    title = ("Too little is known", "调研不充分")
    en = "{score} of what should be known is known, {wanted} is needed. Missing first: {missing}"
    zh = "应了解的内容已掌握 {score}，至少需要 {wanted}。优先补充：{missing_zh}"


class BaselineMoved(Problem):
    status = 409
    title = ("The content has moved", "内容已变动")
    en = "Since it was submitted there was a change of {what}. Submit it again, so that it is reviewed as it is now."
    zh = "提交后以下内容有变动：{what_zh}。请重新提交，以便按当前内容审批。"


class Baseline(InOpportunity):
    """A numbered snapshot of an opportunity's requirements, taken when it is submitted; approved it never changes."""

    __tablename__ = "baseline"

    opportunity_id: Mapped[UUID] = mapped_column(sa.ForeignKey("opportunity.id"))
    number: Mapped[int]
    title: Mapped[str]
    status: Mapped[str] = mapped_column(default="draft")
    epoch: Mapped[int | None]
    """Set by approval: orders what counts downstream."""
    content_hash: Mapped[str]
    requirement_count: Mapped[int]
    snapshot: Mapped[dict[str, Any]]
    """opportunity, requirements, constraints, concerns, fits: as the event of its approval carries them."""
    submitted_by: Mapped[str | None]
    reviewed_by: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str | None]

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "opportunity_id", "number"),
        sa.Index(
            "uq_baseline_approved",
            "tenant_id",
            "opportunity_id",
            unique=True,
            postgresql_where=sa.text("status = 'approved'"),
        ),
    )

    machine = StateMachine(
        "baseline",
        (
            Transition("submit", ("draft", "rejected", "in_review"), "in_review"),
            Transition("approve", ("in_review",), "approved"),
            Transition("reject", ("in_review",), "rejected"),
            Transition("withdraw", ("approved",), "withdrawn"),
        ),
    )

    blocker: ClassVar[Problem | None] = None
    """Why it cannot be approved now, where somebody has looked; not kept."""

    def refusals(self) -> Mapping[str, Problem]:
        blocked: dict[str, Problem] = {"approve": self.blocker} if self.blocker else {}
        return self._own(viewer_of(self)) | blocked

    def act(self, action: str, *, by: str) -> None:
        """Move to the next state. Raises `IllegalTransition`, or `OwnBaseline` when `by` is its author."""
        target = self.machine.next(self.status, action)
        refusal = self._own(by).get(action)
        if refusal:
            raise refusal
        self.status = target

    def _own(self, actor: str | None) -> dict[str, Problem]:
        is_author = actor is not None and actor in {self.created_by, self.submitted_by}
        return dict.fromkeys(("approve", "reject"), OwnBaseline(author=actor)) if is_author else {}
