"""Charts that PowerPoint edits: the shared shapes as native charts, with their data in a workbook inside."""

from math import ceil, floor, log10
from typing import Any

from lxml import etree
from pptx.chart.chart import Chart as NativeChart
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.oxml.ns import qn
from pptx.util import Pt

from services.insights.document.slide_text import GREY, NAVY, set_faces
from shared.charts.shapes import SHARE, Bars, Chart, Columns, Ranges
from shared.charts.vega import COLOURS, SERIES

_MONEY, _NUMBER, _PERCENT = "#,##0", "#,##0.0", "0.0%"


def add_chart(shapes: Any, chart: Chart, language: str, place: tuple[int, int, int, int]) -> None:
    """`chart` at left, top, width and height, with its alternative text."""
    match chart:
        case Ranges():
            frame = _ranges(shapes, chart, language, place)
        case Bars():
            frame = _bars(shapes, chart, language, place)
        case Columns():
            frame = _columns(shapes, chart, language, place)
        case _:
            raise NotImplementedError(f"{type(chart).__name__} has no native chart")
    frame._element.nvGraphicFramePr.cNvPr.set("descr", chart.alt.of(language))  # noqa: SLF001 (no public way)
    _look(frame.chart, chart.title.of(language), language)


def _ranges(shapes: Any, chart: Ranges, language: str, place: tuple[int, int, int, int]) -> Any:
    """A bar to the middle of each range, with what reaches from low to high as its error bar."""
    data = CategoryChartData(number_format=_PERCENT if chart.x_unit == SHARE else _NUMBER)
    data.categories = [one.name.of(language) for one in chart.ranges]
    data.add_series(chart.middle_name.of(language), [one.middle for one in chart.ranges])
    frame = shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *place, data)
    plot = frame.chart.plots[0]
    plot.gap_width = 60
    series = plot.series[0]
    for number, one in enumerate(chart.ranges):
        fill = series.points[number].format.fill
        fill.solid()
        fill.fore_color.rgb = _rgb("light" if one.is_chosen else "sky")
    series._element.append(_error_bars(chart))  # noqa: SLF001 (no public way)
    _in_order(series._element)  # noqa: SLF001
    _label(plot, _PERCENT if chart.x_unit == SHARE else _NUMBER, XL_LABEL_POSITION.INSIDE_BASE, NAVY)
    _lying(frame.chart, chart.x_unit)
    if chart.x_unit != SHARE:  # PowerPoint measures its axis by the bars, not by what reaches beyond them
        frame.chart.value_axis.maximum_scale = _round(max(one.high for one in chart.ranges))
    frame.chart.has_legend = False
    return frame


def _round(most: float) -> float:
    """The next number of two digits that count, at least 1."""
    step = 10.0 ** max(floor(log10(max(most, 1))) - 1, 0)
    return float(ceil(max(most, 1) / step) * step)


def _error_bars(chart: Ranges) -> Any:
    bars = etree.Element(qn("c:errBars"))
    for name, value in (("errBarType", "both"), ("errValType", "cust"), ("noEndCap", "0")):
        etree.SubElement(bars, qn(f"c:{name}"), val=value)
    for side, lengths in (
        ("plus", [one.high - one.middle for one in chart.ranges]),
        ("minus", [one.middle - one.low for one in chart.ranges]),
    ):
        literal = etree.SubElement(etree.SubElement(bars, qn(f"c:{side}")), qn("c:numLit"))
        etree.SubElement(literal, qn("c:formatCode")).text = "General"
        etree.SubElement(literal, qn("c:ptCount"), val=str(len(lengths)))
        for number, length in enumerate(lengths):
            point = etree.SubElement(literal, qn("c:pt"), idx=str(number))
            etree.SubElement(point, qn("c:v")).text = repr(length)
    line = etree.SubElement(etree.SubElement(bars, qn("c:spPr")), qn("a:ln"), w="15875")
    etree.SubElement(etree.SubElement(line, qn("a:solidFill")), qn("a:srgbClr"), val=COLOURS["navy"][1:])
    return bars


