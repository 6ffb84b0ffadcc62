"""Pursuits: what an opportunity may bring, and what it costs to get it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.risk.domain.pursuit import Prospect, remaining
from shared.kernel.base import Resource
from shared.kernel.problems import Problem
from shared.kernel.states import AllowedAction, StateMachine, Transition
from shared.quant.recalibration import Recalibration

_AMOUNT = sa.Numeric(20, 4)


class PursuitIsOver(Problem):
    status = 409
    title = ("The pursuit is over", "售前投入已结束")
    en = "Opportunity {code} is closed ({outcome}); nothing is planned for it any more."
    zh = "商机 {code} 已关闭（{outcome}），不能再做计划。"


class Pursuit(Resource):
    """One for each opportunity, from the moment that it is heard of."""

    __tablename__ = "pursuit"

    opportunity_id: Mapped[UUID]
    code: Mapped[str]
    title: Mapped[str]
    owner: Mapped[str]
    currency: Mapped[str]
    heard_version: Mapped[int] = mapped_column(default=0)
    """Of the opportunity: an older record that comes late changes nothing."""
    deal_value: Mapped[Decimal | None] = mapped_column(_AMOUNT)
    """What the team expects the client to pay."""
    close_on: Mapped[date | None]
    win_probability: Mapped[float | None]
    """As the team says it."""
    used_probability: Mapped[float | None]
    """What the record of stated ones makes of it; None where it is used as it was stated."""
    record_outcomes: Mapped[int | None]
    """So many outcomes corrected it."""
    outcome_version: Mapped[int] = mapped_column(default=0)
    """Of the recorded outcome that was last heard."""
    result: Mapped[str | None]
    """As recorded: won, lost, no_decision …"""
    submitted_probability: Mapped[float | None]
    """What the team had said when it submitted."""
    priced_margin: Mapped[Decimal | None] = mapped_column(_AMOUNT)
    price_currency: Mapped[str | None]
    price_place: Mapped[list[int]] = mapped_column(ARRAY(sa.Integer), default=list)
    """Epoch, estimate revision, risk revision of the price that the margin is from: the greatest counts."""
    void_epoch: Mapped[int] = mapped_column(default=0)
    """Prices of older epochs count no longer."""
    own_margin: Mapped[Decimal | None] = mapped_column(_AMOUNT)
    """What a person expects instead."""
    planned_cost: Mapped[Decimal | None] = mapped_column(_AMOUNT)
    """What a person planned for the rest of the pursuit, when `spent_then` had been spent."""
    spent_then: Mapped[Decimal] = mapped_column(_AMOUNT, default=Decimal(0))
    planned_by: Mapped[str | None]
    planned_at: Mapped[datetime | None]
    total_version: Mapped[int] = mapped_column(default=0)
    """Of the hours that were last heard."""
    hours: Mapped[float] = mapped_column(default=0.0)
    uncosted_hours: Mapped[float] = mapped_column(default=0.0)
    """Hours of people whose cost nobody has said."""
    costs: Mapped[dict[str, Any]]
    """What the hours cost, by currency."""
    expected_value: Mapped[Decimal | None] = mapped_column(_AMOUNT)
    status: Mapped[str] = mapped_column(default="incomplete")
    """incomplete, worthwhile, negative, over."""
    negative_since: Mapped[datetime | None]
    turned_count: Mapped[int] = mapped_column(default=0)
    """How often it turned negative."""
    outcome: Mapped[str | None]

    __table_args__ = (sa.UniqueConstraint("tenant_id", "opportunity_id"),)

    machine = StateMachine(
        "pursuit", tuple(Transition("plan", (state,), state) for state in ("incomplete", "worthwhile", "negative"))
    )

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return self.machine.allowed(self.status)

    def refuse_if_over(self) -> None:
        """Raises `PursuitIsOver`."""
        if self.status == "over":
            raise PursuitIsOver(code=self.code, outcome=self.outcome)

    @property
    def expected_margin(self) -> Decimal | None:
        """A person's, else that of the newest price that still counts."""
        if self.own_margin is not None:
            return self.own_margin
        is_valid = bool(self.price_place) and self.price_place[0] >= self.void_epoch
        return self.priced_margin if is_valid and self.price_currency == self.currency else None

    @property
    def spent(self) -> Decimal:
        """What the pursuit has cost in the currency of the opportunity."""
        return Decimal(self.costs.get(self.currency, 0))

    @property
    def remaining_cost(self) -> Decimal | None:
        return None if self.planned_cost is None else remaining(self.planned_cost, self.spent_then, self.spent)

    @property
    def prospect(self) -> Prospect:
        stated = self.win_probability
        used = stated if self.used_probability is None else self.used_probability
        return Prospect(used, self.expected_margin, self.remaining_cost)

    def assess(self, at: datetime, record: Recalibration | None) -> bool:
        """Find out anew whether it pays, by what the record makes of its chance; says whether it just ceased to."""
        was, self.used_probability, self.record_outcomes = self.status, None, None
        if record is not None and self.win_probability is not None:
            self.used_probability, self.record_outcomes = record(self.win_probability), record.outcomes
        self.expected_value = value = self.prospect.expected_value
        if self.outcome is not None:
            self.status = "over"
        elif value is None:
            self.status = "incomplete"
        else:
            self.status = "negative" if value < 0 else "worthwhile"
        has_turned = self.status == "negative" != was
        if has_turned:
            self.negative_since = at
        elif self.status != "negative":
            self.negative_since = None
        return has_turned
