"""A quantitative risk analysis: a model is simulated, and said in figures that repeat to the byte.

Money is to the minor unit, other figures to 10 significant digits: more would depend on the machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from services.risk.domain.monte_carlo import DELAY, MAX_CELLS, Model, Risk, Run, RunTooLarge, Watch, Work, simulate
from services.risk.domain.reserve import draw_down, needs, shared_out
from shared.language.money import quantised
from shared.quant.joint_confidence import POLICY, frontier, joint_probability
from shared.quant.outcomes import CONVERGED, Outcomes

PERCENTILES = (5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95)
_POINTS = 300
_RANKED = 30
_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Subject:
    """What is analysed: a model with the names and phases of its parts."""

    model: Model
    currency: str
    planned_days: float = 0.0
    """Of the plan, when the model has no network that says so."""
    inherent: tuple[Risk, ...] | None = None
    """The risks before any response, for comparison."""
    phases: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Shares of the phases in which an item or a risk is, by its id."""
    order: tuple[str, ...] = ()
    """Of the phases."""


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked of the simulation."""

    confidence: float = 0.8
    """At which the contingency is allotted and the joint target is taken."""
    targets: tuple[float, ...] = (0.5, 0.7, 0.8, 0.9)
    joint_confidence: float = POLICY
    cost_limit: Decimal | None = None
    deadline_days: float | None = None
    """Of the whole project, beside `planned_days`."""
    wants_savings: bool = True


def analyse(subject: Subject, questions: Questions, *, seed: int, samples: int, watch: Watch) -> dict[str, Any]:
    """All figures, as JSON. Raises `RunTooLarge` and what the model refuses."""
    model, quantum = subject.model, _Quantum(subject.currency)
    draws = samples * len(model.items) * len(model.drivers)
    if questions.wants_savings and draws > MAX_CELLS:
        raise RunTooLarge("draws_for_savings", draws, MAX_CELLS)
    work = Work(model, seed=seed, samples=samples, watch=lambda share: watch(0.7 * share))
    run = work.with_risks(model.risks, wants_criticality=True)
    savings = {}
    if questions.wants_savings:
        savings = work.saved_without(model.risks, run, questions.confidence)
        savings |= _saved_without_drivers(model, run, questions.confidence, seed, samples)
    watch(0.9)
    before = None if subject.inherent is None else work.with_risks(subject.inherent)
    planned = run.planned_days if model.activities else subject.planned_days
    contingency = quantum.contingency(run.cost.percentile(questions.confidence), model.base)
    weights = _weights(model, work, run, questions.confidence)
    return {
        "cost": _cost(run, model, questions, quantum),
        "duration": _duration(run, planned, questions),
        "joint": _joint(run, planned, questions, quantum),
        "before": None
        if before is None
        else {
            "cost": _spread_of_cost(before.cost, quantum),
            "duration": _spread_of_days(Outcomes(before.slips + planned)),
        },
        "parts": _parts(run, weights, contingency, savings, quantum),
        "phases": _phases(subject, weights, contingency),
        "largest_correlation_change": _number(run.largest_change),
    }


def _saved_without_drivers(model: Model, run: Run, confidence: float, seed: int, samples: int) -> dict[str, float]:
    """As `Work.saved_without`, each time with all work drawn again: drivers are within it."""
    whole, found = run.cost.percentile(confidence), {}
    for driver in model.drivers:
        rest = replace(model, drivers=tuple(one for one in model.drivers if one is not driver))
        found[driver.id] = whole - simulate(rest, seed=seed, samples=samples).cost.percentile(confidence)
    return found


def _cost(run: Run, model: Model, questions: Questions, quantum: "_Quantum") -> dict[str, Any]:
    limit = questions.cost_limit
    return {
        "base": quantum.money(model.base),
        **_spread_of_cost(run.cost, quantum),
        "histogram": quantum.histogram(run.cost),
        "tail_mean": quantum.money(run.cost.tail_mean),
        "probability_within_base": _number(run.cost.probability_within(model.base)),
        "probability_within_limit": None if limit is None else _number(run.cost.probability_within(float(limit))),
        "targets": [_target(confidence, run, model, quantum) for confidence in questions.targets],
        "standard_error_p80": _number(run.cost.relative_error(0.8)),
        "is_converged": run.cost.relative_error(0.8) <= CONVERGED,
    }


def _duration(run: Run, planned: float, questions: Questions) -> dict[str, Any]:
    latest = questions.deadline_days
    return {
        "planned_days": _number(planned),
        **_spread_of_days(Outcomes(run.slips + planned)),
        "probability_within_plan": _number(run.delay.probability_within(0.0)),
        "probability_within_deadline": None
        if latest is None
        else _number(run.delay.probability_within(latest - planned)),
        "criticality": {name: _number(share) for name, share in sorted(run.criticality.items())},
    }


@dataclass(frozen=True, slots=True)
class _Quantum:
    currency: str

    def amount(self, value: float) -> Decimal:
        return quantised(Decimal(repr(float(value))), self.currency)

    def money(self, value: float) -> str:
        return str(self.amount(value))

    def contingency(self, at_confidence: float, base: float) -> Decimal:
        return max(self.amount(at_confidence) - self.amount(base), Decimal(0))

    def histogram(self, cost: Outcomes) -> list[dict[str, Any]]:
        edges, shares = cost.histogram()
        bins = zip(edges, edges[1:], shares, strict=False)
        return [{"low": self.money(low), "high": self.money(high), "share": share} for low, high, share in bins]


def _number(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _spread_of_cost(cost: Outcomes, quantum: _Quantum) -> dict[str, Any]:
    return {
        "mean": quantum.money(cost.mean),
        "standard_deviation": quantum.money(cost.standard_deviation),
        "variation": None if cost.variation is None else _number(cost.variation),
        "percentiles": {f"p{share}": quantum.money(cost.percentile(share / 100)) for share in PERCENTILES},
        "curve": [{"probability": share, "cost": quantum.money(value)} for share, value in cost.curve()],
    }


def _spread_of_days(days: Outcomes) -> dict[str, Any]:
    return {
        "mean": _number(days.mean),
        "standard_deviation": _number(days.standard_deviation),
        "percentiles": {f"p{share}": _number(days.percentile(share / 100)) for share in PERCENTILES},
        "curve": [{"probability": share, "days": _number(value)} for share, value in days.curve()],
    }


def _target(confidence: float, run: Run, model: Model, quantum: _Quantum) -> dict[str, Any]:
    cost = run.cost.percentile(confidence)
    return {
        "confidence": confidence,
        "cost": quantum.money(cost),
        "contingency": str(quantum.contingency(cost, model.base)),
        "delay_days": _number(run.delay.percentile(confidence)),
    }


def _joint(run: Run, planned: float, questions: Questions, quantum: _Quantum) -> dict[str, Any]:
    cost, delay = run.cost.percentile(questions.confidence), run.delay.percentile(questions.confidence)
    if questions.cost_limit is not None:
        cost = float(questions.cost_limit)
    if questions.deadline_days is not None:
        delay = questions.deadline_days - planned
    pairs = frontier(run.totals, run.slips, questions.joint_confidence)
    some = zip(run.totals[:_POINTS].tolist(), run.slips[:_POINTS].tolist(), strict=True)

    def point(at: float, slip: float) -> dict[str, Any]:
        return {"cost": quantum.money(at), "days": _number(slip + planned)}

    return {
        "target": point(cost, delay),
        "probability": _number(joint_probability(run.totals, run.slips, cost, delay)),
        "confidence": questions.joint_confidence,
        "frontier": [point(*pair) for pair in pairs],
        "points": [point(*pair) for pair in some],
    }


def _weights(model: Model, work: Work, run: Run, confidence: float) -> dict[str, float]:
    """What the contingency is for, as in a risk budget: what the items need by themselves, and the mean of the rest."""
    items = {item.id for item in model.items}
    alone = work.totals.copy()
    for driver in model.drivers:
        alone -= run.parts[driver.id]
    return needs(
        {name: run.mean_of(name) for name in run.parts if name not in items},
        {name: share for name, share in run.contributions.items() if name in items},
        max(Outcomes(alone).percentile(confidence) - model.base, 0.0),
    )


def _parts(
    run: Run, weights: Mapping[str, float], contingency: Decimal, savings: Mapping[str, float], quantum: _Quantum
) -> list[dict[str, Any]]:
    """Every part with its share of the variance and of the contingency, the largest first."""
    ordered = sorted(run.contributions, key=lambda name: (-run.contributions[name], name))
    amounts = shared_out(contingency, weights, quantum.currency) if ordered else {}
    ranks = run.rank_correlations(ordered[:_RANKED])
    return [
        {
            "id": name,
            "share": _number(run.contributions[name]),
            "contingency": str(amounts[name]),
            "rank_correlation": _number(ranks[name]) if name in ranks else None,
            "saving": quantum.money(savings[name]) if name in savings else None,
        }
        for name in ordered
    ]


def _phases(subject: Subject, needed: Mapping[str, float], contingency: Decimal) -> list[dict[str, Any]]:
    """The contingency by phase, and what is left of it when each is over."""
    weights = dict.fromkeys(subject.order, 0.0)
    if not weights:
        return []
    everywhere = {phase: 1 / len(weights) for phase in weights}
    for name, need in needed.items():
        shares = everywhere if name == DELAY else subject.phases.get(name) or everywhere
        for phase, part in shares.items():
            weights[phase] += need * part
    return [
        {"phase": one.phase, "contingency": str(one.released), "remaining": str(one.remaining)}
        for one in draw_down(shared_out(contingency, weights, subject.currency))
    ]
