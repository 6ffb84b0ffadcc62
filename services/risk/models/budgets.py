"""Risk budgets, and why one does not count."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.risk.domain import monte_carlo
from services.risk.models.projections import Head
from shared.kernel.base import Resource
from shared.kernel.counting import at_most_one
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition
from shared.language.events.values import Reason
from shared.language.suspects import Suspected


class NewerBaseline(Problem):
    status = 409
    title = ("A newer baseline is approved", "已有更新的已批准基线")
    en = "Baseline {number} is no longer the newest; its successor's budget follows from the estimate by itself."
    zh = "基线 {number} 已不是最新；新基线的风险预算将在估算完成后自动生成。"


class RunTooLarge(Problem):
    status = 422
    title = ("Too large to simulate", "规模过大，无法模拟")
    en = "{count} {what} are more than one simulation takes: {most} at most."
    zh = "{what_zh}为 {count}，超出一次模拟的上限 {most}。"

    @classmethod
    def of(cls, found: monte_carlo.RunTooLarge) -> "RunTooLarge":
        """In the words of the API."""
        what, what_zh = _QUANTITIES[found.what]
        return cls(count=found.count, what=what, what_zh=what_zh, most=found.most)


_QUANTITIES = {
    "items": ("estimate lines or items", "工作项数"),
    "activities": ("activities", "活动数"),
    "risks": ("risks and drivers", "风险与驱动因素数"),
    "samples": ("samples", "抽样次数"),
    "draws": ("draws (samples times lines and risks)", "抽取次数（抽样次数乘以工作项与风险数）"),
    "draws_for_savings": (
        "draws (samples times items times drivers, to see what is saved without each driver)",
        "抽取次数（逐一剔除驱动因素时，为抽样次数乘以工作项数再乘以驱动因素数）",
    ),
}


class SoldWithIt(Problem):
    status = 409
    title = ("It was sold with this budget", "已按该预算成交")
    en = "The opportunity is won: the budget that its price holds stays as it is. Its risks and its reserve live on."
    zh = "商机已赢单：成交价所含的风险预算保持不变，风险登记与储备动用可继续维护。"


class UnusableEstimate(Problem):
    status = 422
    title = ("The estimate cannot be used", "估算结果无法使用")
    en = "The estimate or its baseline is not complete and in order: {where} {why}."
    zh = "估算或其基线不完整或不合规：{where} {why}。"


class OlderThanChart(Problem):
    status = 409
    title = ("The budget is older than this chart", "该预算早于此图表")
    en = "This risk budget was computed before there was such a chart; recompute it."
    zh = "该风险预算计算时尚无此图表，请重新计算。"


class NoFigures(Problem):
    status = 409
    title = ("There are no figures", "没有数据")
    en = "This risk budget could not be computed: {why}"
    zh = "该风险预算未能计算：{why_zh}"


class RiskBudget(Suspected, Resource):
    """The risk budget of one estimate; computed anew, it gets the next revision. Its figures never change."""

    __tablename__ = "risk_budget"

    opportunity_id: Mapped[UUID]
    baseline_id: Mapped[UUID]
    baseline_number: Mapped[int]
    epoch: Mapped[int]
    content_hash: Mapped[str]
    estimate_id: Mapped[UUID]
    estimate_revision: Mapped[int]
    revision: Mapped[int]
    position: Mapped[int] = mapped_column(sa.BigInteger)
    """Orders the budgets of an opportunity by epoch, estimate and revision, whenever they were computed."""
    register_revision: Mapped[int]
    """The changes by persons that are in it."""
    status: Mapped[str]
    """calculated, superseded, failed."""
    freshness: Mapped[str] = mapped_column(default="fresh")
    """fresh, stale, or recomputing: stale, and the next one is on its way."""
    reason: Mapped[dict[str, Any] | None]
    """Why it is not fresh, or why it failed."""
    currency: Mapped[str]
    policy: Mapped[dict[str, Any]]
    matrix: Mapped[dict[str, Any] | None]
    """That the risks were rated by; None for the guide's."""
    facts: Mapped[dict[str, Any] | None]
    """What `risk.budget.calculated` said; None when it failed."""
    contributions: Mapped[list[Any]]
    """Parts of the variance by line and risk, the largest first: the tornado."""

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "opportunity_id", "position"),
        sa.Index("ix_risk_budget_opportunity_id_created_at", "opportunity_id", "created_at", "id"),
        at_most_one("risk_budget", "that_counts", "status = 'calculated'", "opportunity_id"),
    )

    machine = StateMachine("risk budget", (Transition("recompute", ("calculated",), "superseded"),))

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return self.machine.allowed(self.status, {"recompute": self._refusal} if self._refusal else None)

    @property
    def figures(self) -> dict[str, Any]:
        """What was computed. Raises `NoFigures` when it failed."""
        if self.facts is None:
            reason = self.reason or {"message": "", "message_zh": ""}
            raise NoFigures(why=reason["message"], why_zh=reason["message_zh"])
        return self.facts

    @property
    def is_recomputable(self) -> bool:
        """Whether it counts, but the register or the policy has moved on."""
        codes = {reason.code for reason in MENDED}
        return self.status == "calculated" and self.reason is not None and self.reason["code"] in codes

    def refuse_recomputing(self) -> None:
        """Raises `IllegalTransition` when it does not count, `NewerBaseline` and `SoldWithIt`."""
        self.machine.next(self.status, "recompute")
        if self._refusal:
            raise self._refusal

    @property
    def _refusal(self) -> NewerBaseline | SoldWithIt | None:
        code = self.reason["code"] if self.reason else None
        if code == WON.code:
            return SoldWithIt()
        return NewerBaseline(number=self.baseline_number) if code == BASELINE_NEWER.code else None

    def stand(self, head: Head, newest: "RiskBudget") -> Reason | None:
        """Find out whether it still counts, by what is newest of the opportunity; says why it just ceased to.

        All reasons that are heard only grow, so that the answer does not depend on the order in which they were heard
        of. A policy may also change back: that others were told of the change stays true until it is computed anew.
        """
        if head.is_won and self.id == (head.offered_budget_id or newest.id):
            self.status, self.freshness, self.reason = "calculated", "fresh", WON.model_dump(mode="json")
            return None
        reason = self._outdated_by(head, newest)
        if self.status == "failed" or reason is None:
            return None
        was_fresh, was = self.freshness == "fresh", self.status
        self.freshness, self.reason = "stale", reason.model_dump(mode="json")
        if reason in {RECOMPUTED, VOID}:
            self.status = "superseded"
        is_news = was_fresh if reason in MENDED else self.status != was
        return reason if is_news else None

    def _outdated_by(self, head: Head, newest: "RiskBudget") -> Reason | None:
        if self.epoch < head.void_epoch:
            return VOID
        if self.position < newest.position or head.is_won:
            return RECOMPUTED
        if self.epoch < head.epoch:
            return BASELINE_NEWER
        if self.register_revision < head.register_revision:
            return REGISTER_CHANGED
        decided = self.policy.get("tenant")
        if self.is_recomputable or (decided and head.policy and decided != head.policy):
            return POLICY_CHANGED
        return None


