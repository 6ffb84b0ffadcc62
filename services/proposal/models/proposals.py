"""Tables and state rules of the proposal service."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.proposal.content.kinds import KIND_NAMES
from services.proposal.domain.basis import BASELINE_APPROVED, Basis, staleness
from shared.db import TENANT, Base, Resource
from shared.events import Reason
from shared.problems import Problem
from shared.states import AllowedAction, StateMachine, Transition
from shared.suspects import Suspected

OPEN = frozenset({"draft", "in_review", "approved"})
"""Not with the client yet: a newer draft supersedes it."""

STALE_BECAUSE = {
    "baseline_approved": (
        "A newer requirements baseline was approved; a new draft follows by itself.",
        "已批准更新的需求基线，新的方案草稿将自动生成。",
    ),
    "baseline_withdrawn": (
        "The requirements baseline was withdrawn; approve a new one, and a new draft follows.",
        "需求基线已撤回；批准新的基线后将自动生成新的方案草稿。",
    ),
    "opportunity_closed": ("The opportunity is closed.", "商机已关闭。"),
    "estimate_revised": (
        "The baseline was estimated anew; a new draft follows with its price.",
        "该基线已重新估算，新的方案草稿将在定价后自动生成。",
    ),
    "risk_budget_revised": (
        "The risk budget was computed anew; a new draft follows with its price.",
        "风险预算已重新计算，新的方案草稿将在定价后自动生成。",
    ),
    **{
        f"{kind}_settled": (
            f"The {part.name} was settled anew; a new draft follows by itself.",
            f"{part.name_zh}已更新，新的方案草稿将自动生成。",
        )
        for kind, part in KIND_NAMES.items()
    },
}
"""Why a proposal is stale, and what mends it."""


class ProposalIsStale(Problem):
    status = 409
    title = ("The proposal is stale", "方案已过期")
    en = "Proposal {code}, revision {revision}, is stale. {why}"
    zh = "方案 {code} 第 {revision} 版已过期。{why_zh}"


class OwnProposal(Problem):
    status = 403
    title = ("Four eyes are needed", "须由他人审批")
    en = "{author} sent this proposal to review, so somebody else must approve or return it."
    zh = "该方案由 {author} 提交评审，须由其他人审批。"


class ContentAltered(Problem):
    status = 409
    title = ("The content is not what was approved", "内容与批准时不一致")
    en = "The content of proposal {code} has the hash {now}; {approved} was approved. Nothing is submitted."
    zh = "方案 {code} 的内容哈希为 {now}，批准时为 {approved}，不能提交。"


class OfferHasLapsed(Problem):
    status = 409
    title = ("The offer has lapsed", "报价已失效")
    en = "Proposal {code} was valid until {until}; it can no longer be accepted."
    zh = "方案 {code} 有效期至 {until}，已不能接受。"


class IngredientsDisagree(Problem):
    status = 422
    title = ("What the proposal is made of does not fit together", "方案依据不一致")
    en = "The {kind} of epoch {epoch} says {field} = {found}, but {wanted} is what the others say."
    zh = "第 {epoch} 轮的 {kind} 中 {field} 为 {found}，与其他依据的 {wanted} 不一致。"


class Head(Base):
    """The newest that was heard of an opportunity. Its row is locked while an event of the opportunity is handled."""

    __tablename__ = "proposal_head"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    opportunity_id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(default=0)
    epoch_began: Mapped[str] = mapped_column(default=BASELINE_APPROVED)
    """What the epoch began with: baseline_approved, baseline_withdrawn or opportunity_closed."""
    estimate_revision: Mapped[int] = mapped_column(default=0)
    risk_revision: Mapped[int] = mapped_column(default=0)
    authored_revision: Mapped[int] = mapped_column(default=0, server_default="0")
    """Counts what persons settled."""
    settled: Mapped[str | None]
    """Kind of the part that was settled last."""

    @property
    def basis(self) -> Basis:
        return Basis(self.epoch, self.estimate_revision, self.risk_revision, self.authored_revision)

    @property
    def is_live(self) -> bool:
        """Whether there is something to offer: its baseline was neither withdrawn nor is the opportunity closed."""
        return self.epoch_began == BASELINE_APPROVED

    def advance(self, basis: Basis, began: str = BASELINE_APPROVED) -> None:
        """Move on to `basis` if it is newer than all that was heard before; `began` is what its epoch began with."""
        if basis.epoch > self.epoch or (basis.epoch == self.epoch and began != BASELINE_APPROVED):
            self.epoch_began = began
        if basis > self.basis.computed:
            self.epoch, self.estimate_revision = basis.epoch, basis.estimate_revision
            self.risk_revision = basis.risk_revision


class Ingredient(Base):
    """An event that proposals are made of, kept until the others of its basis are there too."""

    __tablename__ = "ingredient"

    tenant_id: Mapped[str] = mapped_column(primary_key=True, server_default=TENANT)
    opportunity_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    """baseline, estimate, risk or price."""
    epoch: Mapped[int] = mapped_column(primary_key=True)
    estimate_revision: Mapped[int] = mapped_column(primary_key=True)
    risk_revision: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[dict[str, Any]]


class Proposal(Suspected, Resource):
    """A proposal of one basis. Its content never changes; another basis makes another proposal."""

    __tablename__ = "proposal"

    opportunity_id: Mapped[UUID]
    code: Mapped[str]
    revision: Mapped[int] = mapped_column(sa.BigInteger)
    """Grows with the basis: what orders the proposals of an opportunity."""
    version_label: Mapped[str]
    """The basis for people: baseline number, estimate revision, risk revision, authored revision if there is one."""
    title: Mapped[str]
    client_name: Mapped[str]
    language: Mapped[str]
    status: Mapped[str] = mapped_column(default="draft")
    freshness: Mapped[str] = mapped_column(default="fresh")
    stale_because: Mapped[str | None]
    baseline_id: Mapped[UUID]
    baseline_number: Mapped[int]
    epoch: Mapped[int]
    baseline_hash: Mapped[str]
    estimate_id: Mapped[UUID]
    estimate_revision: Mapped[int]
    risk_budget_id: Mapped[UUID]
    risk_revision: Mapped[int]
    authored_revision: Mapped[int] = mapped_column(default=0, server_default="0")
    content_hash: Mapped[str]
    currency: Mapped[str]
    price_excl_tax: Mapped[Decimal] = mapped_column(sa.Numeric(20, 4))
    price_incl_tax: Mapped[Decimal] = mapped_column(sa.Numeric(20, 4))
    effort_days: Mapped[float]
    start: Mapped[date]
    finish: Mapped[date]
    p80_finish: Mapped[date]
    validity_days: Mapped[int]
    review_requested_by: Mapped[str | None]
    reviewed_by: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str | None]
    approved_hash: Mapped[str | None]
    submitted_by: Mapped[str | None]
    submitted_at: Mapped[datetime | None]
    valid_until: Mapped[date | None]
    answered_at: Mapped[datetime | None]
    answer_reason: Mapped[str | None]

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id", "revision"),)

    machine = StateMachine(
        "proposal",
        (
            Transition("submit-for-review", ("draft",), "in_review"),
            Transition("approve", ("in_review",), "approved"),
            Transition("return", ("in_review", "approved"), "draft"),
            Transition("submit", ("approved",), "submitted"),
            Transition("withdraw", ("draft", "in_review", "approved", "submitted"), "withdrawn"),
            Transition("accept", ("submitted",), "accepted"),
            Transition("decline", ("submitted",), "declined"),
        ),
    )
    needs_freshness = ("submit-for-review", "approve", "submit")

    @property
    def basis(self) -> Basis:
        return Basis(self.epoch, self.estimate_revision, self.risk_revision, self.authored_revision)

    @property
    def stale_reason(self) -> Reason | None:
        if self.stale_because is None:
            return None
        en, zh = STALE_BECAUSE[self.stale_because]
        return Reason(code=self.stale_because, message=en, message_zh=zh)

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        problem = self._staleness()
        return self.machine.allowed(self.status, dict.fromkeys(self.needs_freshness, problem) if problem else None)

    def act(self, action: str, *, by: str) -> None:
        """Move to the next state. Raises `IllegalTransition`, `ProposalIsStale`, or `OwnProposal` for one's own."""
        target = self.machine.next(self.status, action)
        problem = self._staleness()
        if problem and action in self.needs_freshness:
            raise problem
        if action in {"approve", "return"} and by == self.review_requested_by:
            raise OwnProposal(author=by)
        self.status = target

    def compare(self, head: Head) -> bool:
        """Note whether something newer than this proposal's basis was heard; True when it has just become stale."""
        was_fresh = self.freshness == "fresh"
        self.stale_because = staleness(self.basis, head.basis, head.epoch_began, head.settled)
        self.freshness = "stale" if self.stale_because else "fresh"
        return was_fresh and self.freshness == "stale"

    def _staleness(self) -> ProposalIsStale | None:
        reason = self.stale_reason
        if reason is None:
            return None
        return ProposalIsStale(code=self.code, revision=self.revision, why=reason.message, why_zh=reason.message_zh)


class Content(Base):
    """What a proposal says, as the canonical bytes that its hash is of, and beside it what it costs us.

    Never edited: a trigger refuses UPDATE and DELETE.
    """

    __tablename__ = "proposal_content"

    proposal_id: Mapped[UUID] = mapped_column(sa.ForeignKey("proposal.id"), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(server_default=TENANT)
    content: Mapped[bytes]
    internal_figures: Mapped[dict[str, Any]]


class Document(Resource):
    """A rendered document; its bytes are in the store under their hash."""

    __tablename__ = "document"

    opportunity_id: Mapped[UUID]
    proposal_id: Mapped[UUID] = mapped_column(sa.ForeignKey("proposal.id"), index=True)
    language: Mapped[str]
    media_type: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str]
    size_bytes: Mapped[int]
    pages: Mapped[int]
    content_hash: Mapped[str]
    engine: Mapped[str]
    """What made it: engine, templates and fonts, so that it can be made again to the byte."""

    __table_args__ = (sa.UniqueConstraint("tenant_id", "proposal_id", "language"),)