def _in_order(series: Any) -> None:
    """Error bars come before categories (the order that the schema wants)."""
    bars = series.find(qn("c:errBars"))
    series.find(qn("c:cat")).addprevious(bars)


def _bars(shapes: Any, chart: Bars, language: str, place: tuple[int, int, int, int]) -> Any:
    data = CategoryChartData(number_format=_MONEY)
    data.categories = [one.of(language) for one in chart.names]
    for one in chart.series:
        data.add_series(one.name.of(language), one.values)
    frame = shapes.add_chart(XL_CHART_TYPE.BAR_STACKED, *place, data)
    _coloured(frame.chart, chart)
    _label(frame.chart.plots[0], '#,##0;;""', XL_LABEL_POSITION.CENTER, "ffffff")
    _lying(frame.chart, chart.x_unit)
    most = max(sum(values) for values in zip(*(one.values for one in chart.series), strict=True))
    axis = frame.chart.value_axis
    axis.major_unit = max(1, round(most / 8))
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = _MONEY, False
    return frame


def _columns(shapes: Any, chart: Columns, language: str, place: tuple[int, int, int, int]) -> Any:
    data = CategoryChartData(number_format=_MONEY)
    data.categories = list(chart.names)
    for one in chart.series:
        data.add_series(one.name.of(language), one.values)
    frame = shapes.add_chart(XL_CHART_TYPE.COLUMN_STACKED, *place, data)
    _coloured(frame.chart, chart)
    axis = frame.chart.value_axis
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = _MONEY, False
    axis.major_gridlines.format.line.color.rgb = RGBColor.from_string("cfd7e0")
    axis.format.line.fill.background()
    return frame


def _coloured(native: NativeChart, chart: Bars | Columns) -> None:
    plot = native.plots[0]
    plot.gap_width, plot.overlap = 60, 100
    for number, (series, one) in enumerate(zip(plot.series, chart.series, strict=True)):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = _rgb(one.colour or SERIES[number % len(SERIES)])
    native.has_legend = True
    native.legend.position, native.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False


def _lying(native: NativeChart, unit: str) -> None:
    """The first bar on top, and values along the bottom."""
    native.category_axis.reverse_order = True
    native.category_axis.format.line.color.rgb = RGBColor.from_string("cfd7e0")
    axis = native.value_axis
    axis.minimum_scale = 0
    if unit == SHARE:
        axis.maximum_scale = 1
        axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = "0%", False
    axis.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
    axis.major_gridlines.format.line.color.rgb = RGBColor.from_string("cfd7e0")
    axis.format.line.fill.background()


def _label(plot: Any, number_format: str, position: Any, colour: str) -> None:
    plot.has_data_labels = True
    labels = plot.data_labels
    labels.number_format, labels.number_format_is_linked = number_format, False
    labels.position, labels.show_value = position, True
    labels.font.size, labels.font.bold = Pt(10), True
    labels.font.color.rgb = RGBColor.from_string(colour)


def _look(native: NativeChart, title: str, language: str) -> None:
    native.has_title = True
    frame = native.chart_title.text_frame
    frame.text = title
    run = frame.paragraphs[0].runs[0]
    run.font.size, run.font.bold = Pt(13), True
    run.font.color.rgb = _rgb("navy")
    set_faces(run._r.get_or_add_rPr(), language)  # noqa: SLF001 (no public way)
    native.chart_title.include_in_layout = False
    native.font.size = Pt(11)
    native.font.color.rgb = RGBColor.from_string(GREY)
    for properties in native._chartSpace.iter(qn("a:defRPr")):  # noqa: SLF001 (no public way)
        set_faces(properties, language)


def _rgb(name: str) -> RGBColor:
    return RGBColor.from_string(COLOURS[name][1:])
