"""The charts of an analysis, from its figures."""

from collections.abc import Callable, Mapping
from typing import Any

from services.risk.models.analyses import NotAnalysedYet, RiskAnalysis
from services.risk.schemas.analysis_models import ModelIn
from shared.charts import Label
from shared.charts.answer import NoSuchChart
from shared.charts.shapes import (
    SHARE,
    Chart,
    Curve,
    Curves,
    Histogram,
    Key,
    Mark,
    Scatter,
    Tornado,
    TornadoBar,
)

MOST_BARS = 15
_COLOURS = {"item": "blue", "risk": "amber", "driver": "teal", "schedule": "grey"}
_KINDS = {
    "item": Label("Work", "工作项"),
    "risk": Label("Risk", "风险"),
    "driver": Label("Risk driver", "风险驱动因子"),
    "schedule": Label("Time-dependent cost", "时间相关成本"),
}


def chart_of_analysis(row: RiskAnalysis, name: str) -> Chart:
    """A chart of an analysis. Raises `NoSuchChart`, `NotAnalysedYet`."""
    if name not in CHARTS:
        raise NoSuchChart.among(name, CHARTS)
    if row.result is None:
        raise NotAnalysedYet(state=row.status)
    return CHARTS[name](row, row.result)


def _said(value: Any, row: RiskAnalysis) -> str:
    return f"{float(value):,.0f} {row.currency}"


def _cost_title(row: RiskAnalysis) -> Label:
    return Label(f"Total cost, {row.currency}", f"总成本（{row.currency}）")


def _of(key: str, name: Label, curve: list[dict[str, Any]], field: str, *, is_before: bool = False) -> Curve:
    points = tuple((float(point[field]), point["probability"]) for point in curve)
    return Curve(key, name, points, "grey" if is_before else "blue", "dashed" if is_before else None)


def _curves(result: Mapping[str, Any], part: str, field: str) -> tuple[Curve, ...]:
    after = _of("after", Label("With responses", "采取应对措施后"), result[part]["curve"], field)
    if result["before"] is None:
        return (after,)
    before = result["before"][part]["curve"]
    return (_of("before", Label("Without responses", "未采取应对措施"), before, field, is_before=True), after)


def _marks(row: RiskAnalysis, result: Mapping[str, Any]) -> tuple[Mark, ...]:
    cost, limit = result["cost"], row.inputs["options"]["cost_limit"]
    return (
        Mark(float(cost["base"]), Label("Base", "基础成本"), "grey"),
        Mark(float(cost["percentiles"]["p50"]), Label.same("P50")),
        Mark(float(cost["percentiles"]["p80"]), Label.same("P80"), "red"),
        *((Mark(float(limit), Label("Limit", "成本上限"), "teal"),) if limit is not None else ()),
    )


def _s_curve(row: RiskAnalysis, result: Mapping[str, Any]) -> Chart:
    cost = result["cost"]
    base, p50, p80 = (
        _said(value, row) for value in (cost["base"], cost["percentiles"]["p50"], cost["percentiles"]["p80"])
    )
    return Curves(
        title=Label("Total cost and how sure it is", "总成本的累积概率（S 曲线）"),
        alt=Label(
            f"S-curve of total cost: base {base}, half of the outcomes below {p50}, 80 % below {p80}.",
            f"总成本的累积概率曲线：基础成本 {base}，P50 为 {p50}，P80 为 {p80}。",
        ),
        series=_curves(result, "cost", "cost"),
        marks=_marks(row, result),
        x_title=_cost_title(row),
        x_unit=row.currency,
    )


def _duration(_row: RiskAnalysis, result: Mapping[str, Any]) -> Chart:
    days = result["duration"]
    p50, p80 = (f"{days['percentiles'][name]:.1f}" for name in ("p50", "p80"))
    return Curves(
        title=Label("Duration and how sure it is", "工期的累积概率（S 曲线）"),
        alt=Label(
            f"S-curve of the duration: {p50} working days with 50 %, {p80} with 80 %.",
            f"工期的累积概率曲线：P50 为 {p50} 个工作日，P80 为 {p80} 个工作日。",
        ),
        series=_curves(result, "duration", "days"),
        marks=(
            Mark(days["planned_days"], Label("Plan", "计划"), "grey"),
            Mark(days["percentiles"]["p50"], Label.same("P50")),
            Mark(days["percentiles"]["p80"], Label.same("P80"), "red"),
        ),
        x_title=Label("Working days", "工作日"),
        x_unit="days",
    )


