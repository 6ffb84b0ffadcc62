"""The charts of an economic analysis: flows by year, the present value by rate, and what it depends on."""

from collections.abc import Callable, Mapping
from math import ceil

from services.estimation.domain.economics.business_case import RATE
from services.estimation.models.economic_analyses import EconomicAnalysis
from services.estimation.schemas.economic_analyses import COST, GENERAL_NAMES, PRICE, Assumptions, ResultsOut
from shared.charts import Label
from shared.charts.answer import NoSuchChart
from shared.charts.shapes import (
    SHARE,
    Chart,
    ColumnLine,
    ColumnMark,
    Columns,
    ColumnSeries,
    Curve,
    Curves,
    Key,
    Mark,
    Tornado,
    TornadoBar,
)
from shared.kernel.auth import Principal

_VALUE = Label("Net present value", "净现值")
_USUAL_RATE, _HIGHEST_RATE = 0.3, 1.0


def chart_of_analysis(row: EconomicAnalysis, name: str, caller: Principal) -> Chart:
    """A chart of an analysis. Raises `NoSuchChart`, and `Forbidden` for our side without `cost:read`."""
    if name not in CHARTS:
        raise NoSuchChart.among(name, CHARTS)
    if row.perspective == "supplier" and not caller.may("cost:read"):
        raise caller.lacks("cost:read")
    return CHARTS[name](row, ResultsOut.model_validate(row.results))


def _said(amount: float, currency: str) -> str:
    return f"{amount:,.0f} {currency}"


def _cash_flow(_row: EconomicAnalysis, found: ResultsOut) -> Chart:
    years = [max(ceil(flow.time_years - 1e-9), 0) for flow in found.flows]
    sums = {year: [0.0, 0.0] for year in range(max(years) + 1)}
    for year, flow in zip(years, found.flows, strict=True):
        sums[year][0] += float(flow.benefits)
        sums[year][1] -= float(flow.costs)
    running, reached = [], 0.0
    for gained, spent in sums.values():
        reached += gained + spent
        running.append(reached)
    back, names = found.payback_years, tuple(map(str, sums))
    even = None if back is None else max(ceil(back - 1e-9), 0)
    last, value = names[-1], _said(running[-1], found.currency)
    paid = (
        ("it does not pay back", "测算期内不能收回投入")
        if back is None
        else (f"it has paid back after {back:.1f} years", f"约 {back:.1f} 年收回投入")
    )
    return Columns(
        title=Label("Cash flow by year", "分年现金流"),
        alt=Label(
            f"Benefits and costs from the start to year {last}; {paid[0]}, and ends at {value}.",
            f"期初至第 {last} 年的收益与支出；{paid[1]}，期末累计 {value}。",
        ),
        names=names,
        series=(
            ColumnSeries("benefits", Label("Benefits", "收益"), tuple(one[0] for one in sums.values()), "teal"),
            ColumnSeries("costs", Label("Costs", "支出"), tuple(one[1] for one in sums.values()), "light"),
        ),
        line=ColumnLine(
            "cumulative", Label("Running total", "累计净现金流"), tuple(running), is_share=False, colour="navy"
        ),
        marks=() if even is None else (ColumnMark(str(even), running[even], Label("Break-even", "收回投入")),),
        y_title=Label.same(found.currency),
        y_unit=found.currency,
    )


def _value_by_rate(_row: EconomicAnalysis, found: ResultsOut) -> Chart:
    roots = [root for root in (found.rate_of_return.roots if found.rate_of_return else []) if root <= _HIGHEST_RATE]
    shown = [found.discount_rate, *roots]
    # Below nothing the value soars, and above what is of interest it hardly moves.
    low, high = min(0.0, *shown), max(_USUAL_RATE, *(rate * 1.3 for rate in shown))
    points = tuple((one.rate, one.net_present_value) for one in found.profile if low <= one.rate <= high)
    marks = [Mark(root, Label(f"IRR {root:.1%}", f"内部收益率 {root:.1%}"), "red") for root in roots]
    now = Mark(
        found.discount_rate, Label(f"Discount rate {found.discount_rate:.1%}", f"折现率 {found.discount_rate:.1%}")
    )
    value = _said(float(found.net_present_value), found.currency)
    return Curves(
        title=Label("Net present value by discount rate", "净现值与折现率"),
        alt=Label(
            f"The net present value at each discount rate; at {found.discount_rate:.1%} it is {value}.",
            f"各折现率下的净现值；折现率 {found.discount_rate:.1%} 时为 {value}。",
        ),
        series=(Curve("net_present_value", _VALUE, points, "blue"),),
        marks=(*marks, now),
        x_title=Label("Discount rate", "折现率"),
        x_unit=SHARE,
        y_title=Label.same(found.currency),
        y_unit=found.currency,
    )


def _sensitivity(row: EconomicAnalysis, found: ResultsOut) -> Chart:
    given = Assumptions.model_validate(row.inputs)
    names = {one.code: (one.name, one.name_zh or one.name) for one in (*given.benefits, *given.costs)}
    names |= {PRICE: ("Price", "报价"), COST: ("Cost", "成本"), **GENERAL_NAMES}
    spans = {bar.driver: _span(bar.driver, bar.low, bar.high) for bar in found.sensitivity}
    first = names[found.sensitivity[0].driver] if found.sensitivity else ("nothing", "无")
    return Tornado(
        title=Label("What the net present value depends on", "净现值敏感性"),
        alt=Label(
            f"The net present value at both ends of each assumption; it depends on this the most: {first[0]}.",
            f"各项假设取低值与高值时的净现值；影响最大的是：{first[1]}。",
        ),
        bars=tuple(
            TornadoBar(
                bar.driver,
                Label(*(f"{name} {spans[bar.driver]}" for name in names[bar.driver])),
                float(bar.net_present_value_low),
                float(bar.net_present_value_high),
            )
            for bar in found.sensitivity
        ),
        baseline=float(found.net_present_value),
        has_sides=True,
        keys=(Key(Label("Lower", "低值"), "blue"), Key(Label("Higher", "高值"), "amber")),
        x_title=_VALUE,
        x_unit=found.currency,
    )


def _span(driver: str, low: float, high: float) -> str:
    return f"{low:.1%} … {high:.1%}" if driver == RATE else f"{low:g} … {high:g}"


CHARTS: Mapping[str, Callable[[EconomicAnalysis, ResultsOut], Chart]] = {
    "cash-flow": _cash_flow,
    "npv-profile": _value_by_rate,
    "tornado": _sensitivity,
}
