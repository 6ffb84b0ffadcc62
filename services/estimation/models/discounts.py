"""Discounts and the policy by which they are approved."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.estimation.domain.pricing import Discount as PricingDiscount
from services.estimation.domain.pricing_policy import USUAL, Level
from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.revisions import Revised
from shared.kernel.states import AllowedAction, StateMachine, Transition
from shared.language.events.values import Reason


class EstimateIsNotPriced(Problem):
    status = 409
    title = ("The estimate has no price to discount", "估算没有可打折的报价")
    en = "The estimate is {state} and {freshness}: a discount is taken off the price of one that is priced and fresh."
    zh = "估算当前为 {state}（{freshness}）：只能对最新且已定价的估算申请折扣。"


class DiscountInAnotherCurrency(Problem):
    status = 422
    title = ("The discount is in another currency", "折扣货币不一致")
    en = "The price is in {wanted}, the discount in {given}."
    zh = "报价货币为 {wanted}，折扣货币为 {given}。"


class OwnDiscount(Problem):
    status = 403
    title = ("Four eyes are needed", "须由他人审批")
    en = "{author} asked for this discount, so somebody else must decide."
    zh = "该折扣由 {author} 申请，须由其他人审批。"


class NotAnApprover(Problem):
    status = 403
    title = ("Somebody else must approve this", "审批权限不足")
    en = "This discount needs one of these roles: {wanted}; yours are: {roles}."
    zh = "该折扣须由以下角色之一审批：{wanted}；您的角色为：{roles}。"


class PricingPolicy(Revised):
    """From which discount and down to which margin who must approve. A change is a new revision."""

    __tablename__ = "pricing_policy"

    levels: Mapped[list[Any]]
    """In ascending order: `name`, `name_zh`, `discount_above`, `margin_below` (decimal text or None), `approvers`."""
    note: Mapped[str | None]


def levels_of(stored: list[Any] | None) -> tuple[Level, ...]:
    """Levels as they are kept; the usual ones without a policy."""
    if stored is None:
        return USUAL
    return tuple(
        Level(
            one["name"],
            one["name_zh"],
            _limit(one["discount_above"]),
            _limit(one["margin_below"]),
            tuple(one["approvers"]),
        )
        for one in stored
    )


def _limit(stored: str | None) -> Decimal | None:
    return None if stored is None else Decimal(stored)


class Discount(Resource):
    """A discount on the price of an opportunity: asked for, decided, and in every price from then on."""

    __tablename__ = "discount"

    opportunity_id: Mapped[UUID]
    estimate_id: Mapped[UUID] = mapped_column(sa.ForeignKey("estimate.id"))
    """The estimate whose price it was asked for."""
    position: Mapped[int] = mapped_column(sa.BigInteger)
    """Of that estimate: those after it have the discount in their price."""
    rate: Mapped[Decimal | None] = mapped_column(sa.Numeric(12, 8))
    amount: Mapped[Decimal | None] = mapped_column(sa.Numeric(20, 4))
    currency: Mapped[str]
    reason: Mapped[str]
    status: Mapped[str]
    policy_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("pricing_policy.id"))
    policy_revision: Mapped[int]
    """0: the usual levels, nobody had made a policy."""
    levels: Mapped[list[Any] | None]
    """Of the policy then: a later price must not need more than was approved."""
    rank: Mapped[int]
    """How many levels were reached when it was decided; 0 needed nobody."""
    approvers: Mapped[list[Any]]
    findings: Mapped[list[Any]]
    figures: Mapped[dict[str, Any]]
    """Prices and margins before and after, when it was asked for."""
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    note: Mapped[str | None]
    """What who decided said, or why it lapsed."""
    note_zh: Mapped[str | None]

    __table_args__ = (
        sa.Index("ix_discount_opportunity", "tenant_id", "opportunity_id", "id"),
        sa.Index(
            "uq_discount_requested", "tenant_id", "opportunity_id", unique=True,
            postgresql_where=sa.text("status = 'requested'"),
        ),
        sa.Index(
            "uq_discount_approved", "tenant_id", "opportunity_id", unique=True,
            postgresql_where=sa.text("status = 'approved'"),
        ),
    )  # fmt: skip

    machine = StateMachine(
        "discount",
        (
            Transition("approve", ("requested",), "approved"),
            Transition("reject", ("requested",), "rejected"),
            Transition("withdraw", ("requested", "approved"), "withdrawn"),
            Transition("replace", ("approved",), "replaced", is_automatic=True),
            Transition("lapse", ("approved",), "lapsed", is_automatic=True),
        ),
    )

    @property
    def taken_off(self) -> PricingDiscount:
        """The discount as prices take it."""
        return PricingDiscount(self.rate, self.amount)

    @property
    def parsed_levels(self) -> tuple[Level, ...]:
        return levels_of(self.levels)

    def actions_for(self, subject: str, roles: tuple[str, ...]) -> list[AllowedAction]:
        """What a person can do, and why the rest not."""
        refusal = self.refusal(subject, roles)
        blocked = {"approve": refusal, "reject": refusal} if refusal else {}
        return self.machine.allowed(self.status, blocked)

    def refusal(self, subject: str, roles: tuple[str, ...]) -> Problem | None:
        """What stands against somebody's deciding on it."""
        if subject == self.created_by:
            return OwnDiscount(author=subject)
        if "admin" not in roles and not set(roles) & set(self.approvers):
            return NotAnApprover(wanted=", ".join(self.approvers), roles=", ".join(roles) or "none")
        return None

    def act(self, action: str) -> None:
        """Raises `IllegalTransition`."""
        self.status = self.machine.next(self.status, action)

    def lapse(self, reason: Reason) -> None:
        """It is in no price any more: it would need more than was approved."""
        self.act("lapse")
        self.note, self.note_zh = reason.message, reason.message_zh
