"""Client rooms: a submitted proposal behind a signed link, what was opened in it, what was asked, and the answer."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.proposal.models.projections import InOpportunity
from services.proposal.models.proposals import Proposal
from services.proposal.models.refusals import OfferHasLapsed
from shared.kernel.base import TENANT, Base
from shared.kernel.clock import now
from shared.kernel.links import AlreadyAnswered, LinkNotOpen
from shared.kernel.problems import NotFound, Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition

READABLE = frozenset({"submitted", "accepted", "declined", "expired"})
"""Proposals that a client reads in a room; what was taken back or replaced is shown no more."""


class NotWithTheClient(Problem):
    status = 409
    title = ("The proposal is not with the client", "方案尚未提交给客户")
    en = "Proposal {code}, revision {label}, is {status}; a room shows one that was submitted."
    zh = "方案 {code} 版本 {label} 当前为 {status}；仅可为已提交的方案开设客户空间。"


class NoSuchSection(NotFound):
    title = ("No such section", "没有该章节")
    en = "This room does not show a section {code}."
    zh = "此空间未展示章节 {code}。"


class NoSuchRequirement(NotFound):
    title = ("No such requirement", "没有该需求")
    en = "The proposal in this room has no requirement {code}."
    zh = "此空间的方案中没有需求 {code}。"


class AnswersNotWanted(Problem):
    status = 409
    title = ("This room is for reading", "该空间仅供阅读")
    en = "The proposal cannot be accepted or declined here; please answer whoever sent you the link."
    zh = "此处不能接受或拒绝方案，请联系发送链接的人员。"


class MatterIsClosed(Problem):
    status = 409
    title = ("The matter is closed", "该事项已结束")
    en = "This matter is closed, so the room is only for reading; please call whoever sent you the link."
    zh = "该事项已结束，此空间仅供阅读；如有疑问，请联系发送链接的人员。"


class TooManyQuestions(Problem):
    status = 409
    title = ("Too many questions", "提问过多")
    en = "{limit} questions have been asked here; please call whoever sent you the link."
    zh = "此处已提问 {limit} 次，请直接联系发送链接的人员。"


class Room(InOpportunity):
    """A proposal as one person at the client may read it. The link is made once and never kept."""

    __tablename__ = "room"

    proposal_id: Mapped[UUID] = mapped_column(sa.ForeignKey("proposal.id"), index=True)
    recipient_name: Mapped[str]
    recipient_mail: Mapped[str | None]
    language: Mapped[str]
    sections: Mapped[list[Any]]
    """Codes, in the order of the proposal."""
    may_answer: Mapped[bool]
    """Whether the client accepts or declines here."""
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_because: Mapped[str | None]
    answer: Mapped[str | None]
    """accepted or declined, here."""
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]

    proposal: Mapped[Proposal] = relationship(Proposal, lazy="selectin")
    receipts: Mapped[list["RoomReceipt"]] = relationship(
        "RoomReceipt", lazy="selectin", order_by="RoomReceipt.first_at"
    )
    questions: Mapped[list["RoomQuestion"]] = relationship("RoomQuestion", lazy="selectin", order_by="RoomQuestion.id")

    machine = StateMachine(
        "room",
        (
            Transition("revoke", ("open", "expired", "closed"), "revoked"),
            Transition("renew", ("open", "expired"), "open"),
        ),
    )

    @property
    def status(self) -> str:
        """open, expired, revoked, or closed: the proposal was taken back or replaced."""
        if self.revoked_at:
            return "revoked"
        if self.proposal.status not in READABLE:
            return "closed"
        return "open" if now() < self.expires_at else "expired"

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        ending = self.proposal.ending
        blocked = {"renew": ending} if ending else None
        return self.machine.allowed(self.status, blocked, barred=self.barred, spared=("revoke",))

    def refuse_unless_open(self) -> None:
        """Raises `LinkNotOpen`."""
        if self.status != "open":
            raise LinkNotOpen(state=self.status)

    @property
    def takes_answer(self) -> bool:
        """Whether the client can accept or decline here now."""
        return self.may_answer and self.proposal.status == "submitted" and not self.proposal.is_over

    def refuse_question(self) -> None:
        """Raises `LinkNotOpen`, or `MatterIsClosed`: nobody would answer."""
        self.refuse_unless_open()
        if self.proposal.is_over:
            raise MatterIsClosed

    def refuse_answer(self) -> None:
        """Raises `LinkNotOpen`, `AnswersNotWanted`, `OfferHasLapsed`, `MatterIsClosed`, or `AlreadyAnswered`."""
        self.refuse_unless_open()
        if not self.may_answer:
            raise AnswersNotWanted
        if self.proposal.status == "expired":
            raise OfferHasLapsed(code=self.proposal.code, until=self.proposal.valid_until)
        if self.proposal.answered_at:
            raise AlreadyAnswered(at=f"{self.proposal.answered_at:%Y-%m-%d}")
        if self.proposal.is_over:
            raise MatterIsClosed


class RoomReceipt(Base):
    """That a section or a document of a room was opened: first, last, and how often."""

    __tablename__ = "room_receipt"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    room_id: Mapped[UUID] = mapped_column(sa.ForeignKey("room.id"), primary_key=True)
    what: Mapped[str] = mapped_column(primary_key=True)
    """`cover`, the code of a section, or `document:zh`."""
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int]


class RoomQuestion(InOpportunity):
    """What the client asked in a room; the engagement service owes the answer, and tells it."""

    __tablename__ = "room_question"

    room_id: Mapped[UUID] = mapped_column(sa.ForeignKey("room.id"), index=True)
    section: Mapped[str | None]
    requirement_code: Mapped[str | None]
    question: Mapped[str]
    clarification_id: Mapped[UUID | None]
    """What became of it, once that has been heard."""
    clarification_version: Mapped[int] = mapped_column(default=0)
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
