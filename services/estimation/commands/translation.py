"""Translates other services' events into what the domain computes with."""

from collections.abc import Iterator
from decimal import Decimal

from pydantic import TypeAdapter

from services.estimation.domain.baseline import Baseline, Requirement
from services.estimation.domain.priced import RiskBudget
from services.estimation.domain.pricing import Reserve
from services.estimation.domain.warranty import warranty_months
from shared.language.events.requirements import BaselineApproved, RequirementFacts
from shared.language.events.risk import RiskBudgetCalculated

_REQUIREMENTS = TypeAdapter(tuple[Requirement, ...])


def baseline_of(event: BaselineApproved) -> Baseline:
    """The baseline to estimate; of several hard dates the earliest counts."""
    opportunity = event.opportunity
    deadlines = [limit.latest for limit in event.constraints if limit.kind == "date" and limit.is_hard and limit.latest]
    names = ("id", "code", "title", "kind", "priority", "group", "depends_on")
    fits = {fit.requirement_id: fit.model_dump(include={"verdict", "gap", "gap_effort_days"}) for fit in event.fits}
    return Baseline(
        opportunity_id=event.opportunity_id,
        requirements=_REQUIREMENTS.validate_python(
            [
                {
                    **{name: getattr(need, name) for name in names},
                    "size": need.size and need.size.model_dump(),
                    "fit": fits.get(need.id),
                    "warranty_months": warranty_months(_texts_of(need)),
                }
                for need in event.requirements
            ]
        ),
        industry=opportunity.client_industry,
        currency=opportunity.currency,
        region=opportunity.region,
        approved_on=event.approved_at.date(),
        planned_start=opportunity.planned_start,
        deadline=min(deadlines, default=None),
    )


def _texts_of(need: RequirementFacts) -> Iterator[str]:
    yield from (need.title, need.statement, *need.acceptance_criteria)
    if need.metric:
        yield f"{need.metric.name} {need.metric.value:g} {need.metric.unit}"


def client_budget_of(event: BaselineApproved) -> Decimal | None:
    """The most that the client can pay, tax included; of several budgets the smallest."""
    limits = [limit.budget_max for limit in event.constraints if limit.kind == "budget" and limit.budget_max]
    return min((limit.amount for limit in limits if limit.currency == event.opportunity.currency), default=None)


def risk_budget_of(event: RiskBudgetCalculated) -> RiskBudget:
    """Reserves, their phases, and the distribution of the cost."""
    return RiskBudget(
        reserve=Reserve(event.contingency.amount, event.response_cost.amount, event.management_reserve.amount),
        contingency_by_phase={phase.phase: phase.amount for phase in event.phases},
        curve=[(point.probability, point.cost) for point in event.curve],
    )
