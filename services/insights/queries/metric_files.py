"""A metric as a table that people open: CSV, and XLSX with charts that follow the cells."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from services.insights.domain.metrics.definitions import METRICS
from services.insights.schemas.metrics import FigureOut, MetricOut
from shared.files.tables import Bars, csv_file, workbook

_HEADINGS = {
    "name": ("Figure", "数值"),
    "part": ("Meaning", "含义"),
    "group": ("Group", "分组"),
    "about": ("Of", "对象"),
    "value": ("Value", "值"),
    "unit": ("Unit", "单位"),
    "numerator": ("Numerator", "分子"),
    "denominator": ("Denominator", "分母"),
    "cases": ("Cases", "样本数"),
    "low": ("95 % from", "95 % 区间下限"),
    "high": ("95 % to", "95 % 区间上限"),
    "then": ("Value then", "对比期值"),
    "change": ("Change", "变化"),
    "opportunities": ("Opportunities", "商机数"),
    "excluded": ("Left out", "未计入"),
    "reason": ("Why there is none", "无值原因"),
}
_MOST_BARS = 40


def metric_file(metric: MetricOut, *, form: str, language: str) -> bytes:
    """The numbers of a metric, one a row, as `csv` or `xlsx`."""
    is_zh = language == "zh"
    columns = [names[is_zh] for names in _HEADINGS.values()]
    rows = [_row(metric.key, one, is_zh=is_zh) for one in metric.figures]
    if form == "csv":
        return csv_file(columns, rows)
    return workbook(columns, rows, _charts(metric, rows, is_zh=is_zh))


def named(figure: FigureOut) -> str:
    """What a number is called among the others of its metric, in any language: part, what it is about, its group."""
    return " · ".join([figure.part, *figure.about.values(), *figure.group.values()])


def meaning(metric: str, figure: FigureOut, *, is_zh: bool) -> str:
    """What the part of a number says."""
    return METRICS[metric].parts[figure.part][is_zh]


def _row(metric: str, one: FigureOut, *, is_zh: bool) -> list[Any]:
    low, high = one.interval or (None, None)
    left = [f"{left.text_zh if is_zh else left.text}: {left.cases}" for left in one.excluded]
    values = {
        "name": named(one),
        "part": meaning(metric, one, is_zh=is_zh),
        "group": ", ".join(f"{name}={value}" for name, value in one.group.items()),
        "about": ", ".join(f"{name}={value}" for name, value in one.about.items()),
        "value": one.value,
        "unit": one.unit,
        "numerator": one.numerator,
        "denominator": one.denominator,
        "cases": one.cases,
        "low": low,
        "high": high,
        "then": one.compared and one.compared.value,
        "change": one.compared and one.compared.change,
        "opportunities": one.opportunity_count,
        "excluded": "; ".join(left),
        "reason": one.reason and (one.reason.text_zh if is_zh else one.reason.text),
    }
    return ["" if values[name] is None else values[name] for name in _HEADINGS]


def _charts(metric: MetricOut, rows: Sequence[Sequence[Any]], *, is_zh: bool) -> list[Bars]:
    """One for each run of rows of one part that have values."""
    columns = list(_HEADINGS)
    value = columns.index("value")
    found, title = [], metric.name_zh if is_zh else metric.name
    for (part, is_number), own in groupby(
        range(len(rows)), key=lambda row: (metric.figures[row].part, isinstance(rows[row][value], Decimal))
    ):
        numbers = list(own)[:_MOST_BARS]
        if is_number:
            found.append(Bars(f"{title}: {part}", 0, value, numbers[0], numbers[-1]))
    return found
