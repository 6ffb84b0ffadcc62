"""Budget plans: made with each price; terms of payment are changed in them, and the next revision follows."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation import queries
from services.estimation.commands import prices, publishing_sources
from services.estimation.commands.staleness import TERMS, mark_own
from services.estimation.domain.calendar import plus_working_days
from services.estimation.domain.feasibility import Delay, by_date
from services.estimation.domain.priced import Priced
from services.estimation.models.budget_plans import BudgetPlan
from services.estimation.models.cost_items import PaymentTerms
from services.estimation.models.estimates import Estimate
from services.estimation.queries import inputs as own
from services.estimation.schemas.budget_plans import BudgetPlanPatch
from shared.kernel.db import find, load
from shared.language.events.estimation import EstimatePriced
from shared.language.events.requirements import ConstraintFacts
from shared.language.events.risk import RiskBudgetCalculated
from shared.language.money import Money
from shared.quant.affordability import affordable_cost
from shared.quant.s_curve import probability_within


async def keep_plan(session: AsyncSession, row: Estimate, inputs: prices.PriceInputs, made: prices.Made) -> BudgetPlan:
    """The budget plan of a price: of its estimate there is one, which changes with the risk budget."""
    key = uuid5(row.id, "budget-plan")
    plan = await session.get(BudgetPlan, key, with_for_update=True)
    if plan is None:
        plan = BudgetPlan(id=key, opportunity_id=row.opportunity_id, estimate_id=row.id, position=row.position)
        session.add(plan)
    plan.risk_revision = inputs.risk.revision
    plan.terms = publishing_sources.terms(made.basis.terms).model_dump(mode="json")
    plan.figures = _figures(inputs, made)
    return plan


async def change_plan(session: AsyncSession, key: UUID, patch: BudgetPlanPatch, *, version: int) -> BudgetPlan:
    """Change the terms of payment: the plan shows at once what that does to the cash flow.

    What it does to the cost of financing is in the next revision of the estimate, which follows.

    Raises `PlanCountsNoLonger`.
    """
    opportunity_id = (await find(session, BudgetPlan, key)).opportunity_id
    await queries.head_of(session, opportunity_id)
    plan = await load(session, BudgetPlan, key, version=version)
    plan.refuse_if_superseded()
    await _set_terms(session, opportunity_id, patch)
    row = await load(session, Estimate, plan.estimate_id)
    heard = await queries.heard_risk_budget(session, row.id)
    if heard:
        inputs = await prices.inputs_of(session, row, RiskBudgetCalculated.model_validate(heard.facts))
        usual = inputs.parameters.commerce.terms
        inputs = replace(inputs, terms=patch.terms.terms if patch.terms else usual)
        await keep_plan(session, row, inputs, await prices.made_with_discount(session, row, inputs))
    await mark_own(session, opportunity_id, TERMS)
    return plan


async def _set_terms(session: AsyncSession, opportunity_id: UUID, patch: BudgetPlanPatch) -> None:
    kept = await own.terms_of(session, opportunity_id)
    if patch.terms is None:
        if kept:
            await session.delete(kept)
        return
    told = publishing_sources.terms(patch.terms.terms).model_dump(mode="json")
    if kept:
        kept.terms = told
    else:
        session.add(PaymentTerms(opportunity_id=opportunity_id, terms=told))


def _figures(inputs: prices.PriceInputs, made: prices.Made) -> dict[str, Any]:
    event, priced, plan = made.event, made.priced, made.basis.plan
    budget, currency = priced.budget, event.currency

    def money(amount: Decimal) -> dict[str, Any]:
        return Money.of(amount, currency).model_dump(mode="json")

    told = event.model_dump(mode="json")
    delays = {name: getattr(inputs.risk, f"schedule_{name}_days") for name in ("p50", "p80")}
    flow = budget.financed
    first = flow.first_negative_month
    return {
        **{name: told[name] for name in _AS_TOLD},
        "price": {name: told[name] for name in _OF_PRICE},
        "start": plan.start.isoformat(),
        "finish": plan.finish.isoformat(),
        **{
            f"{name}_finish": plus_working_days(plan.finish, max(round(days), 0), plan.calendar).isoformat()
            for name, days in delays.items()
        },
        "months": [
            {
                "month": month.month,
                "planned": str(month.planned),
                "cumulative": str(month.cumulative),
                "outflow": str(budget.outflows[place]),
                "inflow": str(month.inflow),
                "interest": str(flow.interest[place]),
                "balance": str(flow.balances[place]),
            }
            for place, month in enumerate(budget.months)
        ],
        "cells": [
            {"phase": phase, "month": month.month, "planned": str(amount)}
            for phase, amounts in budget.by_phase.items()
            for month, amount in zip(budget.months, amounts, strict=True)
            if amount
        ],
        "cost_baseline": money(budget.months[-1].cumulative),
        "cash": {
            "peak_funding": money(flow.peak_funding),
            "months_negative": flow.months_negative,
            "first_negative_month": None if first is None else budget.months[first].month,
            "total_interest": money(flow.total_interest),
            "financing_in_cost": money(
                sum((made.basis.costs.interest(phase) for phase in made.basis.costs.labour), Decimal(0))
            ),
        },
        "feasibility": [
            one for limit in inputs.baseline.constraints if (one := _fits(limit, inputs.risk, event, priced, made))
        ],
    }


_OF_PRICE = ("currency", "price_excl_tax", "price_incl_tax", "total_budget")
_AS_TOLD = (
    "currency", "phases", "milestones", "contingency", "management_reserve", "total_budget", "price_excl_tax",
    "price_incl_tax",
)  # fmt: skip


def _fits(
    limit: ConstraintFacts, risk: RiskBudgetCalculated, event: EstimatePriced, priced: Priced, made: prices.Made
) -> dict[str, Any] | None:
    """A limit of the client beside the plan; None where there is nothing to compare."""
    common = {"constraint_id": str(limit.id), "kind": limit.kind, "name": limit.name, "is_hard": limit.is_hard}
    if limit.kind == "budget" and limit.budget_max and limit.budget_max.currency == event.currency:
        left = affordable_cost(limit.budget_max.amount, priced.margin_rate, priced.price.tax_rate)
        curve = [(point.probability, point.cost) for point in risk.curve]
        return {
            **common,
            "limit": str(limit.budget_max.amount),
            "planned": str(event.price_incl_tax.amount),
            "probability": probability_within(left - risk.response_cost.amount, curve) if curve else None,
        }
    if limit.kind == "date" and limit.latest:
        finish = made.basis.plan.finish
        return {
            **common,
            "limit": limit.latest.isoformat(),
            "planned": finish.isoformat(),
            "probability": by_date(limit.latest, finish, _delay(risk), made.basis.plan.calendar),
        }
    return None


def _delay(risk: RiskBudgetCalculated) -> Delay:
    points = risk.simulation.delay_curve if risk.simulation else ()
    curve = [(point.probability, Decimal(str(point.days))) for point in points]
    return Delay(risk.schedule_p50_days, risk.schedule_p80_days, curve)
