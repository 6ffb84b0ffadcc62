"""Support requests 售前支持申请: what sales asks of the specialists, and how it went."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.engagement.models.projections import InOpportunity
from shared.kernel.auth import refusal_unless_owed
from shared.kernel.problems import Problem
from shared.kernel.search import Searched, search_index
from shared.kernel.states import AllowedAction, StateMachine, Transition
from shared.language.business_day import today_for


class SupportDomain(StrEnum):
    TECHNICAL = "technical"
    PROJECT_MANAGEMENT = "project_management"
    RISK_CONTROL = "risk_control"
    AFTER_SALES = "after_sales"


class SupportKind(StrEnum):
    CONSULTING = "consulting"
    TRAINING = "training"
    GUIDANCE = "guidance"


class WaitsFor(StrEnum):
    """Who owes us something before we can go on."""

    CLIENT = "client"
    REQUESTER = "requester"


OPEN = ("requested", "triaged", "assigned", "in_progress")
"""Support is still owed."""

_STAYING = ("change", "message", "wait", "resume", "escalate")
"""Actions that leave the state as it is."""


class OnlyTheRequester(Problem):
    status = 403
    title = ("Only for who asked", "仅限申请人")
    en = "Only {requester}, who asked for {code}, can do this."
    zh = "只有 {code} 的申请人 {requester} 可以执行此操作。"


class OnlyTheAssignee(Problem):
    status = 403
    title = ("Only for who is assigned", "仅限受理人")
    en = "Only {assignee}, to whom {code} is assigned, can do this; assign it to yourself first."
    zh = "只有 {code} 的受理人 {assignee} 可以执行此操作；请先将其分派给自己。"


class IsWaiting(Problem):
    status = 409
    title = ("It is waiting already", "已处于等待状态")
    en = "{code} waits for the {party} already: {reason}"
    zh = "{code} 已在等待 {party}：{reason}"


class IsNotWaiting(Problem):
    status = 409
    title = ("It is not waiting", "未处于等待状态")
    en = "{code} waits for nobody."
    zh = "{code} 当前未在等待任何一方。"


class SupportRequestIsOver(Problem):
    status = 409
    title = ("The request is over", "申请已办结")
    en = "{code} is {status}; reopen it first."
    zh = "{code} 当前为 {status}；请先重新打开。"


class AlreadyEscalated(Problem):
    status = 409
    title = ("Escalated that far already", "已升级到该级别")
    en = "{code} is at escalation level {level}; name a higher one."
    zh = "{code} 已升级至第 {level} 级，请指定更高级别。"


class NobodyFits(Problem):
    status = 409
    title = ("Nobody fits", "没有合适的人员")
    en = "Nobody fits {code}: see its candidates for what stands against each, and assign somebody by name."
    zh = "没有人员适合 {code}：请在候选人列表中查看各自的原因，并直接指定人员。"


class SupportRequest(Searched, InOpportunity):
    """Support asked of the team for an opportunity."""

    __tablename__ = "support_request"
    searched = ("code", "title", "description", "delivery")

    code: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    domain: Mapped[str]
    kind: Mapped[str]
    priority: Mapped[str]
    needed_by: Mapped[date | None]
    expected_hours: Mapped[float]
    """Hours of work that it is expected to take."""
    skills: Mapped[list[Any]]
    """Skills wanted, each with `name` and `level`, 1 to 5."""
    language: Mapped[str | None]
    region: Mapped[str | None]
    requirement_ids: Mapped[list[UUID]] = mapped_column(ARRAY(sa.Uuid))
    requester: Mapped[str]
    assignee_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("colleague.id"), index=True)
    assignee: Mapped[str | None]
    """Subject of the colleague."""
    assignment: Mapped[dict[str, Any] | None]
    """Why that person: as the candidates showed it then."""
    status: Mapped[str]
    waits_for: Mapped[str | None]
    waiting_reason: Mapped[str | None]
    waiting_since: Mapped[datetime | None]
    escalations: Mapped[list[Any]]
    """Each with `level`, `to`, `reason`, `at` and `by`, in order."""
    first_answered_at: Mapped[datetime | None]
    assigned_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    delivery: Mapped[str | None]
    """What was delivered."""
    rating: Mapped[int | None]
    rating_comment: Mapped[str | None]
    rated_at: Mapped[datetime | None]
    rated_by: Mapped[str | None]
    """requester or client: the client's mark, by survey, takes the place of the requester's."""
    closed_at: Mapped[datetime | None]
    times_reopened: Mapped[int]
    note: Mapped[str | None]
    """Why it was declined or reopened last."""

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "opportunity_id", "code"),
        search_index("support_request"),
        sa.Index("ix_support_request_requirement_ids", "requirement_ids", postgresql_using="gin"),
    )

    machine = StateMachine(
        "support_request",
        (
            Transition("triage", ("requested",), "triaged"),
            Transition("assign", ("triaged", "assigned", "in_progress"), "assigned"),
            Transition("start", ("assigned",), "in_progress"),
            Transition("deliver", ("in_progress",), "delivered"),
            Transition("rate", ("delivered",), "rated"),
            Transition("close", ("delivered", "rated"), "closed"),
            Transition("decline", ("requested", "triaged", "assigned"), "declined"),
            Transition("reopen", ("delivered", "rated", "closed"), "in_progress"),
            *(Transition(action, (state,), state) for action in _STAYING for state in OPEN),
        ),
        doors={"message": "POST /support-requests/{}/messages"},
    )

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_overdue(self) -> bool:
        """Whether it is open after the day on which it was needed, where we work."""
        return self.is_open and self.needed_by is not None and self.needed_by < today_for(self)

    @property
    def escalation_level(self) -> int:
        return self.escalations[-1]["level"] if self.escalations else 0

    def actions(self, actor: str, closed: Problem | None) -> list[AllowedAction]:
        """What `actor` can do now, and why not the rest."""
        refusals = {one.action: self._refusal(one.action, actor) for one in self.machine.transitions}
        blocked = {action: why for action, why in refusals.items() if why}
        instead = None if self.is_open else dict.fromkeys(("change", "message"), self._over())
        return self.machine.allowed(self.status, blocked, barred=closed, instead=instead)

    def act(self, action: str, actor: str) -> None:
        """Move to the next state. Raises `IllegalTransition`, and what forbids it to `actor`."""
        status = self.machine.next(self.status, action)
        refusal = self._refusal(action, actor)
        if refusal:
            raise refusal
        self.status = status

    def _refusal(self, action: str, actor: str) -> Problem | None:
        match action:
            case "rate" | "reopen" if actor != self.requester:
                return OnlyTheRequester(code=self.code, requester=self.requester)
            case "start" | "deliver" if actor != self.assignee:
                return OnlyTheAssignee(code=self.code, assignee=self.assignee or "?")
            case "wait" | "resume" | "message" if others := self.others():
                return others
            case "wait" if self.waits_for:
                return IsWaiting(code=self.code, party=self.waits_for, reason=self.waiting_reason)
            case "resume" if not self.waits_for:
                return IsNotWaiting(code=self.code)
        return None

    def others(self) -> Problem | None:
        """The refusal of a caller to whom it is not assigned, and who does not write support requests either."""
        return refusal_unless_owed("support-requests:write", self.code, self.assignee)

    def rate(self, rating: int, comment: str | None, *, by: str, at: datetime) -> None:
        self.rating, self.rating_comment, self.rated_by, self.rated_at = rating, comment, by, at

    def rate_by_client(self, rating: int, comment: str | None, at: datetime) -> bool:
        """What the client says of it by a survey; False for a request that nothing was delivered for yet."""
        if self.delivered_at is None or self.is_open:
            return False
        if self.status == "delivered":
            self.status = self.machine.next(self.status, "rate")
        self.rate(rating, comment, by="client", at=at)
        return True

    def wait(self, party: str | None, reason: str | None, at: datetime | None) -> None:
        """Wait for somebody, or for nobody any more."""
        self.waits_for, self.waiting_reason, self.waiting_since = party, reason, at

    def refuse_if_over(self) -> None:
        """Raises `SupportRequestIsOver`."""
        if not self.is_open:
            raise self._over()

    def _over(self) -> SupportRequestIsOver:
        return SupportRequestIsOver(code=self.code, status=self.status)

    def escalate(self, level: int, to: str, reason: str, *, by: str, at: datetime) -> None:
        """Raises `AlreadyEscalated` for a level that is not higher."""
        if level <= self.escalation_level:
            raise AlreadyEscalated(code=self.code, level=self.escalation_level)
        step = {"level": level, "to": to, "reason": reason, "by": by, "at": at.isoformat()}
        self.escalations = [*self.escalations, step]


class SupportMessage(InOpportunity):
    """A message in the thread of a request."""

    __tablename__ = "support_message"

    support_request_id: Mapped[UUID] = mapped_column(sa.ForeignKey("support_request.id"), index=True)
    text: Mapped[str]
    is_internal: Mapped[bool]
    """Among those who give the support: the requester does not see it."""
    is_acknowledgement: Mapped[bool]
    """Says only that the request has been seen: no answer yet."""
    attachments: Mapped[list[Any]]
