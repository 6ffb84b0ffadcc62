"""What risk assessment needs to know of a project: the approved baseline and its estimate."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from shared.language.money import Money
from shared.quant.three_point import ThreePoint

AFTER_DELIVERY = "warranty"
"""The phase that does not delay the delivery."""


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    operator: str
    value: float
    unit: str
    condition: str | None


@dataclass(frozen=True, slots=True)
class Requirement:
    id: UUID
    code: str
    title: str
    statement: str
    kind: str
    priority: str
    acceptance_criteria: tuple[str, ...]
    metric: Metric | None
    depends_on: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Constraint:
    kind: str
    name: str
    is_hard: bool
    budget_max: Money | None
    latest: date | None


@dataclass(frozen=True, slots=True)
class Concern:
    id: UUID
    code: str
    category: str
    statement: str
    effect: str | None
    likelihood: str
    severity: str
    requirement_ids: tuple[UUID, ...]
    client_visibility: str = "internal"
    client_wording: str | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """How our products meet a requirement, as a person judged it; `gap` is what is missing."""

    requirement_id: UUID
    verdict: str
    product: str | None
    gap: str | None
    product_zh: str | None = None


@dataclass(frozen=True, slots=True)
class Opportunity:
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Baseline:
    opportunity: Opportunity
    requirements: tuple[Requirement, ...]
    constraints: tuple[Constraint, ...]
    concerns: tuple[Concern, ...]
    fits: tuple[Fit, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """Work of the estimate; `requirement_code` is None for a standing activity."""

    id: UUID
    code: str
    name: str
    name_zh: str
    activity: str
    requirement_code: str | None
    group: str | None
    effort_days: ThreePoint
    expected_days: float
    daily_cost: Decimal
    cost: Decimal
    phase_days: dict[str, float]


@dataclass(frozen=True, slots=True)
class CostItem:
    """A cost that is not labour."""

    kind: str
    name: str
    name_zh: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Phase:
    phase: str
    role_days: dict[str, float]


@dataclass(frozen=True, slots=True)
class Method:
    method: str
    effort_days: float


@dataclass(frozen=True, slots=True)
class Estimate:
    currency: str
    planned_start: date
    team: dict[str, float]
    lines: tuple[Line, ...]
    cost_items: tuple[CostItem, ...]
    phases: tuple[Phase, ...]
    methods: tuple[Method, ...]
    divergence: float
    is_divergent: bool
    base_cost: Money
    daily_burn: Money
    unsized_requirement_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extent:
    """What a risk can hit: cost in money, and working days of the plan."""

    cost: float
    days: float


@dataclass(frozen=True)
class Project:
    """A baseline with its estimate, and figures that follow from both."""

    baseline: Baseline
    estimate: Estimate

    @cached_property
    def wanted(self) -> tuple[Requirement, ...]:
        """The requirements that are to be delivered."""
        return tuple(need for need in self.baseline.requirements if need.priority != "wont")

    @cached_property
    def codes(self) -> Mapping[UUID, str]:
        return {need.id: need.code for need in self.baseline.requirements}

    @cached_property
    def planned_days(self) -> float:
        """Working days until delivery when the team bounds the work: phase after phase, its busiest role decides."""
        return sum(
            max((days / (self.estimate.team.get(role) or 1.0) for role, days in phase.role_days.items()), default=0.0)
            for phase in self.estimate.phases
            if phase.phase != AFTER_DELIVERY
        )

    @cached_property
    def role_load(self) -> Mapping[str, float]:
        """How much of the plan each role of the team is busy, 0…1."""
        days: dict[str, float] = {}
        for phase in self.estimate.phases:
            if phase.phase != AFTER_DELIVERY:
                for role, share in phase.role_days.items():
                    days[role] = days.get(role, 0.0) + share
        length = self.planned_days or 1.0
        return {role: spent / (self.estimate.team.get(role) or 1.0) / length for role, spent in sorted(days.items())}

    @cached_property
    def delivery_days(self) -> float:
        """Effort of the work on requirements, which is what the plan is long for; of all lines when there is none."""
        lines = [line for line in self.estimate.lines if line.requirement_code] or self.estimate.lines
        return sum(line.expected_days for line in lines)

    def lines_of(self, codes: Collection[str]) -> tuple[Line, ...]:
        """The lines of these requirements; all lines when no code, or none with a line, is given."""
        wanted = frozenset(codes)
        affected = tuple(line for line in self.estimate.lines if line.requirement_code in wanted)
        return affected or self.estimate.lines

    def extent(self, codes: Collection[str]) -> Extent:
        """Cost of the lines of these requirements, and the part of the plan that they fill."""
        lines = self.lines_of(codes)
        effort = sum(line.expected_days for line in lines)
        share = min(effort / self.delivery_days, 1.0) if self.delivery_days else 0.0
        return Extent(cost=float(sum(line.cost for line in lines)), days=self.planned_days * share)
