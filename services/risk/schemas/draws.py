"""Draws on the contingency reserve over HTTP. Money is shown to callers with `cost:read` only, else it is null."""

from datetime import date
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.risk.models.draws import ReserveDraw
from services.risk.schemas.control import Day
from shared.kernel.asked import Several
from shared.kernel.auth import Principal
from shared.kernel.from_row import from_row
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import In, Line, Why, rule
from shared.language.money import Money

NOT_POSITIVE = rule("not_positive", "must be greater than zero", "必须大于零")


class DrawIn(In):
    """Contingency that is used for a risk that happened, or for more work than was estimated."""

    opportunity_id: UUID
    risk_id: Annotated[UUID | None, Field(description="null: for the spread of the estimate itself")] = None
    phase: Annotated[Line | None, Field(description="a phase of the risk budget")] = None
    amount: Money
    occurred_on: Annotated[Day | None, Field(description="today when left out")] = None
    reason: Why

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.amount.amount <= 0:
            raise ValueError(NOT_POSITIVE)
        return self


class DrawOut(ResourceOut):
    opportunity_id: UUID
    risk_budget_id: UUID
    risk_id: UUID | None
    phase: str | None
    kind: str
    amount: Money | None
    occurred_on: date
    reason: str
    status: str
    status_reason: str | None
    allowed_actions: list[AllowedAction]

    @classmethod
    def of(cls, row: ReserveDraw, caller: Principal) -> Self:
        """As much as `caller` may see."""
        amount = Money.of(row.amount, row.currency) if caller.may("cost:read") else None
        return from_row(cls, row, amount=amount)


class DrawQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "occurred_on")

    opportunity_id: Several[UUID] = None
    risk_budget_id: UUID | None = None
    risk_id: UUID | None = None
    phase: str | None = None
    kind: Several[Literal["use", "release"]] = None
    status: Several[Literal["recorded", "void"]] = None


class BalanceOut(BaseModel):
    """A share of the contingency and what is left of it; negative where more was used than expected."""

    share: Money
    used: Money
    released: Money
    remaining: Money
    overdrawn: Annotated[Money, Field(description="used beyond the share, at the expense of the others")]


class RiskBalanceOut(BalanceOut):
    """`risk_id` null: the spread of the estimate itself. A risk that is no longer in the budget has no share."""

    risk_id: UUID | None
    code: str | None
    title: str | None
    title_zh: str | None


class PhaseBalanceOut(BalanceOut):
    phase: Annotated[str | None, Field(description="null: drawn for no phase")]


class ReserveRemarkOut(BaseModel):
    """What a reader of the balances should know."""

    code: str
    message: str
    message_zh: str


class ReserveOut(BaseModel):
    risk_budget_id: UUID
    remarks: list[ReserveRemarkOut]
    total: BalanceOut
    risks: list[RiskBalanceOut]
    phases: list[PhaseBalanceOut]
