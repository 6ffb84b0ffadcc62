"""A risk budget as a model to analyse: its lines as uncertain work, its risks as they were counted."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from services.risk.domain import budget
from services.risk.domain.project import Line, Project
from services.risk.models.budgets import RiskBudget
from services.risk.schemas.analysis_models import (
    CorrelationIn,
    DriverIn,
    EventIn,
    ItemIn,
    ModelIn,
    RiskIn,
)
from services.risk.schemas.distributions import PertIn
from shared.quant.correlation import Correlation
from shared.quant.three_point import ThreePoint

_LEAST = 0.05
"""Of the work that a driver leaves: an opportunity saves most of it, never all."""


def model_of(row: RiskBudget, project: Project, mode: Literal["events", "drivers"]) -> ModelIn:
    """The project of a budget. A driver multiplies the lines of its requirements by its impact on their cost."""
    estimate, figures = project.estimate, row.figures
    work = budget.model_of(project, (), Correlation())
    lines = {str(line.id): line for line in estimate.lines}
    as_events = mode == "events"
    return ModelIn(
        currency=row.currency,
        base_cost=work.base,
        daily_burn=work.daily_burn,
        planned_days=round(project.planned_days, 4),
        items=tuple(
            ItemIn(
                id=item.id,
                **_named(lines[item.id].code, lines[item.id].name, lines[item.id].name_zh),
                group=item.group[:80],
                size=_pert(lines[item.id].effort_days),
                unit_cost=item.unit_cost,
                planned=item.planned,
                unit_days=item.unit_days,
                phases=_phases([lines[item.id]]),
            )
            for item in work.items
        ),
        risks=tuple(_risk(project, risk) for risk in figures["risks"]) if as_events else (),
        drivers=() if as_events else tuple(_driver(project, risk) for risk in figures["risks"]),
        phases=tuple(phase.phase for phase in estimate.phases),
        correlation=CorrelationIn(
            within=row.policy.get("correlation_within", 0.3), across=row.policy.get("correlation_across", 0.1)
        ),
    )


def _pert(points: ThreePoint) -> PertIn:
    return PertIn(
        kind="pert", optimistic=points.optimistic, most_likely=points.most_likely, pessimistic=points.pessimistic
    )


def _range(points: Mapping[str, float]) -> PertIn:
    return PertIn(kind="pert", **points)


def _phases(lines: Sequence[Line]) -> dict[str, float]:
    """Where the work of these lines is, as shares."""
    days: dict[str, float] = {}
    for line in lines:
        for phase, spent in line.phase_days.items():
            days[phase] = days.get(phase, 0.0) + spent
    whole = sum(days.values())
    return {phase: min(spent / whole, 1.0) for phase, spent in days.items()} if whole else {}


def _named(code: str, name: str, name_zh: str) -> dict[str, str]:
    return {"name": f"{code} {name}"[:300], "name_zh": f"{code} {name_zh}"[:300]}


def _risk(project: Project, risk: Mapping[str, Any]) -> RiskIn:
    inherent = None
    if risk.get("inherent_probability") is not None:
        inherent = EventIn(
            probability=risk["inherent_probability"],
            cost=_range(risk["inherent_impact_cost"]),
            days=_range(risk["inherent_impact_days"]),
        )
    return RiskIn(
        id=risk["id"],
        **_named(risk["code"], risk["title"], risk["title_zh"]),
        probability=risk["probability"],
        probability_stated=risk.get("probability_stated"),
        has_happened=risk["probability"] == 1,
        cost=_range(risk["impact_cost"]),
        days=_range(risk["impact_days"]),
        inherent=inherent,
        phases=_phases(project.lines_of(risk["requirement_codes"])),
    )


def _driver(project: Project, risk: Mapping[str, Any]) -> DriverIn:
    lines = project.lines_of(risk["requirement_codes"])
    cost = float(sum(line.cost for line in lines)) or 1.0
    factors = {name: max(1 + point / cost, _LEAST) for name, point in risk["impact_cost"].items()}
    return DriverIn(
        id=risk["id"],
        **_named(risk["code"], risk["title"], risk["title_zh"]),
        probability=risk["probability"],
        factor=_range(factors),
        item_ids=tuple(str(line.id) for line in lines),
        days=_range(risk["impact_days"]),
    )
