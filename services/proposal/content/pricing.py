"""The price as the client sees it: shares of the net price, never a cost."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate

from services.proposal.content import names
from services.proposal.content.model import (
    DiscountPart,
    ItemPart,
    MonthPricePart,
    PaymentPart,
    PhasePricePart,
    PricePart,
    TaxPart,
)
from services.proposal.content.planning import Plan
from services.proposal.domain.shares import PhaseCost, PhasePrice, phase_prices, split
from shared.language.events.estimation import CostItem, EstimateCompleted, EstimatePriced

FINANCIAL_KINDS = frozenset({"financing", "guarantee", "exchange"})


def price_part(estimate: EstimateCompleted, price: EstimatePriced, plan: Plan) -> tuple[PricePart, list[Decimal]]:
    """The client's price, and the share of each line of work in it, in the order of the estimate's lines.

    The budget plan knows phases one after the other; months and due dates here follow the plan.
    Raises `PriceWithoutBasis` when the figures of the events do not allow a split.
    """
    net, currency = price.price_excl_tax.amount, price.currency
    phases = phase_prices(
        net,
        [
            PhaseCost(phase.phase, (phase.labour, phase.material, phase.financial, phase.contingency))
            for phase in price.phases
        ],
        currency,
    )
    services, material, financial, reserve = (sum((phase.parts[i] for phase in phases), Decimal(0)) for i in range(4))
    bought = [item for item in estimate.cost_items if item.kind not in FINANCIAL_KINDS]
    items = [
        *_bought(material, bought, currency),
        *(
            ItemPart(**names.item(kind).model_dump(), kind=kind, price=amount)
            for kind, amount in (("financial", financial), ("reserve", reserve))
            if amount
        ),
    ]
    part = PricePart(
        items=tuple(items),
        phases=tuple(
            PhasePricePart(
                **names.phase(phase.phase).model_dump(),
                phase=phase.phase,
                services=phase.parts[0],
                material=phase.parts[1],
                financial=phase.parts[2],
                reserve=phase.parts[3],
                total=phase.total,
            )
            for phase in phases
        ),
        months=_months(net, phases, plan, currency),
        payments=tuple(PaymentPart.of(payment, due=_due(payment.due, price, plan)) for payment in price.milestones),
        taxes=_taxes(price),
        discount=_discount(price),
    )
    return part, split(services, [line.cost for line in estimate.lines], currency)


def _taxes(price: EstimatePriced) -> tuple[TaxPart, ...]:
    """Categories of one rate together: a bill shows what is taxed at each rate."""
    if not any(line.rate for line in price.tax_lines) and not price.tax_rate:
        return ()
    if not price.tax_lines:
        return (TaxPart(tax_rate=price.tax_rate, net=price.price_excl_tax.amount, tax=price.tax.amount),)
    parts = []
    for rate in dict.fromkeys(line.rate for line in price.tax_lines):
        own = [line for line in price.tax_lines if line.rate == rate]
        net, tax = (sum((getattr(line, name) for line in own), Decimal(0)) for name in ("net", "tax"))
        if net or tax:
            parts.append(TaxPart(tax_rate=float(rate), net=net, tax=tax))
    return tuple(parts)


def _discount(price: EstimatePriced) -> DiscountPart | None:
    listed, off = price.list_price, price.discount
    if listed is None or off is None or not off.amount:
        return None
    share = (off.amount / listed.amount).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return DiscountPart(list_price=listed.amount, share=float(share), amount=off.amount)


def _months(net: Decimal, phases: Sequence[PhasePrice], plan: Plan, currency: str) -> tuple[MonthPricePart, ...]:
    """Planned value: the price of each phase, spread evenly over its working days."""
    weights = dict.fromkeys((f"{day:%Y-%m}" for day in plan.timeline), Decimal(0))
    for phase in phases:
        window = plan.window(phase.phase)
        for month, days in Counter(f"{day:%Y-%m}" for day in window).items():
            weights[month] += phase.total * days / len(window)
    planned = split(net, list(weights.values()), currency)
    return tuple(
        MonthPricePart(month=month, planned=amount, cumulative=cumulative)
        for month, amount, cumulative in zip(weights, planned, accumulate(planned), strict=True)
    )


def _due(due: date, price: EstimatePriced, plan: Plan) -> date:
    """As long after the end of a phase (or the start) of the schedule as in the budget plan."""
    passed = [phase for phase in price.phases if phase.finish <= due]
    if passed:
        last = max(passed, key=lambda phase: phase.finish)
        return plan.window(last.phase)[-1] + (due - last.finish)
    return plan.start + (due - min(phase.start for phase in price.phases))


def _bought(amount: Decimal, items: Sequence[CostItem], currency: str) -> list[ItemPart]:
    """The share of each thing bought, things of one name together; one row for all when none is named."""
    weights: dict[tuple[str, str], Decimal] = {}
    for item in items:
        weights[item.name, item.name_zh] = weights.get((item.name, item.name_zh), Decimal(0)) + item.amount
    if amount and not any(weights.values()):
        general = names.item("material")
        weights = {(general.name, general.name_zh): Decimal(1)}
    parts = split(amount, list(weights.values()), currency)
    return [
        ItemPart(name=name, name_zh=name_zh, kind="material", price=part)
        for (name, name_zh), part in zip(weights, parts, strict=True)
        if part
    ]
