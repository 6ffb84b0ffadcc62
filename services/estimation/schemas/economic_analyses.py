"""Economic analyses over HTTP. What they say of our cost is shown to callers with `cost:read` only."""

from datetime import date, datetime
from decimal import Decimal
from math import isclose
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.estimation.domain.economics.business_case import BENEFITS, COSTS, DELAY, GENERAL, RATE
from services.estimation.domain.economics.day_count import DayCount
from services.estimation.domain.ranges import Judgement
from services.estimation.models.economic_analyses import EconomicAnalysis
from services.estimation.schemas.economics import ProfilePoint, RateOfReturnOut
from services.estimation.schemas.estimates import BasisOut, ReasonOut
from shared.kernel.asked import Several
from shared.kernel.auth import Principal
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction, Reason
from shared.kernel.validation import KEEP, In, Line, rule
from shared.language.money import Amount, Money

Rate = Annotated[float, Field(ge=-0.99, le=10, description="per year", examples=[0.08])]
Annual = Annotated[Decimal, Field(ge=0, le=Decimal(10) ** 13, max_digits=20, decimal_places=4)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,59}$", examples=["fewer_clerks"])]
Year = Annotated[int, Field(ge=0, le=100)]
Value = Annotated[float, Field(ge=-1e6, le=1e6)]
Probability = Annotated[float, Field(ge=0, le=1)]

PRICE, COST = "price", "cost"
GENERAL_NAMES = {
    RATE: ("Discount rate", "折现率"),
    DELAY: ("Delay of all benefits, in years", "全部收益推迟（年）"),
    BENEFITS: ("All benefits", "全部收益"),
    COSTS: ("Price and own costs", "报价与自有支出"),
}
"""Of the drivers that every case has."""
RESERVED = frozenset({*GENERAL, PRICE, COST})
CODE_TAKEN = rule("code_taken", "has a code twice, or one that has a meaning of its own", "代码重复或为保留代码")
UNKNOWN_DRIVER = rule("unknown_driver", "names a driver that the analysis does not have", "驱动因素不存在")
PROBABILITIES = rule("probabilities_do_not_sum", "has probabilities that do not add up to 1", "概率之和不为 1")
ONE_OR_ALL = rule("annual_or_amounts", "needs either annual_amount or amounts", "annual_amount 与 amounts 须二选一")
BEYOND = rule("beyond_horizon", "goes beyond the horizon", "超出分析期")
OF_SUPPLIER = rule("of_the_supplier", "is of the supplier's side only", "仅用于供方视角")
OF_CLIENT = rule("of_the_client", "is of the client's side only", "仅用于客户视角")


class StreamIn(In):
    """Money that comes at the end of each year: one amount, growing or not, or an amount for each year from year 0."""

    code: Code
    name: Line
    name_zh: Line | None = None
    annual_amount: Annual | None = None
    first_year: Annotated[Year, Field(description="year 0 is the start")] = 1
    last_year: Annotated[Year | None, Field(description="to the horizon, if left out")] = None
    growth_rate: Annotated[float, Field(ge=-0.99, le=10)] = 0.0
    amounts: Annotated[list[Annual] | None, Field(min_length=1, max_length=101)] = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.annual_amount is None) == (self.amounts is None):
            raise ValueError(ONE_OR_ALL)
        if self.last_year is not None and self.last_year < self.first_year:
            raise ValueError("end_before_start")
        return self


class SpanIn(In):
    driver: Code
    low: Value
    high: Value


class TableIn(In):
    driver: Code
    values: Annotated[list[Value], Field(min_length=1, max_length=21)]
    other: Code
    other_values: Annotated[list[Value], Field(min_length=1, max_length=21)]


class ScenarioIn(In):
    name: Line
    name_zh: Line | None = None
    probability: Probability
    drivers: Annotated[dict[Code, Value], Field(max_length=30)]


class UncertainIn(In):
    driver: Code
    estimate: Annotated[
        Judgement,
        Field(examples=[{"distribution": "triangular", "optimistic": 0.8, "most_likely": 1, "pessimistic": 1.1}]),
    ]


