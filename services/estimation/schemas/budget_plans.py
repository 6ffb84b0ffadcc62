"""Budget plans over HTTP. Without `cost:read` only dates, the client's payments and the chance of dates are shown."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, PlainSerializer, model_validator

from services.estimation.domain.parameter_types import Phase
from services.estimation.domain.terms import Payment, Terms
from services.estimation.models.budget_plans import BudgetPlan
from services.estimation.schemas.estimates import BasisOut, MilestoneOut, PhaseBudgetOut, ReasonOut
from services.estimation.schemas.rate_cards import plain
from shared.kernel.asked import Several
from shared.kernel.auth import Principal
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.validation import In, Line
from shared.language.money import Amount, Money

Share = Annotated[Decimal, Field(ge=0, le=1, max_digits=12, decimal_places=8, examples=["0.3"])]
Number = Annotated[Decimal, PlainSerializer(plain, return_type=str), Field(examples=["0.3"])]
LagDays = Annotated[int, Field(ge=0, le=1000)]
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$", examples=["go-live"])]


class PaymentIn(In):
    """A part of the price, earned at the start (no `phase`) or at the end of a phase, or some days after."""

    code: Code
    name: Line
    name_zh: Line | None = None
    phase: Phase | None = None
    share: Share
    days_after: LagDays = 0


class TermsIn(In):
    """Terms of payment; days are calendar days. The shares add up to 1, advance and retention are taken off them."""

    payments: Annotated[list[PaymentIn], Field(min_length=1, max_length=24)]
    invoice_days: LagDays = 0
    payment_days: LagDays = 30
    advance_rate: Share = Decimal(0)
    retention_rate: Share = Decimal(0)
    retention_days: Annotated[int, Field(ge=0, le=4000)] = 0
    supplier_days: LagDays = 0
    staff_days: LagDays = 0

    @model_validator(mode="after")
    def _whole(self) -> Self:
        _ = self.terms  # it has the rules, and raises their codes
        return self

    @property
    def terms(self) -> Terms:
        """As the domain reads them."""
        payments = tuple(
            Payment(one.code, one.name, one.name_zh or one.name, one.phase, one.share, one.days_after)
            for one in self.payments
        )
        return Terms(payments, **self.model_dump(exclude={"payments"}))


class BudgetPlanPatch(In):
    """`null` goes back to the parameter set's terms."""

    terms: TermsIn | None


class PaymentTermOut(BaseModel):
    code: str
    name: str
    name_zh: str
    phase: str | None
    share: Number
    days_after: int


class TermsOut(BaseModel):
    payments: list[PaymentTermOut]
    invoice_days: int
    payment_days: int
    advance_rate: Number
    retention_rate: Number
    retention_days: int
    supplier_days: int
    staff_days: int


class MonthOut(BaseModel):
    """`cumulative` is the S-curve of planned value; `inflow` is without tax, which is passed on.

    `balance` is what is left after everything paid and received, interest on its gap included.
    """

    month: str
    planned: Amount
    cumulative: Amount
    outflow: Amount
    inflow: Amount
    interest: Amount
    balance: Amount


class CellOut(BaseModel):
    """What is planned for a phase in a month."""

    phase: str
    month: str
    planned: Amount


class FeasibilityOut(BaseModel):
    """One of the client's limits beside the plan; `probability` is null for whoever may not see it, or nobody knows."""

    constraint_id: UUID
    kind: Literal["budget", "date"]
    name: str
    is_hard: bool
    limit: str
    planned: str
    probability: float | None


class CashOut(BaseModel):
    peak_funding: Money
    months_negative: int
    first_negative_month: str | None
    total_interest: Money
    financing_in_cost: Annotated[Money, Field(description="what the estimate foresaw before it was priced")]


class BudgetPlanItem(ResourceOut):
    """A budget plan in a list, by its key figures."""

    opportunity_id: UUID
    estimate_id: UUID
    basis: BasisOut
    estimate_revision: int
    risk_revision: int
    freshness: Literal["fresh", "stale"]
    reason: ReasonOut | None
    currency: str
    start: date
    finish: Annotated[date, Field(description="delivery")]
    p50_finish: date
    p80_finish: date
    cost_baseline: Money | None
    contingency: Money | None
    management_reserve: Money | None
    total_budget: Money | None
    price_excl_tax: Money
    price_incl_tax: Money

    @classmethod
    def of(cls, row: BudgetPlan, caller: Principal) -> Self:
        """As much as `caller` may see."""
        own = {"id", "version", "created_at", "created_by", "updated_at", "opportunity_id", "estimate_id"}
        own |= {"risk_revision", "freshness", "reason", "terms"}
        shown: dict[str, Any] = {**row.figures, **{name: getattr(row, name) for name in own}}
        shown |= {"basis": row.estimate, "estimate_revision": row.estimate.revision}
        if not caller.may("cost:read"):
            shown |= dict.fromkeys(_INTERNAL)
            dates = ("phase", "start", "finish")
            shown["phases"] = [
                {**dict.fromkeys(phase), **{name: phase[name] for name in dates}} for phase in shown["phases"]
            ]
            shown["terms"] = {**shown["terms"], "supplier_days": 0, "staff_days": 0}
            shown["feasibility"] = [
                {**one, "probability": None} if one["kind"] == "budget" else one for one in shown["feasibility"]
            ]
        return cls.model_validate(shown)


class BudgetPlanOut(BudgetPlanItem):
    """A budget plan. The cost baseline has the contingency in it, the management reserve is outside."""

    terms: TermsOut
    milestones: list[MilestoneOut]
    phases: list[PhaseBudgetOut]
    months: list[MonthOut] | None
    cells: list[CellOut] | None
    cash: CashOut | None
    feasibility: list[FeasibilityOut]


_INTERNAL = (
    "months", "cells", "cost_baseline", "contingency", "management_reserve", "total_budget", "cash",
)  # fmt: skip


class BudgetPlanQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("position", "created_at", "updated_at")

    sort: Annotated[str, Field(max_length=40, description="a field; - before it for descending")] = "-position"
    opportunity_id: Several[UUID] = None
    estimate_id: UUID | None = None
