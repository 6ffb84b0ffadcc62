"""The risk budget of a project: simulate, take the reserves, and share them out to risks and phases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from services.risk.domain import monte_carlo
from services.risk.domain.matrix import PMBOK, Matrix
from services.risk.domain.monte_carlo import Model, Run, Work
from services.risk.domain.project import Line, Project
from services.risk.domain.reserve import Reserves, needs, reserves, shared_out
from services.risk.domain.response import Exposure
from services.risk.domain.risk import Assessment, Risk, Scale, assess
from services.risk.domain.spread import Spread, spread_of
from shared.language.money import quantised
from shared.quant.correlation import Correlation
from shared.quant.outcomes import CONVERGED, Outcomes
from shared.quant.three_point import Shape

PERCENTILES = {"p10": 0.10, "p50": 0.50, "p80": 0.80, "p90": 0.90, "p95": 0.95}


@dataclass(frozen=True, slots=True)
class Policy:
    """How sure the budget is to be, and how it is computed."""

    confidence: float = 0.8
    management_reserve_rate: Decimal = Decimal("0.05")
    samples: int = 10_000
    correlation: Correlation = field(default_factory=Correlation)


@dataclass(frozen=True, slots=True)
class Remark:
    """What a reader of the figures should know."""

    code: str
    en: str
    zh: str


FLOORED = Remark(
    "contingency_floored",
    "The cost at the target confidence is below the base cost, so the contingency is zero: estimate again.",
    "目标置信度下的成本低于基础成本，应急储备取零；建议重新估算。",
)
NOT_CONVERGED = Remark(
    "not_converged",
    "The standard error of the P80 is above 1 %: use more samples.",
    "P80 的标准误差超过 1%，请增加抽样次数。",
)


def certain(risks: Sequence["Counted"]) -> Remark:
    """A risk with the probability 1 is an issue: what it costs is no longer open, and belongs to the estimate."""
    codes = ", ".join(one.risk.code for one in risks)
    return Remark(
        "certain_risks",
        f"{codes}: certain, and so issues rather than risks. What they cost is sure; the reserve holds it until the"
        " estimate does. Put it into the estimate, then close the risk.",
        f"{codes}：概率为 1，已是问题而非风险。其成本已属确定，计入估算之前暂列于储备；请计入估算后关闭该风险。",
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """A risk with its assessment and its part of the contingency."""

    risk: Risk
    assessment: Assessment
    expected_value: Decimal
    reserve_share: Decimal
    variance_share: float
    saving: Decimal
    """By how much the cost at the target confidence falls when this risk is taken away."""
    delay_value: Decimal
    """The part of the expected value that is delay: probability x days x daily burn."""

    @property
    def is_certain(self) -> bool:
        return self.risk.residual.probability >= 1


@dataclass(frozen=True, slots=True)
class Budget:
    """All figures of a risk budget; money to the minor unit, in the currency of the estimate."""

    base_cost: Decimal
    mean_cost: Decimal
    standard_deviation: Decimal
    percentiles: Mapping[str, Decimal]
    reserves: Reserves
    schedule_p50_days: float
    schedule_p80_days: float
    probability_within_base: float
    phases: Mapping[str, Decimal]
    risks: tuple[Counted, ...]
    variance_of_lines: Mapping[UUID, float]
    curve: tuple[tuple[float, Decimal], ...]
    standard_error_p80: float
    scale: Scale
    spread: Spread

    @property
    def expected_value(self) -> Decimal:
        """Sum of probability x impact over all risks."""
        return sum((risk.expected_value for risk in self.risks), Decimal(0))

    @property
    def estimate_share(self) -> Decimal:
        """The part of the contingency for the spread of the estimate itself; the risks have the rest."""
        return self.reserves.contingency - sum((risk.reserve_share for risk in self.risks), Decimal(0))

    @property
    def is_converged(self) -> bool:
        return self.standard_error_p80 <= CONVERGED

    @property
    def remarks(self) -> tuple[Remark, ...]:
        applies = {FLOORED: self.reserves.is_floored, NOT_CONVERGED: not self.is_converged}
        issues = [one for one in self.risks if one.is_certain]
        told = tuple(remark for remark, is_so in applies.items() if is_so)
        return (*told, certain(issues)) if issues else told


def scale_of(project: Project) -> Scale:
    """What the impacts of this project's risks are measured against."""
    estimate = project.estimate
    return Scale(float(estimate.base_cost.amount), project.planned_days, float(estimate.daily_burn.amount))


