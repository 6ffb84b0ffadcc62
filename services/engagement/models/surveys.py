"""Satisfaction 满意度: what we ask the client by link, and what comes back."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.engagement.models.projections import InOpportunity
from shared.kernel.base import Resource
from shared.kernel.clock import now
from shared.kernel.links import AlreadyAnswered, LinkNotOpen
from shared.kernel.problems import Problem
from shared.kernel.search import Searched, search_index
from shared.kernel.states import AllowedAction, StateMachine, Transition


class SurveyKind(StrEnum):
    CSAT = "csat"
    NPS = "nps"
    WIN_LOSS = "win_loss"
    FEEDBACK = "feedback"
    CUSTOM = "custom"


_BAD_UP_TO = {SurveyKind.CSAT: 2, SurveyKind.NPS: 6}


class SurveyIsNotDraft(Problem):
    status = 409
    title = ("A published survey never changes", "已发布的调查不可修改")
    en = "Version {number} of {key} is {status}; draft a new version of it."
    zh = "{key} 第 {number} 版状态为 {status}，请新建版本。"


class SurveyNotPublished(Problem):
    status = 409
    title = ("Not published", "调查未发布")
    en = "Version {number} of {key} is {status}; only a published one can be sent."
    zh = "{key} 第 {number} 版状态为 {status}，只有已发布的版本可以发送。"


class Survey(Searched, Resource):
    """A version of a survey in the SurveyJS format; once published it never changes."""

    __tablename__ = "survey"
    searched = ("key", "title", "title_zh")

    key: Mapped[str]
    number: Mapped[int]
    kind: Mapped[str]
    title: Mapped[str]
    title_zh: Mapped[str]
    form: Mapped[dict[str, Any]]
    """A CSAT or NPS form has a rating named `score`."""
    status: Mapped[str]
    published_at: Mapped[datetime | None]
    is_shipped: Mapped[bool]

    __table_args__ = (sa.UniqueConstraint("tenant_id", "key", "number"), search_index("survey"))

    machine = StateMachine(
        "survey",
        (
            Transition("change", ("draft",), "draft"),
            Transition("publish", ("draft",), "published"),
            Transition("send", ("published",), "published"),
            Transition("retire", ("published",), "retired"),
        ),
        doors={"send": "POST /survey-invitations"},
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        instead = {"change": SurveyIsNotDraft(**self._names), "send": SurveyNotPublished(**self._names)}
        return self.machine.allowed(self.status, instead=instead)

    def is_bad(self, score: int | None) -> bool:
        """Whether a mark is one that somebody must look into: 1 or 2 of a CSAT, a detractor's of an NPS."""
        worst = _BAD_UP_TO.get(SurveyKind(self.kind))
        return worst is not None and score is not None and score <= worst

    def refuse_unless_draft(self) -> None:
        """Raises `SurveyIsNotDraft`."""
        if self.status != "draft":
            raise SurveyIsNotDraft(**self._names)

    def refuse_unless_published(self) -> None:
        """Raises `SurveyNotPublished`."""
        if self.status != "published":
            raise SurveyNotPublished(**self._names)

    @property
    def _names(self) -> dict[str, Any]:
        return {"number": self.number, "key": self.key, "status": self.status}


class SurveyInvitation(InOpportunity):
    """A survey that was sent to somebody by link, or whose answers somebody of ours wrote down."""

    __tablename__ = "survey_invitation"

    survey_id: Mapped[UUID] = mapped_column(sa.ForeignKey("survey.id"), index=True)
    stage: Mapped[str | None]
    interaction_id: Mapped[UUID | None]
    support_request_id: Mapped[UUID | None]
    training_id: Mapped[UUID | None] = mapped_column(index=True)
    """What it asks about; one of these four, or the whole opportunity."""
    contact_id: Mapped[UUID | None]
    recipient_name: Mapped[str]
    recipient_mail: Mapped[str | None]
    language: Mapped[str]
    origin: Mapped[str]
    """link, or recorded by somebody of ours."""
    expires_at: Mapped[datetime | None]
    state: Mapped[str]
    """sent, answered or withdrawn; a sent one expires by itself."""
    answers: Mapped[dict[str, Any] | None]
    score: Mapped[int | None]
    answered_at: Mapped[datetime | None]

    machine = StateMachine(
        "survey_invitation",
        (
            Transition("answer", ("sent",), "answered", is_automatic=True),
            Transition("withdraw", ("sent",), "withdrawn"),
        ),
    )

    @property
    def status(self) -> str:
        is_over = self.state == "sent" and self.expires_at is not None and self.expires_at <= now()
        return "expired" if is_over else self.state

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return self.machine.allowed(self.status)

    def refuse_unless_open(self) -> None:
        """Raises `AlreadyAnswered` or `LinkNotOpen`."""
        if self.answered_at:
            raise AlreadyAnswered(at=self.answered_at.isoformat(timespec="minutes"))
        if self.status != "sent":
            raise LinkNotOpen(state=self.status)
