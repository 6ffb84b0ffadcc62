"""Charts as Vega-Lite 6 specifications, with their data inside, for frontends that draw themselves."""

from functools import singledispatch
from typing import Any

from shared.charts.boxes import Boxes
from shared.charts.shapes import (
    GANTT_LABELS,
    SHARE,
    Bars,
    Chart,
    Columns,
    Curves,
    Gantt,
    HeatMap,
    Histogram,
    Mark,
    Ranges,
    Scatter,
    Tornado,
    Waterfall,
)

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"

COLOURS = {
    "navy": "#14304f", "blue": "#2f6da8", "light": "#7fb0d8", "sky": "#dce8f3", "teal": "#1f8a7d", "mint": "#86c5b6",
    "amber": "#d99a2b", "red": "#b8433a", "grey": "#66727f",
}  # fmt: skip
"""As in `drawing/look.typ`."""
SERIES = ("navy", "blue", "light", "teal", "mint", "amber", "red", "grey")
RATINGS = {"low": "#cfe6d4", "moderate": "#f6e2b3", "high": "#eebcb5", "extreme": "#cf7a70"}
_CONFIG = {
    "font": "Noto Sans CJK SC, Noto Sans SC, sans-serif",
    "view": {"stroke": None},
    "axis": {"labelColor": "#66727f", "titleColor": "#66727f", "gridColor": "#cfd7e0", "domain": False},
    "title": {"anchor": "start", "color": COLOURS["navy"]},
}


def specification(chart: Chart, language: str) -> dict[str, Any]:
    """The chart as a Vega-Lite 6 specification."""
    return {
        "$schema": SCHEMA,
        "title": chart.title.of(language),
        "description": chart.alt.of(language),
        "width": "container",
        "data": {"values": chart.rows(language)},
        "config": _CONFIG,
        **_body(chart, language),
    }


@singledispatch
def _body(chart: Chart, language: str) -> dict[str, Any]:
    raise NotImplementedError(f"{type(chart).__name__} has no specification in {language}")


def _axis(field: str, title: str, unit: str, *, kind: str = "quantitative", **more: Any) -> dict[str, Any]:
    form = {"format": ".0%"} if unit == SHARE else {}
    return {"field": field, "type": kind, "title": title or None, "axis": form, **more}


def _colour(field: str, names: list[str], colours: list[str], legend: str | None = "") -> dict[str, Any]:
    known = [COLOURS.get(colour, colour) for colour in colours]
    return {
        "field": field, "type": "nominal", "title": None, "scale": {"domain": names, "range": known},
        **({} if legend == "" else {"legend": legend}),
    }  # fmt: skip


def _colours_of(series: tuple[Any, ...]) -> list[str]:
    return [one.colour or SERIES[i % len(SERIES)] for i, one in enumerate(series)]


def _marks(marks: tuple[Mark, ...], language: str) -> list[dict[str, Any]]:
    """A line and a label above for each mark."""
    if not marks:
        return []
    values = [{"x": mark.value, "label": mark.label.of(language), "colour": COLOURS[mark.colour]} for mark in marks]
    x = {"field": "x", "type": "quantitative"}
    colour = {"field": "colour", "type": "nominal", "scale": None}
    rule = {"type": "rule", "strokeDash": [4, 3]}
    text = {"type": "text", "angle": 270, "align": "right", "dy": -6, "y": 4}
    return [
        {"data": {"values": values}, "mark": rule, "encoding": {"x": x, "color": colour}},
        {
            "data": {"values": values}, "mark": text,
            "encoding": {"x": x, "color": colour, "text": {"field": "label"}},
        },
    ]  # fmt: skip


@_body.register
def _(chart: Curves, language: str) -> dict[str, Any]:
    names = [curve.name.of(language) for curve in chart.series]
    lines = {
        "mark": {"type": "line", "strokeWidth": 2},
        "encoding": {
            "x": _axis("x", chart.x_title.of(language), chart.x_unit, scale={"zero": False}),
            "y": _axis("y", chart.y_title.of(language), chart.y_unit),
            "color": _colour("name", names, _colours_of(chart.series)),
            "strokeDash": {
                "field": "name", "type": "nominal", "legend": None,
                "scale": {"domain": names, "range": [[6, 4] if one.dash else [1, 0] for one in chart.series]},
            },
        },
    }  # fmt: skip
    return {"height": 260, "layer": [lines, *_marks(chart.marks, language)]}


@_body.register
def _(chart: Histogram, language: str) -> dict[str, Any]:
    bars = {
        "mark": {"type": "bar", "color": COLOURS["light"]},
        "encoding": {
            "x": _axis("from", chart.x_title.of(language), chart.x_unit, scale={"zero": False}, bin={"binned": True}),
            "x2": {"field": "to"},
            "y": _axis("share", chart.y_title.of(language), SHARE),
        },
    }
    return {"height": 240, "layer": [bars, *_marks(chart.marks, language)]}


