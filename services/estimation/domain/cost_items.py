"""What is bought for the work, and what guarantees and exchange rates cost. Amounts are exact to the minor unit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid5

from services.estimation.domain.apportion import in_days
from services.estimation.domain.commerce import SERVICES, Commerce, Item
from services.estimation.domain.escalation import escalated
from services.estimation.domain.exchange_rates import ExchangeRates, Quote
from services.estimation.domain.parameters import PHASES
from services.estimation.domain.plan import Plan
from services.estimation.domain.wbs import WorkBreakdown
from shared.language.money import quantised

FINANCING, GUARANTEE, EXCHANGE = "financing", "guarantee", "exchange"
FINANCIAL = frozenset({FINANCING, GUARANTEE, EXCHANGE})
"""Kinds of items that are financial cost; all others are material."""

PARAMETER_SET_ITEM = "parameter_set"
"""Origin of an item that nobody entered."""
_ANYTHING = "other"
"""A kind that says nothing: an entered item of it may be anything."""
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class CostItem:
    """A cost that is not labour; `kind` is hardware, cloud, travel, …, or one of `FINANCIAL`."""

    id: UUID
    kind: str
    name: str
    name_zh: str
    phase: str
    amount: Decimal
    tax_category: str = SERVICES
    """services, or what it is sold on as: goods, …"""
    origin: str = PARAMETER_SET_ITEM
    """parameter_set, person (recorded for the opportunity) or computed."""
    original: Decimal | None = None
    """The amount in the currency that it is paid in, escalated."""
    quote: Quote | None = None
    escalation: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An item that somebody wants for one opportunity, or that the parameter set has for all."""

    id: UUID
    kind: str
    name: str
    name_zh: str
    phase: str
    driver: str
    quantity: Decimal
    unit_cost: Decimal
    currency: str
    replaces: str | None = None
    """Code of the parameter set's item whose place it takes."""
    months: Decimal | None = None
    """How long something monthly runs; until delivery, if nobody says."""
    includes_tax_rate: Decimal = Decimal(0)
    """Recoverable tax in the unit cost."""
    price_base_date: date | None = None
    annual_growth: Decimal = Decimal(0)
    tax_category: str = SERVICES
    guaranteed_share: Decimal | None = None
    """Of a guarantee: part of the price that is guaranteed. Else `quantity` x `unit_cost` is guaranteed."""
    annual_rate: Decimal = Decimal(0)
    """What a guarantee costs a year, as a share of what is guaranteed."""
    origin: str = "person"


def stood_back(commerce: Commerce, own: Sequence[Wanted]) -> list[Item]:
    """The parameter set's items that would count twice: one of their kind was entered, and takes no other's place."""
    kinds = {item.kind for item in own if item.replaces is None} - {_ANYTHING}
    replaced = {item.replaces for item in own}
    return [item for item in commerce.items if item.kind in kinds and item.code not in replaced]


def wanted_by(commerce: Commerce, opportunity_id: UUID, own: Sequence[Wanted]) -> list[Wanted]:
    """The parameter set's items that nothing takes the place of, then the opportunity's own."""
    gone = {item.replaces for item in own} | {item.code for item in stood_back(commerce, own)}
    usual = [
        Wanted(
            uuid5(opportunity_id, f"item:{item.code}"), item.kind, item.name, item.name_zh, item.phase, item.driver,
            Decimal(1), item.amount, commerce.currency, price_base_date=commerce.price_base_date,
            annual_growth=commerce.annual_price_growth, origin=PARAMETER_SET_ITEM,
        )
        for item in commerce.items
        if item.code not in gone
    ]  # fmt: skip
    return [*usual, *own]


