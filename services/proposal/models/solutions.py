"""Technical solution 技术方案 of an opportunity: what persons design and decide."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.proposal.models.projections import WhileOpen
from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition


class SolutionIsDecided(Problem):
    status = 409
    title = ("The solution is decided", "方案已确定")
    en = "It is decided; reopen it before you change it."
    zh = "该技术方案已确定，请先重新打开再修改。"


class NoComponent(Problem):
    status = 409
    title = ("There is no component", "没有组件")
    en = "The architecture has no component; add at least one, then decide."
    zh = "架构中没有组件，请至少添加一个再确定方案。"


class NothingSummarised(Problem):
    status = 409
    title = ("The summary is missing", "缺少概述")
    en = "Say in `summary` what the solution is, then decide."
    zh = "请在 `summary` 中说明方案内容，再确定方案。"


class NothingChosen(Problem):
    status = 409
    title = ("A decision is open", "存在未决选项")
    en = "No option is chosen for: {questions}."
    zh = "以下问题尚未选定方案：{questions}。"


class ReasonsMissing(Problem):
    status = 409
    title = ("A choice has no reasons", "缺少选型理由")
    en = "Say in `reasons` why this was chosen: {questions}."
    zh = "请在 `reasons` 中说明以下选择的理由：{questions}。"


class Solution(WhileOpen, Resource):
    """The solution of one opportunity; when it is decided it goes into the newest proposal draft."""

    __tablename__ = "solution"

    opportunity_id: Mapped[UUID]
    design: Mapped[dict[str, Any]]
    """By chapter, as the schema `SolutionParts` has them."""
    status: Mapped[str] = mapped_column(default="draft")
    epoch: Mapped[int] = mapped_column(default=0)
    """The baseline that it was decided for; 0 before."""
    decided_by: Mapped[str | None]

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id"),)

    machine = StateMachine(
        "solution",
        (
            Transition("change", ("draft",), "draft"),
            Transition("decide", ("draft",), "decided"),
            Transition("reopen", ("decided",), "draft"),
        ),
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        instead = {"change": SolutionIsDecided()} if self.status == "decided" else None
        return self.machine.allowed(self.status, {"decide": self._gaps()}, barred=self.barred, instead=instead)

    def act(self, action: str) -> None:
        """Move to the next state. Raises `IllegalTransition`, or what a decision still needs."""
        status = self.machine.next(self.status, action)
        gaps = self._gaps()
        if action == "decide" and gaps:
            raise gaps[0]
        self.status = status

    def refuse_if_decided(self) -> None:
        """Raises `SolutionIsDecided`."""
        if self.status == "decided":
            raise SolutionIsDecided

    def _gaps(self) -> list[Problem]:
        gaps: list[Problem] = []
        if not self.design.get("summary"):
            gaps.append(NothingSummarised())
        if not self.design.get("components"):
            gaps.append(NoComponent())
        decisions = self.design.get("decisions", ())
        if undecided := [_question(one) for one in decisions if one["chosen"] is None]:
            gaps.append(NothingChosen(questions="; ".join(undecided)))
        if unfounded := [_question(one) for one in decisions if one["chosen"] and one["reasons"] is None]:
            gaps.append(ReasonsMissing(questions="; ".join(unfounded)))
        return gaps


def _question(decision: dict[str, Any]) -> str:
    return str(decision["question"].get("en") or decision["question"].get("zh"))
