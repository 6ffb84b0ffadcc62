"""Risks over HTTP. Money is shown to callers with `cost:read` only, else it is null."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.risk.domain.risk import Category, Kind, Strategy
from services.risk.models.risks import RegisteredRisk
from shared.auth import Principal
from shared.money import Amount, Currency, Money, quantised
from shared.pages import PageQuery, ResourceOut
from shared.states import AllowedAction
from shared.validation import KEEP, Line, Text, rule

WRONG_SIGN = rule(
    "wrong_sign",
    "the impact of a threat must not be negative, that of an opportunity must not be positive",
    "威胁的影响不得为负，机会的影响不得为正",
)
WRONG_STRATEGY = rule(
    "wrong_strategy",
    "avoid, mitigate, transfer are for threats; exploit, enhance, share for opportunities",
    "avoid、mitigate、transfer 用于威胁；exploit、enhance、share 用于机会",
)
CERTAIN = rule(
    "this_is_an_issue_not_a_risk",
    "what is certain is an issue: record it as a risk of less than 1 and materialise it",
    "必然发生的是问题而非风险：请登记为小于 1 的概率后标记为已发生",
)

_OF_THREATS = {Strategy.AVOID, Strategy.MITIGATE, Strategy.TRANSFER}
_OF_OPPORTUNITIES = {Strategy.EXPLOIT, Strategy.ENHANCE, Strategy.SHARE}

_Cost = Annotated[Amount, Field(ge=-(10**12), le=10**12)]
_Days = Annotated[float, Field(ge=-10_000, le=10_000)]


class In(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class CostRange(In):
    """What a risk costs the project when it happens. Negative for an opportunity."""

    optimistic: _Cost
    most_likely: _Cost
    pessimistic: _Cost
    currency: Currency

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.optimistic <= self.most_likely <= self.pessimistic:
            raise ValueError("range_order")
        return self


class DaysRange(In):
    """By how many working days a risk delays the project when it happens. Negative for an opportunity."""

    optimistic: _Days
    most_likely: _Days
    pessimistic: _Days

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.optimistic <= self.most_likely <= self.pessimistic:
            raise ValueError("range_order")
        return self


class ResponseIn(In):
    """What is done about a risk; a text in one language stands for both."""

    strategy: Strategy
    preventive: Text | None = None
    preventive_zh: Text | None = None
    contingency: Text | None = None
    contingency_zh: Text | None = None
    owner_role: Line
    cost: Money

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.cost.amount < 0:
            raise ValueError("negative_amount")
        return self


class RiskIn(In):
    """A risk as a person records it: cause, uncertain event (title), effect. A text in one language stands for both."""

    opportunity_id: UUID
    title: Line
    title_zh: Line | None = None
    category: Category
    kind: Kind = Kind.THREAT
    cause: Text
    cause_zh: Text | None = None
    effect: Text
    effect_zh: Text | None = None
    probability: Annotated[float, Field(gt=0, le=1)]
    impact_cost: CostRange
    impact_days: DaysRange = DaysRange(optimistic=0, most_likely=0, pessimistic=0)
    response: ResponseIn | None = None
    requirement_codes: Annotated[list[Line], Field(max_length=200)] = []
    owner: Line | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.probability == 1:
            raise ValueError(CERTAIN)
        sign = 1 if self.kind == Kind.THREAT else -1
        ends = (self.impact_cost.optimistic, self.impact_cost.pessimistic)
        if min(sign * end for end in (*ends, self.impact_days.optimistic, self.impact_days.pessimistic)) < 0:
            raise ValueError(WRONG_SIGN)
        foreign = _OF_OPPORTUNITIES if self.kind == Kind.THREAT else _OF_THREATS
        if self.response and self.response.strategy in foreign:
            raise ValueError(WRONG_STRATEGY)
        return self


class RiskPatch(In):
    title: Line = KEEP
    title_zh: Line = KEEP
    category: Category = KEEP
    cause: Text = KEEP
    cause_zh: Text = KEEP
    effect: Text = KEEP
    effect_zh: Text = KEEP
    probability: Annotated[float, Field(gt=0, le=1)] = KEEP
    impact_cost: CostRange = KEEP
    impact_days: DaysRange = KEEP
    response: ResponseIn | None = None
    requirement_codes: Annotated[list[Line], Field(max_length=200)] = KEEP
    owner: Line | None = None


class Note(In):
    reason: Text


class ResponseOut(BaseModel):
    strategy: str
    preventive: str | None
    preventive_zh: str | None
    contingency: str | None
    contingency_zh: str | None
    owner_role: str
    cost: Money | None


class DaysRangeOut(BaseModel):
    optimistic: float
    most_likely: float
    pessimistic: float


class CostRangeOut(BaseModel):
    optimistic: Amount
    most_likely: Amount
    pessimistic: Amount
    currency: str

    @classmethod
    def of(cls, points: dict[str, float], currency: str) -> Self:
        """From the floats that the simulation works with."""
        return cls(
            **{name: quantised(Decimal(str(point)), currency) for name, point in points.items()}, currency=currency
        )


class RiskOut(ResourceOut):
    """A risk of the register. Levels and rating are by the newest estimate; null until there is one."""

    opportunity_id: UUID
    code: str
    title: str
    title_zh: str
    category: str
    kind: str
    cause: str
    cause_zh: str
    effect: str
    effect_zh: str
    probability: float
    probability_level: int
    impact_level: int | None
    score: float | None
    rating: str | None
    impact_cost: CostRangeOut | None
    impact_days: DaysRangeOut
    expected_value: Money | None
    response: ResponseOut | None
    requirement_codes: list[str]
    origin: str
    is_proposed: bool
    decided: list[str]
    explanation: str
    explanation_zh: str
    owner: str | None
    status: str
    status_reason: str | None
    allowed_actions: list[AllowedAction]

    @classmethod
    def of(cls, row: RegisteredRisk, caller: Principal) -> Self:
        """As much as `caller` may see."""
        shown = {name: getattr(row, name) for name in cls.model_fields}
        if row.response:
            shown["response"] = {**row.response, "cost": {"amount": row.response["cost"], "currency": row.currency}}
        shown["impact_cost"] = CostRangeOut.of(row.impact_cost, row.currency)
        shown["expected_value"] = None if row.expected_value is None else Money.of(row.expected_value, row.currency)
        out = cls.model_validate(shown)
        return out if caller.may("cost:read") else out.without_money()

    def without_money(self) -> Self:
        """What anybody may see."""
        response = self.response and self.response.model_copy(update={"cost": None})
        return self.model_copy(update={"impact_cost": None, "expected_value": None, "response": response})


class RiskQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "code", "probability")

    opportunity_id: UUID | None = None
    status: str | None = None
    category: Category | None = None
    kind: Kind | None = None
    origin: Literal["concern", "rule", "person"] | None = None
    rating: Literal["low", "moderate", "high"] | None = None
    is_proposed: bool | None = None
