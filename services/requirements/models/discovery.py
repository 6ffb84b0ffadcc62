"""What is found out about an opportunity: people, pains, questionnaires and their answers."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.requirements.models.guards import InOpportunity
from shared.kernel.base import Resource
from shared.kernel.clock import now
from shared.kernel.links import AlreadyAnswered, LinkNotOpen
from shared.kernel.problems import Problem
from shared.kernel.search import Searched, search_index
from shared.kernel.states import AllowedAction, StateMachine, Transition
from shared.language.forms import title_of


class Role(StrEnum):
    """Part in the client's decision (Miller Heiman's buying influences, and those beside them)."""

    ECONOMIC_BUYER = "economic_buyer"
    DECISION_MAKER = "decision_maker"
    USER_BUYER = "user_buyer"
    TECHNICAL_BUYER = "technical_buyer"
    COACH = "coach"
    INFLUENCER = "influencer"
    END_USER = "end_user"


class Stance(StrEnum):
    CHAMPION = "champion"
    SUPPORTER = "supporter"
    NEUTRAL = "neutral"
    OPPONENT = "opponent"
    UNKNOWN = "unknown"


class QuestionnaireIsNotDraft(Problem):
    status = 409
    title = ("A published version never changes", "已发布版本不可修改")
    en = "Version {number} of {key} is {status}; make a new version of it."
    zh = "{key} 第 {number} 版状态为 {status}，请新建版本。"


class QuestionnaireNotPublished(Problem):
    status = 409
    title = ("Not published", "问卷未发布")
    en = "Version {number} of {key} is {status}; only a published one can be sent."
    zh = "{key} 第 {number} 版状态为 {status}，只有已发布的版本可以发送。"


class Stakeholder(Searched, InOpportunity):
    """Somebody at the client who has a say, or should have."""

    __tablename__ = "stakeholder"
    searched = ("name", "position", "needs")

    opportunity_id: Mapped[UUID] = mapped_column(sa.ForeignKey("opportunity.id"), index=True)
    name: Mapped[str]
    position: Mapped[str | None]
    role: Mapped[str]
    influence: Mapped[int]
    interest: Mapped[int]
    stance: Mapped[str]
    needs: Mapped[str | None]
    contact_id: Mapped[UUID | None]
    """The engagement service's contact."""
    last_met_on: Mapped[date | None]

    __table_args__ = (search_index("stakeholder"),)

    def meet(self, at: datetime) -> None:
        """Somebody of us met this person; the latest time that has been counts."""
        if at <= now() and (self.last_met_on is None or self.last_met_on < at.date()):
            self.last_met_on = at.date()

    machine = StateMachine.steady("stakeholder", "change", "delete")


class Pain(Searched, InOpportunity):
    """What hurts the client today, and what it costs to leave it so."""

    __tablename__ = "pain"
    searched = ("statement", "affected")

    opportunity_id: Mapped[UUID] = mapped_column(sa.ForeignKey("opportunity.id"), index=True)
    statement: Mapped[str]
    severity: Mapped[str]
    affected: Mapped[str | None]
    cost_of_inaction: Mapped[Decimal | None] = mapped_column(sa.Numeric(20, 4))
    """Each year, in `currency`."""
    currency: Mapped[str | None]
    source: Mapped[dict[str, Any] | None]

    __table_args__ = (search_index("pain"),)

    machine = StateMachine.steady("pain", "change", "delete")


class Questionnaire(Searched, Resource):
    """A version of a questionnaire in the SurveyJS format; once published it never changes."""

    __tablename__ = "questionnaire"
    searched = ("key", "title", "title_zh")

    key: Mapped[str]
    number: Mapped[int]
    title: Mapped[str]
    title_zh: Mapped[str]
    form: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(default="draft")
    published_at: Mapped[datetime | None]

    __table_args__ = (sa.UniqueConstraint("tenant_id", "key", "number"), search_index("questionnaire"))

    machine = StateMachine(
        "questionnaire",
        (
            Transition("change", ("draft",), "draft"),
            Transition("publish", ("draft",), "published"),
            Transition("retire", ("published",), "retired"),
        ),
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return self.machine.allowed(self.status, instead={"change": self._not_draft()})

    def introduction(self, language: str) -> str | None:
        """What a reader is told before the first question."""
        return title_of(self.form.get("description"), language) or None

    def _not_draft(self) -> Problem:
        return QuestionnaireIsNotDraft(number=self.number, key=self.key, status=self.status)

    def refuse_unless_draft(self) -> None:
        """Raises `QuestionnaireIsNotDraft`."""
        if self.status != "draft":
            raise self._not_draft()

    def refuse_unless_published(self) -> None:
        """Raises `QuestionnaireNotPublished`."""
        if self.status != "published":
            raise QuestionnaireNotPublished(number=self.number, key=self.key, status=self.status)


BY_LINK = (
    Transition("answer", ("sent",), "answered", is_automatic=True),
    Transition("withdraw", ("sent",), "withdrawn"),
)
"""Of whatever a client answers once by a link: nobody else does."""


class ByLink:
    """What a client answers once by a signed link."""

    recipient_name: Mapped[str]
    recipient_mail: Mapped[str | None]
    language: Mapped[str]
    expires_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="sent")
    """sent, answered or withdrawn; a sent one expires by itself."""
    answered_at: Mapped[datetime | None]

    spared: ClassVar[tuple[str, ...]] = ("withdraw",)

    @property
    def status(self) -> str:
        return "expired" if self.state == "sent" and self.expires_at <= now() else self.state

    def refuse_unless_open(self) -> None:
        """Raises `AlreadyAnswered` or `LinkNotOpen`."""
        if self.answered_at:
            raise AlreadyAnswered(at=self.answered_at.isoformat(timespec="minutes"))
        if self.status != "sent":
            raise LinkNotOpen(state=self.status)


class Invitation(ByLink, InOpportunity):
    """A questionnaire that was sent to somebody by link, and what came back."""

    __tablename__ = "invitation"

    machine = StateMachine("invitation", BY_LINK)

    opportunity_id: Mapped[UUID] = mapped_column(sa.ForeignKey("opportunity.id"), index=True)
    questionnaire_id: Mapped[UUID] = mapped_column(sa.ForeignKey("questionnaire.id"), index=True)
    stakeholder_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("stakeholder.id", ondelete="SET NULL"))
    answers: Mapped[dict[str, Any] | None]
    unmapped_answers: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    """Those that became nothing: question, about, words."""
    made_requirement_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    made_pain_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
