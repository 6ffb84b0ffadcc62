"""Professional advice 专业建议: what we recommended, why, and what the client made of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.engagement.models.contacts import Contact
from services.engagement.models.projections import InOpportunity
from shared.kernel.clock import now
from shared.kernel.problems import Problem
from shared.kernel.search import Searched, search_index
from shared.kernel.states import AllowedAction, StateMachine, Transition
from shared.language.do_not_contact import MustNotBeContacted


class AdviceKind(StrEnum):
    TECHNICAL = "technical"
    PROJECT_MANAGEMENT = "project_management"
    RISK_CONTROL = "risk_control"


class AdviceIsGiven(Problem):
    status = 409
    title = ("The advice has been given", "建议已提出")
    en = "{code} is {status}; what was said to the client stays. Give new advice instead."
    zh = "{code} 当前为 {status}；已向客户提出的内容不再修改，请另提新建议。"


class Advice(Searched, InOpportunity):
    """A recommendation with its reasons and the alternatives that were weighed."""

    __tablename__ = "advice"
    searched = ("code", "occasion", "recommendation", "because", "alternatives")

    code: Mapped[str]
    kind: Mapped[str]
    occasion: Mapped[str]
    recommendation: Mapped[str]
    because: Mapped[str]
    alternatives: Mapped[list[Any]]
    """Each with `option`, `pros` and `cons`."""
    requirement_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    contact_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    """To whom it is given."""
    interaction_id: Mapped[UUID | None]
    clarification_id: Mapped[UUID | None]
    status: Mapped[str] = mapped_column(default="draft")
    given_at: Mapped[datetime | None]
    given_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    """Who at the client accepted or declined."""
    reason: Mapped[str | None]

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id", "code"), search_index("advice"))

    machine = StateMachine(
        "advice",
        (
            Transition("change", ("draft",), "draft"),
            Transition("give", ("draft",), "given"),
            Transition("accept", ("given",), "accepted"),
            Transition("decline", ("given",), "declined"),
        ),
        collection="advice",
    )

    def actions(self, contacts: list[Contact], closed: Problem | None) -> list[AllowedAction]:
        """What can be done now, and why the rest cannot."""
        blocked: dict[str, Problem] = {}
        left_alone = sorted(contact.name for contact in contacts if not contact.may_be_contacted(now()))
        if left_alone:
            blocked["give"] = MustNotBeContacted(names=", ".join(left_alone))
        instead = {"change": self._unchangeable()}
        return self.machine.allowed(self.status, blocked, barred=closed, instead=instead)

    def act(self, action: str) -> None:
        """Move to the next state. Raises `IllegalTransition`."""
        self.status = self.machine.next(self.status, action)

    def refuse_if_given(self) -> None:
        """Raises `AdviceIsGiven`."""
        if self.status != "draft":
            raise self._unchangeable()

    def _unchangeable(self) -> AdviceIsGiven:
        return AdviceIsGiven(code=self.code, status=self.status)
