"""Clarifications 答疑: questions between the client and us, and what came of them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.engagement.models.contacts import Contact
from services.engagement.models.projections import InOpportunity
from shared.kernel.auth import refusal_unless_owed
from shared.kernel.clock import now
from shared.kernel.problems import Problem
from shared.kernel.search import Searched, search_index
from shared.kernel.states import AllowedAction, StateMachine, Transition
from shared.language.do_not_contact import MustNotBeContacted

OPEN = ("asked", "answered", "reopened")
"""Somebody still owes an answer, or it has not been accepted."""


class Party(StrEnum):
    CLIENT = "client"
    US = "us"


class ClarificationIsSettled(Problem):
    status = 409
    title = ("The question is settled", "答疑已办结")
    en = "{code} is {status}; reopen it before you change it."
    zh = "{code} 当前为 {status}；修改前请先重新打开。"


class Clarification(Searched, InOpportunity):
    """A question: who owes the answer, by when, and what the answer changes."""

    __tablename__ = "clarification"
    searched = ("code", "question", "context", "answer")

    opportunity_id: Mapped[UUID]
    code: Mapped[str]
    question: Mapped[str]
    context: Mapped[str | None]
    requirement_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    seen_versions: Mapped[dict[str, Any]]
    """Version of each linked requirement when somebody last looked: a newer one makes the answer suspect."""
    owed_by: Mapped[str]
    owner: Mapped[str | None]
    """Name of the person who owes the answer."""
    contact_id: Mapped[UUID | None]
    """The client's person: whom we ask, or who asks us."""
    channel: Mapped[str | None]
    priority: Mapped[str]
    due_at: Mapped[datetime | None]
    overdue_since: Mapped[datetime | None]
    """When it was told that the answer had not come in time."""
    interaction_id: Mapped[UUID | None]
    """The talk in which it came up."""
    room_question_id: Mapped[UUID | None]
    """What the client asked in a room of the proposal."""
    holds_up_kind: Mapped[str | None]
    holds_up_id: Mapped[UUID | None]
    """What we cannot answer before the client has answered this: its response clock stands meanwhile."""
    status: Mapped[str] = mapped_column(default="draft")
    asked_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    answered_by: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    note: Mapped[str | None]
    """Why it was reopened or withdrawn."""

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "opportunity_id", "code"),
        sa.UniqueConstraint("tenant_id", "room_question_id"),
        search_index("clarification"),
        sa.Index("ix_clarification_requirement_ids", "requirement_ids", postgresql_using="gin"),
    )

    machine = StateMachine(
        "clarification",
        (
            Transition("ask", ("draft",), "asked"),
            Transition("answer", ("asked", "reopened"), "answered"),
            Transition("accept", ("answered",), "accepted"),
            Transition("reopen", ("answered", "accepted"), "reopened"),
            Transition("withdraw", ("draft", "asked", "answered", "reopened"), "withdrawn"),
            *(Transition("change", (state,), state) for state in ("draft", *OPEN)),
            *(Transition("review", (state,), state) for state in ("draft", *OPEN, "accepted")),
        ),
    )

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_owed(self) -> bool:
        """Whether the answer has not been given."""
        return self.status in {"asked", "reopened"}

    @property
    def is_overdue(self) -> bool:
        """Whether the answer was due and has not been given."""
        return self.is_owed and self.due_at is not None and self.due_at < now()

    def actions(self, contact: Contact | None, closed: Problem | None) -> list[AllowedAction]:
        """What can be done now, and why the rest cannot: the contact wants none, the opportunity is closed."""
        blocked: dict[str, Problem] = {}
        if self.owed_by == Party.CLIENT and contact and not contact.may_be_contacted(now()):
            blocked["ask"] = MustNotBeContacted(names=contact.name)
        if others := self._others():
            blocked["answer"] = others
        instead = {"change": self._unchangeable()}
        return self.machine.allowed(self.status, blocked, barred=closed, instead=instead)

    def act(self, action: str) -> None:
        """Move to the next state. Raises `IllegalTransition`."""
        self.status = self.machine.next(self.status, action)

    def refuse_others(self) -> None:
        """Raises `OnlyTheOwner` where the caller neither owes the answer nor writes clarifications."""
        if others := self._others():
            raise others

    def _others(self) -> Problem | None:
        return refusal_unless_owed("clarifications:write", self.code, self.owner if self.owed_by == Party.US else None)

    def refuse_if_settled(self) -> None:
        """Raises `ClarificationIsSettled` for one that is accepted or withdrawn."""
        if self.status in {"accepted", "withdrawn"}:
            raise self._unchangeable()

    def _unchangeable(self) -> ClarificationIsSettled:
        return ClarificationIsSettled(code=self.code, status=self.status)
