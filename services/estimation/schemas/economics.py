"""Economic figures of flows, asked for over HTTP; nothing is kept."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from services.estimation.domain.economics import measures, present_value
from services.estimation.domain.economics.day_count import DayCount
from services.estimation.domain.economics.payback import discounted_payback, payback
from services.estimation.domain.economics.rate_of_return import (
    AllSameDate,
    NoSignChange,
    RateOfReturn,
    Status,
    irr,
    mirr,
    xirr,
)
from shared.kernel.problems import Problem
from shared.kernel.states import Reason
from shared.kernel.validation import In, rule

Flow = Annotated[float, Field(ge=-1e15, le=1e15, examples=[-1000.0])]
Flows = Annotated[
    list[Flow],
    Field(min_length=2, max_length=1200, description="one period apart, the first at time 0; in is positive"),
]
Rate = Annotated[float, Field(ge=-1e6, le=1e6, description="per period, as a fraction", examples=[0.08])]

LONGEST_DAYS = 36_525
TOO_LONG = rule("horizon_too_long", "spans more than 100 years", "跨度超过 100 年")
DIFFERENT_LENGTHS = rule("different_lengths", "needs as many benefits as costs", "收益与成本的期数须一致")
BOTH_RATES = rule(
    "both_rates", "needs finance_rate and reinvest_rate together", "finance_rate 与 reinvest_rate 须同时给出"
)
ONE_OF_TWO = rule("one_of_two", "needs exactly one of the two", "两者须且只能给出其一")


class FlowsIn(In):
    cash_flows: Flows


class NetPresentValueIn(FlowsIn):
    rate: Rate


class NetPresentValueOut(BaseModel):
    """`npv_excel` discounts the first flow too, as spreadsheets do: only for checking what comes from there."""

    net_present_value: float
    npv_excel: float
    equivalent_annuity: float
    profitability_index: Annotated[float | None, Field(description="1 + NPV / |first flow|; null when that is 0")]
    payback_periods: Annotated[float | None, Field(description="null when it never pays back")]
    discounted_payback_periods: float | None

    @classmethod
    def of(cls, wish: NetPresentValueIn) -> Self:
        rate, flows = wish.rate, wish.cash_flows
        value = present_value.npv(rate, flows)
        return cls(
            net_present_value=value,
            npv_excel=present_value.npv_excel(rate, flows),
            equivalent_annuity=measures.equivalent_annuity(value, rate, len(flows) - 1),
            profitability_index=measures.profitability_index(value, flows[0]) if flows[0] else None,
            payback_periods=payback(flows),
            discounted_payback_periods=discounted_payback(rate, flows),
        )


class ProfilePoint(BaseModel):
    rate: float
    net_present_value: float


class RateOfReturnOut(BaseModel):
    """Every rate at which the net present value is zero. `value` is null unless there is exactly one."""

    status: Status
    value: float | None
    roots: list[float]
    nearest_to_zero: Annotated[
        float | None,
        Field(
            description="of the roots the one closest to 0; of several it is no better than the others, and what"
            " spreadsheets mostly show"
        ),
    ]
    message: Annotated[str | None, Field(description="how to read it, unless there is exactly one rate")] = None
    message_zh: str | None = None

    @classmethod
    def told(cls, found: RateOfReturn) -> Self:
        return cls(
            status=found.status,
            value=found.value,
            roots=list(found.roots),
            nearest_to_zero=found.nearest_to_zero,
            message=found.message,
            message_zh=found.message_zh,
        )


class InternalRateIn(FlowsIn):
    finance_rate: Annotated[Rate | None, Field(description="for the modified rate; needs reinvest_rate too")] = None
    reinvest_rate: Rate | None = None

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.finance_rate is None) != (self.reinvest_rate is None):
            raise ValueError(BOTH_RATES)
        return self


_BOTH_RATES = rule(
    "both_rates", "needs finance_rate and reinvest_rate together", "finance_rate 与 reinvest_rate 须同时给出"
)


class InternalRateOut(RateOfReturnOut):
    modified_rate: float | None
    profile: Annotated[list[ProfilePoint], Field(description="net present value by rate, where it can be told")]

    @classmethod
    def of(cls, wish: InternalRateIn) -> Self:
        found = irr(wish.cash_flows)
        modified = (
            mirr(wish.cash_flows, wish.finance_rate, wish.reinvest_rate)
            if wish.finance_rate is not None and wish.reinvest_rate is not None
            else None
        )
        return cls(
            **RateOfReturnOut.told(found).model_dump(),
            modified_rate=modified,
            profile=profile(range(len(wish.cash_flows)), wish.cash_flows, found),
        )


_PROFILE = (-0.5, -0.25, -0.1, -0.05, 0.0, 0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0)


def profile(times: Sequence[float], amounts: Sequence[float], found: RateOfReturn | None) -> list[ProfilePoint]:
    """The present value at usual rates and at the roots."""
    points = []
    for rate in sorted({*_PROFILE, *(found.roots if found else ())}):
        try:
            value = present_value.at_times(rate, times, amounts)
        except present_value.FigureOutOfRange:
            continue
        points.append(ProfilePoint(rate=rate, net_present_value=value))
    return points


class ModifiedRateIn(FlowsIn):
    finance_rate: Rate
    reinvest_rate: Rate


class ModifiedRateOut(BaseModel):
    modified_rate: float

    @classmethod
    def of(cls, wish: ModifiedRateIn) -> Self:
        return cls(modified_rate=mirr(wish.cash_flows, wish.finance_rate, wish.reinvest_rate))


class DatedFlowIn(In):
    date: Annotated[date, Field(examples=["2027-01-31"])]
    amount: Flow


class DatedFlowsIn(In):
    flows: Annotated[list[DatedFlowIn], Field(min_length=2, max_length=1200, description="in any order")]
    rate: Annotated[Rate | None, Field(description="for the net present value; without it there is none")] = None
    day_count: DayCount = DayCount.ACT_365F

    @model_validator(mode="after")
    def _within_a_century(self) -> Self:
        dates = [flow.date for flow in self.flows]
        if (max(dates) - min(dates)).days > LONGEST_DAYS:
            raise ValueError(TOO_LONG)
        return self


class DatedFlowsOut(BaseModel):
    """Net present value on the earliest date; `reason` says why there is no rate of return, where there is none."""

    base_date: date
    net_present_value: float | None
    rate_of_return: RateOfReturnOut | None
    reason: Reason | None

    @classmethod
    def of(cls, wish: DatedFlowsIn) -> Self:
        dates, amounts = [flow.date for flow in wish.flows], [flow.amount for flow in wish.flows]
        value = None if wish.rate is None else present_value.xnpv(wish.rate, dates, amounts, wish.day_count)
        rate, reason = None, None
        try:
            rate = RateOfReturnOut.told(xirr(dates, amounts, wish.day_count))
        except (NoSignChange, AllSameDate) as none:
            if value is None:
                raise
            reason = reason_of(none)
        return cls(base_date=min(dates), net_present_value=value, rate_of_return=rate, reason=reason)


def reason_of(problem: Problem) -> Reason:
    return Reason(code=problem.code, message=problem.detail("en"), message_zh=problem.detail("zh"))


class PaybackIn(FlowsIn):
    rate: Rate | None = None


class PaybackOut(BaseModel):
    """Periods until what was put in has come back for good; null when it never does."""

    payback_periods: float | None
    discounted_payback_periods: Annotated[float | None, Field(description="null without a rate too")]

    @classmethod
    def of(cls, wish: PaybackIn) -> Self:
        discounted = None if wish.rate is None else discounted_payback(wish.rate, wish.cash_flows)
        return cls(payback_periods=payback(wish.cash_flows), discounted_payback_periods=discounted)


class BenefitCostIn(In):
    rate: Rate
    benefits: Flows
    costs: Annotated[Flows, Field(description="as many as benefits, positive")]

    @model_validator(mode="after")
    def _as_long(self) -> Self:
        if len(self.benefits) != len(self.costs):
            raise ValueError(DIFFERENT_LENGTHS)
        return self


class BenefitCostOut(BaseModel):
    """A negative benefit reduces the benefits, it is not a cost."""

    benefits_present_value: float
    total_cost_of_ownership: float
    net_present_value: float
    benefit_cost_ratio: float
    return_on_investment: Annotated[float, Field(description="undiscounted: (benefits - costs) / costs")]
    return_on_investment_pv: Annotated[float, Field(description="the same of present values")]
    profitability_index: Annotated[float | None, Field(description="null when nothing is put in at the beginning")]

    @classmethod
    def of(cls, wish: BenefitCostIn) -> Self:
        gained, spent = present_value.npv(wish.rate, wish.benefits), present_value.npv(wish.rate, wish.costs)
        first = wish.benefits[0] - wish.costs[0]
        return cls(
            benefits_present_value=gained,
            total_cost_of_ownership=spent,
            net_present_value=gained - spent,
            benefit_cost_ratio=measures.benefit_cost_ratio(gained, spent),
            return_on_investment=measures.return_on_investment(sum(wish.benefits), sum(wish.costs)),
            return_on_investment_pv=measures.return_on_investment(gained, spent),
            profitability_index=measures.profitability_index(gained - spent, first) if first < 0 else None,
        )


class GrowthRateIn(In):
    periods: Annotated[float, Field(ge=-1e6, le=1e6)]
    present: Flow
    future: Flow


class GrowthRateOut(BaseModel):
    growth_rate: float

    @classmethod
    def of(cls, wish: GrowthRateIn) -> Self:
        return cls(growth_rate=present_value.growth_rate(wish.periods, wish.present, wish.future))


class RealRateIn(In):
    inflation: Rate
    nominal_rate: Rate | None = None
    real_rate: Rate | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.nominal_rate is None) == (self.real_rate is None):
            raise ValueError(ONE_OF_TWO)
        return self


class RealRateOut(BaseModel):
    nominal_rate: float
    real_rate: float

    @classmethod
    def of(cls, wish: RealRateIn) -> Self:
        if wish.nominal_rate is not None:
            real = present_value.real_rate(wish.nominal_rate, wish.inflation)
            return cls(nominal_rate=wish.nominal_rate, real_rate=real)
        real = wish.real_rate or 0.0
        return cls(nominal_rate=present_value.nominal_rate(real, wish.inflation), real_rate=real)


class BreakEvenIn(In):
    fixed_costs: Annotated[float, Field(ge=0, le=1e15)]
    unit_price: Annotated[float, Field(ge=0, le=1e15)]
    unit_cost: Annotated[float, Field(ge=0, le=1e15)]


class BreakEvenOut(BaseModel):
    """Null when a unit contributes nothing: then no number of them covers the fixed costs."""

    units: float | None
    revenue: float | None

    @classmethod
    def of(cls, wish: BreakEvenIn) -> Self:
        units = measures.accounting_break_even(wish.fixed_costs, wish.unit_price, wish.unit_cost)
        return cls(units=units, revenue=None if units is None else units * wish.unit_price)
