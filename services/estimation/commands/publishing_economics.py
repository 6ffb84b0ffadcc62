"""Publishes what an economic analysis says to the client: nothing of our side."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from sqlalchemy.ext.asyncio import AsyncSession

from services.estimation.commands.appraising import Subject, amount_of, price_counted, streams_of
from services.estimation.commands.publishing import basis_of
from services.estimation.domain.economics.business_case import Stream
from services.estimation.models.budget_plans import BudgetPlan
from services.estimation.models.economic_analyses import EconomicAnalysis
from services.estimation.models.estimates import Estimate
from services.estimation.schemas.economic_analyses import GENERAL_NAMES, PRICE, Assumptions, ResultsOut, StreamIn
from shared.kernel.db import load
from shared.kernel.messaging import publish, publish_of
from shared.language.events.estimation.economics import (
    CaseScenarioFacts,
    CashFlowFacts,
    CashStream,
    EconomicAnalysisOffered,
    EconomicAnalysisWithdrawn,
    SensitivityFacts,
    SimulatedValueFacts,
    StatementFacts,
)
from shared.language.money import Money


async def publish_offered(session: AsyncSession, row: EconomicAnalysis, plan: BudgetPlan) -> None:
    """Say what the client is to know of an analysis that was computed on `plan`."""
    await session.flush()
    estimate = await load(session, Estimate, row.estimate_id)
    await publish(session, offered(row, estimate, Subject(plan.figures["price"], plan.figures)), about=row)


async def publish_withdrawn(session: AsyncSession, row: EconomicAnalysis) -> None:
    """Say that an analysis is no longer for the client."""
    await publish_of(session, EconomicAnalysisWithdrawn, row)


def offered(row: EconomicAnalysis, estimate: Estimate, subject: Subject) -> EconomicAnalysisOffered:
    """All that the client's side of an analysis says; field by field, so that nothing else can slip in."""
    given, found = Assumptions.model_validate(row.inputs), ResultsOut.model_validate(row.results)
    streams = [one.stream for one in streams_of(subject, "client", given)]
    names = {one.code: (one.name, one.name_zh) for one in streams}
    simulated, rate = found.simulation, found.rate_of_return
    as_found = (
        "net_present_value", "benefits_present_value", "modified_rate", "payback_years", "discounted_payback_years",
        "return_on_investment", "return_on_investment_pv", "benefit_cost_ratio", "discount_rate", "currency",
    )  # fmt: skip
    as_given = ("price_includes_tax", "price_timing", "horizon_years", "amounts_basis", "inflation_rate")
    return EconomicAnalysisOffered(
        opportunity_id=row.opportunity_id,
        economic_analysis_id=row.id,
        version=row.version,
        offered_at=row.offered_at,
        name=row.name,
        basis=basis_of(estimate),
        estimate_id=estimate.id,
        estimate_revision=estimate.revision,
        risk_revision=row.risk_revision,
        price=Money.of(price_counted(subject, given), found.currency),
        start=subject.start,
        **{name: getattr(found, name) for name in as_found},
        **{name: getattr(given, name) for name in as_given},
        streams=tuple(_stream(one, found.currency) for one in streams),
        flows=_flows(streams, found),
        # The difference, so that the three add up to the minor unit.
        costs_present_value=found.benefits_present_value - found.net_present_value,
        internal_rate=rate.value if rate else None,
        internal_rate_status=rate.status if rate else "none",
        sensitivity=tuple(
            SensitivityFacts(
                **bar.model_dump(include=set(SensitivityFacts.model_fields)),
                **dict(zip(("name", "name_zh"), (names | GENERAL_NAMES)[bar.driver], strict=True)),
            )
            for bar in found.sensitivity
        ),
        scenarios=tuple(
            CaseScenarioFacts(name_zh=wish.name_zh or wish.name, **one.model_dump())
            for wish, one in zip(given.scenarios, found.outlook.scenarios if found.outlook else (), strict=True)
        ),
        expected_net_present_value=found.outlook.expected_net_present_value if found.outlook else None,
        simulation=simulated
        and SimulatedValueFacts(
            **{name: simulated.percentiles[name] for name in ("p5", "p50", "p95")},
            **{name: getattr(simulated, name) for name in ("probability_negative", "seed", "samples")},
        ),
        assumptions=tuple(_assumptions(subject, given)),
        engine_version=row.engine_version,
    )


def _stream(one: Stream, currency: str) -> CashStream:
    total = sum((amount_of(amount, currency) for amount in one.amounts), Money.zero(currency).amount)
    return CashStream.of(one, total=total)


