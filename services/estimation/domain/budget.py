"""The budget plan: what each phase and month may cost, what the client pays when, and how much must be financed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate

from services.estimation.domain.cash_flow import (
    CashFlow,
    Milestone,
    cash_flow,
    milestones,
    months_of,
    paid_out,
    received,
    spent,
)
from services.estimation.domain.commerce import SERVICES
from services.estimation.domain.cost_items import FINANCIAL, FINANCING, CostItem
from services.estimation.domain.parameters import AFTER_DELIVERY
from services.estimation.domain.plan import Window
from services.estimation.domain.pricing import Costs, Price, Reserve
from services.estimation.domain.terms import Terms
from shared.language.money import allocated


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


@dataclass(frozen=True, slots=True)
class PhaseCosts:
    """What a budget starts from: labour by phase, and the cost items, each in its phase."""

    labour: Mapping[str, Decimal]
    items: Sequence[CostItem]

    @property
    def total(self) -> Costs:
        """The base cost."""
        phases = self.labour.keys()
        return Costs(_sum(self.labour.values()), _sum(map(self.bought, phases)), _sum(map(self.financial, phases)))

    def bought(self, phase: str) -> Decimal:
        return _sum(item.amount for item in self.items if item.phase == phase and item.kind not in FINANCIAL)

    def financial(self, phase: str) -> Decimal:
        return _sum(item.amount for item in self.items if item.phase == phase and item.kind in FINANCIAL)

    def interest(self, phase: str) -> Decimal:
        """The part of the financial costs that is interest on the cash gap."""
        return _sum(item.amount for item in self.items if item.phase == phase and item.kind == FINANCING)

    def by_tax_category(self, phase: str) -> dict[str, Decimal]:
        """What a phase costs, by the tax category that it is sold in: all is a service but what is sold on as it is."""
        found = {SERVICES: self.labour.get(phase, Decimal(0))}
        for item in self.items:
            if item.phase == phase:
                found[item.tax_category] = found.get(item.tax_category, Decimal(0)) + item.amount
        return found


@dataclass(frozen=True, slots=True)
class PhaseBudget:
    """A phase's part of the cost baseline; the management reserve is outside it."""

    window: Window
    labour: Decimal
    material: Decimal
    financial: Decimal
    contingency: Decimal
    risk_responses: Decimal

    @property
    def total(self) -> Decimal:
        return self.labour + self.material + self.financial + self.contingency + self.risk_responses


@dataclass(frozen=True, slots=True)
class MonthBudget:
    """`planned` adds up to the cost baseline (S-curve: `cumulative`), `inflow` to the net price: tax is passed on."""

    month: str
    planned: Decimal
    cumulative: Decimal
    inflow: Decimal
    net_cumulative: Decimal


@dataclass(frozen=True, slots=True)
class Payment:
    """A milestone with its part of the price, tax included."""

    milestone: Milestone
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Budget:
    phases: tuple[PhaseBudget, ...]
    months: tuple[MonthBudget, ...]
    payments: tuple[Payment, ...]
    peak_funding: Decimal
    """The most by which spending is ahead of payments at the end of any month."""
    by_phase: Mapping[str, Sequence[Decimal]]
    """What is planned for each phase, by month: rows add up to the phases, columns to the months."""
    outflows: Sequence[Decimal]
    """What is paid by month, for planned cost without its interest."""
    financed: CashFlow
    """The cash flow of `outflows` with the interest that its gap costs."""


def budgeted(
    costs: PhaseCosts,
    reserve: Reserve,
    contingency_weights: Mapping[str, Decimal],
    price: Price,
    *,
    windows: Sequence[Window],
    start: date,
    terms: Terms,
    annual_rate: Decimal,
    currency: str,
) -> Budget:
    """The budget plan of a priced estimate. Everything in it adds up exactly.

    The contingency goes to phases by `contingency_weights` (the risk budget's), or by labour when they are all zero;
    risk responses go to the phases until delivery by labour.
    """
    phases = _phases(costs, reserve, contingency_weights, windows, currency)
    due = milestones(windows, start, terms)
    calendar = months_of(windows, due, terms)
    by_phase = {
        phase.window.phase: spent({phase.window.phase: phase.total}, windows, calendar, currency) for phase in phases
    }
    planned = [_sum(column) for column in zip(*by_phase.values(), strict=True)]
    _, inflow = received(due, price.net, calendar, currency)
    amounts, _ = received(due, price.gross, calendar, currency)
    to_staff = {phase.window.phase: phase.total - phase.material - phase.financial for phase in phases}
    bought = {phase.window.phase: phase.material + phase.financial for phase in phases}
    paid = paid_out(to_staff, bought, windows, calendar, terms, currency)
    flow = cash_flow(paid, inflow, Decimal(0), currency)  # interest is a planned cost already
    without = {name: amount - costs.interest(name) for name, amount in bought.items()}
    outflows = paid_out(to_staff, without, windows, calendar, terms, currency)
    months = zip(calendar, planned, accumulate(planned), inflow, flow.balances, strict=True)
    return Budget(
        phases=phases,
        months=tuple(MonthBudget(*month) for month in months),
        payments=tuple(Payment(milestone, amount) for milestone, amount in zip(due, amounts, strict=True)),
        peak_funding=flow.peak_funding,
        by_phase=by_phase,
        outflows=outflows,
        financed=cash_flow(outflows, inflow, annual_rate, currency),
    )


def _phases(
    costs: PhaseCosts, reserve: Reserve, weights: Mapping[str, Decimal], windows: Sequence[Window], currency: str
) -> tuple[PhaseBudget, ...]:
    names = [window.phase for window in windows]
    by_risk = [weights.get(name, Decimal(0)) for name in names]
    by_labour = [costs.labour.get(name, Decimal(0)) for name in names]
    until_delivery = [Decimal(0) if name == AFTER_DELIVERY else costs.labour.get(name, Decimal(0)) for name in names]
    by_days = [Decimal(window.days) for window in windows]

    def shared_out(amount: Decimal, *weightings: Sequence[Decimal]) -> Sequence[Decimal]:
        return allocated(amount, next(weighting for weighting in weightings if any(weighting)), currency)

    contingency = shared_out(reserve.contingency, by_risk, by_labour, by_days)
    responses = shared_out(reserve.responses, until_delivery, by_days)
    return tuple(
        PhaseBudget(
            window=window,
            labour=costs.labour.get(window.phase, Decimal(0)),
            material=costs.bought(window.phase),
            financial=costs.financial(window.phase),
            contingency=contingency[place],
            risk_responses=responses[place],
        )
        for place, window in enumerate(windows)
    )