def bought(
    items: Sequence[Wanted], work: WorkBreakdown, plan: Plan, exchange: ExchangeRates, *, days_per_month: float,
    currency: str,
) -> tuple[CostItem, ...]:  # fmt: skip
    """Items for work of this size, in `currency` at the rate of the start. Raises `CurrencyRateMissing`.

    An item of a phase without work is bought in the phase before.
    """
    drivers = {
        "project": 1.0,
        "month": plan.delivery_days / days_per_month,
        "person": sum(plan.team.values()),
        "effort_day": in_days(work.units),
        "function_point": float(work.function_points),
    }
    found = []
    for item in items:
        if item.kind == GUARANTEE:
            continue
        times = Decimal(str(drivers[item.driver]))
        if item.driver == "month" and item.months is not None:
            times = item.months
        found.append(_item(item, item.unit_cost * item.quantity * times, plan, exchange, currency))
    return tuple(item for item in found if item.amount)


def guarantees(
    items: Sequence[Wanted], plan: Plan, net_price: Decimal, exchange: ExchangeRates, *, days_per_month: float,
    currency: str,
) -> tuple[CostItem, ...]:  # fmt: skip
    """What bonds and guarantees cost: guaranteed amount x annual rate x time. Raises `CurrencyRateMissing`.

    The price is not known before risk: a share is of `net_price`, which is cost plus profit.
    """
    found = []
    for item in items:
        if item.kind != GUARANTEE:
            continue
        months = item.months if item.months is not None else Decimal(str(plan.days / days_per_month))
        amount, paid_in = item.unit_cost * item.quantity, item
        if item.guaranteed_share is not None:
            amount = net_price * item.guaranteed_share
            paid_in = _in_currency(item, currency)
        found.append(_item(paid_in, amount * item.annual_rate * months / _MONTHS, plan, exchange, currency))
    return tuple(item for item in found if item.amount)


def _in_currency(item: Wanted, currency: str) -> Wanted:
    return Wanted(
        item.id, item.kind, item.name, item.name_zh, item.phase, item.driver, item.quantity, item.unit_cost, currency,
        tax_category=item.tax_category, origin=item.origin,
    )  # fmt: skip


def _item(item: Wanted, amount: Decimal, plan: Plan, exchange: ExchangeRates, currency: str) -> CostItem:
    phase = _phase(item.phase, plan)
    middle = next(window.middle for window in plan.windows if window.phase == phase)
    growth = Decimal(1)
    if item.price_base_date and item.annual_growth:
        growth = escalated(growth, item.annual_growth, item.price_base_date, middle)
    if item.includes_tax_rate:
        amount /= 1 + item.includes_tax_rate
    quote = exchange.quote(item.currency, currency, plan.start)
    return CostItem(
        id=item.id,
        kind=item.kind,
        name=item.name,
        name_zh=item.name_zh,
        phase=phase,
        amount=quantised(quote.convert(amount * growth), currency),
        tax_category=item.tax_category,
        origin=item.origin,
        original=quantised(amount * growth, item.currency),
        quote=quote,
        escalation=growth,
    )


def exchange_margin(
    opportunity_id: UUID, items: Sequence[CostItem], rate: Decimal, currency: str
) -> Iterator[CostItem]:
    """What is kept for changes of exchange rates, by phase: a share of everything that is paid in another currency."""
    by_phase: Mapping[str, Decimal] = {
        phase: sum(
            (item.amount for item in items if item.phase == phase and item.quote and item.quote.currency != currency),
            Decimal(0),
        )
        for phase in PHASES
    }
    for phase, amount in by_phase.items():
        kept = quantised(amount * rate, currency)
        if kept:
            key = uuid5(opportunity_id, f"{EXCHANGE}:{phase}")
            yield CostItem(key, EXCHANGE, "Exchange margin", "汇率风险金", phase, kept, origin="computed")


def _phase(wanted: str, plan: Plan) -> str:
    first, *_ = present = [window.phase for window in plan.windows]
    return next((phase for phase in reversed(PHASES[: PHASES.index(wanted) + 1]) if phase in present), first)