def _flows(streams: Sequence[Stream], found: ResultsOut) -> tuple[CashFlowFacts, ...]:
    """Flows as the results have them, with the price apart; what is discounted adds up to the net present value."""

    def at(time: float, chosen: Iterable[Stream]) -> Decimal:
        moved = [pair for one in chosen for pair in zip(one.times, one.amounts, strict=True)]
        return sum((amount_of(amount, found.currency) for when, amount in moved if when == time), nothing)

    nothing = Money.zero(found.currency).amount
    price = [one for one in streams if one.code == PRICE]
    own = [one for one in streams if not one.is_benefit and one.code != PRICE]
    reached = [nothing, *(flow.discounted_cumulative for flow in found.flows[:-1]), found.net_present_value]
    return tuple(
        CashFlowFacts(
            time_years=flow.time_years,
            benefits=flow.benefits,
            price=at(flow.time_years, price),
            own_costs=at(flow.time_years, own),
            discounted=now - before,
        )
        for flow, (before, now) in zip(found.flows, pairwise(reached), strict=True)
    )


def _assumptions(subject: Subject, given: Assumptions) -> Iterator[StatementFacts]:
    yield _of_time_and_money(subject, given)
    yield _of_price(subject, given)
    for streams, en, zh in ((given.benefits, "Benefit", "收益"), (given.costs, "Cost to the client", "客户自有支出")):
        for stream in streams:
            span, span_zh = _span(stream, given.horizon_years, subject.currency)
            yield StatementFacts(
                en=f"{en} – {stream.name}: {span}.", zh=f"{zh}——{stream.name_zh or stream.name}：{span_zh}。"
            )


def _of_time_and_money(subject: Subject, given: Assumptions) -> StatementFacts:
    years, start, rate = given.horizon_years, subject.start, _percent(given.discount_rate)
    money = ("money of the day", "当期价格")
    if given.amounts_basis == "real":
        prices = _percent(given.inflation_rate)
        money = (
            f"money of the start, with prices rising by {prices} a year", f"期初价格（年通货膨胀率 {prices}）",
        )  # fmt: skip
    kind = {"nominal": ("", ""), "real": ("real ", "实际")}[given.rate_basis]
    return StatementFacts(
        en=f"The case covers {years} {_plural(years)} from {start.isoformat()}; amounts are in {money[0]} and are "
        f"discounted at a {kind[0]}rate of {rate} a year.",
        zh=f"测算期自 {start.isoformat()} 起 {years} 年；金额按{money[1]}计，{kind[1]}年折现率 {rate}。",
    )


def _of_price(subject: Subject, given: Assumptions) -> StatementFacts:
    en, zh = _money(price_counted(subject, given), subject.currency)
    is_taxed = subject.price["price_incl_tax"]["amount"] != subject.price["price_excl_tax"]["amount"]
    tax = (" including tax", "（含税）") if given.price_includes_tax else (" without tax", "（不含税）")
    when = {
        "milestones": ("as its payments fall due", "按付款节点计入"),
        "start": ("in full at the start", "于期初一次计入"),
    }[given.price_timing]
    return StatementFacts(
        en=f"The price of {en}{tax[0] if is_taxed else ''} counts {when[0]}.",
        zh=f"报价 {zh}{tax[1] if is_taxed else ''}{when[1]}。",
    )


def _span(stream: StreamIn, horizon: int, currency: str) -> tuple[str, str]:
    """What a stream amounts to, and when."""
    if stream.amounts is not None or stream.annual_amount is None:
        en, zh = _money(sum(stream.amounts or (), Decimal(0)), currency)
        return f"{en} in all, year by year as planned", f"合计 {zh}，按年度计划计入"
    en, zh = _money(stream.annual_amount, currency)
    first, last = stream.first_year, horizon if stream.last_year is None else stream.last_year
    years = (f"in year {first}", f"第 {first} 年") if first == last else (
        f"a year from year {first} to year {last}", f"第 {first} 至 {last} 年每年",
    )  # fmt: skip
    more = _percent(abs(stream.growth_rate))
    grows = {
        True: (f", {more} more each year", f"，逐年增长 {more}"),
        False: (f", {more} less each year", f"，逐年递减 {more}"),
    }
    more_en, more_zh = grows[stream.growth_rate > 0] if stream.growth_rate and first != last else ("", "")
    return f"{en} {years[0]}{more_en}", f"{years[1]} {zh}{more_zh}"


def _money(amount: Decimal, currency: str) -> tuple[str, str]:
    said = f"{amount_of(float(amount), currency):,}"
    return f"{currency} {said}", f"{said} 元" if currency == "CNY" else f"{currency} {said}"


def _percent(rate: float) -> str:
    return f"{round(rate * 100, 2):g}%"


def _plural(years: int) -> str:
    return "year" if years == 1 else "years"
