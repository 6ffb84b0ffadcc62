"""The price and the budget plan of an estimate, once its risk budget is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.estimation.domain.budget import Budget, PhaseCosts, budgeted
from services.estimation.domain.commerce import SERVICES, Commerce
from services.estimation.domain.plan import Plan
from services.estimation.domain.pricing import NO_DISCOUNT, Discount, Price, Profit, Reserve, Taxation, price_of
from services.estimation.domain.terms import Terms
from shared.quant.affordability import affordable_cost
from shared.quant.s_curve import probability_within


@dataclass(frozen=True, slots=True)
class PriceBasis:
    """What a price needs of an estimate. `client_budget` is what the client can pay, tax included, if known."""

    currency: str
    plan: Plan
    costs: PhaseCosts
    client_budget: Decimal | None
    terms: Terms
    discount: Discount = NO_DISCOUNT


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
    budget: Budget
    budget_probability: float | None
    """That the cost stays within what the client's budget leaves for it; None when no budget is known."""


def priced(basis: PriceBasis, risk: RiskBudget, commerce: Commerce) -> Priced:
    """The price and the budget plan of an estimate with its risk budget taken in. Raises `DiscountTooLarge`."""
    currency, reserve = basis.currency, risk.reserve
    price = price_of(
        basis.costs.total, reserve, Profit.of(commerce), basis.discount, taxation_of(basis.costs, commerce, currency),
        currency,
    )  # fmt: skip
    budget = budgeted(
        basis.costs,
        reserve,
        risk.contingency_by_phase,
        price,
        windows=basis.plan.windows,
        start=basis.plan.start,
        terms=basis.terms,
        annual_rate=commerce.annual_interest_rate,
        currency=currency,
    )
    # As it was set, where it was: the rounded price would say 0.15000003.
    is_as_set = commerce.margin_rate is not None and not price.discount
    margin_rate = commerce.margin_rate if is_as_set and commerce.margin_rate is not None else price.margin_rate
    probability = None
    if basis.client_budget is not None and risk.curve:
        # The curve is of work and risks; what the responses cost is spent beside it.
        left = affordable_cost(basis.client_budget, margin_rate, price.tax_rate) - reserve.responses
        probability = probability_within(left, risk.curve)
    return Priced(price, margin_rate, budget, probability)


def taxation_of(costs: PhaseCosts, commerce: Commerce, currency: str) -> Taxation:
    """The price is taxed as what it is for: each phase's and category's part of the cost is that part of the price."""
    weights = {
        (phase, category): amount
        for phase in costs.labour
        for category, amount in costs.by_tax_category(phase).items()
        if amount
    }
    weights = weights or {("", SERVICES): Decimal(1)}
    rates = {category: commerce.tax_rate(category, currency) for _, category in weights}
    return Taxation(weights, rates, commerce.tax_rounding)
