"""What the risk service says: the risk budget of an estimate.

What it says of the register is in `shared.language.events.risk.register`.
"""

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from shared.kernel.events import Event, Fact
from shared.language.events.requirements import BaselineApproved
from shared.language.events.values import Basis, Reason, ThreePoint
from shared.language.money import Amount, Money


class ResponseFacts(Fact):
    """All measures about a risk in one."""

    strategy: str
    """avoid, mitigate, transfer, accept, escalate; exploit, enhance, share for opportunities."""
    preventive: str | None
    preventive_zh: str | None
    contingency: str | None
    contingency_zh: str | None
    owner_role: str
    cost: Amount
    """Of the measures that are taken whether or not the risk happens."""


class MeasureFacts(Fact):
    """One measure about a risk, as it counted."""

    id: UUID
    code: str
    strategy: str
    kind: str
    """preventive, contingency, control."""
    statement: str
    statement_zh: str
    trigger: str | None
    """What starts a contingency measure."""
    trigger_zh: str | None
    owner_role: str
    cost: Amount
    """Of a contingency measure: when the risk happens."""
    probability_factor: float
    """What it leaves of the probability, and `impact_factor` of the impacts."""
    impact_factor: float
    status: str
    """planned, in_progress, implemented."""


class RiskFacts(Fact):
    """A risk of the register as it was when the budget was computed."""

    id: UUID
    code: str
    title: str
    title_zh: str
    category: str
    kind: str
    """threat or opportunity."""
    cause: str
    cause_zh: str
    effect: str
    effect_zh: str
    probability: float
    """That is used: corrected by its record where the budget has a recalibration of the kind."""
    probability_level: int
    impact_level: int
    score: float
    rating: str
    """low, moderate, high."""
    impact_cost: ThreePoint
    impact_days: ThreePoint
    expected_value: Amount
    reserve_share: Amount
    """This risk's part of the contingency."""
    response: ResponseFacts | None
    requirement_codes: tuple[str, ...]
    origin: str
    """concern, rule or person."""
    explanation: str
    explanation_zh: str
    inherent_probability: float | None = None
    """Before any response; `probability` and the impacts above are with all of `responses` in place."""
    inherent_impact_cost: ThreePoint | None = None
    inherent_impact_days: ThreePoint | None = None
    responses: tuple[MeasureFacts, ...] = ()
    saving: Amount | None = None
    """By how much the cost at the target confidence falls when this risk is taken away, with the same draws."""
    delay_value: Amount | None = None
    """The part of `expected_value` that is delay, at the daily burn of the budget."""
    probability_stated: float | None = None
    """As persons or a rule said it, where `probability` and `inherent_probability` are corrected by their record."""
    client_visibility: str = "internal"
    """Whether the client reads of it: `client`, in the wording that follows; `internal`, not at all."""
    client_wording: str | None = None
    client_wording_zh: str | None = None


class RecalibrationFacts(Fact):
    """How the record of a kind corrects its stated probabilities: logit(used) = intercept + slope × logit(stated)."""

    kind: str
    """threat or opportunity."""
    intercept: float
    slope: float
    outcomes: int
    """Risks whose outcome is known, that it is from."""


class MatrixFacts(Fact):
    """The probability-impact matrix that risks were rated by: values of the levels from 1 up."""

    probability: tuple[Decimal, ...]
    impact: tuple[Decimal, ...]
    ratings: tuple[tuple[str, ...], ...]
    """low, moderate, high of each cell: by probability level from 1 up, in it by impact level from 1 up."""


class PhaseReserve(Fact):
    phase: str
    amount: Amount


class CurvePoint(Fact):
    probability: float
    cost: Amount


class DelayPoint(Fact):
    probability: float
    days: float
    """Working days beside the plan; negative when they are gained."""


class CostBin(Fact):
    low: Amount
    high: Amount
    share: float


class JointPoint(Fact):
    cost: Amount
    days: float


class JointConfidence(Fact):
    """Cost and delay together (JCL)."""

    target: JointPoint
    """Both at the target confidence, each for itself."""
    probability: float
    """That both are kept."""
    frontier: tuple[JointPoint, ...]
    """Pairs that are kept together with 70 %."""
    points: tuple[JointPoint, ...]
    """Some of the simulated outcomes."""


