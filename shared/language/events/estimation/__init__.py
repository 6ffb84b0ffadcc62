"""What the estimation service says: effort, cost, budget and price of a baseline.

What costs come from is in `sources`, what it says of projects that are over in `history`, of a solution's worth to the
client in `economics`.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from shared.kernel.events import Event, Fact
from shared.language.events.estimation.sources import CostCategories, ExchangeRateFacts, RateFacts, TermsFacts
from shared.language.events.requirements import BaselineApproved
from shared.language.events.risk import RiskBudgetCalculated, RiskOverride
from shared.language.events.values import Basis, Reason, ThreePoint
from shared.language.money import Amount, Money


class EstimateLine(Fact):
    """One work package of the WBS: a requirement's work or a standing activity."""

    id: UUID
    code: str
    """WBS code, `1.3.2`."""
    name: str
    name_zh: str
    kind: str
    """requirement, gap (what our product lacks for a requirement) or standing."""
    activity: str
    """requirement kind (`functional` …) or standing activity (`management`, `quality_assurance`, `deployment`,
    `training`, `warranty`)."""
    requirement_id: UUID | None
    requirement_code: str | None
    group: str | None
    depends_on: tuple[UUID, ...] = ()
    """Requirements that this requirement depends on."""
    function_points: float
    effort_days: ThreePoint
    expected_days: float
    daily_cost: Amount
    """Weighted internal cost of one person-day of this line's role mix."""
    cost: Amount
    """Internal labour cost of the expected effort."""
    role_days: dict[str, float]
    phase_days: dict[str, float]
    method: str
    computed_days: float | None = None
    """What was computed bottom-up, where a person judged the line or the whole, or the calibrated model leads."""


class CostItem(Fact):
    """A cost that is not labour."""

    id: UUID
    kind: str
    """hardware, software, licence, cloud, travel, subcontract, other; financing, guarantee, exchange."""
    name: str
    name_zh: str
    phase: str
    amount: Amount
    tax_category: str = "services"
    """services, or what it is sold on to the client as: goods, …"""
    origin: str = "parameter_set"
    """parameter_set, person (recorded for the opportunity) or computed."""
    original: Money | None = None
    """In the currency that it is paid in; None where that is nobody's: interest."""
    exchange_rate: Decimal | None = None
    escalation: Decimal | None = None
    """What the price is multiplied with, from the day of the price to the middle of the spending."""


class MethodResult(Fact):
    """One estimating method's answer, as a range."""

    method: str
    """three_point, function_points, productivity_model, analogy, cocomo_ii or expert."""
    effort_days: float
    low_days: float
    """10 % confidence."""
    high_days: float
    """90 % confidence."""
    note: str
    note_zh: str
    source_ids: tuple[UUID, ...] = ()
    """Of the productivity model, or of the past projects, that it is from."""


class OverrideFacts(Fact):
    """What a person judged, in the place of what was computed."""

    id: UUID
    line_id: UUID | None
    """None is the whole effort."""
    computed_days: float
    effort_days: ThreePoint
    reason: str
    judged_by: str
    judged_at: datetime
    baseline_number: int
    """Of the estimate that the judge saw."""
    client_visibility: str = "internal"
    """`client`: offers say among their assumptions what `client_wording` says, and never `reason`."""
    client_wording: str | None = None
    client_wording_zh: str | None = None


class LeadFacts(Fact):
    """The method whose effort the estimate is made of, and why it is that one."""

    method: str
    """three_point (bottom-up), productivity_model or expert."""
    code: str
    """no_calibration, no_record, little_is_counted, no_better_record, better_record, judged_lines_exceed, policy,
    chosen, expert_judged."""
    message: str
    message_zh: str


