"""What the estimation service says of a solution's worth to the client. Nothing of our side has a field here."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.kernel.events import Event, Fact
from shared.language.events.values import Basis
from shared.language.money import Amount, Money


class StatementFacts(Fact):
    """A sentence in both languages."""

    en: str
    zh: str


class CashStream(Fact):
    """Money that the client gains or spends. `price` is ours; every other code is the client's own."""

    code: str
    name: str
    name_zh: str
    is_benefit: bool
    total: Amount


class CashFlowFacts(Fact):
    """What the client gains and spends at one time; costs are positive."""

    time_years: float
    """After the start; a year has 365 days."""
    benefits: Amount
    price: Amount
    own_costs: Amount
    """What the client spends beside the price."""
    discounted: Amount
    """Of benefits − price − own costs; all of them add up to the net present value."""


class SensitivityFacts(Fact):
    """The net present value when one driver is lower or higher; factors are 1 as stated."""

    driver: str
    name: str
    name_zh: str
    low: float
    high: float
    net_present_value_low: Amount
    net_present_value_high: Amount


class CaseScenarioFacts(Fact):
    name: str
    name_zh: str | None = None
    probability: float
    net_present_value: Amount


class SimulatedValueFacts(Fact):
    """The distribution of the net present value; equal seed, equal figures."""

    p5: Amount
    p50: Amount
    p95: Amount
    probability_negative: float
    seed: int
    samples: int


class EconomicAnalysisOffered(Event):
    """An analysis of what the solution brings the client is meant for the client: at first, and with each newer price.

    The newest that is offered counts, by `offered_at`; `version` orders what is said of one.
    """

    type: ClassVar[str] = "estimation.economic_analysis.offered.v1"
    economic_analysis_id: UUID
    version: int
    offered_at: datetime
    name: str
    basis: Basis
    estimate_id: UUID
    estimate_revision: int
    risk_revision: int
    currency: str
    price: Money
    """The price that it counts on, as a whole."""
    price_includes_tax: bool
    price_timing: str
    """milestones (as payments fall due) or start (all of it at once)."""
    start: date
    """Time 0."""
    horizon_years: int
    discount_rate: float
    """Per year, that the flows are discounted at."""
    amounts_basis: str
    """nominal, or real: money of the start."""
    inflation_rate: float
    streams: tuple[CashStream, ...]
    flows: tuple[CashFlowFacts, ...]
    """In order of time, from 0."""
    net_present_value: Amount
    benefits_present_value: Amount
    costs_present_value: Amount
    """Of the price and the client's own costs."""
    internal_rate: float | None
    """None unless there is exactly one."""
    internal_rate_status: str
    """unique, multiple or none."""
    modified_rate: float | None
    payback_years: float | None
    """None: it does not pay back."""
    discounted_payback_years: float | None
    return_on_investment: float | None
    """Undiscounted: (benefits − costs) ÷ costs."""
    return_on_investment_pv: float | None
    """The same of present values."""
    benefit_cost_ratio: float | None
    """Of present values."""
    sensitivity: tuple[SensitivityFacts, ...] = ()
    """The largest swing first."""
    scenarios: tuple[CaseScenarioFacts, ...] = ()
    expected_net_present_value: Amount | None = None
    """Of the scenarios, by their probabilities."""
    simulation: SimulatedValueFacts | None = None
    assumptions: tuple[StatementFacts, ...] = ()
    engine_version: str


class EconomicAnalysisWithdrawn(Event):
    """An analysis is no longer meant for the client."""

    type: ClassVar[str] = "estimation.economic_analysis.withdrawn.v1"
    economic_analysis_id: UUID
    version: int
