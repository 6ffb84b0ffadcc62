"""What the solution is worth to the client: an economic analysis that was offered, as the proposal says it.

Amounts are in the proposal's currency; what the client spends is positive.
"""

from datetime import date
from decimal import Decimal
from itertools import accumulate
from math import ceil
from uuid import UUID

from services.proposal.content.base import Named, Part, Words
from shared.language.events.estimation import EstimatePriced
from shared.language.events.estimation.economics import EconomicAnalysisOffered
from shared.language.money import Amount, Money


class StreamPart(Named):
    """Money that the client gains or spends; `price` is ours."""

    code: str
    is_benefit: bool
    total: Amount


class FlowPart(Part):
    """What the client gains and spends at one time, in years of 365 days after the start."""

    time_years: float
    benefits: Amount
    price: Amount
    own_expenses: Amount


class YearPart(Part):
    """A year of the case; year 0 is the start. `discounted` is of the net flow, and adds up to the present value."""

    year: int
    benefits: Amount
    price: Amount
    own_expenses: Amount
    net: Amount
    cumulative: Amount
    discounted: Amount


class DriverPart(Named):
    """The net present value when one driver is lower or higher; factors are 1 as stated."""

    code: str
    low: float
    high: float
    value_low: Amount
    value_high: Amount


class CaseScenarioPart(Named):
    probability: float
    net_present_value: Amount


class EconomicsPart(Part):
    analysis_id: UUID
    version: int
    estimate_revision: int
    risk_revision: int
    name: str
    currency: str
    price: Amount
    price_includes_tax: bool
    price_timing: str
    """milestones or start."""
    start: date
    horizon_years: int
    discount_rate: float
    amounts_basis: str
    """nominal, or real: money of the start."""
    net_present_value: Amount
    benefits_present_value: Amount
    outlay_present_value: Amount
    """Of the price and what the client spends beside it."""
    irr: float | None
    """None where there is no rate, or more than one."""
    payback_years: float | None
    """None where it does not pay back."""
    discounted_payback_years: float | None
    break_even_year: int | None
    """The year at whose end it has paid back."""
    return_on_investment: float | None
    benefit_outlay_ratio: float | None
    """Of present values."""
    streams: tuple[StreamPart, ...]
    flows: tuple[FlowPart, ...]
    years: tuple[YearPart, ...]
    sensitivity: tuple[DriverPart, ...]
    scenarios: tuple[CaseScenarioPart, ...]
    expected_net_present_value: Amount | None
    """Of the scenarios."""
    loss_probability: float | None
    """Of a simulation."""
    assumptions: tuple[Words, ...]

    @property
    def benefits_total(self) -> Decimal:
        return sum((year.benefits for year in self.years), Decimal(0))

    @property
    def outlay_total(self) -> Decimal:
        return sum((year.price + year.own_expenses for year in self.years), Decimal(0))


class OtherPricePart(Part):
    """That an analysis counts on another price than the proposal's: nothing of it is said then."""

    counted: Amount
    counted_currency: str
    includes_tax: bool
    asked: Amount


def economics_part(event: EconomicAnalysisOffered) -> EconomicsPart:
    """What of an analysis the client reads; flows are summed up by year."""
    back = event.payback_years
    return EconomicsPart.of(
        event,
        analysis_id=event.economic_analysis_id,
        price=event.price.amount,
        outlay_present_value=event.costs_present_value,
        irr=event.internal_rate,
        break_even_year=None if back is None else _year_of(back),
        benefit_outlay_ratio=event.benefit_cost_ratio,
        streams=tuple(StreamPart(**one.model_dump()) for one in event.streams),
        flows=tuple(FlowPart.of(flow, own_expenses=flow.own_costs) for flow in event.flows),
        years=_years(event),
        sensitivity=tuple(
            DriverPart.of(
                bar, code=bar.driver, value_low=bar.net_present_value_low, value_high=bar.net_present_value_high
            )
            for bar in event.sensitivity
        ),
        scenarios=tuple(
            CaseScenarioPart(**{**one.model_dump(), "name_zh": one.name_zh or one.name}) for one in event.scenarios
        ),
        loss_probability=event.simulation.probability_negative if event.simulation else None,
        assumptions=tuple(Words(en=one.en, zh=one.zh) for one in event.assumptions),
    )


def _year_of(time: float) -> int:
    """The year at whose end it has happened; what happens at the start is year 0."""
    return ceil(time - 1e-9)


def _years(event: EconomicAnalysisOffered) -> tuple[YearPart, ...]:
    last = max(event.horizon_years, *(_year_of(flow.time_years) for flow in event.flows))
    sums = {year: [Money.zero(event.currency).amount] * 4 for year in range(last + 1)}
    for flow in event.flows:
        parts = (flow.benefits, flow.price, flow.own_costs, flow.discounted)
        year = _year_of(flow.time_years)
        sums[year] = [one + other for one, other in zip(sums[year], parts, strict=True)]
    net = [benefits - price - own for benefits, price, own, _ in sums.values()]
    rows = zip(sums.items(), net, accumulate(net), strict=True)
    return tuple(
        YearPart(
            year=year,
            benefits=benefits,
            price=price,
            own_expenses=own,
            net=flow,
            cumulative=reached,
            discounted=discounted,
        )
        for (year, (benefits, price, own, discounted)), flow, reached in rows
    )


def at_this_price(
    part: EconomicsPart | None, price: EstimatePriced
) -> tuple[EconomicsPart | None, OtherPricePart | None]:
    """The part if it counts on the price that is asked; else what it counts on instead."""
    if part is None:
        return None, None
    asked = price.price_incl_tax if part.price_includes_tax else price.price_excl_tax
    if Money(amount=part.price, currency=part.currency) == asked:
        return part, None
    other = OtherPricePart(
        counted=part.price,
        counted_currency=part.currency,
        includes_tax=part.price_includes_tax,
        asked=asked.amount,
    )
    return None, other