class WarningFacts(Fact):
    """What nobody has said, or what contradicts itself: a person judges it before anybody approves."""

    code: str
    message: str
    message_zh: str
    id: UUID | None = None
    """The same as long as subjects and figures are."""
    subjects: tuple[str, ...] = ()
    """Codes of requirements, names of roles or items, currencies, years."""
    judged_by: str | None = None
    """None until a person has judged it."""
    judged_at: datetime | None = None
    judgement: str | None = None
    """Why it may stand."""
    client_visibility: str = "internal"
    """`client`: offers say among their assumptions what `client_wording` says, and never the warning itself."""
    client_wording: str | None = None
    client_wording_zh: str | None = None


class PhaseEffort(Fact):
    phase: str
    """requirements, design, build, test, deployment, warranty."""
    effort_days: float
    role_days: dict[str, float]
    cost: Amount


class EstimateCompleted(Event):
    """Effort and cost of a baseline before risk; `base_cost` is the figure that the risk budget starts from."""

    type: ClassVar[str] = "estimation.estimate.completed.v1"
    estimate_id: UUID
    revision: int
    """Counts the estimates of one baseline, from 1."""
    basis: Basis
    currency: str
    planned_start: date
    team: dict[str, float]
    """People per role that the schedule may use at once."""
    lines: tuple[EstimateLine, ...]
    cost_items: tuple[CostItem, ...]
    phases: tuple[PhaseEffort, ...]
    methods: tuple[MethodResult, ...]
    divergence: float
    """(highest − lowest) ÷ lowest of the methods' effort."""
    is_divergent: bool
    effort_days: float
    effort_p50_days: float | None = None
    effort_p80_days: float | None = None
    """Total effort that is not exceeded with 50 % and 80 % confidence."""
    labour_cost: Money
    material_cost: Money
    financial_cost: Money
    base_cost: Money
    daily_burn: Money
    """Internal cost of one working day of delay: the time-dependent cost."""
    parameter_set: str
    engine_version: str
    unsized_requirement_codes: tuple[str, ...] = ()
    concerns_digest: str = ""
    parameter_set_id: UUID | None = None
    rates: tuple[RateFacts, ...] = ()
    exchange_rates: tuple[ExchangeRateFacts, ...] = ()
    terms: TermsFacts | None = None
    """What the interest on the cash gap was computed with, and the price will be paid by."""
    warranty_months: int | None = None
    """That effort, cost and payments count on: as agreed in the after-sales plan, or the parameter set's."""
    cost_categories: CostCategories | None = None
    overrides: tuple[OverrideFacts, ...] = ()
    warnings: tuple[WarningFacts, ...] = ()
    lead: LeadFacts | None = None
    """None in estimates that were made before one was told: bottom-up, or what persons judged."""


class EstimateFailed(Event):
    """The baseline could not be estimated; `reason` says why and what mends it."""

    type: ClassVar[str] = "estimation.estimate.failed.v1"
    estimate_id: UUID
    revision: int
    basis: Basis
    reason: Reason


class EstimateJudged(Event):
    """Persons judged warnings of an estimate: all its warnings as they are now. `version` orders these events."""

    type: ClassVar[str] = "estimation.estimate.judged.v1"
    estimate_id: UUID
    revision: int
    basis: Basis
    warnings: tuple[WarningFacts, ...]
    version: int


class EstimateOutdated(Event):
    """Something that an estimate was made with has changed: computed again, it would be another."""

    type: ClassVar[str] = "estimation.estimate.outdated.v1"
    estimate_id: UUID
    revision: int
    basis: Basis
    reason: Reason
    """rates_changed, exchange_rates_changed, parameter_set_changed, cost_items_changed, payment_terms_changed,
    warranty_changed, productivity_model_changed."""


class EstimateSuperseded(Event):
    """The estimate no longer counts: a newer epoch of its opportunity, or a newer revision, took its place."""

    type: ClassVar[str] = "estimation.estimate.superseded.v1"
    estimate_id: UUID
    revision: int
    basis: Basis
    superseded_by_epoch: int


class TaxLine(Fact):
    """What is taxed as one category; the lines add up to the net price and the tax."""

    category: str
    rate: Decimal
    net: Amount
    tax: Amount


