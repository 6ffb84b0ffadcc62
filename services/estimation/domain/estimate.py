"""The whole estimate of a baseline, and its price once the risk budget is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import uuid5

from services.estimation.domain import cost
from services.estimation.domain.baseline import Baseline
from services.estimation.domain.budget import FINANCING, Budget, PhaseCosts, budgeted
from services.estimation.domain.cash_flow import financing
from services.estimation.domain.cost import CostItem, LabourCost
from services.estimation.domain.methods import Comparison, compared
from services.estimation.domain.parameters import AFTER_DELIVERY, Commerce, Parameters
from services.estimation.domain.plan import Plan, planned, roles_of
from services.estimation.domain.pricing import (
    Costs,
    Price,
    Reserve,
    net_price,
    price_of,
)
from services.estimation.domain.rates import RateCard, daily_costs
from services.estimation.domain.wbs import WorkBreakdown, break_down
from shared.affordability import affordable_cost, probability_within

ENGINE_VERSION = "estimation/2"
"""Changes whenever equal input would give other figures."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Effort and cost before risk. `labour` is by line, in the order of the lines."""

    plan: Plan
    work: WorkBreakdown
    labour: tuple[LabourCost, ...]
    labour_by_phase: Mapping[str, Decimal]
    items: tuple[CostItem, ...]
    comparison: Comparison
    costs: Costs
    daily_burn: Decimal


def estimate(baseline: Baseline, parameters: Parameters, cards: Sequence[RateCard]) -> Estimate:
    """Everything that follows from a baseline, a parameter set and rate cards; equal input gives equal figures.

    Rates are those in force on the planned start. Raises the problems of `wbs`, `plan`, `rates` and `cost`.
    """
    currency = baseline.currency
    work = break_down(baseline, parameters)
    plan = planned(baseline, work.phases, parameters)
    roles = roles_of(work.phases.values())
    rates = daily_costs(cards, roles, region=baseline.region, currency=currency, on=plan.start)
    labour = cost.labour(work.lines, rates, currency)
    by_phase = cost.by_phase(labour, list(work.phases))
    bought = cost.bought(
        baseline.opportunity_id, work, plan, parameters.commerce, days_per_month=parameters.planning.days_per_month,
        currency=currency,
    )  # fmt: skip
    interest = _financing(baseline, by_phase, bought, plan, parameters)
    until_delivery = sum((amount for phase, amount in by_phase.items() if phase != AFTER_DELIVERY), Decimal(0))
    return Estimate(
        plan=plan,
        work=work,
        labour=labour,
        labour_by_phase=by_phase,
        items=(*bought, *interest),
        comparison=compared(baseline, work, parameters),
        costs=PhaseCosts(by_phase, (*bought, *interest)).total,
        daily_burn=cost.daily_burn(until_delivery, plan, parameters.planning.retained_share, currency),
    )


def _financing(
    baseline: Baseline, labour: Mapping[str, Decimal], bought: Sequence[CostItem], plan: Plan, parameters: Parameters
) -> tuple[CostItem, ...]:
    """Interest on the cash gap. The price is not known before risk, so the payments are of cost plus margin."""
    commerce, currency = parameters.commerce, baseline.currency
    costs = PhaseCosts(labour, bought)
    by_phase = {phase: labour[phase] + costs.bought(phase) for phase in labour}
    net = net_price(sum(by_phase.values(), Decimal(0)), commerce.margin_rate, currency)
    interest = financing(by_phase, net, plan.windows, plan.start, commerce, currency)
    return tuple(
        CostItem(
            uuid5(baseline.opportunity_id, f"financing:{phase}"),
            FINANCING,
            "Interest on the cash gap",
            "资金缺口利息",
            phase,
            amount,
        )
        for phase, amount in interest.items()
    )


@dataclass(frozen=True, slots=True)
class PriceBasis:
    """What a price needs of an estimate. `client_budget` is what the client can pay, tax included, if known."""

    currency: str
    plan: Plan
    costs: PhaseCosts
    client_budget: Decimal | None


@dataclass(frozen=True, slots=True)
class RiskBudget:
    """What a price needs of a risk budget: reserves, the contingency by phase, and the distribution of total cost."""

    reserve: Reserve
    contingency_by_phase: Mapping[str, Decimal]
    curve: Sequence[tuple[float, Decimal]]


@dataclass(frozen=True, slots=True)
class Priced:
    """An estimate's price and budget plan."""

    price: Price
    margin_rate: Decimal
    tax_rate: Decimal
    budget: Budget
    budget_probability: float | None
    """That the cost stays within what the client's budget leaves for it; None when no budget is known."""


def priced(basis: PriceBasis, risk: RiskBudget, commerce: Commerce) -> Priced:
    """The price and the budget plan of an estimate with its risk budget taken in."""
    currency, reserve = basis.currency, risk.reserve
    tax_rate = commerce.tax_rates.get(currency, Decimal(0))
    price = price_of(basis.costs.total, reserve, commerce.margin_rate, tax_rate, currency)
    budget = budgeted(
        basis.costs,
        reserve,
        risk.contingency_by_phase,
        price,
        windows=basis.plan.windows,
        start=basis.plan.start,
        commerce=commerce,
        currency=currency,
    )
    probability = None
    if basis.client_budget is not None and risk.curve:
        # The curve is of work and risks; what the responses cost is spent beside it.
        left = affordable_cost(basis.client_budget, commerce.margin_rate, tax_rate) - reserve.responses
        probability = probability_within(left, risk.curve)
    return Priced(price, commerce.margin_rate, tax_rate, budget, probability)
