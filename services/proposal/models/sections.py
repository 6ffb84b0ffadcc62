"""The sections of an opportunity's proposals: who writes each, and what."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.proposal.models.projections import InOpportunity
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition


class LooseFigures(Problem):
    status = 409
    title = ("The text has figures of its own", "文字中有未绑定的数字")
    en = "Section {code} types {figures}, which the proposal does not say. Write figures as placeholders: {names} …"
    zh = "章节 {code} 中的 {figures} 与方案数据不符。请使用占位符，如 {names} 等。"


class UnknownFigures(Problem):
    status = 409
    title = ("The text names figures that there are not", "引用了不存在的数据项")
    en = "Section {code} names {names}; `GET /v1/proposals/{{id}}/figures` lists what there is."
    zh = "章节 {code} 引用了 {names}；可用的数据项见 `GET /v1/proposals/{{id}}/figures`。"


class ProposalSection(InOpportunity):
    """A section as it is written. What was finished last counts in proposals, whatever is written meanwhile."""

    __tablename__ = "proposal_section"

    code: Mapped[str]
    owner: Mapped[str]
    status: Mapped[str] = mapped_column(default="open")
    """open (nobody has written), drafting, finished."""
    position: Mapped[int]
    is_shown: Mapped[bool] = mapped_column(default=True)
    title: Mapped[dict[str, Any]]
    """`en` and `zh`, in place of the usual title."""
    text: Mapped[dict[str, Any]]
    """`en` and `zh`: our own words, beside what data say."""
    settled: Mapped[dict[str, Any] | None]
    """`position`, `is_shown`, `title` and `text` as they were finished last."""

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id", "code"),)

    machine = StateMachine(
        "proposal_section",
        (
            Transition("change", ("open", "drafting", "finished"), "drafting"),
            Transition("finish", ("drafting",), "finished"),
            Transition("revert", ("drafting",), "finished"),
        ),
    )
    TOLD = ("position", "is_shown", "title", "text")

    @property
    def as_written(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.TOLD}

    def finish(self) -> None:
        """What is written counts from now on. Raises `IllegalTransition`."""
        self.status = self.machine.next(self.status, "finish")
        self.settled = self.as_written

    def revert(self, usual: dict[str, Any]) -> None:
        """Back to what was finished last, or to `usual` when nothing was. Raises `IllegalTransition`."""
        target = self.machine.next(self.status, "revert")
        self.status = target if self.settled else "open"
        for name, value in (self.settled or usual).items():
            setattr(self, name, value)

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return self.machine.allowed(self.status, barred=self.barred)
