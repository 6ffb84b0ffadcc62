"""Costs, tax and cash flow, asked for over HTTP; nothing is kept."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from services.estimation.domain import build_up, cash_flow, value_added_tax
from services.estimation.domain.escalation import escalated
from services.estimation.domain.value_added_tax import Rounding
from services.estimation.schemas.economics import ONE_OF_TWO
from services.estimation.schemas.rate_cards import BuildUpIn, Days, Share
from shared.kernel.validation import In, rule
from shared.language.money import Amount, Currency, Money, allocated

Fraction = Annotated[Decimal, Field(ge=0, le=1, decimal_places=8, max_digits=12, examples=["0.06"])]
Annual = Annotated[Decimal, Field(gt=-1, le=10, decimal_places=8, max_digits=12)]
Weight = Annotated[Decimal, Field(ge=0, le=Decimal(10) ** 12, decimal_places=8, max_digits=20)]
Positive = Annotated[Amount, Field(ge=0)]

MARGIN_GE_1 = rule("margin_ge_1", "must leave a cost: a margin on the price is below 1", "价格利润率须小于 1")
NO_WEIGHT = rule("no_weight", "needs a weight above zero", "至少须有一个大于零的权重")
UNEVEN = rule("different_lengths_of_flows", "needs as many inflows as outflows", "流入与流出的期数须一致")


class MarginIn(In):
    """A margin on the price or a markup on the cost: the field says which."""

    margin_rate: Annotated[Decimal | None, Field(ge=0, le=10, description="share of the price, below 1")] = None
    markup_rate: Annotated[Share | None, Field(description="share of the cost")] = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.margin_rate is None) == (self.markup_rate is None):
            raise ValueError(ONE_OF_TWO)
        if self.margin_rate is not None and self.margin_rate >= 1:
            raise ValueError(MARGIN_GE_1)
        return self


class CostBuildUpIn(MarginIn):
    direct_cost: Money
    overhead_rate: Share = Decimal(0)
    general_rate: Share = Decimal(0)
    contingency_rate: Share = Decimal(0)
    financing_rate: Share = Decimal(0)
    tax_rate: Fraction = Decimal(0)


class StepOut(BaseModel):
    code: str
    name: str
    name_zh: str
    amount: Amount


class CostBuildUpOut(BaseModel):
    """The steps add up to the price with tax."""

    currency: str
    steps: list[StepOut]
    total_cost: Money
    price_excl_tax: Money
    tax: Money
    price_incl_tax: Money

    @classmethod
    def of(cls, wish: CostBuildUpIn) -> Self:
        currency = wish.direct_cost.currency
        rates = build_up.Rates(
            wish.overhead_rate, wish.general_rate, wish.contingency_rate, wish.financing_rate, wish.tax_rate,
            wish.margin_rate, wish.markup_rate,
        )  # fmt: skip
        steps = build_up.built_up(wish.direct_cost.amount, rates, currency)
        gross, tax, margin = sum((step.amount for step in steps), Decimal(0)), steps[-1].amount, steps[-2].amount
        return cls(
            currency=currency,
            steps=[StepOut(code=s.code, name=s.name, name_zh=s.name_zh, amount=s.amount) for s in steps],
            total_cost=Money.of(gross - tax - margin, currency),
            price_excl_tax=Money.of(gross - tax, currency),
            tax=Money.of(tax, currency),
            price_incl_tax=Money.of(gross, currency),
        )


class LabourRateOut(BaseModel):
    monthly_cost: Annotated[Money, Field(description="fully loaded: with social security and overhead")]
    hourly_cost: Annotated[Money, Field(description="of an hour that counts")]
    daily_cost: Money

    @classmethod
    def of(cls, wish: BuildUpIn) -> Self:
        rate, currency = wish.rate, wish.monthly_salary.currency
        return cls(
            monthly_cost=Money.of(rate.monthly_cost, currency),
            hourly_cost=Money.of(rate.hourly_cost, currency),
            daily_cost=Money.of(rate.daily_cost, currency),
        )


class TaxableIn(In):
    amount: Amount
    rate: Fraction


class ValueAddedTaxIn(In):
    currency: Currency
    includes_tax: Annotated[bool, Field(description="whether the amounts are gross")] = False
    rounding: Rounding = Rounding.TOTAL
    lines: Annotated[list[TaxableIn], Field(min_length=1, max_length=1000)]


class TaxedOut(BaseModel):
    rate: Amount
    net: Amount
    tax: Amount
    gross: Amount


class ValueAddedTaxOut(BaseModel):
    """The lines in their order, and their sums by rate, the highest first."""

    currency: str
    lines: list[TaxedOut]
    rates: list[TaxedOut]
    net: Amount
    tax: Amount
    gross: Amount

    @classmethod
    def of(cls, wish: ValueAddedTaxIn) -> Self:
        lines = [value_added_tax.Taxable(line.amount, line.rate) for line in wish.lines]
        found = value_added_tax.taxed(
            lines, includes_tax=wish.includes_tax, rounding=wish.rounding, currency=wish.currency
        )

        def told(parts: tuple[value_added_tax.Taxed, ...]) -> list[TaxedOut]:
            return [TaxedOut(rate=one.rate, net=one.net, tax=one.tax, gross=one.gross) for one in parts]

        return cls(
            currency=wish.currency, lines=told(found.lines), rates=told(found.rates),
            net=found.net, tax=found.tax, gross=found.net + found.tax,
        )  # fmt: skip


class AllocationIn(In):
    """Share an amount out by weights, to the minor unit of its currency."""

    amount: Money
    weights: Annotated[list[Weight], Field(min_length=1, max_length=1000)]

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not any(self.weights):
            raise ValueError(NO_WEIGHT)
        return self


class AllocationOut(BaseModel):
    """The parts add up exactly to the rounded amount (largest remainder)."""

    currency: str
    amount: Amount
    parts: list[Amount]

    @classmethod
    def of(cls, wish: AllocationIn) -> Self:
        rounded, currency = wish.amount.rounded(), wish.amount.currency
        return cls(currency=currency, amount=rounded.amount, parts=allocated(rounded.amount, wish.weights, currency))


class CashFlowIn(In):
    """What goes out and comes in by month, both positive."""

    currency: Currency
    annual_rate: Fraction
    outflows: Annotated[list[Positive], Field(min_length=1, max_length=600)]
    inflows: Annotated[list[Positive], Field(min_length=1, max_length=600)]

    @model_validator(mode="after")
    def _even(self) -> Self:
        if len(self.outflows) != len(self.inflows):
            raise ValueError(UNEVEN)
        return self


class CashFlowOut(BaseModel):
    """Interest is on the negative balance that a month opens with, and paid in it."""

    currency: str
    balances: list[Amount]
    interest: list[Amount]
    total_interest: Amount
    peak_funding: Amount
    months_negative: int
    first_negative_month: Annotated[int | None, Field(description="counted from 0")]

    @classmethod
    def of(cls, wish: CashFlowIn) -> Self:
        flow = cash_flow.cash_flow(wish.outflows, wish.inflows, wish.annual_rate, wish.currency)
        return cls(
            currency=wish.currency, balances=list(flow.balances), interest=list(flow.interest),
            total_interest=flow.total_interest, peak_funding=flow.peak_funding,
            months_negative=flow.months_negative, first_negative_month=flow.first_negative_month,
        )  # fmt: skip


class EscalationIn(In):
    amount: Money
    annual_rate: Annual
    price_base_date: Days
    spent_from: Days
    spent_to: Annotated[Days | None, Field(description="with it, the middle of the two counts")] = None


class EscalationOut(BaseModel):
    spent_on: date
    factor: Annotated[Decimal, Field(description="what one unit of the amount becomes")]
    amount: Money

    @classmethod
    def of(cls, wish: EscalationIn) -> Self:
        spent_on = wish.spent_from + ((wish.spent_to or wish.spent_from) - wish.spent_from) / 2
        factor = escalated(Decimal(1), wish.annual_rate, wish.price_base_date, spent_on)
        return cls(
            spent_on=spent_on,
            factor=factor.quantize(Decimal("1e-8")),
            amount=Money.of(wish.amount.amount * factor, wish.amount.currency),
        )