def calculate(project: Project, risks: Sequence[Risk], policy: Policy, *, seed: int, matrix: Matrix = PMBOK) -> Budget:
    """The budget of `project` with `risks`; takes some 0.1 s. Raises `RunTooLarge`.

    Delay that larger effort causes is in the slip, but is not paid for here: the effort itself is.
    """
    estimate, scale = project.estimate, scale_of(project)
    events = [_event(risk, risk.residual) for risk in risks]
    work = Work(model_of(project, events, policy.correlation), seed=seed, samples=policy.samples)
    run = work.with_risks(events)
    before = work.with_risks(_event(risk, risk.inherent) for risk in risks)
    saved = work.saved_without(events, run, policy.confidence)

    def money(amount: float) -> Decimal:
        return quantised(Decimal(str(amount)), estimate.currency)

    kept = reserves(
        estimate.base_cost.amount,
        at_confidence=money(run.cost.percentile(policy.confidence)),
        response_cost=sum((risk.response_cost for risk in risks), Decimal(0)),
        management_reserve_rate=policy.management_reserve_rate,
        currency=estimate.currency,
    )
    alone = max(Outcomes(work.totals).percentile(policy.confidence) - scale.base_cost, 0.0)
    weights = needs(
        {str(risk.id): run.mean_of(str(risk.id)) for risk in risks},
        {str(line.id): run.contributions[str(line.id)] for line in estimate.lines},
        alone,
    )
    shares = shared_out(kept.contingency, weights, estimate.currency)
    return Budget(
        base_cost=estimate.base_cost.amount,
        mean_cost=money(run.cost.mean),
        standard_deviation=money(run.cost.standard_deviation),
        percentiles={name: money(run.cost.percentile(share)) for name, share in PERCENTILES.items()},
        reserves=kept,
        schedule_p50_days=_slip(run, 0.5),
        schedule_p80_days=_slip(run, 0.8),
        probability_within_base=round(run.cost.probability_within(scale.base_cost), 4),
        phases=_by_phase(project, risks, weights, kept.contingency),
        risks=_counted(risks, run, scale, shares, estimate.currency, saved, matrix),
        variance_of_lines={line.id: run.contributions[str(line.id)] for line in estimate.lines},
        curve=tuple((probability, money(cost)) for probability, cost in run.cost.curve()),
        standard_error_p80=run.cost.relative_error(0.8),
        scale=scale,
        spread=spread_of(run, before, policy.confidence, estimate.currency),
    )


def model_of(project: Project, events: Sequence[monte_carlo.Risk], correlation: Correlation) -> Model:
    """The lines of the estimate as work that varies, with these risks."""
    scale = scale_of(project)
    items = tuple(_item(project, line) for line in project.estimate.lines)
    return Model(scale.base_cost, items, tuple(events), daily_burn=scale.daily_burn, correlation=correlation)


def _item(project: Project, line: Line) -> monte_carlo.Item:
    delays = line.requirement_code is not None and project.delivery_days > 0
    return monte_carlo.Item(
        id=str(line.id),
        group=line.group or line.activity,
        size=Shape.BETA_PERT.of(line.effort_days),
        planned=line.expected_days,
        unit_cost=float(line.daily_cost),
        unit_days=project.planned_days / project.delivery_days if delays else 0.0,
    )


def _event(risk: Risk, counted: Exposure) -> monte_carlo.Risk:
    cost, days = map(Shape.BETA_PERT.of, (counted.impact_cost, counted.impact_days))
    return monte_carlo.Risk(str(risk.id), counted.probability, cost, days)


def _slip(run: Run, confidence: float) -> float:
    """Working days of delay at a confidence; never below zero, for nobody plans on being early."""
    return max(round(run.delay.percentile(confidence), 1), 0.0)


def _counted(
    risks: Sequence[Risk],
    run: Run,
    scale: Scale,
    shares: Mapping[str, Decimal],
    currency: str,
    saved: Mapping[str, float],
    matrix: Matrix,
) -> tuple[Counted, ...]:
    counted = []
    for risk in sorted(risks, key=lambda risk: risk.code):
        assessment, delay = assess(risk.residual, scale, matrix), risk.residual.delay_value(scale.daily_burn)
        counted.append(
            Counted(
                risk=risk,
                assessment=assessment,
                expected_value=quantised(Decimal(str(assessment.expected_value)), currency),
                reserve_share=shares[str(risk.id)],
                variance_share=run.contributions[str(risk.id)],
                saving=quantised(Decimal(str(saved[str(risk.id)])), currency),
                delay_value=quantised(Decimal(str(delay)), currency),
            )
        )
    return tuple(counted)


def _by_phase(
    project: Project, risks: Sequence[Risk], weights: Mapping[str, float], contingency: Decimal
) -> dict[str, Decimal]:
    """The contingency by the phases in which the work is that each line and each risk needs its part for."""
    found = {phase.phase: 0.0 for phase in project.estimate.phases}
    for lines, name in [
        *(((line,), str(line.id)) for line in project.estimate.lines),
        *((project.lines_of(risk.requirement_codes), str(risk.id)) for risk in risks),
    ]:
        days = sum(sum(line.phase_days.values()) for line in lines)
        share = weights[name] / days if days else 0.0
        for line in lines:
            for phase, spent in line.phase_days.items():
                found[phase] = found.get(phase, 0.0) + share * spent
    return shared_out(contingency, found, project.estimate.currency) if found else {}
