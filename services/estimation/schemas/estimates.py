"""Estimates over HTTP. Internal cost, reserves and margin are null for callers without `cost:read`."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.estimation.models.estimates import Estimate, EstimateStatus, NotPricedYet
from services.estimation.schemas.rate_cards import GradeOut
from services.estimation.schemas.workings import CautionOut
from shared.kernel.asked import Several
from shared.kernel.auth import Principal
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.states import AllowedAction
from shared.language.money import Amount, Money
from shared.language.suspects import SuspectOut


class BasisOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    baseline_id: UUID
    baseline_number: int
    epoch: int
    content_hash: str


class ReasonOut(BaseModel):
    """`retryable`: it can be recomputed once `actions` are done."""

    code: str
    message: str
    message_zh: str
    retryable: bool
    actions: list[str]


class RangeOut(BaseModel):
    optimistic: float
    most_likely: float
    pessimistic: float


class MethodOut(BaseModel):
    method: str
    effort_days: float
    low_days: float
    high_days: float
    note: str
    note_zh: str
    source_ids: Annotated[list[UUID], Field(description="of the model, or of the past projects, that it is from")] = []


class WarningOut(CautionOut):
    """What nobody has said, or what contradicts itself. Approving what is made of it waits until a person judged it."""

    id: Annotated[UUID, Field(description="the same as long as subjects and figures are")]
    subjects: list[str]
    judged_by: str | None
    judged_at: datetime | None
    judgement: Annotated[str | None, Field(description="why it may stand")]
    client_visibility: Annotated[str, Field(description="`client`: offers say it in its wording for the client")]
    client_wording: str | None
    client_wording_zh: str | None


class LeadOut(CautionOut):
    """The method whose effort the estimate is made of, and why it is that one."""

    method: Annotated[str, Field(description="three_point (bottom-up), productivity_model or expert")]


class OverrideShown(BaseModel):
    id: UUID
    line_id: Annotated[UUID | None, Field(description="null is the whole effort")]
    computed_days: float
    effort_days: RangeOut
    reason: str
    judged_by: str
    judged_at: datetime
    baseline_number: int
    client_visibility: str = "internal"
    client_wording: str | None = None
    client_wording_zh: str | None = None


class PhaseOut(BaseModel):
    phase: str
    effort_days: float
    role_days: dict[str, float]
    cost: Amount | None


class CostItemOut(BaseModel):
    """A cost beside labour; `original` is in the currency that it is paid in."""

    id: UUID
    kind: str
    name: str
    name_zh: str
    phase: str
    amount: Amount
    tax_category: str = "services"
    origin: str = "parameter_set"
    original: Money | None = None
    exchange_rate: Decimal | None = None
    escalation: Decimal | None = None


class RoleRateOut(BaseModel):
    """What a day of a role costs, and the rate cards that say so."""

    role: str
    daily_cost: Amount
    seniority: str | None
    rate_card_id: UUID
    rate_card_version: int
    region: str | None
    grades: list[GradeOut]


class ExchangeRateUsedOut(BaseModel):
    currency: str
    quote_currency: str
    rate: Decimal
    as_of: date
    source: str
    exchange_rate_ids: list[UUID]


class CostCategoriesOut(BaseModel):
    """The base cost as GB/T 36964-2018 classes it."""

    direct_labour: Amount
    direct_other: Amount
    indirect_labour: Amount
    indirect_other: Amount


class PriceLineOut(BaseModel):
    code: str
    name: str
    name_zh: str
    amount: Amount


class TaxLineOut(BaseModel):
    category: str
    rate: Decimal
    net: Amount
    tax: Amount


class PriceOut(BaseModel):
    """The price with the risk budget taken in. `price_lines` add up to the price with tax."""

    risk_budget_id: UUID
    risk_revision: int
    price_excl_tax: Money
    tax_rate: float
    tax: Money
    price_incl_tax: Money
    base_cost: Money | None
    contingency: Money | None
    risk_response_cost: Money | None
    management_reserve: Money | None
    total_budget: Money | None
    margin_rate: float | None
    peak_funding: Money | None
    budget_probability: float | None
    price_lines: list[PriceLineOut] | None
    list_price: Money | None
    discount: Money | None
    discount_id: UUID | None
    tax_lines: list[TaxLineOut]


class EstimateItem(ResourceOut):
    """An estimate in a list, by its key figures; methods, warnings, costs, rates and actions are at its own address."""

    opportunity_id: UUID
    basis: BasisOut
    revision: int
    status: EstimateStatus
    freshness: Literal["fresh", "stale"]
    reason: ReasonOut | None
    currency: str | None
    planned_start: date | None
    effort_days: float | None
    is_divergent: bool | None
    base_cost: Annotated[Money | None, Field(description="null without `cost:read`")]
    price_excl_tax: Money | None
    price_incl_tax: Money | None

    @classmethod
    def of(cls, row: Estimate, caller: Principal) -> Self:
        """As much as `caller` may see."""
        figures, price = row.figures or {}, row.price or {}
        own = set(Estimate.__mapper__.columns.keys()) | {"freshness"}
        shown = {name: getattr(row, name) if name in own else figures.get(name) for name in cls.model_fields}
        shown |= {name: price.get(name) for name in ("price_excl_tax", "price_incl_tax")}
        shown |= {"basis": row, "reason": row.reason or row.outdated}
        if not caller.may("cost:read"):
            shown["base_cost"] = None
        return cls.model_validate(shown)


class EstimateOut(ResourceOut):
    """An estimate; figures are null when it failed, cost also for callers without `cost:read`."""

    opportunity_id: UUID
    basis: BasisOut
    revision: int
    status: EstimateStatus
    freshness: Literal["fresh", "stale"]
    reason: ReasonOut | None
    suspects: list[SuspectOut]
    currency: str | None
    planned_start: date | None
    team: dict[str, float] | None
    effort_days: float | None
    methods: list[MethodOut] | None
    lead: Annotated[LeadOut | None, Field(description="null also in estimates that were made before it was told")] = (
        None
    )
    divergence: float | None
    is_divergent: bool | None
    warnings: list[WarningOut] | None
    overrides: Annotated[list[OverrideShown] | None, Field(description="what persons judged, beside what was computed")]
    phases: list[PhaseOut] | None
    unsized_requirement_codes: list[str] | None
    labour_cost: Money | None
    material_cost: Money | None
    financial_cost: Money | None
    base_cost: Money | None
    daily_burn: Money | None
    cost_items: list[CostItemOut] | None
    cost_categories: CostCategoriesOut | None
    rates: list[RoleRateOut] | None
    exchange_rates: list[ExchangeRateUsedOut] | None
    price: PriceOut | None
    parameter_set_id: UUID
    parameter_set: str | None
    engine_version: str | None
    allowed_actions: list[AllowedAction]

    @classmethod
    def of(cls, row: Estimate, caller: Principal) -> Self:
        """As much as `caller` may see."""
        figures: Mapping[str, Any] = row.figures or {}
        own = set(Estimate.__mapper__.columns.keys()) | {"freshness", "suspects", "allowed_actions", "warnings"}
        shown = {name: getattr(row, name) if name in own else figures.get(name) for name in cls.model_fields}
        shown["basis"] = row
        shown["reason"] = row.reason or row.outdated
        if not caller.may("cost:read"):
            shown |= dict.fromkeys(_COSTS)
            shown["phases"] = [{**phase, "cost": None} for phase in figures.get("phases", [])] or None
            shown["price"] = row.price and {**row.price, **dict.fromkeys(_COSTS_OF_PRICE)}
        return cls.model_validate(shown)


_COSTS = (
    "labour_cost", "material_cost", "financial_cost", "base_cost", "daily_burn", "cost_items", "cost_categories",
    "rates", "exchange_rates",
)  # fmt: skip
_COSTS_OF_PRICE = (
    "base_cost", "contingency", "risk_response_cost", "management_reserve", "total_budget", "margin_rate",
    "peak_funding", "budget_probability", "price_lines",
)  # fmt: skip


class EstimateQuery(PageQuery):
    sortable: ClassVar[tuple[str, ...]] = ("position", "created_at", "updated_at")

    sort: Annotated[str, Field(max_length=40, description="a field; - before it for descending")] = "-position"
    opportunity_id: Several[UUID] = None
    baseline_id: UUID | None = None
    status: Several[EstimateStatus] = None
    revision: Annotated[int | None, Field(ge=1, le=10_000)] = None


class LineOut(BaseModel):
    """A work package. `daily_cost` and `cost` are null without `cost:read`."""

    id: UUID
    code: str
    name: str
    name_zh: str
    kind: Literal["requirement", "gap", "standing"]
    activity: str
    requirement_id: UUID | None
    requirement_code: str | None
    group: str | None
    depends_on: list[UUID]
    function_points: float
    effort_days: RangeOut
    expected_days: float
    daily_cost: Amount | None
    cost: Amount | None
    role_days: dict[str, float]
    phase_days: dict[str, float]
    method: str
    computed_days: Annotated[
        float | None, Field(description="bottom-up, where a person judged otherwise or another method leads")
    ] = None

    @classmethod
    def of(cls, line: Mapping[str, Any], caller: Principal) -> Self:
        hidden = {} if caller.may("cost:read") else {"daily_cost": None, "cost": None}
        return cls.model_validate({**line, **hidden})


class LineQuery(BaseModel):
    """Which lines of an estimate, in the order of the WBS."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=1000, description="how many at most")] = 200
    cursor: Annotated[str | None, Field(max_length=400, description="next_cursor of the page before")] = None
    kind: Several[Literal["requirement", "gap", "standing"]] = None
    requirement_id: UUID | None = None
    group: Annotated[str | None, Field(max_length=300)] = None


