"""Hand-over packages 交接: what delivery must know of an opportunity that was won."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from services.engagement.models.projections import InOpportunity
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition


class HandoverToOneself(Problem):
    status = 403
    title = ("Somebody else must take it over", "须由他人接收")
    en = "{code} is offered by {by}: offer it to somebody else, who then accepts or returns it."
    zh = "{code} 由 {by} 提交：请提交给他人，由对方接收或退回。"


class HandoverToNobody(Problem):
    status = 409
    title = ("Offered to nobody yet", "尚未指定接收人")
    en = "{code} is offered to nobody yet: offer it, with `to`, to whoever takes over."
    zh = "{code} 尚未指定接收人：请先提交给指定的接收人。"


class OnlyTheTaker(Problem):
    status = 403
    title = ("Only for whom it is offered to", "仅限接收人")
    en = "{code} is offered to {to}: only they accept or return it. Offer it to somebody else if they cannot."
    zh = "{code} 已提交给 {to}：只有其本人可以接收或退回；如其无法处理，请改为提交给他人。"


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
    """Who takes it over or returns it; None while it has only been assembled, when the opportunity was won."""
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
            Transition("offer", ("offered", "returned"), "offered"),
        ),
    )

    def actions(self, actor: str) -> list[AllowedAction]:
        """What `actor` can do now, and why not the rest."""
        refusal = self._refusal(actor)
        return self.machine.allowed(self.status, {"accept": refusal, "return": refusal} if refusal else None)

    def act(self, action: str, actor: str) -> None:
        """Move to the next state. Raises `IllegalTransition`, `HandoverToNobody`, `OnlyTheTaker`."""
        status = self.machine.next(self.status, action)
        refusal = self._refusal(actor)
        if refusal and action != "offer":
            raise refusal
        self.status = status

    def offer_to(self, taker: str | None, by: str) -> None:
        """Raises `HandoverToNobody`, `HandoverToOneself`."""
        if taker is None:
            raise HandoverToNobody(code=self.code)
        if taker == by:
            raise HandoverToOneself(code=self.code, by=by)
        self.offered_to = taker

    def _refusal(self, actor: str) -> Problem | None:
        if self.offered_to is None:
            return HandoverToNobody(code=self.code)
        return OnlyTheTaker(code=self.code, to=self.offered_to) if actor != self.offered_to else None
