"""What the risk service says of its register: risks, measures, control tasks, drawn reserve, and pursuits."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.kernel.events import Event, Fact
from shared.language.money import Money


class RiskRecorded(Event):
    """A person recorded or changed a risk, or it took a step; `version` orders its records.

    What baselines propose is told by the budget that counts it.
    """

    type: ClassVar[str] = "risk.risk.recorded.v1"
    risk_id: UUID
    code: str
    title: str
    title_zh: str
    category: str
    kind: str
    """threat or opportunity."""
    status: str
    """candidate, identified, analysed, treated, monitored, escalated, materialised, closed."""
    reason: str | None
    """Why it was closed, escalated or materialised."""
    owner: str | None
    probability: float
    """As it stands: with the responses that are implemented."""
    rating: str | None
    """low, moderate, high; None before there is an estimate."""
    accepted_by: str | None
    accepted_until: date | None
    version: int
    outcome: str | None = None
    """happened, did_not_happen, was_no_risk; None until somebody has said."""
    outcome_probability: float | None = None
    """The probability as it stood just before that, with all that was planned about it."""
    outcome_at: datetime | None = None


class RuleRecorded(Event):
    """A version of a rule of the risk catalogue was made or drafted, counts from now on, or no longer.

    It names no opportunity.
    """

    type: ClassVar[str] = "risk.rule.recorded.v1"
    catalogue_rule_id: UUID
    key: str
    """The same for all versions of a rule."""
    number: int
    status: str
    """enabled, disabled; draft of one that a lesson became."""
    title: str
    title_zh: str
    version: int


class RiskPassed(Event):
    """The time in which a risk could happen is over, and it did not: close it, or say until when."""

    type: ClassVar[str] = "risk.risk.passed.v1"
    risk_id: UUID
    code: str
    title: str
    title_zh: str
    owner: str | None
    near_until: date


class AcceptanceExpired(Event):
    """A risk was accepted until a day that is over: it waits to be treated or accepted again."""

    type: ClassVar[str] = "risk.acceptance.expired.v1"
    risk_id: UUID
    code: str
    title: str
    title_zh: str
    owner: str | None
    accepted_by: str
    accepted_until: date


class ResponseRecorded(Event):
    """A person planned or changed a measure about a risk, or it took a step; `version` orders its records."""

    type: ClassVar[str] = "risk.response.recorded.v1"
    response_id: UUID
    risk_id: UUID
    code: str
    strategy: str
    kind: str
    """preventive, contingency, control."""
    statement: str
    statement_zh: str
    owner: str | None
    due_on: date | None
    status: str
    """planned, in_progress, implemented, cancelled."""
    version: int


class MetricFacts(Fact):
    """A figure and the threshold at which something has to be done."""

    name: str
    operator: str
    threshold: float
    unit: str | None


class ControlTaskFacts(Fact):
    """A task of a control plan."""

    control_task_id: UUID
    control_plan_id: UUID
    code: str
    title: str
    title_zh: str
    phase: str | None
    owner: str | None
    due_on: date | None
    is_checkpoint: bool
    risk_id: UUID | None
    response_id: UUID | None
    """The measure that it carries out or starts."""
    metric: MetricFacts | None
    status: str
    """planned, in_progress, done, cancelled."""


class ControlTaskRecorded(Event):
    """A task of a control plan was added or changed, or took a step; `version` orders its records."""

    type: ClassVar[str] = "risk.control_task.recorded.v1"
    task: ControlTaskFacts
    version: int


class ControlTaskNeared(Event):
    """A task of an active control plan is due soon."""

    type: ClassVar[str] = "risk.control_task.neared.v1"
    task: ControlTaskFacts


class ControlTaskLapsed(Event):
    """A task of an active control plan was not done by the end of its day."""

    type: ClassVar[str] = "risk.control_task.lapsed.v1"
    task: ControlTaskFacts


class ControlTaskTriggered(Event):
    """A watched figure has reached its threshold: what was planned for that has to be done."""

    type: ClassVar[str] = "risk.control_task.triggered.v1"
    task: ControlTaskFacts
    value: float


class ControlPlanRecorded(Event):
    """A control plan was activated, looked at or closed; `version` orders its records."""

    type: ClassVar[str] = "risk.control_plan.recorded.v1"
    control_plan_id: UUID
    code: str
    title: str
    title_zh: str
    status: str
    """active or closed."""
    owner: str | None
    review_on: date | None
    version: int


class ControlPlanLapsed(Event):
    """A control plan was not looked at by the end of the day of its review."""

    type: ClassVar[str] = "risk.control_plan.lapsed.v1"
    control_plan_id: UUID
    code: str
    title: str
    title_zh: str
    owner: str | None
    review_on: date


class ReserveDrawn(Event):
    """Contingency was used or given back, or such a record was a mistake; `version` orders a draw's records."""

    type: ClassVar[str] = "risk.reserve.drawn.v1"
    reserve_draw_id: UUID
    risk_budget_id: UUID
    risk_id: UUID | None
    """None: for the spread of the estimate itself."""
    phase: str | None
    kind: str
    """use or release."""
    amount: Money
    remaining: Money
    """What of the contingency is left."""
    reason: str
    status: str
    """recorded or void."""
    version: int


class PursuitAssessed(Event):
    """What an opportunity may bring against what it still costs to get it, found anew; `version` orders them.

    expected value = win probability × expected margin − remaining cost of the pursuit. What was spent is no part of it.
    """

    type: ClassVar[str] = "risk.pursuit.assessed.v1"
    pursuit_id: UUID
    win_probability: float | None
    """As the team says it."""
    expected_margin: Money | None
    """Of the newest price, or what a person expects."""
    remaining_cost: Money | None
    """As a person planned it, less what was spent since."""
    cost_so_far: Money
    hours_so_far: float
    uncosted_hours: float
    """Of these hours nobody knows the cost."""
    expected_value: Money | None
    """None while something is missing."""
    status: str
    """incomplete, worthwhile, negative, over."""
    missing: tuple[str, ...]
    """win_probability, expected_margin, remaining_cost."""
    version: int
    win_probability_used: float | None = None
    """What expected value is computed with: corrected by its record where `record_outcomes` says so."""
    record_outcomes: int | None = None
    """Decided opportunities that correct it; None where it is used as it was stated."""


class PursuitTurnedNegative(Event):
    """What an opportunity may bring no longer outweighs what it still costs to get it: decide again whether to bid."""

    type: ClassVar[str] = "risk.pursuit.turned_negative.v1"
    pursuit_id: UUID
    win_probability: float
    """That was used."""
    expected_margin: Money
    remaining_cost: Money
    cost_so_far: Money
    expected_value: Money
    break_even_probability: float | None
    """From which win probability it would pay; None when nothing is won."""
    version: int
    win_probability_stated: float | None = None