RECOMPUTED = Reason(
    code="recomputed", message="A newer risk budget takes its place.", message_zh="已有更新的风险预算取代。"
)
VOID = Reason(
    code="baseline_void",
    message="Its baseline was withdrawn, or the opportunity is closed.",
    message_zh="其基线已撤回，或商机已关闭。",
)
WON = Reason(
    code="won",
    message="The opportunity was won with it: it stays as it is.",
    message_zh="商机已按该预算赢单，预算保持不变。",
)
BASELINE_NEWER = Reason(
    code="baseline_newer",
    message="A newer baseline is approved; its budget follows from its estimate by itself.",
    message_zh="已有更新的已批准基线，其风险预算将在估算完成后自动生成。",
)
POLICY_CHANGED = Reason(
    code="policy_changed",
    message="The risk policy, matrix or catalogue has changed since; recompute it.",
    message_zh="风险策略、矩阵或目录此后有变化，请重新计算。",
    actions=("recompute",),
)
REGISTER_CHANGED = Reason(
    code="register_changed",
    message="Risks of the register have changed since; recompute it.",
    message_zh="风险登记册此后有变化，请重新计算。",
    actions=("recompute",),
)

MENDED = (REGISTER_CHANGED, POLICY_CHANGED)
"""What the next revision mends."""
