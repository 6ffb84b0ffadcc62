"""Commitments: what we and the client have promised each other, the mutual action plan."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.engagement.models.projections import InOpportunity
from shared.kernel.auth import refusal_unless_owed
from shared.kernel.problems import Problem
from shared.kernel.search import Searched, search_index
from shared.kernel.states import AllowedAction, StateMachine, Transition


class CommitmentIsOver(Problem):
    status = 409
    title = ("The commitment is over", "承诺已了结")
    en = "{code} is {status}; nothing in it can change."
    zh = "{code} 当前为 {status}，不能再修改。"


class WaitsForOthers(Problem):
    status = 409
    title = ("Other commitments come first", "须先完成前置承诺")
    en = "{code} depends on what is still open: {open}."
    zh = "{code} 的前置承诺尚未完成：{open}。"


class CommitmentsInACircle(Problem):
    status = 409
    title = ("Commitments would wait for each other", "承诺之间形成循环依赖")
    en = "{code} cannot depend on {other}, which itself waits for {code}."
    zh = "{code} 不能依赖 {other}，后者本身正等待 {code}。"


class Commitment(Searched, InOpportunity):
    """Something promised, by whom and until when; overdue from the end of its day on."""

    __tablename__ = "commitment"
    searched = ("code", "statement", "owner", "note")

    opportunity_id: Mapped[UUID]
    code: Mapped[str]
    side: Mapped[str]
    """us or client."""
    statement: Mapped[str]
    owner: Mapped[str]
    contact_id: Mapped[UUID | None]
    due_on: Mapped[date]
    depends_on: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    """Commitments that must be done before."""
    interaction_id: Mapped[UUID | None] = mapped_column(index=True)
    clarification_id: Mapped[UUID | None]
    survey_invitation_id: Mapped[UUID | None]
    """The bad mark of a client that it follows up."""
    status: Mapped[str] = mapped_column(default="open")
    overdue_since: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    note: Mapped[str | None]
    """How it was done, or why it was not."""

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "opportunity_id", "code"),
        sa.UniqueConstraint("tenant_id", "survey_invitation_id"),
        search_index("commitment"),
        sa.Index("ix_commitment_opportunity_id_due_on", "opportunity_id", "due_on"),
    )

    machine = StateMachine(
        "commitment",
        (
            Transition("change", ("open",), "open"),
            Transition("complete", ("open",), "done"),
            Transition("miss", ("open",), "missed"),
            Transition("cancel", ("open",), "cancelled"),
        ),
    )

    @property
    def outlives_opportunity(self) -> bool:
        """Whether it is kept, and changes, after the opportunity is closed: clients are asked then, too."""
        return self.survey_invitation_id is not None

    @property
    def is_overdue(self) -> bool:
        return self.status == "open" and self.overdue_since is not None

    def actions(self, waits_for: list["Commitment"], closed: Problem | None) -> list[AllowedAction]:
        """What can be done now, and why the rest cannot."""
        others = [one for one in (self._others(),) if one]
        blocked = {"miss": others, "complete": [*others, *([self.waiting(waits_for)] if waits_for else [])]}
        barred = None if self.outlives_opportunity else closed
        instead = {"change": self._unchangeable()}
        return self.machine.allowed(self.status, blocked, barred=barred, instead=instead)

    def refuse_others(self, action: str) -> None:
        """Raises `OnlyTheOwner` where the caller neither owes it nor writes commitments."""
        others = self._others()
        if others and action in {"complete", "miss"}:
            raise others

    def _others(self) -> Problem | None:
        return refusal_unless_owed("commitments:write", self.code, self.owner if self.side == "us" else None)

    def waiting(self, others: list["Commitment"]) -> WaitsForOthers:
        return WaitsForOthers(code=self.code, open=", ".join(other.code for other in others))

    def refuse_if_over(self) -> None:
        """Raises `CommitmentIsOver`."""
        if self.status != "open":
            raise self._unchangeable()

    def _unchangeable(self) -> CommitmentIsOver:
        return CommitmentIsOver(code=self.code, status=self.status)
