"""Scenarios over HTTP. What they say of cost is null for callers without `cost:read`."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from services.estimation.domain.function_points import Size
from services.estimation.models.scenarios import Scenario
from services.estimation.schemas.budget_plans import TermsIn
from services.estimation.schemas.costing import MARGIN_GE_1
from services.estimation.schemas.discounts import RATE_OR_AMOUNT, Fraction
from services.estimation.schemas.economics import ONE_OF_TWO
from services.estimation.schemas.estimates import ReasonOut
from services.estimation.schemas.rate_cards import Days, Role
from shared.kernel.asked import Several
from shared.kernel.auth import Principal
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.kernel.validation import KEEP, In, Line, Text, rule
from shared.language.money import Amount, NonNegativeMoney

Factor = Annotated[Decimal, Field(ge=Decimal("0.01"), le=100, max_digits=12, decimal_places=8, examples=["1.1"])]
People = Annotated[float, Field(ge=0.5, le=1000, multiple_of=0.5)]
Priority = Literal["must", "should", "could", "wont"]
Kind = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$", examples=["functional"])]

RATE_OF_ALL = "*"
FACTOR_OR_CARD = rule("unknown_role_name", "must be a role, or *", "须为角色代码或 *")


class RatesChange(In):
    """Dearer or cheaper people: factors by role (`*` for all others), or another rate card."""

    factors: Annotated[dict[str, Factor], Field(max_length=30, examples=[{"*": "1.1"}])] = {}
    rate_card_id: UUID | None = None

    @model_validator(mode="after")
    def _of_roles(self) -> Self:
        if any(not name.replace("_", "").isalnum() and name != RATE_OF_ALL for name in self.factors):
            raise ValueError(FACTOR_OR_CARD)
        return self


class AddedRequirement(In):
    """A requirement that the baseline does not have."""

    title: Line
    statement: Text | None = None
    kind: Kind = "functional"
    priority: Literal["must", "should", "could"] = "must"
    group: Line | None = None
    size: Size | None = None


class ScopeChange(In):
    """What is left out, by id or priority, and what comes in."""

    excluded_requirement_ids: Annotated[list[UUID], Field(max_length=5000)] = []
    excluded_priorities: Annotated[list[Priority], Field(max_length=4)] = []
    added: Annotated[list[AddedRequirement], Field(max_length=200)] = []


class DatesChange(In):
    planned_start: Days | None = None
    deadline: Annotated[Days | None, Field(description="in place of the client's hard dates")] = None


class RiskChange(In):
    """A risk of the register that counts otherwise, or not at all."""

    risk_id: UUID
    probability: Annotated[float | None, Field(gt=0, le=1)] = None
    impact_factor: Annotated[float | None, Field(ge=0, le=100)] = None
    is_excluded: bool = False


class PriceChange(In):
    margin_rate: Annotated[Decimal | None, Field(ge=0, le=10, max_digits=12, decimal_places=8)] = None
    markup_rate: Annotated[Decimal | None, Field(ge=0, le=10, max_digits=12, decimal_places=8)] = None
    discount_rate: Fraction | None = None
    discount_amount: NonNegativeMoney | None = None
    terms: Annotated[TermsIn | None, Field(description="of payment")] = None

    @model_validator(mode="after")
    def _one_each(self) -> Self:
        if self.margin_rate is not None and self.margin_rate >= 1:
            raise ValueError(MARGIN_GE_1)
        if self.margin_rate is not None and self.markup_rate is not None:
            raise ValueError(ONE_OF_TWO)
        if self.discount_rate is not None and self.discount_amount is not None:
            raise ValueError(RATE_OR_AMOUNT)
        return self


class Changes(In):
    """What is otherwise; the rest is as in the newest estimate. Without any change it is that estimate made anew."""

    rates: RatesChange | None = None
    scope: ScopeChange | None = None
    team: Annotated[dict[Role, People], Field(max_length=30, examples=[{"developer": 6}])] = {}
    dates: DatesChange | None = None
    risks: Annotated[list[RiskChange], Field(max_length=500)] = []
    price: PriceChange | None = None


class ScenarioIn(In):
    opportunity_id: UUID
    name: Line
    changes: Changes


class ScenarioPatch(In):
    name: Line = KEEP
    changes: Annotated[Changes, Field(description="all of them")] = KEEP


class FiguresOut(BaseModel):
    """The result; cost is null without `cost:read`."""

    currency: str | None = None
    requirement_count: int | None = None
    effort_days: float | None = None
    effort_p50_days: float | None = None
    effort_p80_days: float | None = None
    labour_cost: Amount | None = None
    material_cost: Amount | None = None
    financial_cost: Amount | None = None
    base_cost: Amount | None = None
    contingency: Amount | None = None
    risk_response_cost: Amount | None = None
    management_reserve: Amount | None = None
    total_budget: Amount | None = None
    margin: Amount | None = None
    margin_rate: float | None = None
    list_price: Amount | None = None
    discount: Amount | None = None
    price_excl_tax: Amount | None = None
    price_incl_tax: Amount | None = None
    peak_funding: Amount | None = None
    budget_probability: float | None = None
    schedule_p50_days: float | None = None
    schedule_p80_days: float | None = None
    start: date | None = None
    finish: date | None = None
    p80_finish: date | None = None


INTERNAL = (
    "labour_cost", "material_cost", "financial_cost", "base_cost", "contingency", "risk_response_cost",
    "management_reserve", "total_budget", "margin", "margin_rate", "peak_funding", "budget_probability",
)  # fmt: skip
"""Figures that only callers with `cost:read` see."""


class ScenarioItem(ResourceOut):
    """A scenario in a list: its figures, without the changes that lead to them."""

    opportunity_id: UUID
    name: str
    status: Literal["computing", "computed", "failed"]
    base_estimate_id: UUID
    base_baseline_number: int
    base_estimate_revision: int
    base_risk_revision: int
    freshness: Literal["fresh", "stale"]
    reason: ReasonOut | None
    figures: FiguresOut
    computed_at: datetime | None
    allowed_actions: list[AllowedAction]

    @classmethod
    def of(cls, row: Scenario, caller: Principal) -> Self:
        """As much as `caller` may see."""
        computed = {"base_baseline_number", "base_estimate_revision", "figures", "changes"}
        shown: dict[str, Any] = {name: getattr(row, name) for name in cls.model_fields.keys() - computed}
        return cls.model_validate(
            {
                **shown,
                "changes": row.changes if caller.may("cost:read") else {**row.changes, "rates": None, "price": None},
                "base_baseline_number": row.base.baseline_number,
                "base_estimate_revision": row.base.revision,
                "figures": visible(row.result, caller),
            }
        )


class ScenarioOut(ScenarioItem):
    changes: Changes
    unmatched: Annotated[list[UUID], Field(description="left out, and in the baseline no longer")]


def visible(figures: dict[str, Any], caller: Principal) -> dict[str, Any]:
    """Figures as far as a caller may see them."""
    return figures if caller.may("cost:read") else {**figures, **dict.fromkeys(INTERNAL)}


class ScenarioQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "name")

    opportunity_id: Several[UUID] = None
    status: Several[Literal["computing", "computed", "failed"]] = None


class CompareQuery(In):
    """Which scenarios of one opportunity."""

    id: Annotated[list[UUID], Field(min_length=1, max_length=10)]


class CompareValue(BaseModel):
    value: str | None
    delta: Annotated[str | None, Field(description="from the base; days between dates")]


class CompareRow(BaseModel):
    figure: str
    base: str | None
    scenarios: list[CompareValue]


class CompareLineValue(BaseModel):
    expected_days: float | None
    cost: Amount | None


class CompareLine(BaseModel):
    """A line of work that differs; null where it is not there."""

    id: UUID
    code: str
    name: str
    name_zh: str
    requirement_code: str | None
    base: CompareLineValue
    scenarios: list[CompareLineValue]


class CompareHead(BaseModel):
    id: UUID
    name: str
    status: str
    freshness: str


class ComparisonOut(BaseModel):
    """The newest estimate, and beside it each scenario in the order that was asked."""

    base_estimate_id: UUID
    currency: str
    scenarios: list[CompareHead]
    figures: list[CompareRow]
    lines: list[CompareLine]
