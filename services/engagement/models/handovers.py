"""Hand-over packages 交接: what delivery must know of an opportunity that was won."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.engagement.models.heard import InOpportunity
from shared.db import TENANT, Base
from shared.problems import Problem
from shared.states import AllowedAction, StateMachine, Transition


class HandoverToOneself(Problem):
    status = 403
    title = ("Somebody else must take it over", "须由他人接收")
    en = "{code} was offered by {by}; who offers it cannot accept or return it."
    zh = "{code} 由 {by} 提交；提交人不能自行接收或退回。"


class KnownBasis(Base):
    """The newest of its kind that another service told of an opportunity; `rank` orders what it told."""

    __tablename__ = "known_basis"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    opportunity_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    """baseline, risk_budget, proposal or outcome."""
    rank: Mapped[int] = mapped_column(sa.BigInteger)
    facts: Mapped[dict[str, Any]]


class Handover(InOpportunity):
    """A package that is offered when an opportunity is won; each offer is a snapshot that never changes."""

    __tablename__ = "handover"

    code: Mapped[str]
    revision: Mapped[int]
    """Counts the offers, from 1."""
    status: Mapped[str]
    content: Mapped[dict[str, Any]]
    contact_ids: Mapped[list[Any]]
    """The client's people; they are no part of the snapshot, since a person can be forgotten."""
    content_hash: Mapped[str]
    """SHA-256 of the content."""
    offered_by: Mapped[str]
    offered_at: Mapped[datetime]
    offered_to: Mapped[str | None]
    note: Mapped[str | None]
    """What the offer says beside the package."""
    returns: Mapped[list[Any]]
    """Each with `revision`, `reason`, `by` and `at`, in order."""
    accepted_by: Mapped[str | None]
    accepted_at: Mapped[datetime | None]

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id"),)

    machine = StateMachine(
        "handover",
        (
            Transition("accept", ("offered",), "accepted"),
            Transition("return", ("offered",), "returned"),
            Transition("offer", ("returned",), "offered"),
        ),
    )

    def actions(self, actor: str) -> list[AllowedAction]:
        """What `actor` can do now, and why not the rest."""
        own = self._own(actor)
        return self.machine.allowed(self.status, {"accept": own, "return": own} if own else None)

    def act(self, action: str, actor: str) -> None:
        """Move to the next state. Raises `IllegalTransition`, `HandoverToOneself`."""
        status = self.machine.next(self.status, action)
        own = self._own(actor)
        if own and action != "offer":
            raise own
        self.status = status

    def _own(self, actor: str) -> Problem | None:
        return HandoverToOneself(code=self.code, by=self.offered_by) if actor == self.offered_by else None
