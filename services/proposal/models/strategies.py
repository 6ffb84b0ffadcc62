"""Selling strategy 销售策略 of an opportunity: win themes, objections, value story."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from services.proposal.models.projections import WhileOpen
from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition


class StrategyIsIncomplete(Problem):
    status = 409
    title = ("Something is missing in the strategy", "策略尚不完整")
    en = "Before it can be agreed it needs: {missing}."
    zh = "达成一致前还需补充：{missing_zh}。"


class StrategyIsAgreed(Problem):
    status = 409
    title = ("The strategy is agreed", "策略已达成一致")
    en = "It is agreed; reopen it before you change it."
    zh = "该策略已达成一致，请先重新打开再修改。"


class Strategy(WhileOpen, Resource):
    """How we want to win an opportunity. What of it the client may read goes into the proposal when it is agreed."""

    __tablename__ = "strategy"

    opportunity_id: Mapped[UUID]
    positioning: Mapped[dict[str, Any] | None]
    """Why us, in one paragraph: text by language."""
    win_themes: Mapped[list[Any]]
    objections: Mapped[list[Any]]
    value_story: Mapped[list[Any]]
    status: Mapped[str]
    agreed_by: Mapped[str | None]

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id"),)

    machine = StateMachine(
        "strategy",
        (
            Transition("change", ("draft",), "draft"),
            Transition("agree", ("draft",), "agreed"),
            Transition("reopen", ("agreed",), "draft"),
        ),
        collection="strategies",
    )

    @property
    def missing(self) -> list[tuple[str, str]]:
        """What a strategy should have and this one has not, in English and Chinese."""
        found = []
        if not self.win_themes:
            found.append(("at least one win theme", "至少一个制胜主题"))
        if not self.value_story:
            found.append(("at least one step of the value story", "至少一条价值主张"))
        found += [
            (f"evidence for the win theme {number}", f"制胜主题 {number} 的证据")
            for number, theme in enumerate(self.win_themes, 1)
            if not theme.get("evidence")
        ]
        found += [
            (f"evidence for step {number} of the value story", f"价值主张 {number} 的证据")
            for number, step in enumerate(self.value_story, 1)
            if not step.get("evidence")
        ]
        return found

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        blocked = {"agree": self._incomplete()} if self.missing else None
        instead = {"change": StrategyIsAgreed()} if self.status == "agreed" else None
        return self.machine.allowed(self.status, blocked, barred=self.barred, instead=instead)

    def act(self, action: str) -> None:
        """Move to the next state. Raises `IllegalTransition`, `StrategyIsIncomplete`."""
        status = self.machine.next(self.status, action)
        if action == "agree" and self.missing:
            raise self._incomplete()
        self.status = status

    def refuse_if_agreed(self) -> None:
        """Raises `StrategyIsAgreed`."""
        if self.status == "agreed":
            raise StrategyIsAgreed

    def _incomplete(self) -> Problem:
        missing = self.missing
        return StrategyIsIncomplete(
            missing="; ".join(en for en, _ in missing), missing_zh="；".join(zh for _, zh in missing)
        )
