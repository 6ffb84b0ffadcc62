"""What planned work costs: people, things bought, guarantees, and the interest on the cash gap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import uuid5

from services.estimation.domain import cost, cost_items
from services.estimation.domain.baseline import Baseline
from services.estimation.domain.budget import PhaseCosts
from services.estimation.domain.cash_flow import financing
from services.estimation.domain.commerce import Commerce
from services.estimation.domain.cost import Categories, LabourCost
from services.estimation.domain.cost_items import FINANCING, CostItem, Wanted
from services.estimation.domain.exchange_rates import ExchangeRate, ExchangeRates, Quote
from services.estimation.domain.expert_override import NONE, Overrides
from services.estimation.domain.history_methods import NO_HISTORY, History
from services.estimation.domain.leading import Choice
from services.estimation.domain.parameters import AFTER_DELIVERY, Parameters
from services.estimation.domain.plan import Plan, roles_of
from services.estimation.domain.pricing import Costs, Profit
from services.estimation.domain.rates import RateCard, RoleRate, role_rates
from services.estimation.domain.terms import Terms
from services.estimation.domain.wbs import WorkBreakdown, added


@dataclass(frozen=True, slots=True)
class Inputs:
    """What an estimate takes from beside its baseline and parameter set."""

    cards: Sequence[RateCard]
    recorded_rates: Sequence[ExchangeRate] = ()
    items: Sequence[Wanted] = ()
    """Those of the opportunity."""
    terms: Terms | None = None
    """The opportunity's terms of payment, if they are not the usual ones."""
    history: History = NO_HISTORY
    overrides: Overrides = NONE
    """What persons judged."""
    choice: Choice | None = None
    """Which method a person chose to lead."""
    rate_factors: Mapping[str, Decimal] = field(default_factory=dict)
    """What if a role (or `*`: every one without a factor) cost so many times as much?"""
    team: Mapping[str, float] = field(default_factory=dict)
    """What if there were so many people of a role?"""
    warranty_months: int | None = None
    """As agreed with the client; the parameter set's until then."""
    today: date | None = None
    """When the estimate is made: what should have begun before is told."""


@dataclass(frozen=True, slots=True)
class Costing:
    """Cost before risk. `labour` is by line, in the order of the lines."""

    rates: Mapping[str, RoleRate]
    labour: tuple[LabourCost, ...]
    labour_by_phase: Mapping[str, Decimal]
    items: tuple[CostItem, ...]
    costs: Costs
    categories: Categories
    daily_burn: Decimal

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """Every exchange rate that was used, for people and for things."""
        bought = (item.quote for item in self.items if item.quote)
        return (*bought, *(quote for rate in self.rates.values() for quote in rate.quotes))


def costed(baseline: Baseline, work: WorkBreakdown, plan: Plan, parameters: Parameters, inputs: Inputs) -> Costing:
    """The cost of a plan. Rates, of roles and of exchange, are those in force on its start.

    Raises `UnknownRoleRate`, `RateNotInForceOnDate`, `CurrencyRateMissing`.
    """
    commerce, currency, days = parameters.commerce, baseline.currency, parameters.planning.days_per_month
    exchange = ExchangeRates(inputs.recorded_rates, commerce.usual_rates)
    rates = {
        role: rate.times(inputs.rate_factors.get(role, inputs.rate_factors.get("*", Decimal(1))))
        for role, rate in role_rates(
            inputs.cards, roles_of(work.phases.values()), region=baseline.region, currency=currency, on=plan.start,
            mixes=commerce.grades, exchange=exchange,
        ).items()
    }  # fmt: skip
    growth = cost.wage_growth(plan, commerce.annual_wage_growth)
    labour = cost.labour(work.lines, {role: rate.daily_cost for role, rate in rates.items()}, currency, growth)
    by_phase = cost.by_phase(labour, list(work.phases))
    wanted = cost_items.wanted_by(commerce, baseline.opportunity_id, inputs.items)
    bought = cost_items.bought(wanted, work, plan, exchange, days_per_month=days, currency=currency)
    whole = sum(by_phase.values(), Decimal(0)) + sum((item.amount for item in bought), Decimal(0))
    net = Profit.of(commerce).net_price(whole, currency)
    items = (
        *bought,
        *cost_items.guarantees(wanted, plan, net, exchange, days_per_month=days, currency=currency),
        *cost_items.exchange_margin(baseline.opportunity_id, bought, commerce.exchange_margin_rate, currency),
    )
    items = (*items, *_interest(baseline, PhaseCosts(by_phase, items), plan, commerce, inputs.terms))
    costs = PhaseCosts(by_phase, items).total
    until_delivery = sum((amount for phase, amount in by_phase.items() if phase != AFTER_DELIVERY), Decimal(0))
    return Costing(
        rates=rates,
        labour=labour,
        labour_by_phase=by_phase,
        items=items,
        costs=costs,
        categories=cost.categories(
            added(work.phases.values()), rates, costs.labour, costs.material, costs.financial, currency
        ),
        daily_burn=cost.daily_burn(until_delivery, plan, parameters.planning.retained_share, currency),
    )


def _interest(
    baseline: Baseline, costs: PhaseCosts, plan: Plan, commerce: Commerce, terms: Terms | None
) -> tuple[CostItem, ...]:
    """Interest on the cash gap. The price is not known before risk, so the payments are of cost plus profit."""
    currency = baseline.currency
    bought = {phase: costs.bought(phase) + costs.financial(phase) for phase in costs.labour}
    net = Profit.of(commerce).net_price(costs.total.base, currency)
    interest = financing(
        costs.labour, bought, net, plan.windows, plan.start, terms or commerce.terms, commerce.annual_interest_rate,
        currency,
    )  # fmt: skip
    return tuple(
        CostItem(
            uuid5(baseline.opportunity_id, f"{FINANCING}:{phase}"),
            FINANCING,
            "Interest on the cash gap",
            "资金缺口利息",
            phase,
            amount,
            origin="computed",
        )
        for phase, amount in interest.items()
    )