class PriceLine(Fact):
    """A step of the price build-up, in the order in which it is added."""

    code: str
    """labour, material, financial, contingency, risk_responses, management_reserve, margin, discount, tax."""
    name: str
    name_zh: str
    amount: Amount


class PhaseBudget(Fact):
    phase: str
    start: date
    finish: date
    labour: Amount
    material: Amount
    financial: Amount
    contingency: Amount
    risk_responses: Amount = Decimal(0)
    total: Amount
    """Sum of the parts; the phases add up to the cost baseline, which has no management reserve."""


class MonthBudget(Fact):
    month: str
    """`2027-01`"""
    planned: Amount
    cumulative: Amount
    """Planned value: the S-curve."""
    inflow: Amount
    """Payments of the client without tax, which is passed on."""
    net_cumulative: Amount


class PaymentMilestone(Fact):
    code: str
    name: str
    name_zh: str
    due: date
    share: float
    amount: Amount
    """Including tax; the amounts of all milestones add up to the price."""


class EstimatePriced(Event):
    """The estimate with its risk budget taken in: budget plan and price."""

    type: ClassVar[str] = "estimation.estimate.priced.v1"
    estimate_id: UUID
    revision: int
    basis: Basis
    risk_budget_id: UUID
    risk_revision: int
    currency: str
    base_cost: Money
    contingency: Money
    risk_response_cost: Money
    management_reserve: Money
    total_budget: Money
    margin_rate: float
    """What is left above the total budget as a fraction of the net price, discount taken off."""
    price_excl_tax: Money
    tax_rate: float
    tax: Money
    price_incl_tax: Money
    price_lines: tuple[PriceLine, ...]
    phases: tuple[PhaseBudget, ...]
    months: tuple[MonthBudget, ...]
    milestones: tuple[PaymentMilestone, ...]
    peak_funding: Money
    budget_probability: float | None = None
    """Probability that cost stays within the client's budget net of tax and margin, if a budget is known."""
    list_price: Money | None = None
    """Net price before the discount."""
    discount: Money | None = None
    discount_id: UUID | None = None
    pricing_policy_id: UUID | None = None
    """The policy that the discount was decided by."""
    tax_lines: tuple[TaxLine, ...] = ()
    exchange_rates: tuple[ExchangeRateFacts, ...] = ()
    parameter_set_id: UUID | None = None
    terms: TermsFacts | None = None
    """What the milestones follow from: payments, advance, retention with its share and days."""
    warranty_months: int | None = None
    """What the price pays for; documents, schedule and hand-over say this and no other."""


class DiscountRecorded(Event):
    """A discount was asked for, decided, taken back, or lapsed; `version` orders its records."""

    type: ClassVar[str] = "estimation.discount.recorded.v1"
    discount_id: UUID
    estimate_id: UUID
    status: str
    """requested, approved, rejected, withdrawn, replaced (by a newer one), lapsed (a later price would need more)."""
    rate: Decimal | None
    """Share of the net price; or else `amount`."""
    amount: Money | None
    approvers: tuple[str, ...]
    """Roles of which one must approve; empty when nobody needs to."""
    policy_revision: int
    decided_by: str | None
    version: int


class ScenarioEstimated(Event):
    """The estimate that a scenario would have; nothing of it is stored."""

    type: ClassVar[str] = "estimation.scenario.estimated.v1"
    scenario_id: UUID
    baseline: BaselineApproved
    estimate: EstimateCompleted
    risk_overrides: tuple[RiskOverride, ...] = ()
    """Risks of the register that count otherwise in it."""


class ScenarioPriced(Event):
    """The price that a scenario would have, with all that it was made from."""

    type: ClassVar[str] = "estimation.scenario.priced.v1"
    scenario_id: UUID
    estimate: EstimateCompleted
    risk: RiskBudgetCalculated
    price: EstimatePriced


class EstimationScenarioFailed(Event):
    """A scenario could not be estimated or priced; `reason` says why, as it would after approval."""

    type: ClassVar[str] = "estimation.scenario.failed.v1"
    scenario_id: UUID
    reason: Reason