@_body.register
def _(chart: Scatter, language: str) -> dict[str, Any]:
    x = _axis("x", chart.x_title.of(language), chart.x_unit, scale={"zero": False})
    y = _axis("y", chart.y_title.of(language), chart.y_unit, scale={"zero": False})

    def only(kind: str, mark: dict[str, Any], **encoding: Any) -> dict[str, Any]:
        chosen = [{"filter": {"field": "kind", "equal": kind}}]
        return {"transform": chosen, "mark": mark, "encoding": {"x": x, "y": y, **encoding}}

    layers = [
        only("outcome", {"type": "point", "filled": True, "size": 14, "opacity": 0.45, "color": COLOURS["blue"]}),
        only("frontier", {"type": "line", "strokeWidth": 2, "color": COLOURS["amber"]}, order={"field": "x"}),
    ]
    if chart.target:
        note = {"value": chart.note.of(language)}
        layers += [
            only("target", {"type": "point", "shape": "cross", "size": 90, "color": COLOURS["navy"]}),
            only("target", {"type": "text", "dy": -10, "align": "right", "color": COLOURS["navy"]}, text=note),
        ]
    return {"height": 320, "layer": [*layers, *_marks(chart.marks, language)]}


@_body.register
def _(chart: Columns, language: str) -> dict[str, Any]:
    x = {"field": "at", "type": "ordinal", "title": None, "sort": None}
    series = [one.key for one in chart.series]
    names, colours = [one.name.of(language) for one in chart.series], _colours_of(chart.series)
    layers: list[dict[str, Any]] = [
        {
            "transform": [{"filter": {"field": "series", "oneOf": series}}],
            "mark": "bar",
            "encoding": {
                "x": x,
                "y": _axis("value", chart.y_title.of(language), chart.y_unit, stack="zero"),
                "color": _colour("name", names, colours),
            },
        }
    ]
    body: dict[str, Any] = {"height": 240, "layer": layers}
    if chart.line:
        unit = SHARE if chart.line.is_share else chart.y_unit
        title = chart.line.name.of(language)
        layers.append(
            {
                "transform": [{"filter": {"field": "series", "equal": chart.line.key}}],
                "mark": {"type": "line", "point": True, "color": COLOURS[chart.line.colour or "amber"]},
                "encoding": {"x": x, "y": _axis("value", title, unit)},
            }
        )
        body["resolve"] = {"scale": {"y": "independent" if chart.line.is_share else "shared"}}
    if chart.marks:
        values = [{"at": mark.at, "value": mark.value, "label": mark.label.of(language)} for mark in chart.marks]
        here = {"x": x, "y": _axis("value", "", chart.y_unit)}
        mark = {"type": "point", "filled": True, "size": 60, "color": COLOURS["red"]}
        text = {"type": "text", "dy": 12, "color": COLOURS["red"]}
        layers += [
            {"data": {"values": values}, "mark": mark, "encoding": here},
            {"data": {"values": values}, "mark": text, "encoding": {**here, "text": {"field": "label"}}},
        ]
    return body


