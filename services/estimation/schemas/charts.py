"""The charts of an estimate and its price, from the figures that they were told with. They show internal cost."""

from collections.abc import Callable, Mapping
from typing import Any

from services.estimation.models.estimates import Estimate, NotPricedYet
from shared.charts import Label
from shared.charts.answer import NoSuchChart
from shared.charts.shapes import (
    Chart,
    ColumnLine,
    ColumnMark,
    Columns,
    ColumnSeries,
    Range,
    Ranges,
    Step,
    Waterfall,
)

METHODS = {
    "three_point": Label("Bottom-up, three points", "自下而上三点估算"),
    "function_points": Label("Function points", "功能点法"),
    "cocomo_ii": Label("COCOMO II", "COCOMO II"),
    "cocomo": Label("COCOMO", "COCOMO"),
    "use_case_points": Label("Use-case points", "用例点法"),
    "analogy": Label("Analogy", "类比法"),
    "productivity_model": Label("Productivity model", "生产率模型"),
    "expert": Label("Expert judgement", "专家估计"),
    "gb_t_36964": Label("GB/T 36964", "GB/T 36964"),
}
_CHOSEN = ("expert", "three_point")
"""What the estimate is made of, the first that there is; the others stand beside it."""


def chart_of_estimate(row: Estimate, name: str) -> Chart:
    """A chart of an estimate. Raises `NoSuchChart`, `NotPricedYet`."""
    if name not in CHARTS:
        raise NoSuchChart.among(name, CHARTS)
    return CHARTS[name](row)


def _price(row: Estimate) -> Mapping[str, Any]:
    if row.price is None:
        raise NotPricedYet(state=row.status)
    return row.price


def _said(amount: float, currency: str) -> str:
    return f"{amount:,.0f} {currency}"


def _cash_flow(row: Estimate) -> Chart:
    price = _price(row)
    currency, months = price["currency"], price["months"]
    running = tuple(float(month["net_cumulative"]) for month in months)
    inflow = tuple(float(month["inflow"]) for month in months)
    before = (0.0, *running[:-1])
    outflow = tuple(now - then - came for now, then, came in zip(running, before, inflow, strict=True))
    lowest = min(range(len(running)), key=running.__getitem__)
    peak = _said(max(-running[lowest], 0.0), currency)
    return Columns(
        title=Label("Cash flow by month", "月度现金流"),
        alt=Label(
            f"Payments received and made from {months[0]['month']} to {months[-1]['month']}; "
            f"the balance is lowest in {months[lowest]['month']}, when {peak} have to be funded.",
            f"{months[0]['month']} 至 {months[-1]['month']} 的收付款；"
            f"{months[lowest]['month']} 资金占用最高，为 {peak}。",
        ),
        names=tuple(month["month"] for month in months),
        series=(
            ColumnSeries("inflow", Label("Received", "收款"), inflow, "teal"),
            ColumnSeries("outflow", Label("Paid", "付款"), outflow, "light"),
        ),
        line=ColumnLine("cumulative", Label("Balance", "累计净现金"), running, is_share=False, colour="navy"),
        marks=(
            (ColumnMark(months[lowest]["month"], running[lowest], Label("Peak funding", "资金占用峰值")),)
            if running[lowest] < 0
            else ()
        ),
        y_title=Label.same(currency),
        y_unit=currency,
    )


def _planned_value(row: Estimate) -> Chart:
    price = _price(row)
    months = price["months"]
    whole = float(months[-1]["cumulative"]) or 1.0
    half = next(month["month"] for month in months if float(month["cumulative"]) >= whole / 2)
    return Columns(
        title=Label("Planned value by month", "月度计划价值"),
        alt=Label(
            f"Cost planned by month, {_said(whole, price['currency'])} in all; half of it is reached in {half}.",
            f"按月计划成本，合计 {_said(whole, price['currency'])}；{half} 达到一半。",
        ),
        names=tuple(month["month"] for month in months),
        series=(
            ColumnSeries(
                "planned", Label("Planned in the month", "当月计划"),
                tuple(float(month["planned"]) for month in months), "blue",
            ),
        ),
        line=ColumnLine(
            "cumulative",
            Label("Cumulative share", "累计占比"),
            tuple(float(month["cumulative"]) / whole for month in months),
            is_share=True,
            colour="amber",
        ),
        y_title=Label.same(price["currency"]),
        y_unit=price["currency"],
    )  # fmt: skip


def _cost_waterfall(row: Estimate) -> Chart:
    price = _price(row)
    currency = price["currency"]
    net, gross = (float(price[name]["amount"]) for name in ("price_excl_tax", "price_incl_tax"))
    steps = []
    for line in price["price_lines"]:
        if line["code"] == "tax":
            steps.append(Step("net", Label("Price without tax", "不含税价格"), net, is_total=True))
        if float(line["amount"]):
            steps.append(Step(line["code"], Label(line["name"], line["name_zh"]), float(line["amount"])))
    steps.append(Step("gross", Label("Price with tax", "含税价格"), gross, is_total=True))
    return Waterfall(
        title=Label("From cost to price", "从成本到价格"),
        alt=Label(
            f"How the parts of the cost, reserves, margin and tax add up: {_said(net, currency)} "
            f"without tax, {_said(gross, currency)} with tax.",
            f"成本、储备、毛利与税金的累加：不含税 {_said(net, currency)}，含税 {_said(gross, currency)}。",
        ),
        steps=tuple(steps),
        x_title=Label.same(currency),
        x_unit=currency,
    )


def _method_comparison(row: Estimate) -> Chart:
    figures = row.figures
    if figures is None:
        raise NotPricedYet(state=row.status)
    methods = figures["methods"]
    chosen = next((name for name in _CHOSEN if any(one["method"] == name for one in methods)), "")
    low, high = min(one["effort_days"] for one in methods), max(one["effort_days"] for one in methods)
    return Ranges(
        title=Label("Effort by method", "各方法估算的工作量"),
        alt=Label(
            f"Effort by {len(methods)} methods with their 80 % intervals: between {low:,.0f} and {high:,.0f} "
            f"person-days are expected, {figures['divergence']:.0%} apart.",
            f"{len(methods)} 种方法估算的工作量及其 80% 区间：期望值 {low:,.0f} 至 {high:,.0f} 人日，"
            f"相差 {figures['divergence']:.0%}。",
        ),
        ranges=tuple(
            Range(
                one["method"],
                METHODS.get(one["method"], Label.same(one["method"].replace("_", " "))),
                one["low_days"],
                one["effort_days"],
                one["high_days"],
                one["method"] == chosen,
            )
            for one in methods
        ),
        range_name=Label("80 % interval", "80% 区间"),
        middle_name=Label("Expected", "期望值"),
        x_title=Label("Person-days", "人日"),
        x_unit="days",
    )


CHARTS: Mapping[str, Callable[[Estimate], Chart]] = {
    "cash-flow": _cash_flow,
    "cost-waterfall": _cost_waterfall,
    "planned-value": _planned_value,
    "method-comparison": _method_comparison,
}