class ContributionFacts(Fact):
    """A part of what makes the total uncertain."""

    kind: str
    """line or risk."""
    id: UUID
    code: str
    name: str
    name_zh: str
    share: float
    """Of the variance."""
    rank_correlation: float
    """With the total (Spearman)."""


class SimulationFacts(Fact):
    """What the simulation says beside the figures of the budget, as points to draw."""

    curve_before: tuple[CurvePoint, ...]
    """The S-curve of cost without any response, from the same draws as `curve`."""
    delay_curve: tuple[DelayPoint, ...]
    histogram: tuple[CostBin, ...]
    tail_mean: Amount
    """Mean cost of the worst tenth (CVaR)."""
    joint: JointConfidence
    tornado: tuple[ContributionFacts, ...]
    """The largest contributions, at most 15."""


class RiskOverride(Fact):
    """A risk that counts otherwise in a scenario, or not at all."""

    risk_id: UUID
    probability: float | None = None
    impact_factor: float | None = None
    """Multiplies the impacts on cost and time."""
    is_excluded: bool = False


class RiskBudgetCalculated(Event):
    """How much money an estimate needs beside its base cost, at a stated confidence."""

    type: ClassVar[str] = "risk.budget.calculated.v1"
    risk_budget_id: UUID
    revision: int
    """Counts the risk budgets of one estimate, from 1."""
    basis: Basis
    estimate_id: UUID
    estimate_revision: int
    currency: str
    base_cost: Money
    mean_cost: Money
    standard_deviation: Amount
    percentiles: dict[str, Amount]
    """`p10`, `p50`, `p80`, `p90`, `p95` of total cost."""
    confidence: float
    """The target, 0.8 by default."""
    contingency: Money
    """Cost at the target confidence − base cost."""
    expected_value: Money
    """Sum of probability × impact, shown beside the contingency, never instead of it."""
    management_reserve: Money
    response_cost: Money
    total_reserve: Money
    schedule_p50_days: float
    """Expected slip of the whole project in working days at 50 % confidence."""
    schedule_p80_days: float
    probability_within_base: float
    phases: tuple[PhaseReserve, ...]
    risks: tuple[RiskFacts, ...]
    curve: tuple[CurvePoint, ...]
    seed: int
    samples: int
    standard_error_p80: float
    """Relative standard error of the P80 (batch means)."""
    is_converged: bool
    engine_version: str
    matrix: MatrixFacts | None = None
    """By which the risks were rated; None for the five levels of the PMBOK guide."""
    remarks: tuple[Reason, ...] = ()
    """What a reader of the figures should know: the contingency was floored at zero, the run has not converged."""
    simulation: SimulationFacts | None = None
    daily_burn: Money | None = None
    """What a working day of delay costs: it is part of each risk's expected value and of the total."""
    recalibrations: tuple[RecalibrationFacts, ...] = ()
    """None where probabilities are used as they were stated."""


class RiskBudgetFailed(Event):
    """The risk budget of an estimate could not be computed; `reason` says why."""

    type: ClassVar[str] = "risk.budget.failed.v1"
    estimate_id: UUID
    estimate_revision: int
    basis: Basis
    reason: Reason


class RiskBudgetOutdated(Event):
    """Something that a risk budget was computed from has changed: computed again, it would be another.

    Said once of a budget, at once; where the policy wants it, as it usually does, the next revision follows by itself.
    """

    type: ClassVar[str] = "risk.budget.outdated.v1"
    risk_budget_id: UUID
    revision: int
    basis: Basis
    estimate_id: UUID
    estimate_revision: int
    reason: Reason
    """register_changed, policy_changed."""


class RiskBudgetSuperseded(Event):
    """The risk budget no longer counts: its estimate or its baseline was superseded."""

    type: ClassVar[str] = "risk.budget.superseded.v1"
    risk_budget_id: UUID
    revision: int
    basis: Basis
    superseded_by_epoch: int


class ScenarioBudgeted(Event):
    """The risk budget that a scenario would have; nothing of it is stored."""

    type: ClassVar[str] = "risk.scenario.budgeted.v1"
    scenario_id: UUID
    baseline: BaselineApproved
    estimate: dict[str, Any]
    """As in `estimation.scenario.estimated`."""
    risk: RiskBudgetCalculated


class RiskScenarioFailed(Event):
    """A scenario's risk budget could not be computed; `reason` says why."""

    type: ClassVar[str] = "risk.scenario.failed.v1"
    scenario_id: UUID
    reason: Reason