_NAMED = {"type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 260}}


@_body.register
def _(chart: Tornado, language: str) -> dict[str, Any]:
    title = chart.x_title.of(language)
    colour = {bar.key: bar.colour for bar in chart.bars}
    y = {**_NAMED, "field": "name"}

    def side(field: str, colours: dict[str, Any]) -> dict[str, Any]:
        return {
            "mark": "bar",
            "encoding": {
                "y": y, "x": _axis(field, title, chart.x_unit), "x2": {"datum": chart.baseline}, "color": colours,
            },
        }  # fmt: skip

    if chart.has_sides:
        layers = [side("low", {"value": COLOURS["blue"]}), side("high", {"value": COLOURS["amber"]})]
    else:
        layers = [side("high", _colour("key", list(colour), list(colour.values()), legend=None))]
    return {"height": {"step": 20}, "layer": layers}


@_body.register
def _(chart: Waterfall, language: str) -> dict[str, Any]:
    return {
        "height": {"step": 22},
        "mark": "bar",
        "encoding": {
            "y": {**_NAMED, "field": "name"},
            "x": _axis("start", chart.x_title.of(language), chart.x_unit),
            "x2": {"field": "end"},
            "color": {
                "condition": [
                    {"test": "datum.is_total", "value": COLOURS["navy"]},
                    {"test": "datum.amount < 0", "value": COLOURS["teal"]},
                ],
                "value": COLOURS["blue"],
            },
        },
    }


@_body.register
def _(chart: Ranges, language: str) -> dict[str, Any]:
    y = {**_NAMED, "field": "name"}
    title = chart.x_title.of(language)
    dark = {"condition": {"test": "datum.is_chosen", "value": COLOURS["navy"]}, "value": COLOURS["blue"]}
    light = {"condition": {"test": "datum.is_chosen", "value": COLOURS["light"]}, "value": COLOURS["sky"]}
    span = {"y": y, "x": _axis("low", title, chart.x_unit), "x2": {"field": "high"}, "color": light}
    middle = {"y": y, "x": _axis("middle", title, chart.x_unit), "color": dark}
    layers = [
        {"mark": {"type": "bar", "height": 10}, "encoding": span},
        {"mark": {"type": "point", "filled": True, "size": 80}, "encoding": middle},
    ]
    return {"height": {"step": 26}, "layer": layers}


@_body.register
def _(chart: Bars, language: str) -> dict[str, Any]:
    return {
        "height": {"step": 20},
        "mark": "bar",
        "encoding": {
            "y": {**_NAMED, "field": "at"},
            "x": _axis("value", chart.x_title.of(language), chart.x_unit, stack="zero"),
            "color": _colour("name", [one.name.of(language) for one in chart.series], _colours_of(chart.series)),
        },
    }


@_body.register
def _(chart: HeatMap, language: str) -> dict[str, Any]:
    x = {"field": "impact", "type": "ordinal", "sort": None, "title": chart.column_title.of(language)}
    y = {"field": "probability", "type": "ordinal", "sort": None, "title": chart.row_title.of(language)}
    fills = {"domain": list(RATINGS), "range": list(RATINGS.values())}
    rating = {"field": "rating", "type": "nominal", "title": None, "legend": None, "scale": fills}
    number = {"condition": {"test": "datum.count > 0", "field": "count"}, "value": ""}
    hints = [{"field": "codes", "type": "nominal"}, {"field": "amount", "type": "nominal"}]
    return {
        "height": {"step": 44},
        "layer": [
            {"mark": "rect", "encoding": {"x": x, "y": y, "color": rating, "tooltip": hints}},
            {"mark": "text", "encoding": {"x": x, "y": y, "text": number}},
        ],
    }


@_body.register
def _(chart: Gantt, language: str) -> dict[str, Any]:
    names = {True: GANTT_LABELS["critical"].of(language), False: GANTT_LABELS["not_critical"].of(language)}
    phase = GANTT_LABELS["phase"].of(language)
    kind = f"datum.is_phase ? '{phase}' : datum.is_critical ? '{names[True]}' : '{names[False]}'"
    # A name may stand for several bars: the number before it tells them apart.
    y = {**_NAMED, "field": "label"}
    layers: list[dict[str, Any]] = [
        {
            "mark": "bar",
            "encoding": {
                "y": y,
                "x": {"field": "start", "type": "temporal", "title": None},
                "x2": {"field": "finish"},
                "color": _colour("kind", [names[True], names[False], phase], ["red", "blue", "navy"]),
            },
        }
    ]
    if chart.late:
        late = [{"late": chart.late.isoformat(), "label": chart.late_name.of(language)}]
        x = {"field": "late", "type": "temporal"}
        rule = {"type": "rule", "strokeDash": [4, 3], "color": COLOURS["amber"]}
        layers.append({"data": {"values": late}, "mark": rule, "encoding": {"x": x, "tooltip": {"field": "label"}}})
    label = "datum.row + '  ' + datum.name"
    numbered = [
        {"window": [{"op": "row_number", "as": "row"}]},
        {"calculate": label, "as": "label"},
        {"calculate": kind, "as": "kind"},
    ]
    return {"height": {"step": 18}, "transform": numbered, "layer": layers}


@_body.register
def _(chart: Boxes, language: str) -> dict[str, Any]:
    places = chart.places()
    width = max(sum(one.row == place.row for one in places.values()) for place in places.values())
    lines = [
        {
            "number": number, "name": one.name.of(language),
            "x": places[one.source].x, "row": places[one.source].row,
            "to_x": places[one.target].x, "to_row": places[one.target].row,
        }
        for number, one in enumerate(chart.arrows, 1)
    ]  # fmt: skip
    x: dict[str, Any] = {"field": "x", "type": "quantitative", "axis": None, "scale": {"domain": [0, 1]}}
    y: dict[str, Any] = {
        "field": "row", "type": "quantitative", "axis": None,
        "scale": {"reverse": True, "domain": [-0.5, _last(chart) + 0.5]},
    }  # fmt: skip
    card = {"type": "rect", "width": 560 / width, "height": 34, "fill": COLOURS["sky"], "stroke": COLOURS["navy"]}
    tip = [{"field": "name", "type": "nominal"}, {"field": "note", "type": "nominal"}]
    return {
        "height": 74 * (_last(chart) + 1),
        "transform": [{"filter": "datum.kind == 'box'"}],
        "layer": [
            {
                "data": {"values": lines},
                "mark": {"type": "rule", "color": COLOURS["grey"]},
                "encoding": {"x": x, "y": y, "x2": {"field": "to_x"}, "y2": {"field": "to_row"}, "tooltip": tip[:1]},
            },
            {"mark": card, "encoding": {"x": x, "y": y, "tooltip": tip}},
            {"mark": {"type": "text", "limit": 540 / width}, "encoding": {"x": x, "y": y, "text": {"field": "name"}}},
        ],
    }


def _last(chart: Boxes) -> int:
    return max(place.row for place in chart.places().values())
