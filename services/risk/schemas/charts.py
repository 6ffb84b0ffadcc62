"""The charts of a risk budget, from the figures that it was told with."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from services.risk.domain.matrix import PMBOK, Placed, heat_map
from services.risk.models.budgets import OlderThanChart, RiskBudget
from services.risk.models.settings import matrix_of
from services.risk.schemas.uncertainty_charts import (
    Part,
    before_and_after,
    cost_curve,
    cost_histogram,
    joint_confidence,
    variance_tornado,
)
from shared.charts import Label
from shared.charts.answer import NoSuchChart
from shared.charts.levels import level_names
from shared.charts.shapes import Chart, Curve, Curves, HeatCell, HeatMap, Mark
from shared.kernel.auth import Principal
from shared.kernel.words import filled
from shared.quant.joint_confidence import POLICY


def chart_of_budget(row: RiskBudget, name: str, caller: Principal) -> Chart:
    """A chart of a budget. Raises `NoSuchChart`, `NoFigures`, `OlderThanChart`; `Forbidden` where cost would show."""
    if name not in CHARTS:
        raise NoSuchChart.among(name, CHARTS)
    if name not in OPEN and not caller.may("cost:read"):
        raise caller.lacks("cost:read")
    return CHARTS[name](row, row.figures, caller)


def _heat_map(row: RiskBudget, facts: Mapping[str, Any], caller: Principal) -> Chart:
    risks = [
        Placed(risk["code"], risk["probability_level"], risk["impact_level"], Decimal(risk["expected_value"]))
        for risk in facts["risks"]
    ]
    shows_money = caller.may("cost:read")
    matrix = matrix_of(row.matrix) if row.matrix else PMBOK
    cells = [
        HeatCell(
            cell.probability_level,
            cell.impact_level,
            cell.rating,
            cell.codes,
            float(cell.expected_value) if shows_money else None,
        )
        for cell in heat_map(risks, matrix)
    ]
    size = len(matrix.impact)
    high = sum(len(cell.codes) for cell in cells if cell.rating == "high")
    counts = {"count": len(risks), "high": high}
    return HeatMap(
        title=Label("Risks by probability and impact", "风险热图：概率与影响"),
        alt=Label(
            filled(
                "Matrix of {count:no risk|# risk|# risks} by probability and impact; {high:none|#|#} rated high.",
                counts,
            ),
            filled("按概率与影响排列的 {count} 项风险，{high:无高风险|其中 # 项为高风险|其中 # 项为高风险}。", counts),
        ),
        cells=tuple(tuple(cells[i : i + size]) for i in range(0, len(cells), size)),
        row_names=level_names(len(matrix.probability))[::-1],
        column_names=level_names(size),
        unit=row.currency,
    )


def _marks(facts: Mapping[str, Any]) -> tuple[Mark, ...]:
    base = float(facts["base_cost"]["amount"])
    return (
        Mark(base, Label("Base", "基础成本"), "grey"),
        Mark(float(facts["percentiles"]["p50"]), Label.same("P50")),
        Mark(base + float(facts["contingency"]["amount"]), Label.same(_level(facts)), "red"),
    )


def _level(facts: Mapping[str, Any]) -> str:
    return f"P{facts['confidence'] * 100:.0f}"


def _simulation(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """What only budgets have that were computed since it is kept. Raises `OlderThanChart`."""
    if facts.get("simulation") is None:
        raise OlderThanChart
    return facts["simulation"]  # type: ignore[no-any-return]


def _s_curve(row: RiskBudget, facts: Mapping[str, Any], _caller: Principal) -> Chart:
    before = (facts.get("simulation") or {}).get("curve_before")
    curves = before_and_after(before, facts["curve"], "cost")
    return cost_curve(row.currency, facts["base_cost"]["amount"], facts["percentiles"], curves, _marks(facts))


def _histogram(row: RiskBudget, facts: Mapping[str, Any], _caller: Principal) -> Chart:
    simulation = _simulation(facts)
    return cost_histogram(row.currency, simulation["histogram"], simulation["tail_mean"], _marks(facts))


def _joint(row: RiskBudget, facts: Mapping[str, Any], _caller: Principal) -> Chart:
    level = _level(facts)
    what = Label(f"both {level}", f"两项 {level} ")
    days = Label("Delay, working days", "延期（工作日）")
    return joint_confidence(row.currency, _simulation(facts)["joint"], POLICY, days, what)


def _delay(_row: RiskBudget, facts: Mapping[str, Any], _caller: Principal) -> Chart:
    curve = _simulation(facts)["delay_curve"]
    p50, p80 = curve[49]["days"], curve[79]["days"]
    return Curves(
        title=Label("Delay and how sure it is", "延期的累积概率（S 曲线）"),
        alt=Label(
            f"S-curve of the delay beside the plan: at most {p50} working days with 50 %, {p80} with 80 %.",
            f"相对计划的延期累积概率曲线：P50 为 {p50} 个工作日，P80 为 {p80} 个工作日。",
        ),
        series=(
            Curve("delay", Label("Delay", "延期"), tuple((one["days"], one["probability"]) for one in curve), "blue"),
        ),
        marks=(Mark(p50, Label.same("P50")), Mark(p80, Label.same("P80"), "red")),
        x_title=Label("Working days beside the plan", "相对计划的工作日"),
        x_unit="days",
    )


def _tornado(row: RiskBudget, _facts: Mapping[str, Any], _caller: Principal) -> Chart:
    return variance_tornado(
        Part(
            one["id"],
            Label(f"{one['code']} {one['name']}", f"{one['code']} {one['name_zh']}"),
            one["kind"],
            one["share"],
        )
        for one in row.contributions
    )


CHARTS: Mapping[str, Callable[[RiskBudget, Mapping[str, Any], Principal], Chart]] = {
    "heat-map": _heat_map,
    "s-curve": _s_curve,
    "tornado": _tornado,
    "histogram": _histogram,
    "joint-confidence": _joint,
    "delay": _delay,
}
OPEN = frozenset({"heat-map", "tornado", "delay"})
"""Charts that show no money to callers without `cost:read`."""