def _histogram(row: RiskAnalysis, result: Mapping[str, Any]) -> Chart:
    bins = result["cost"]["histogram"]
    low, high, tail = (_said(value, row) for value in (bins[0]["low"], bins[-1]["high"], result["cost"]["tail_mean"]))
    return Histogram(
        title=Label("Distribution of total cost", "总成本分布"),
        alt=Label(
            f"Simulated total cost between {low} and {high}; the worst tenth costs {tail} on average.",
            f"模拟总成本介于 {low} 与 {high} 之间；最差 10% 的平均成本为 {tail}。",
        ),
        edges=(float(bins[0]["low"]), *(float(one["high"]) for one in bins)),
        counts=tuple(one["share"] for one in bins),
        marks=_marks(row, result),
        x_title=_cost_title(row),
        x_unit=row.currency,
    )


def _tornado(row: RiskAnalysis, result: Mapping[str, Any]) -> Chart:
    model = ModelIn.model_validate(row.inputs["model"])
    named = {one.id: ("item", one.name) for one in model.items}
    named |= {one.id: ("risk", one.name) for one in model.risks}
    named |= {one.id: ("driver", one.name) for one in model.drivers}
    parts = [(part, *named.get(part["id"], ("schedule", None))) for part in result["parts"][:MOST_BARS]]
    shown = sum(part["share"] for part, *_ in parts)
    return Tornado(
        title=Label("Where the uncertainty of the cost comes from", "成本不确定性的来源"),
        alt=Label(
            f"The {len(parts)} largest parts of the variance of total cost, together {shown:.0%}.",
            f"总成本方差中最大的 {len(parts)} 个来源，合计占 {shown:.0%}。",
        ),
        bars=tuple(
            TornadoBar(
                part["id"],
                _KINDS["schedule"] if kind == "schedule" else Label.same(name or part["id"]),
                0.0,
                part["share"],
                _COLOURS[kind],
            )
            for part, kind, name in parts
        ),
        baseline=0.0,
        has_sides=False,
        keys=tuple(Key(_KINDS[kind], colour) for kind, colour in _COLOURS.items() if kind in {one[1] for one in parts}),
        x_title=Label("Share of the variance", "方差占比"),
        x_unit=SHARE,
    )


def _joint(row: RiskAnalysis, result: Mapping[str, Any]) -> Chart:
    joint = result["joint"]
    chance, wanted = joint["probability"], joint["confidence"]

    def place(point: Mapping[str, Any]) -> tuple[float, float]:
        return float(point["cost"]), point["days"]

    return Scatter(
        title=Label("Cost and duration together", "成本与工期的联合置信度"),
        alt=Label(
            f"Simulated cost and duration; the target of both is kept with {chance:.0%}. The line shows pairs that are "
            f"kept with {wanted:.0%}.",
            f"模拟的成本与工期；同时满足目标的概率为 {chance:.0%}。曲线为 {wanted:.0%} 联合置信边界。",
        ),
        points=tuple(map(place, joint["points"])),
        frontier=tuple(map(place, joint["frontier"])),
        target=place(joint["target"]),
        note=Label(f"{chance:.0%} keep both", f"同时满足的概率 {chance:.0%}"),
        frontier_name=Label(f"{wanted:.0%} joint confidence", f"{wanted:.0%} 联合置信边界"),
        x_title=_cost_title(row),
        x_unit=row.currency,
        y_title=Label("Duration, working days", "工期（工作日）"),
        y_unit="days",
    )


CHARTS: Mapping[str, Callable[[RiskAnalysis, Mapping[str, Any]], Chart]] = {
    "s-curve": _s_curve,
    "duration": _duration,
    "histogram": _histogram,
    "tornado": _tornado,
    "joint-confidence": _joint,
}
