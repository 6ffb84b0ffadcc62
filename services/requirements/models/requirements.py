"""Requirements and their states."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.requirements.models.guards import InOpportunity, NotSuspect
from shared.kernel.problems import Problem
from shared.kernel.search import Searched, search_index
from shared.kernel.states import StateMachine, Transition


class Kind(StrEnum):
    FUNCTIONAL = "functional"
    PERFORMANCE = "performance"
    USER = "user"
    INTERFACE = "interface"
    SECURITY = "security"
    DATA = "data"
    OPERATIONAL = "operational"
    COMPLIANCE = "compliance"
    CONSTRAINT = "constraint"


class Priority(StrEnum):
    """MoSCoW."""

    MUST = "must"
    SHOULD = "should"
    COULD = "could"
    WONT = "wont"


class UnknownRequirement(Problem):
    status = 422
    title = ("No such requirement in this opportunity", "该商机中没有此需求")
    en = "These codes are no requirements of opportunity {code}: {codes}."
    zh = "以下编号不是商机 {code} 的需求：{codes}。"


class CodeInUse(Problem):
    status = 409
    title = ("The code is in use", "编号已被使用")
    en = "Opportunity {code} has requirements with these codes, or they are named twice: {codes}. Leave the code out."
    zh = "商机 {code} 中已有以下编号的需求，或编号重复：{codes}。可不填编号，由系统分配。"


class DependencyCycle(Problem):
    status = 422
    title = ("Requirements depend on each other in a circle", "需求循环依赖")
    en = "These requirements depend on each other in a circle: {circle}."
    zh = "以下需求形成循环依赖：{circle}。"


class RequirementIsWithdrawn(Problem):
    status = 409
    title = ("The requirement is withdrawn", "需求已撤回")
    en = "{code} is withdrawn and cannot be changed; record a new requirement."
    zh = "{code} 已撤回，不能修改；请登记新的需求。"


class RequirementMovedOn(Problem):
    status = 412
    title = ("Somebody was faster", "版本已变化")
    en = "{code} is at version {current}, which you have not seen. Read it again, then repeat your change of all."
    zh = "{code} 当前版本为 {current}，与您所见不同。请重新读取后再整体提交。"

    def members(self) -> Mapping[str, Any]:
        return {"current_version": self.facts["current"]}


class NoSuchFinding(Problem):
    status = 404
    title = ("No such finding", "没有此项质量提示")
    en = "{code} has no finding of rule {rule} about “{words}”."
    zh = "{code} 没有规则 {rule}（“{words}”）的质量提示。"


_LIVE = ("draft", "in_review", "agreed", "baselined", "changed")


class Requirement(Searched, InOpportunity):
    """One thing that the client needs."""

    __tablename__ = "requirement"
    searched = ("code", "title", "statement", "rationale", "client_words", "client_code")

    opportunity_id: Mapped[UUID] = mapped_column(sa.ForeignKey("opportunity.id"))
    code: Mapped[str]
    title: Mapped[str]
    statement: Mapped[str]
    kind: Mapped[str]
    priority: Mapped[str]
    group: Mapped[str | None]
    rationale: Mapped[str | None]
    acceptance_criteria: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    metric: Mapped[dict[str, Any] | None]
    size: Mapped[dict[str, Any] | None]
    depends_on: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    sources: Mapped[list[Any]]
    client_words: Mapped[str | None]
    """What the client said or wrote; `statement` is our interpretation of it."""
    client_code: Mapped[str | None]
    """What the client calls it in its own list; a revised list is matched by it."""
    origin: Mapped[dict[str, Any] | None]
    """What it was made from: kind and id."""
    status: Mapped[str] = mapped_column(default="draft")
    suspects: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    """What changed above it since somebody last looked: requirement_id, requirement_code, reason, reason_zh, at."""
    dismissals: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    """Quality findings that somebody judged to be no fault: rule, words, text_hash, reason, by, at."""
    remarks: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    """What the client wants changed, until it is or somebody dismisses it: confirmation_id, said_by, words, at."""
    confirmed_by: Mapped[str | None]
    """Who confirmed it for the client, and when; taken back by any change."""
    confirmed_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "opportunity_id", "code"),
        search_index("requirement"),
        sa.Index("ix_requirement_created_at", "tenant_id", "created_at", "id"),
        sa.Index("ix_requirement_opportunity_id_created_at", "opportunity_id", "created_at", "id"),
    )

    machine = StateMachine(
        "requirement",
        (
            Transition("submit", ("draft", "changed"), "in_review"),
            Transition("send_back", ("in_review",), "draft"),
            Transition("agree", ("draft", "in_review", "changed"), "agreed"),
            Transition("change", ("draft", "in_review", "agreed"), "draft"),
            Transition("change", ("baselined", "changed"), "changed"),
            Transition("withdraw", _LIVE, "withdrawn"),
            *(Transition("clear_suspect", (state,), state) for state in _LIVE),
        ),
    )

    def refusals(self) -> Mapping[str, Problem]:
        return {} if self.suspects else {"clear_suspect": NotSuspect()}

    def refusals_by_state(self) -> Mapping[str, Problem]:
        return {"change": self._withdrawn()}

    def refuse_if_withdrawn(self) -> None:
        """Raises `RequirementIsWithdrawn`."""
        if self.status == "withdrawn":
            raise self._withdrawn()

    def _withdrawn(self) -> RequirementIsWithdrawn:
        return RequirementIsWithdrawn(code=self.code)

    def act(self, action: str) -> None:
        """Move to the next state. Raises `IllegalTransition`, or `RequirementIsWithdrawn` for any change of one."""
        if action == "change":
            self.refuse_if_withdrawn()
        self.status = self.machine.next(self.status, action)
        if action in {"change", "withdraw"}:
            self.confirmed_by = self.confirmed_at = None
            self.remarks = []

    def clear_suspect(self) -> None:
        """Somebody looked: it is right as it is. Raises `NotSuspect`, or `IllegalTransition`."""
        self.machine.next(self.status, "clear_suspect")
        if not self.suspects:
            raise NotSuspect
        self.suspects = []
