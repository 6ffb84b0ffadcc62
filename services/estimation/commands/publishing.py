"""Computed figures as the events say them."""

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from services.estimation.commands import publishing_sources
from services.estimation.domain.apportion import in_days
from services.estimation.domain.cost import LabourCost
from services.estimation.domain.estimate import ENGINE_VERSION, Estimate
from services.estimation.domain.priced import Priced
from services.estimation.domain.terms import Terms
from services.estimation.domain.warnings import warning_id
from services.estimation.domain.wbs import Line
from services.estimation.domain.working import Caution
from services.estimation.models.estimates import Estimate as EstimateRow
from shared.language.events.estimation import (
    EstimateCompleted,
    EstimateLine,
    EstimatePriced,
    LeadFacts,
    MethodResult,
    MonthBudget,
    OverrideFacts,
    PaymentMilestone,
    PhaseBudget,
    PhaseEffort,
    PriceLine,
    TaxLine,
    WarningFacts,
)
from shared.language.events.estimation.sources import CostCategories
from shared.language.events.requirements import BaselineApproved
from shared.language.events.risk import RiskBudgetCalculated
from shared.language.events.values import Basis, ThreePoint
from shared.language.money import Money


def basis_of(row: EstimateRow) -> Basis:
    """The baseline that an estimate was made from."""
    return Basis.of(row)


def completed(
    row: EstimateRow,
    made: Estimate,
    baseline: BaselineApproved,
    parameter_set: str,
    terms: Terms,
    overrides: Sequence[OverrideFacts] = (),
) -> EstimateCompleted:
    """All that others need to know of an estimate."""
    currency, work, costing = baseline.opportunity.currency, made.work, made.costing
    costs = costing.costs

    def money(amount: Decimal) -> Money:
        return Money.of(amount, currency)

    return EstimateCompleted(
        opportunity_id=row.opportunity_id,
        estimate_id=row.id,
        revision=row.revision,
        basis=basis_of(row),
        currency=currency,
        planned_start=made.plan.start,
        team=dict(made.plan.team),
        lines=tuple(_line(line, labour) for line, labour in zip(work.lines, costing.labour, strict=True)),
        cost_items=tuple(publishing_sources.item(item) for item in costing.items),
        phases=tuple(
            PhaseEffort(
                phase=phase,
                effort_days=in_days(sum(roles.values())),
                role_days={role: in_days(units) for role, units in roles.items()},
                cost=costing.labour_by_phase[phase],
            )
            for phase, roles in work.phases.items()
        ),
        methods=tuple(MethodResult.of(one) for one in made.comparison.methods),
        divergence=made.comparison.divergence,
        is_divergent=made.comparison.is_divergent,
        effort_days=in_days(work.units),
        effort_p50_days=made.comparison.p50_days,
        effort_p80_days=made.comparison.p80_days,
        labour_cost=money(costs.labour),
        material_cost=money(costs.material),
        financial_cost=money(costs.financial),
        base_cost=money(costs.base),
        daily_burn=money(costing.daily_burn),
        parameter_set=parameter_set,
        engine_version=ENGINE_VERSION,
        unsized_requirement_codes=work.unsized_codes,
        concerns_digest=_digest_of_concerns(baseline),
        parameter_set_id=row.parameter_set_id,
        rates=publishing_sources.rates(costing.rates),
        exchange_rates=publishing_sources.exchange_rates(costing.quotes),
        terms=publishing_sources.terms(terms),
        warranty_months=made.warranty_months,
        cost_categories=CostCategories.of(costing.categories),
        overrides=tuple(overrides),
        warnings=tuple(_warning(row.opportunity_id, one) for one in made.warnings),
        lead=LeadFacts.of(made.lead),
    )


def _warning(opportunity_id: UUID, found: Caution) -> WarningFacts:
    return WarningFacts.of(found, id=warning_id(opportunity_id, found))


def _line(line: Line, labour: LabourCost) -> EstimateLine:
    need, size = line.requirement, line.effort_days
    return EstimateLine.of(
        line,
        requirement_id=need and need.id,
        requirement_code=need and need.code,
        group=need and need.group,
        effort_days=ThreePoint.of(size),
        daily_cost=labour.daily_cost,
        cost=labour.cost,
    )


def _digest_of_concerns(baseline: BaselineApproved) -> str:
    """Equal concerns give an equal digest, whatever their order: who listens sees whether they have changed."""
    concerns = sorted((concern.model_dump(mode="json") for concern in baseline.concerns), key=lambda c: str(c["id"]))
    canonical = json.dumps(concerns, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def priced(
    row: EstimateRow, result: Priced, told: EstimateCompleted, risk: RiskBudgetCalculated, terms: Terms
) -> EstimatePriced:
    """All that others need to know of a price."""
    price, budget = result.price, result.budget

    def money(amount: Decimal) -> Money:
        return Money.of(amount, told.currency)

    return EstimatePriced(
        opportunity_id=row.opportunity_id,
        estimate_id=row.id,
        revision=row.revision,
        basis=basis_of(row),
        risk_budget_id=risk.risk_budget_id,
        risk_revision=risk.revision,
        currency=told.currency,
        base_cost=told.base_cost,
        contingency=risk.contingency,
        risk_response_cost=risk.response_cost,
        management_reserve=risk.management_reserve,
        total_budget=money(price.total_budget),
        margin_rate=float(result.margin_rate),
        price_excl_tax=money(price.net),
        tax_rate=float(price.tax_rate),
        tax=money(price.tax),
        price_incl_tax=money(price.gross),
        price_lines=tuple(PriceLine.of(step) for step in price.steps),
        phases=tuple(
            PhaseBudget.of(phase, phase=phase.window.phase, start=phase.window.start, finish=phase.window.finish)
            for phase in budget.phases
        ),
        months=tuple(MonthBudget.of(month) for month in budget.months),
        milestones=tuple(
            PaymentMilestone.of(payment.milestone, share=float(payment.milestone.share), amount=payment.amount)
            for payment in budget.payments
        ),
        peak_funding=money(budget.peak_funding),
        budget_probability=result.budget_probability,
        list_price=money(price.list_price),
        discount=money(price.discount),
        tax_lines=tuple(TaxLine.of(line) for line in price.tax_lines),
        exchange_rates=told.exchange_rates,
        parameter_set_id=row.parameter_set_id,
        terms=publishing_sources.terms(terms),
        warranty_months=told.warranty_months,
    )