class Assumptions(In):
    """What an analysis assumes. Factors are 1 as stated; `discount_rate` is a rate, `delay_years` is years."""

    horizon_years: Annotated[int, Field(ge=1, le=100)] = 5
    discount_rate: Rate
    rate_basis: Literal["nominal", "real"] = "nominal"
    amounts_basis: Annotated[Literal["nominal", "real"], Field(description="real: of today's money")] = "nominal"
    inflation_rate: Rate = 0.0
    finance_rate: Annotated[Rate | None, Field(description="of MIRR; the discount rate, if left out")] = None
    reinvest_rate: Rate | None = None
    day_count: DayCount = DayCount.ACT_365F
    price_includes_tax: Annotated[bool, Field(description="whether tax is a cost to the client")] = False
    price_timing: Annotated[Literal["milestones", "start"], Field(description="when the client pays")] = "milestones"
    benefits: Annotated[list[StreamIn], Field(max_length=50)] = []
    costs: Annotated[list[StreamIn], Field(max_length=50, description="beside the price")] = []
    win_probability: Annotated[Probability | None, Field(description="of the supplier's side")] = None
    bid_cost: Annotated[Annual | None, Field(description="of the supplier's side: what offering costs")] = None
    sensitivity: Annotated[list[SpanIn] | None, Field(max_length=50, description="usual spans, if left out")] = None
    two_way: TableIn | None = None
    scenarios: Annotated[list[ScenarioIn], Field(max_length=20)] = []
    uncertain: Annotated[list[UncertainIn], Field(max_length=50)] = []
    samples: Annotated[int, Field(ge=100, le=100_000)] = 10_000
    seed: Annotated[int, Field(ge=0, le=2**48 - 1)] = 1

    @model_validator(mode="after")
    def _possible(self) -> Self:
        codes = [stream.code for stream in (*self.benefits, *self.costs)]
        if len(set(codes)) < len(codes) or RESERVED & set(codes):
            raise ValueError(CODE_TAKEN)
        for stream in (*self.benefits, *self.costs):
            last = max(stream.first_year, stream.last_year or 0, len(stream.amounts or [0]) - 1)
            if last > self.horizon_years:
                raise ValueError(BEYOND)
        if self.scenarios and not isclose(sum(one.probability for one in self.scenarios), 1.0, abs_tol=1e-6):
            raise ValueError(PROBABILITIES)
        if not self._named <= RESERVED | set(codes):
            raise ValueError(UNKNOWN_DRIVER)
        return self

    @property
    def _named(self) -> set[str]:
        names = {one.driver for one in (*(self.sensitivity or ()), *self.uncertain)}
        names |= {name for scenario in self.scenarios for name in scenario.drivers}
        return names | ({self.two_way.driver, self.two_way.other} if self.two_way else set())


class EconomicAnalysisIn(In):
    """An analysis of the newest priced estimate of an opportunity; amounts are in its currency."""

    opportunity_id: UUID
    name: Line
    perspective: Literal["client", "supplier"]
    assumptions: Assumptions

    @model_validator(mode="after")
    def _of_one_side(self) -> Self:
        given = self.assumptions
        if self.perspective == "client" and (given.win_probability is not None or given.bid_cost is not None):
            raise ValueError(OF_SUPPLIER)
        if self.perspective == "supplier" and (given.benefits or given.costs):
            raise ValueError(OF_CLIENT)
        return self


class EconomicAnalysisPatch(In):
    name: Line = KEEP
    assumptions: Annotated[Assumptions, Field(description="the whole of them")] = KEEP


class FlowOut(BaseModel):
    time_years: float
    benefits: Amount
    costs: Amount
    cumulative: Amount
    discounted: Amount
    discounted_cumulative: Amount


class BarOut(BaseModel):
    """A driver's bar in the tornado."""

    driver: str
    low: float
    high: float
    net_present_value_low: Amount
    net_present_value_high: Amount
    swing: Amount


class TableOut(BaseModel):
    driver: str
    values: list[float]
    other: str
    other_values: list[float]
    net_present_values: Annotated[list[list[Amount]], Field(description="a row for each of values")]


class ScenarioOut(BaseModel):
    name: str
    probability: float
    net_present_value: Amount


