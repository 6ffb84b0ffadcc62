"""How an opportunity ended, why, and what we learn from it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from services.proposal.models.projections import InOpportunity
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition
from shared.language.money import Money


class Result(StrEnum):
    WON = "won"
    LOST = "lost"
    NO_DECISION = "no_decision"
    QUALIFIED_OUT = "qualified_out"
    NOT_BID = "not_bid"
    INVALIDATED = "invalidated"
    CANCELLED_BY_CLIENT = "cancelled_by_client"


class OutcomeReason(StrEnum):
    """What decided it, for or against us."""

    PRICE = "price"
    FIT = "fit"
    QUALITY = "quality"
    RELATIONSHIP = "relationship"
    REFERENCES = "references"
    TEAM = "team"
    DELIVERY_TIME = "delivery_time"
    TERMS = "terms"
    RISK = "risk"
    INCUMBENT = "incumbent"
    LATE = "late"
    BUDGET = "budget"
    PRIORITIES = "priorities"
    OTHER = "other"


class OutcomeIsThin(Problem):
    status = 409
    title = ("The outcome says too little", "结果信息不足")
    en = "Before the outcome {result} is recorded, say: {missing}."
    zh = "在记录结果 {result} 之前，请填写：{missing_zh}。"


class OutcomeHasNoOffer(Problem):
    status = 409
    title = ("Nothing was offered", "尚未提交方案")
    en = "Opportunity {code} cannot be {result}: no proposal of it was ever submitted."
    zh = "商机 {code} 不能记录为 {result}：从未提交过方案。"


class OutcomeHasAnOffer(Problem):
    status = 409
    title = ("Something was offered", "已提交方案")
    en = "Opportunity {code} cannot be {result}: a proposal of it was submitted."
    zh = "商机 {code} 不能记录为 {result}：已提交过方案。"


class OutcomeIsRecorded(Problem):
    status = 409
    title = ("The outcome is recorded", "结果已记录")
    en = "The outcome of proposal {code} is recorded as {result}; nothing more is offered or answered."
    zh = "方案 {code} 的结果已记录为 {result}；不再报价，也不再接受答复。"


class ResultStands(Problem):
    status = 409
    title = ("The result stands", "结果已确定")
    en = "The outcome is recorded as {result}; reasons, prices and lessons can be changed, the result cannot."
    zh = "结果已记录为 {result}；可修改原因、价格和经验，不能修改结果。"


_OFFERED = frozenset({Result.WON, Result.LOST})
_NOT_OFFERED = frozenset({Result.QUALIFIED_OUT, Result.NOT_BID})


class Outcome(InOpportunity):
    """The end of one opportunity. Recorded, its result stands; what it teaches may be added for ever."""

    __tablename__ = "outcome"

    status: Mapped[str] = mapped_column(default="draft")
    result: Mapped[str]
    reasons: Mapped[list[Any]]
    """Codes, the weightiest first."""
    reason: Mapped[str | None]
    """In words."""
    lessons: Mapped[list[Any]]
    competitor_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("competitor.id"))
    """Who won, or whom we won against."""
    decided_on: Mapped[date | None]
    proposal_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("proposal.id"))
    """The last one that was submitted."""
    submitted_at: Mapped[datetime | None]
    win_probability: Mapped[float | None]
    """What the team had expected when that was submitted."""
    currency: Mapped[str | None]
    offered_amount: Mapped[Decimal | None] = mapped_column(sa.Numeric(20, 4))
    """Its price with tax."""
    final_amount: Mapped[Decimal | None] = mapped_column(sa.Numeric(20, 4))
    """What was agreed with us, with tax."""
    winning_amount: Mapped[Decimal | None] = mapped_column(sa.Numeric(20, 4))
    """What the winner asked, as far as we know."""
    recorded_by: Mapped[str | None]
    recorded_at: Mapped[datetime | None]

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id"),)

    machine = StateMachine(
        "outcome",
        (
            Transition("change", ("draft", "recorded"), "draft"),
            Transition("record", ("draft",), "recorded"),
        ),
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        misfit = self._misfit(self.opportunity_code)
        blocked = {"record": misfit} if misfit else None
        return self.machine.allowed(self.status, blocked, barred=self.barred, spared=("change",))

    def price(self, name: str) -> Money | None:
        """`offered`, `final` or `winning`."""
        amount: Decimal | None = getattr(self, f"{name}_amount")
        return Money.of(amount, self.currency) if amount is not None and self.currency else None

    def record(self, code: object) -> None:
        """It stands from now on. Raises `IllegalTransition`, `OutcomeIsThin`, or what does not fit the offer."""
        status = self.machine.next(self.status, "record")
        if misfit := self._misfit(code):
            raise misfit
        self.status = status

    def _misfit(self, code: object) -> Problem | None:
        """What is missing of it, or does not fit the offer."""
        if self.result in _OFFERED and self.submitted_at is None:
            return self._thin() or OutcomeHasNoOffer(code=code, result=self.result)
        if self.result in _NOT_OFFERED and self.submitted_at is not None:
            return self._thin() or OutcomeHasAnOffer(code=code, result=self.result)
        return self._thin()

    def _thin(self) -> OutcomeIsThin | None:
        wanted = {
            ("when it was decided", "决定日期"): self.decided_on is None,
            ("the final price", "最终价格"): self.result == Result.WON and self.final_amount is None,
            ("at least one reason", "至少一项原因"): self.result != Result.WON and not (self.reasons or self.reason),
        }
        missing = [names for names, is_missing in wanted.items() if is_missing]
        if not missing:
            return None
        en, zh = zip(*missing, strict=True)
        return OutcomeIsThin(result=self.result, missing=", ".join(en), missing_zh="、".join(zh))
