"""The whole estimate of a baseline: effort by several methods, plan and cost, before risk."""

from dataclasses import dataclass

from services.estimation.domain.baseline import Baseline
from services.estimation.domain.costing import Costing, Inputs, costed
from services.estimation.domain.leading import Lead
from services.estimation.domain.methods import Comparison, Work, compared
from services.estimation.domain.parameters import Parameters
from services.estimation.domain.plan import Plan, planned
from services.estimation.domain.warnings import warnings_of
from services.estimation.domain.wbs import WorkBreakdown
from services.estimation.domain.working import Caution

ENGINE_VERSION = "estimation/4"
"""Changes whenever equal input would give other figures."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Effort and cost before risk."""

    plan: Plan
    work: WorkBreakdown
    lead: Lead
    comparison: Comparison
    costing: Costing
    warnings: tuple[Caution, ...]
    """What nobody has said, or what contradicts itself: for a person to judge."""
    warranty_months: int


def estimate(baseline: Baseline, parameters: Parameters, inputs: Inputs) -> Estimate:
    """Everything that follows from a baseline, a parameter set and the other inputs; equal input gives equal figures.

    Raises the problems of `wbs`, `expert_override`, `plan` and `costing`.
    """
    parameters = parameters.with_warranty(inputs.warranty_months)
    work = Work.of(baseline, parameters, inputs.overrides, inputs.history, inputs.choice)
    estimated = work.estimated
    plan = planned(baseline, estimated.phases, parameters, inputs.team)
    costing = costed(baseline, estimated, plan, parameters, inputs)
    comparison = compared(baseline, work, parameters, inputs.history)
    found = warnings_of(baseline, estimated, plan, costing, parameters, inputs)
    months = parameters.planning.warranty_months
    return Estimate(plan, estimated, work.lead, comparison, costing, (*comparison.warnings, *found), months)
