"""The charts of an analysis, from its figures."""

from collections.abc import Callable, Mapping
from typing import Any

from services.risk.models.analyses import NotAnalysedYet, RiskAnalysis
from services.risk.schemas.analyses import kinds_and_names
from services.risk.schemas.analysis_models import ModelIn
from services.risk.schemas.uncertainty_charts import (
    KINDS,
    Part,
    before_and_after,
    cost_curve,
    cost_histogram,
    joint_confidence,
    variance_tornado,
)
from shared.charts import Label
from shared.charts.answer import NoSuchChart
from shared.charts.shapes import Chart, Curves, Mark


def chart_of_analysis(row: RiskAnalysis, name: str) -> Chart:
    """A chart of an analysis. Raises `NoSuchChart`, `NotAnalysedYet`."""
    if name not in CHARTS:
        raise NoSuchChart.among(name, CHARTS)
    if row.result is None:
        raise NotAnalysedYet(state=row.status)
    return CHARTS[name](row, row.result)


def _marks(row: RiskAnalysis, result: Mapping[str, Any]) -> tuple[Mark, ...]:
    cost, limit = result["cost"], row.inputs["options"]["cost_limit"]
    return (
        Mark(float(cost["base"]), Label("Base", "基础成本"), "grey"),
        Mark(float(cost["percentiles"]["p50"]), Label.same("P50")),
        Mark(float(cost["percentiles"]["p80"]), Label.same("P80"), "red"),
        *((Mark(float(limit), Label("Limit", "成本上限"), "teal"),) if limit is not None else ()),
    )


def _s_curve(row: RiskAnalysis, result: Mapping[str, Any]) -> Chart:
    cost, before = result["cost"], result["before"]
    curves = before_and_after(before and before["cost"]["curve"], cost["curve"], "cost")
    return cost_curve(row.currency, cost["base"], cost["percentiles"], curves, _marks(row, result))


def _duration(_row: RiskAnalysis, result: Mapping[str, Any]) -> Chart:
    days, before = result["duration"], result["before"]
    p50, p80 = (days["percentiles"][name] for name in ("p50", "p80"))
    return Curves(
        title=Label("Duration and how sure it is", "工期的累积概率（S 曲线）"),
        alt=Label(
            f"S-curve of the duration: {p50:.1f} working days with 50 %, {p80:.1f} with 80 %.",
            f"工期的累积概率曲线：P50 为 {p50:.1f} 个工作日，P80 为 {p80:.1f} 个工作日。",
        ),
        series=before_and_after(before and before["duration"]["curve"], days["curve"], "days"),
        marks=(
            Mark(days["planned_days"], Label("Plan", "计划"), "grey"),
            Mark(p50, Label.same("P50")),
            Mark(p80, Label.same("P80"), "red"),
        ),
        x_title=Label("Working days", "工作日"),
        x_unit="days",
    )


def _histogram(row: RiskAnalysis, result: Mapping[str, Any]) -> Chart:
    cost = result["cost"]
    return cost_histogram(row.currency, cost["histogram"], cost["tail_mean"], _marks(row, result))


def _tornado(row: RiskAnalysis, result: Mapping[str, Any]) -> Chart:
    named = kinds_and_names(ModelIn.model_validate(row.inputs["model"]))

    def part(one: Mapping[str, Any]) -> Part:
        kind, name, name_zh = named[one["id"]]
        label = KINDS["schedule"][0] if kind == "schedule" else Label(name or one["id"], name_zh or one["id"])
        return Part(one["id"], label, kind, one["share"])

    return variance_tornado(map(part, result["parts"]))


def _joint(row: RiskAnalysis, result: Mapping[str, Any]) -> Chart:
    joint, days = result["joint"], Label("Duration, working days", "工期（工作日）")
    return joint_confidence(row.currency, joint, joint["confidence"], days, Label("both targets", "两项目标"))


CHARTS: Mapping[str, Callable[[RiskAnalysis, Mapping[str, Any]], Chart]] = {
    "s-curve": _s_curve,
    "duration": _duration,
    "histogram": _histogram,
    "tornado": _tornado,
    "joint-confidence": _joint,
}
