"""Tables and state rules of the proposal service."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from services.proposal.domain.basis import Basis, staleness
from services.proposal.domain.review_policy import Asked, role_to_give, still_asked
from services.proposal.models.fit_to_send import Check, Judged, NothingToWaive
from services.proposal.models.outcomes import Outcome, OutcomeIsRecorded
from services.proposal.models.projections import Head
from services.proposal.models.refusals import (
    STALE_BECAUSE,
    NoBaselineToDraftFrom,
    ProposalIsIncomplete,
    ProposalIsStale,
    ProposalIsSuspect,
    SectionInWork,
)
from services.proposal.models.reviews import (
    OwnPart,
    OwnProposal,
    Review,
    ReviewedAlready,
    ReviewMissing,
    ReviewNotAsked,
    ReviewPolicy,
    asked,
)
from services.proposal.models.sections import ProposalSection
from shared.kernel.base import Resource
from shared.kernel.counting import at_most_one
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition
from shared.language.events.values import Reason
from shared.language.suspects import Suspected

OPEN = frozenset({"draft", "in_review", "approved"})
"""Not with the client yet: a newer draft supersedes it."""

OUTGOING = ("submit-for-review", "approve", "submit")
"""What a proposal that is not fit to send is kept from."""
ANSWERED = ("accept", "decline", "set-validity", "extend", "revise", "waive-limit")
"""What is done while its opportunity is open."""
DRAFTING = ("set-validity", "revise")
"""What another draft follows from at once."""


class Proposal(Judged, Suspected, Resource):
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
    gaps: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    """What was missing when it was drafted, as `Gap`."""
    authors: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    """Who settled its parts: none of them approves it."""
    review_round: Mapped[int] = mapped_column(server_default="0", default=0)
    review_policy: Mapped[int] = mapped_column(server_default="0", default=0)
    """Revision of the policy that it was sent to review under; 0 is the usual one."""
    reviews_asked: Mapped[list[Any]] = mapped_column(server_default="[]", default=list)
    """Each with `role` and `count`."""
    review_requested_by: Mapped[str | None]
    reviewed_by: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    review_note: Mapped[str | None]
    approved_hash: Mapped[str | None]
    win_probability: Mapped[float | None]
    """What the team expected when it was submitted."""
    submitted_by: Mapped[str | None]
    submitted_at: Mapped[datetime | None]
    valid_until: Mapped[date | None]
    neared_at: Mapped[datetime | None]
    """When it was told that the end of its validity is near."""
    answered_at: Mapped[datetime | None]
    answer_reason: Mapped[str | None]
    answered_by: Mapped[str | None]
    """Who at the client answered, where it is known."""

    __table_args__ = (
        sa.UniqueConstraint("tenant_id", "opportunity_id", "revision"),
        at_most_one("proposal", "in_work", "status IN ('draft', 'in_review', 'approved')", "opportunity_id"),
        at_most_one("proposal", "submitted", "status = 'submitted'", "opportunity_id"),
        at_most_one("proposal", "accepted", "status = 'accepted'", "opportunity_id"),
    )

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
            *(Transition("waive-limit", (state,), state) for state in ("draft", "in_review", "approved")),
            Transition("set-validity", ("draft",), "draft"),
            Transition("extend", ("submitted",), "submitted"),
            *(Transition("revise", (state,), state) for state in ("submitted", "declined", "expired", "withdrawn")),
        ),
    )

    reviews: Mapped[list[Review]] = relationship(Review, lazy="selectin", order_by=Review.id)

    in_work: Mapped[list[ProposalSection]] = relationship(
        ProposalSection,
        primaryjoin=lambda: sa.and_(
            foreign(ProposalSection.opportunity_id) == Proposal.opportunity_id, ProposalSection.status == "drafting"
        ),
        viewonly=True,
        uselist=True,
        lazy="selectin",
        order_by=ProposalSection.position,
    )
    """Sections that somebody is writing now."""

    outcome: Mapped[Outcome | None] = relationship(
        Outcome,
        primaryjoin=lambda: sa.and_(
            foreign(Outcome.opportunity_id) == Proposal.opportunity_id, Outcome.status == "recorded"
        ),
        viewonly=True,
        uselist=False,
        lazy="selectin",
    )
    """How its opportunity ended, once that is recorded; the closing is heard a moment later."""

    policy: Mapped[ReviewPolicy | None] = relationship(
        ReviewPolicy,
        primaryjoin=lambda: sa.and_(
            foreign(ReviewPolicy.tenant_id) == Proposal.tenant_id, ReviewPolicy.superseded_at.is_(None)
        ),
        viewonly=True,
        uselist=False,
        lazy="selectin",
    )
    """The tenant's policy in force."""

    @property
    def basis(self) -> Basis:
        return Basis(self.epoch, self.estimate_revision, self.risk_revision, self.authored_revision)

    @property
    def is_over(self) -> bool:
        """Whether its opportunity is closed, or about to be: nobody answers it, or makes another of it."""
        return self.stale_because == "opportunity_closed" or self.outcome is not None

    @property
    def ending(self) -> OutcomeIsRecorded | None:
        """Why nothing more is offered, once an outcome is recorded."""
        return OutcomeIsRecorded(code=self.code, result=self.outcome.result) if self.outcome else None

    @property
    def stale_reason(self) -> Reason | None:
        if self.stale_because is None:
            return None
        en, zh = STALE_BECAUSE[self.stale_because]
        return Reason(code=self.stale_because, message=en, message_zh=zh)

    @property
    def reviews_missing(self) -> list[Asked]:
        """Approvals that are asked for and have not been given for this content in this round."""
        return still_asked(asked(self.reviews_asked), self._given)

    @property
    def _approvals(self) -> dict[str, str | None]:
        return {
            one.reviewer: one.role
            for one in self.reviews
            if one.round == self.review_round and one.decision == "approved" and one.content_hash == self.content_hash
        }

    def actions(self, actor: str, roles: Sequence[str]) -> list[AllowedAction]:
        """What `actor`, who has these `roles`, can do now, and every reason why not the rest."""
        blocked = {action: self._guards(action) for action in (*OUTGOING, *ANSWERED)}
        blocked["waive-limit"] += [] if self.limits_left else [NothingToWaive()]
        if self.status == "in_review":
            blocked["approve"] += self._not_of(actor) or self._not_as(roles)
            blocked["return"] = [OwnProposal(author=actor)] if actor == self.review_requested_by else []
        return self.machine.allowed(self.status, blocked)

    def act(self, action: str) -> None:
        """Move to the next state. Raises `IllegalTransition`, or the first of what keeps it from going out."""
        target = self.machine.next(self.status, action)
        for problem in self._guards(action) if action in {*OUTGOING, *ANSWERED} else ():
            raise problem
        self.status = target

    def approve(self, by: str, roles: Sequence[str]) -> str:
        """Count an approval, in the role that is returned; the last one that is asked for approves the proposal.

        Raises as `act`, and `OwnProposal`, `OwnPart`, `ReviewedAlready`, `ReviewNotAsked`.
        """
        self.machine.next(self.status, "approve")
        for problem in (*self._guards("approve"), *self._not_of(by)):
            raise problem
        role = role_to_give(asked(self.reviews_asked), self._given, roles)
        if role is None:
            raise self._not_as(roles)[0]
        if not still_asked(asked(self.reviews_asked), [*self._given, role]):
            self.status = self.machine.next(self.status, "approve")
        return role

    def send_back(self, by: str) -> None:
        """To the author again. Raises `IllegalTransition`, or `OwnProposal` for one's own."""
        target = self.machine.next(self.status, "return")
        if by == self.review_requested_by:
            raise OwnProposal(author=by)
        self.status = target

    @property
    def _given(self) -> list[str]:
        """The roles in which it was approved."""
        return [role for role in self._approvals.values() if role]

    def _not_as(self, roles: Sequence[str]) -> list[Problem]:
        """That none of `roles` is asked for a review."""
        if role_to_give(asked(self.reviews_asked), self._given, roles) is not None:
            return []
        return [ReviewNotAsked(asked=_listed(self.reviews_missing), roles=", ".join(roles) or "-")]

    @property
    def _required(self) -> Sequence[str]:
        """Sections that must be whole by the policy of now, which may be newer than the draft."""
        return self.policy.required_sections if self.policy else ()

    def _not_of(self, actor: str) -> list[Problem]:
        """Why `actor` is not one who approves it."""
        if actor == self.review_requested_by:
            return [OwnProposal(author=actor)]
        if actor in self.authors:
            return [OwnPart(author=actor)]
        if actor in self._approvals:
            return [ReviewedAlready(reviewer=actor, role=self._approvals[actor])]
        return []

    @property
    def fit_to_send(self) -> list[Check]:
        """All that it must be before it goes to review, is approved, or goes to the client."""
        return [
            Check("going_on", (self.ending,) if self.ending else ()),
            Check("fresh", self._stale()),
            Check("complete", (*self._in_work(), *self._incomplete())),
            Check("requirements_unmoved", self._suspect()),
            *self.judged_by,
        ]

    def _stale(self) -> tuple[Problem, ...]:
        reason = self.stale_reason
        if reason is None:
            return ()
        why, why_zh = reason.message, reason.message_zh
        return (ProposalIsStale(code=self.code, label=self.version_label, why=why, why_zh=why_zh),)

    def _in_work(self) -> tuple[Problem, ...]:
        return tuple(SectionInWork(section=one.code, owner=one.owner) for one in self.in_work)

    def _incomplete(self) -> tuple[Problem, ...]:
        # What a policy wants of sections is asked of drafts: one that is under review keeps the policy of its day.
        required = self._required if self.status == "draft" else ()
        return tuple(
            ProposalIsIncomplete(section=gap["section"], what=gap["message"], what_zh=gap["message_zh"])
            for gap in self.gaps
            if gap["is_blocking"] or gap["section"] in required
        )

    def _suspect(self) -> tuple[Problem, ...]:
        codes = ", ".join(one["requirement_code"] for one in self.suspects)
        return (ProposalIsSuspect(codes=codes),) if codes else ()

    def _guards(self, action: str) -> list[Problem]:
        """What keeps it from `action`; each is to be mended."""
        if action in OUTGOING:
            found = [problem for check in self.fit_to_send for problem in check.problems]
            return found + (self._unreviewed() if action == "submit" else [])
        if self.stale_because == "opportunity_closed":
            return [*self._stale()]
        if self.ending:
            return [self.ending]
        if self.stale_because == "baseline_withdrawn" and action in DRAFTING:
            return [NoBaselineToDraftFrom()]
        return []

    def _unreviewed(self) -> list[Problem]:
        return [
            ReviewMissing(role=one.role, count=one.count, policy=self.review_policy) for one in self.reviews_missing
        ]

    def compare(self, head: Head) -> bool:
        """Note whether something newer than this proposal's basis was heard; True when it has just become stale.

        What the client accepted is what was agreed: nothing that is heard afterwards makes it stale.
        """
        was_fresh = self.freshness == "fresh"
        self.stale_because = None if self.status == "accepted" else self._staleness(head)
        self.freshness = "stale" if self.stale_because else "fresh"
        return was_fresh and self.freshness == "stale"

    def _staleness(self, head: Head) -> str | None:
        newer = staleness(self.basis, head.basis, head.epoch_began, head.settled)
        return newer or head.is_outdated(self.basis)


def _listed(reviews: Sequence[Asked]) -> str:
    return ", ".join(f"{one.count} × {one.role}" for one in reviews)
