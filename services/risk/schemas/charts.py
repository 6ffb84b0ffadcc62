"""The charts of a risk budget, from the figures that it was told with."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from services.risk.domain.matrix import Placed, heat_map
from services.risk.models.budgets import RiskBudget
from shared.auth import Principal
from shared.charts import Label
from shared.charts.answer import NoSuchChart
from shared.charts.shapes import (
    SHARE,
    Chart,
    Curve,
    Curves,
    HeatCell,
    HeatMap,
    Key,
    Mark,
    Tornado,
    TornadoBar,
)
from shared.problems import Forbidden

LEVELS = (
    Label("Very low", "很低"),
    Label("Low", "低"),
    Label("Medium", "中"),
    Label("High", "高"),
    Label("Very high", "很高"),
)
MOST_BARS = 15


def chart_of_budget(row: RiskBudget, name: str, caller: Principal) -> Chart:
    """A chart of a budget. Raises `NoSuchChart`, `NoFigures`; `Forbidden` for money without `cost:read`."""
    if name not in CHARTS:
        raise NoSuchChart.among(name, CHARTS)
    if name not in OPEN and not caller.may("cost:read"):
        raise Forbidden(scope="cost:read", roles=", ".join(caller.roles) or "–")
    return CHARTS[name](row, row.figures, caller)


def _amount(value: Any, currency: str) -> str:
    return f"{float(value):,.0f} {currency}"


def _heat_map(row: RiskBudget, facts: Mapping[str, Any], caller: Principal) -> Chart:
    risks = [
        Placed(risk["code"], risk["probability_level"], risk["impact_level"], Decimal(risk["expected_value"]))
        for risk in facts["risks"]
    ]
    shows_money = caller.may("cost:read")
    cells = [
        HeatCell(
            cell.probability_level, cell.impact_level, cell.rating, cell.codes,
            float(cell.expected_value) if shows_money else None,
        )
        for cell in heat_map(risks)
    ]  # fmt: skip
    size = len(LEVELS)
    high = sum(len(cell.codes) for cell in cells if cell.rating == "high")
    return HeatMap(
        title=Label("Risks by probability and impact", "风险热图：概率与影响"),
        alt=Label(
            f"Matrix of {len(risks)} risks by probability and impact; {high} of them are rated high.",
            f"按概率与影响排列的 {len(risks)} 项风险，其中 {high} 项为高风险。",
        ),
        cells=tuple(tuple(cells[i : i + size]) for i in range(0, len(cells), size)),
        row_names=LEVELS[::-1],
        column_names=LEVELS,
        unit=row.currency,
    )


def _s_curve(row: RiskBudget, facts: Mapping[str, Any], _caller: Principal) -> Chart:
    percentiles, base = facts["percentiles"], facts["base_cost"]["amount"]
    target = Label.same(f"P{facts['confidence'] * 100:.0f}")
    at_target = float(base) + float(facts["contingency"]["amount"])
    points = tuple((float(point["cost"]), point["probability"]) for point in facts["curve"])
    return Curves(
        title=Label("Total cost and how sure it is", "总成本的累积概率（S 曲线）"),
        alt=Label(
            f"S-curve of total cost: base {_amount(base, row.currency)}, half of the outcomes below "
            f"{_amount(percentiles['p50'], row.currency)}, 80 % below {_amount(percentiles['p80'], row.currency)}.",
            f"总成本的累积概率曲线：基础成本 {_amount(base, row.currency)}，P50 为 "
            f"{_amount(percentiles['p50'], row.currency)}，P80 为 {_amount(percentiles['p80'], row.currency)}。",
        ),
        series=(Curve("after", Label("With responses", "采取应对措施后"), points, colour="blue"),),
        marks=(
            Mark(float(base), Label("Base", "基础成本"), "grey"),
            Mark(float(percentiles["p50"]), Label.same("P50")),
            Mark(at_target, target, "red"),
        ),
        x_title=Label(f"Total cost, {row.currency}", f"总成本（{row.currency}）"),
        x_unit=row.currency,
    )


def _tornado(row: RiskBudget, _facts: Mapping[str, Any], _caller: Principal) -> Chart:
    parts = row.contributions[:MOST_BARS]
    shown = sum(part["share"] for part in parts)
    return Tornado(
        title=Label("Where the uncertainty of the cost comes from", "成本不确定性的来源"),
        alt=Label(
            f"The {len(parts)} largest parts of the variance of total cost, together {shown:.0%}.",
            f"总成本方差中最大的 {len(parts)} 个来源，合计占 {shown:.0%}。",
        ),
        bars=tuple(
            TornadoBar(
                part["id"],
                Label(f"{part['code']} {part['name']}", f"{part['code']} {part['name_zh']}"),
                0.0,
                part["share"],
                "amber" if part["kind"] == "risk" else "blue",
            )
            for part in parts
        ),
        baseline=0.0,
        has_sides=False,
        keys=(Key(Label("Estimate line", "估算项"), "blue"), Key(Label("Risk", "风险"), "amber")),
        x_title=Label("Share of the variance", "方差占比"),
        x_unit=SHARE,
    )


CHARTS: Mapping[str, Callable[[RiskBudget, Mapping[str, Any], Principal], Chart]] = {
    "heat-map": _heat_map,
    "s-curve": _s_curve,
    "tornado": _tornado,
}
OPEN = frozenset({"heat-map", "tornado"})
"""Charts that show no money to callers without `cost:read`."""
