"""Business cases out of prices and budget plans, and everything that is said of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from services.estimation.domain.calendar import month_ends
from services.estimation.domain.economics import present_value
from services.estimation.domain.economics.appraisal import appraised, curve, dated_rates
from services.estimation.domain.economics.business_case import Case, Stream, yearly
from services.estimation.domain.economics.sensitivity import (
    Scenario,
    Span,
    break_evens,
    outlook,
    tornado,
    two_way,
    usual_spans,
)
from services.estimation.domain.economics.uncertain_value import simulated
from services.estimation.schemas import economic_analyses as told
from services.estimation.schemas.economics import RateOfReturnOut, profile, reason_of
from shared.language.money import Money, allocated, quantised

ENGINE_VERSION = "economics/2"
_MONTHS = 12
_MOST = 1e15


@dataclass(frozen=True, slots=True)
class Subject:
    """What is analysed: the price of an estimate as it was told, and its budget plan."""

    price: Mapping[str, Any]
    plan: Mapping[str, Any]

    @property
    def currency(self) -> str:
        return str(self.price["currency"])

    @property
    def start(self) -> date:
        return date.fromisoformat(self.plan["start"])


@dataclass(frozen=True, slots=True)
class Dated:
    """A stream of the case and the dates of its amounts."""

    stream: Stream
    dates: tuple[date, ...]


def appraise(subject: Subject, perspective: str, given: told.Assumptions) -> told.ResultsOut:
    """All figures of an analysis; takes up to a second. Raises `RateLeMinusOne`, `FigureOutOfRange`."""
    nominal, real = _rates(given)
    rate = nominal if given.amounts_basis == "nominal" else real
    streams = streams_of(subject, perspective, given)
    case = Case(tuple(one.stream for one in streams), rate)
    return _Teller(subject, case, streams, given, nominal, real).results(perspective)


def streams_of(subject: Subject, perspective: str, given: told.Assumptions) -> list[Dated]:
    """All money that comes and goes, each amount to the minor unit: what is said of it can be added up."""
    streams = _of_client(subject, given) if perspective == "client" else _of_supplier(subject)
    if given.amounts_basis == "real":
        streams = [_deflated(one, given.inflation_rate) for one in streams]
    return [_rounded(one, subject.currency) for one in streams]


def _rates(given: told.Assumptions) -> tuple[float, float]:
    """The discount rate, nominal and real."""
    rate, inflation = given.discount_rate, given.inflation_rate
    if given.rate_basis == "nominal":
        return rate, present_value.real_rate(rate, inflation)
    return present_value.nominal_rate(rate, inflation), rate


def _of_client(subject: Subject, given: told.Assumptions) -> list[Dated]:
    """Benefits and own costs as stated, and the price as it is paid."""
    groups = ((given.benefits, True), (given.costs, False))
    own = [
        _yearly(stream, given.horizon_years, subject.start, is_benefit=is_benefit)
        for streams, is_benefit in groups
        for stream in streams
    ]
    return [*own, _price(subject, given)]


def _yearly(wish: told.StreamIn, horizon: int, start: date, *, is_benefit: bool) -> Dated:
    if wish.amounts is not None:
        times, amounts = tuple(map(float, range(len(wish.amounts)))), tuple(map(float, wish.amounts))
    else:
        last = horizon if wish.last_year is None else wish.last_year
        times, amounts = yearly(wish.first_year, last, float(wish.annual_amount or 0), wish.growth_rate)
    dates = tuple(_years_later(start, int(time)) for time in times)
    return Dated(Stream(wish.code, wish.name, wish.name_zh or wish.name, is_benefit, times, amounts), dates)


def _years_later(day: date, years: int) -> date:
    last = day.month == 2 and day.day == 29  # noqa: PLR2004
    return date(day.year + years, day.month, 28 if last else day.day)


def price_counted(subject: Subject, given: told.Assumptions) -> Decimal:
    """What the client pays in all, with or without tax."""
    return Decimal(subject.price["price_incl_tax" if given.price_includes_tax else "price_excl_tax"]["amount"])


def _price(subject: Subject, given: told.Assumptions) -> Dated:
    whole = price_counted(subject, given)
    names = ("Price", "报价")
    if given.price_timing == "start":
        return Dated(Stream(told.PRICE, *names, False, (0.0,), (float(whole),)), (subject.start,))
    due = [date.fromisoformat(one["due"]) for one in subject.plan["milestones"]]
    paid = [Decimal(one["amount"]) for one in subject.plan["milestones"]]
    parts = allocated(whole, paid, subject.currency) if any(paid) else paid
    times = tuple(max((day - subject.start).days / 365, 0.0) for day in due)
    return Dated(
        Stream(told.PRICE, *names, False, times, tuple(map(float, parts))),
        tuple(max(day, subject.start) for day in due),
    )


def _of_supplier(subject: Subject) -> list[Dated]:
    """What the client pays, and what we pay for it, by month; interest is what the discount rate is for."""
    months = subject.plan["months"]
    times = tuple(place / _MONTHS for place in range(len(months)))
    dates = tuple(month_ends(month["month"])[1] for month in months)
    kinds = ((told.PRICE, "Payments", "收款", True, "inflow"), (told.COST, "Cost", "成本", False, "outflow"))
    return [
        Dated(Stream(code, en, zh, is_in, times, tuple(float(month[name]) for month in months)), dates)
        for code, en, zh, is_in, name in kinds
    ]


def _deflated(one: Dated, inflation: float) -> Dated:
    """Amounts that are fixed in the money of their day, in that of the start; what was stated is that already."""
    stream = one.stream
    if stream.code not in {told.PRICE, told.COST}:
        return one
    amounts = tuple(
        amount * (1 + inflation) ** -time for time, amount in zip(stream.times, stream.amounts, strict=True)
    )
    names = (stream.code, stream.name, stream.name_zh, stream.is_benefit, stream.times)
    return Dated(Stream(*names, amounts), one.dates)


def _rounded(one: Dated, currency: str) -> Dated:
    amounts = tuple(float(amount_of(amount, currency)) for amount in one.stream.amounts)
    return replace(one, stream=replace(one.stream, amounts=amounts))


def amount_of(value: float, currency: str) -> Decimal:
    """A figure as money. Raises `FigureOutOfRange` for more than an amount can be."""
    if abs(value) >= _MOST:
        raise present_value.FigureOutOfRange
    return quantised(Decimal(repr(float(value))), currency)


@dataclass(frozen=True, slots=True)
class _Teller:
    """The figures of one case, in the words of the API."""

    subject: Subject
    case: Case
    streams: Sequence[Dated]
    given: told.Assumptions
    nominal: float
    real: float

    def amount(self, value: float) -> Decimal:
        return amount_of(value, self.subject.currency)

    def results(self, perspective: str) -> told.ResultsOut:
        given, case = self.given, self.case
        finance = case.rate if given.finance_rate is None else given.finance_rate
        reinvest = case.rate if given.reinvest_rate is None else given.reinvest_rate
        found = appraised(case, finance, reinvest)
        ratios = (
            "payback_years", "discounted_payback_years", "return_on_investment", "return_on_investment_pv",
            "benefit_cost_ratio", "profitability_index",
        )  # fmt: skip
        amounts = (
            "net_present_value", "benefits_present_value", "total_cost_of_ownership", "equivalent_annuity",
        )  # fmt: skip
        flows = curve(case)
        net = [flow.benefits - flow.costs for flow in flows]
        return told.ResultsOut(
            currency=self.subject.currency,
            discount_rate=case.rate,
            nominal_rate=self.nominal,
            real_rate=self.real,
            **{name: self.amount(getattr(found, name)) for name in amounts},
            **{name: getattr(found, name) for name in ratios},
            rate_of_return=RateOfReturnOut.told(found.rates.found) if found.rates.found else None,
            modified_rate=found.rates.modified,
            reason=reason_of(found.rates.reason) if found.rates.reason else None,
            dated=self.dated(),
            profile=profile([flow.time for flow in flows], net, found.rates.found),
            flows=[
                told.FlowOut(
                    time_years=flow.time,
                    **{
                        name: self.amount(getattr(flow, name))
                        for name in told.FlowOut.model_fields
                        if name != "time_years"
                    },
                )
                for flow in flows
            ],
            break_even=[told.BreakEvenOut(driver=name, value=value) for name, value in break_evens(case).items()],
            sensitivity=self.bars(),
            two_way=self.table(),
            outlook=self.outlook(),
            simulation=self.simulation(),
            supplier=self.supplier() if perspective == "supplier" else None,
        )

    def dated(self) -> told.DatedOut:
        pairs = [
            (day, amount) for one in self.streams for day, amount in zip(one.dates, one.stream.signed, strict=True)
        ]
        pairs.append((self.subject.start, 0.0))  # the day that all is valued on
        dates, amounts = [day for day, _ in pairs], [amount for _, amount in pairs]
        found = dated_rates(dates, amounts, self.given.day_count).found
        value = present_value.xnpv(self.case.rate, dates, amounts, self.given.day_count)
        return told.DatedOut(
            day_count=self.given.day_count,
            base_date=min(dates),
            net_present_value=self.amount(value),
            rate_of_return=RateOfReturnOut.told(found) if found else None,
        )

    def bars(self) -> list[told.BarOut]:
        given = self.given.sensitivity
        spans = usual_spans(self.case) if given is None else [Span(one.driver, one.low, one.high) for one in given]
        return [
            told.BarOut(
                driver=bar.span.driver,
                low=bar.span.low,
                high=bar.span.high,
                net_present_value_low=self.amount(bar.at_low),
                net_present_value_high=self.amount(bar.at_high),
                swing=self.amount(bar.swing),
            )
            for bar in tornado(self.case, spans)
        ]

    def table(self) -> told.TableOut | None:
        wish = self.given.two_way
        if wish is None:
            return None
        rows = two_way(self.case, wish.driver, wish.values, wish.other, wish.other_values)
        return told.TableOut(
            **wish.model_dump(), net_present_values=[[self.amount(value) for value in row] for row in rows]
        )

    def outlook(self) -> told.OutlookOut | None:
        wishes = self.given.scenarios
        if not wishes:
            return None
        found = outlook(self.case, [Scenario(one.name, one.probability, one.drivers) for one in wishes])
        return told.OutlookOut(
            scenarios=[
                told.ScenarioOut(name=one.name, probability=one.probability, net_present_value=self.amount(value))
                for one, value in zip(wishes, found.values, strict=True)
            ],
            expected_net_present_value=self.amount(found.expected),
            standard_deviation=self.amount(found.standard_deviation),
            probability_negative=found.probability_negative,
        )

    def simulation(self) -> told.SimulationOut | None:
        given = self.given
        if not given.uncertain:
            return None
        drivers = {one.driver: one.estimate.as_distribution() for one in given.uncertain}
        found = simulated(self.case, drivers, samples=given.samples, seed=given.seed)
        return told.SimulationOut(
            seed=given.seed,
            samples=given.samples,
            mean=self.amount(found.mean),
            standard_deviation=self.amount(found.standard_deviation),
            standard_error=self.amount(found.standard_error),
            probability_negative=found.probability_negative,
            percentiles={f"p{percent}": self.amount(value) for percent, value in found.percentiles.items()},
            histogram=[
                told.BinOut(low=self.amount(one.low), high=self.amount(one.high), share=one.share)
                for one in found.histogram
            ],
        )

    def supplier(self) -> told.SupplierOut:
        price, cash, currency = self.subject.price, self.subject.plan["cash"], self.subject.currency
        net, budget = (Decimal(price[name]["amount"]) for name in ("price_excl_tax", "total_budget"))
        margin, chance, bid = net - budget, self.given.win_probability, self.given.bid_cost
        expected = None if chance is None else margin * Decimal(str(chance)) - (bid or 0)
        return told.SupplierOut(
            price_excl_tax=Money.of(net, currency),
            total_budget=Money.of(budget, currency),
            margin=Money.of(margin, currency),
            margin_rate=float(margin / net) if net else 0.0,
            peak_funding=Money.model_validate(cash["peak_funding"]),
            total_interest=Money.model_validate(cash["total_interest"]),
            months_negative=cash["months_negative"],
            win_probability=chance,
            bid_cost=None if bid is None else Money.of(bid, currency),
            expected_margin=None if expected is None else Money.of(expected, currency),
            break_even_win_probability=float(bid / margin) if bid is not None and margin > 0 else None,
        )
