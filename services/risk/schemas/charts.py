"""The charts of a risk budget, from the figures that it was told with."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from services.risk.domain.matrix import PMBOK, Placed, heat_map
from services.risk.models.budgets import OlderThanChart, RiskBudget
from services.risk.models.settings import matrix_of
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
    Histogram,
    Key,
    Mark,
    Scatter,
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
    """A chart of a budget. Raises `NoSuchChart`, `NoFigures`, `OlderThanChart`; `Forbidden` where cost would show."""
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
    matrix = matrix_of(row.matrix) if row.matrix else PMBOK
    cells = [
        HeatCell(
            cell.probability_level, cell.impact_level, cell.rating, cell.codes,
            float(cell.expected_value) if shows_money else None,
        )
        for cell in heat_map(risks, matrix)
    ]  # fmt: skip
    size = len(matrix.impact)
    high = sum(len(cell.codes) for cell in cells if cell.rating == "high")
    return HeatMap(
        title=Label("Risks by probability and impact", "风险热图：概率与影响"),
        alt=Label(
            f"Matrix of {len(risks)} risks by probability and impact; {high} of them are rated high.",
            f"按概率与影响排列的 {len(risks)} 项风险，其中 {high} 项为高风险。",
        ),
        cells=tuple(tuple(cells[i : i + size]) for i in range(0, len(cells), size)),
        row_names=_levels(len(matrix.probability))[::-1],
        column_names=_levels(size),
        unit=row.currency,
    )


def _levels(count: int) -> tuple[Label, ...]:
    """Names of the levels from the lowest; matrices of another size than the guide's have numbers."""
    return LEVELS if count == len(LEVELS) else tuple(Label.same(str(level + 1)) for level in range(count))


def _s_curve(row: RiskBudget, facts: Mapping[str, Any], _caller: Principal) -> Chart:
    percentiles, base, simulation = facts["percentiles"], facts["base_cost"]["amount"], facts.get("simulation")
    points = tuple((float(point["cost"]), point["probability"]) for point in facts["curve"])
    return Curves(
        title=Label("Total cost and how sure it is", "总成本的累积概率（S 曲线）"),
        alt=Label(
            f"S-curve of total cost: base {_amount(base, row.currency)}, half of the outcomes below "
            f"{_amount(percentiles['p50'], row.currency)}, 80 % below {_amount(percentiles['p80'], row.currency)}.",
            f"总成本的累积概率曲线：基础成本 {_amount(base, row.currency)}，P50 为 "
            f"{_amount(percentiles['p50'], row.currency)}，P80 为 {_amount(percentiles['p80'], row.currency)}。",
        ),
        series=(
            *_before(simulation),
            Curve("after", Label("With responses", "采取应对措施后"), points, colour="blue"),
        ),
        marks=_marks(facts),
        x_title=_cost_title(row),
        x_unit=row.currency,
    )


def _cost_title(row: RiskBudget) -> Label:
    return Label(f"Total cost, {row.currency}", f"总成本（{row.currency}）")


def _before(simulation: Mapping[str, Any] | None) -> tuple[Curve, ...]:
    if simulation is None:
        return ()
    points = tuple((float(point["cost"]), point["probability"]) for point in simulation["curve_before"])
    return (Curve("before", Label("Without responses", "未采取应对措施"), points, colour="grey", dash="dashed"),)


def _marks(facts: Mapping[str, Any]) -> tuple[Mark, ...]:
    base = float(facts["base_cost"]["amount"])
    target = Label.same(f"P{facts['confidence'] * 100:.0f}")
    return (
        Mark(base, Label("Base", "基础成本"), "grey"),
        Mark(float(facts["percentiles"]["p50"]), Label.same("P50")),
        Mark(base + float(facts["contingency"]["amount"]), target, "red"),
    )


def _simulation(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """What only budgets have that were computed since it is kept. Raises `OlderThanChart`."""
    if facts.get("simulation") is None:
        raise OlderThanChart
    return facts["simulation"]  # type: ignore[no-any-return]


def _histogram(row: RiskBudget, facts: Mapping[str, Any], _caller: Principal) -> Chart:
    bins = _simulation(facts)["histogram"]
    low, high, tail = (
        _amount(value, row.currency) for value in (bins[0]["low"], bins[-1]["high"], _simulation(facts)["tail_mean"])
    )
    return Histogram(
        title=Label("Distribution of total cost", "总成本分布"),
        alt=Label(
            f"Simulated total cost between {low} and {high}; the worst tenth costs {tail} on average.",
            f"模拟总成本介于 {low} 与 {high} 之间；最差 10% 的平均成本为 {tail}。",
        ),
        edges=(float(bins[0]["low"]), *(float(one["high"]) for one in bins)),
        counts=tuple(one["share"] for one in bins),
        marks=_marks(facts),
        x_title=_cost_title(row),
        x_unit=row.currency,
    )


def _joint(row: RiskBudget, facts: Mapping[str, Any], _caller: Principal) -> Chart:
    joint = _simulation(facts)["joint"]
    chance, level = joint["probability"], f"P{facts['confidence'] * 100:.0f}"
    return Scatter(
        title=Label("Cost and delay together", "成本与延期的联合置信度"),
        alt=Label(
            f"Simulated cost and delay; both {level} values are kept with {chance:.0%}. The line shows pairs that are "
            "kept with 70 %.",
            f"模拟的成本与延期；两者同时不超过各自 {level} 的概率为 {chance:.0%}。曲线为 70% 联合置信边界。",
        ),
        points=tuple(map(_place, joint["points"])),
        frontier=tuple(map(_place, joint["frontier"])),
        target=_place(joint["target"]),
        note=Label(f"{chance:.0%} keep both {level}", f"同时不超过 {level}：{chance:.0%}"),
        frontier_name=Label("70 % joint confidence", "70% 联合置信边界"),
        x_title=_cost_title(row),
        x_unit=row.currency,
        y_title=Label("Delay, working days", "延期（工作日）"),
        y_unit="days",
    )


def _place(point: Mapping[str, Any]) -> tuple[float, float]:
    return float(point["cost"]), point["days"]


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
    "histogram": _histogram,
    "joint-confidence": _joint,
    "delay": _delay,
}
OPEN = frozenset({"heat-map", "tornado", "delay"})
"""Charts that show no money to callers without `cost:read`."""