class PhaseBudgetOut(BaseModel):
    phase: str
    start: date
    finish: date
    labour: Amount | None
    material: Amount | None
    financial: Amount | None
    contingency: Amount | None
    risk_responses: Amount | None
    total: Amount | None


class MonthBudgetOut(BaseModel):
    """`planned` is the cost baseline (its sum is the S-curve); `inflow` is without tax, which is passed on."""

    month: str
    planned: Amount
    cumulative: Amount
    inflow: Amount
    net_cumulative: Amount


class MilestoneOut(BaseModel):
    """A payment of the client, tax included."""

    code: str
    name: str
    name_zh: str
    due: date
    share: float
    amount: Amount


class BudgetOut(BaseModel):
    """The budget plan; without `cost:read` only the dates of phases and the client's payments."""

    estimate_id: UUID
    revision: int
    risk_revision: int
    currency: str
    phases: list[PhaseBudgetOut]
    months: list[MonthBudgetOut] | None
    milestones: list[MilestoneOut]
    total_budget: Money | None
    management_reserve: Money | None
    peak_funding: Money | None

    @classmethod
    def of(cls, row: Estimate, caller: Principal) -> Self:
        """As much as `caller` may see. Raises `NotPricedYet`."""
        if row.price is None:
            raise NotPricedYet(state=row.status)
        if caller.may("cost:read"):
            return cls.model_validate(row.price)
        phases = [
            {**dict.fromkeys(phase), **{name: phase[name] for name in ("phase", "start", "finish")}}
            for phase in row.price["phases"]
        ]
        hidden = dict.fromkeys(("months", "total_budget", "management_reserve", "peak_funding"))
        return cls.model_validate({**row.price, **hidden, "phases": phases})