class OutlookOut(BaseModel):
    scenarios: list[ScenarioOut]
    expected_net_present_value: Amount
    standard_deviation: Amount
    probability_negative: float


class BinOut(BaseModel):
    low: Amount
    high: Amount
    share: float


class SimulationOut(BaseModel):
    """The distribution of the net present value; equal seed, equal figures."""

    seed: int
    samples: int
    mean: Amount
    standard_deviation: Amount
    standard_error: Amount
    probability_negative: float
    percentiles: dict[str, Amount]
    histogram: list[BinOut]


class BreakEvenOut(BaseModel):
    driver: str
    value: Annotated[float | None, Field(description="null: not within reach")]


class DatedOut(BaseModel):
    """By dates and the day count, on the earliest date."""

    day_count: DayCount
    base_date: date
    net_present_value: Amount
    rate_of_return: RateOfReturnOut | None


class SupplierOut(BaseModel):
    """What the contract brings us."""

    price_excl_tax: Money
    total_budget: Money
    margin: Money
    margin_rate: float
    peak_funding: Money
    total_interest: Money
    months_negative: int
    win_probability: float | None
    bid_cost: Money | None
    expected_margin: Annotated[Money | None, Field(description="win probability × margin − bid cost")]
    break_even_win_probability: float | None


class ResultsOut(BaseModel):
    currency: str
    discount_rate: Annotated[float, Field(description="that the amounts are discounted at, on their own basis")]
    nominal_rate: float
    real_rate: float
    net_present_value: Amount
    benefits_present_value: Amount
    total_cost_of_ownership: Amount
    rate_of_return: RateOfReturnOut | None
    modified_rate: float | None
    reason: Annotated[Reason | None, Field(description="why there is no rate of return")]
    payback_years: float | None
    discounted_payback_years: float | None
    return_on_investment: float | None
    return_on_investment_pv: float | None
    benefit_cost_ratio: float | None
    profitability_index: float | None
    equivalent_annuity: Amount
    dated: DatedOut
    profile: list[ProfilePoint]
    flows: list[FlowOut]
    break_even: list[BreakEvenOut]
    sensitivity: list[BarOut]
    two_way: TableOut | None
    outlook: OutlookOut | None
    simulation: SimulationOut | None
    supplier: SupplierOut | None


class _Analysis(ResourceOut):
    opportunity_id: UUID
    name: str
    perspective: Literal["client", "supplier"]
    estimate_id: UUID
    basis: BasisOut
    estimate_revision: int
    risk_revision: int
    freshness: Literal["fresh", "stale"]
    reason: ReasonOut | None
    status: Annotated[Literal["draft", "offered"], Field(description="offered: the client's proposal says it")]
    offered_at: datetime | None
    allowed_actions: list[AllowedAction]

    @classmethod
    def of(cls, row: EconomicAnalysis, caller: Principal) -> Self:
        """As much as `caller` may see."""
        computed = {"assumptions", "basis", "estimate_revision", "results"}
        shown: dict[str, Any] = {name: getattr(row, name) for name in cls.model_fields.keys() - computed}
        is_open = row.perspective == "client" or caller.may("cost:read")
        return cls.model_validate(
            {
                **shown,
                "basis": row.estimate,
                "estimate_revision": row.estimate.revision,
                "assumptions": row.inputs if is_open else None,
                "results": row.results if is_open else None,
            }
        )


class KeyResultsOut(BaseModel):
    currency: str
    net_present_value: Amount
    payback_years: float | None
    return_on_investment: float | None
    benefit_cost_ratio: float | None


class EconomicAnalysisItem(_Analysis):
    """An analysis in a list, by its key figures; those of our side are null without `cost:read`."""

    results: KeyResultsOut | None


class EconomicAnalysisOut(_Analysis):
    """`results` of the supplier's side are null without `cost:read`."""

    assumptions: Assumptions | None
    engine_version: str
    results: ResultsOut | None


class EconomicAnalysisQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "name")

    opportunity_id: Several[UUID] = None
    perspective: Several[Literal["client", "supplier"]] = None
    estimate_id: UUID | None = None
    status: Several[Literal["draft", "offered"]] = None
