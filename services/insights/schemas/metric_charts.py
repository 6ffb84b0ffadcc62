"""A metric as a chart: shares with their intervals as ranges, everything else as bars."""

from collections.abc import Sequence

from services.insights.domain.metrics.definitions import METRICS
from services.insights.domain.metrics.measure import SHARE
from services.insights.schemas.metrics import FigureOut, MetricOut
from shared.charts import Label
from shared.charts.shapes import Bars, Chart, ColumnSeries, Range, Ranges
from shared.kernel.problems import Problem

_MOST = 40
"""Numbers of one picture; more are in the table."""
_UNITS = {
    "share": Label("Share, with its 95 % interval", "比例及其 95 % 区间"), "count": Label("Number", "数量"),
    "days": Label("Days", "天"), "hours": Label("Hours", "小时"), "minutes": Label("Business minutes", "工作分钟"),
    "score": Label("Score", "得分"),
}  # fmt: skip


class NothingToDraw(Problem):
    status = 409
    title = ("There is nothing to draw", "没有可绘制的数据")
    en = "No number of {key} has a value in this period; the answer in JSON says why."
    zh = "{key} 在该时段内没有任何数值；JSON 结果说明了原因。"


def chart_of(metric: MetricOut) -> Chart:
    """The numbers of the unit that comes first. Raises `NothingToDraw`."""
    known = [one for one in metric.figures if one.value is not None]
    if not known:
        raise NothingToDraw(key=metric.key)
    unit = known[0].unit
    shown = [one for one in known if one.unit == unit][:_MOST]
    label = metric.period.label if metric.period else None
    title = Label(
        f"{metric.name}, {label}" if label else metric.name, f"{metric.name_zh}，{label}" if label else metric.name_zh
    )
    x_title = _UNITS.get(unit, Label.same(unit))
    if unit == SHARE:
        return Ranges(
            title=title, alt=_said(metric, shown), ranges=tuple(_range(metric.key, one) for one in shown),
            range_name=Label("95 % interval", "95 % 区间"), middle_name=Label("Value", "值"), x_title=x_title,
            x_unit=SHARE,
        )  # fmt: skip
    values = tuple(float(one.value) for one in shown if one.value is not None)
    return Bars(
        title=title, alt=_said(metric, shown), names=tuple(_name(metric.key, one) for one in shown),
        series=(ColumnSeries(key="value", name=x_title, values=values),), x_title=x_title, x_unit=unit,
    )  # fmt: skip


def _range(metric: str, one: FigureOut) -> Range:
    value = float(one.value or 0)
    low, high = (float(end) for end in one.interval) if one.interval else (value, value)
    return Range(key=one.id, name=_name(metric, one), low=low, middle=value, high=high)


def _name(metric: str, one: FigureOut) -> Label:
    """What tells it apart; the meaning of its part where nothing else does."""
    if one.about or one.group:
        return Label.same(_short(one))
    return Label(*METRICS[metric].parts[one.part])


def _short(one: FigureOut) -> str:
    return " · ".join([one.part, *one.about.values(), *one.group.values()])


def _said(metric: MetricOut, shown: Sequence[FigureOut]) -> Label:
    """Every number in words, for who does not see the picture."""
    numbers = "; ".join(f"{_short(one)}: {one.value}" for one in shown)
    return Label(f"{metric.name}. {numbers}.", f"{metric.name_zh}。{numbers}。")
