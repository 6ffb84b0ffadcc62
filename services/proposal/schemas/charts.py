"""Charts of what the proposal service owns."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.charts import EMPTY, Label
from shared.charts.answer import NoSuchChart
from shared.charts.boxes import Arrow, Box, Boxes
from shared.kernel.words import filled

ALL = "all"
_KINDS = {
    "application": Label("application", "应用"),
    "service": Label("service", "服务"),
    "data_store": Label("data store", "数据存储"),
    "interface": Label("interface", "接口"),
    "device": Label("device", "设备"),
    "platform": Label("platform", "平台"),
    "external": Label("outside", "外部系统"),
}
_WHOLE = {"en": "Architecture", "zh": "总体架构"}

Design = Mapping[str, Any]


def chart_of_diagram(design: Design, code: str) -> Boxes:
    """The diagram `code` of a solution, or `all` its components. Raises `NoSuchChart`."""
    diagrams = {one["code"]: (one["name"], set(one["component_codes"])) for one in design["diagrams"]}
    if design["components"]:
        diagrams.setdefault(ALL, (_WHOLE, {one["code"] for one in design["components"]}))
    if code not in diagrams:
        raise NoSuchChart.among(code, diagrams)
    name, shown = diagrams[code]
    title = _label(name)
    boxes = tuple(_box(one) for one in design["components"] if one["code"] in shown)
    arrows = tuple(
        Arrow(one["source"], one["target"], _connection(one))
        for one in design["connections"]
        if {one["source"], one["target"]} <= shown and one["source"] != one["target"]
    )
    counts = {"boxes": len(boxes), "arrows": len(arrows)}
    there = filled("{boxes:no component|# component|# components} and {arrows:no|#|#} connection{arrows:||s}", counts)
    there_zh = filled("{boxes:无|# 个|# 个}组件、{arrows:无|# 条|# 条}连接", counts)
    alt = Label(
        f"{title.en}: {there}. {_listed(arrows, 'en', '; ')}",
        f"{title.zh}：{there_zh}。{_listed(arrows, 'zh', '；')}",
    )
    return Boxes(title=title, alt=alt, boxes=boxes, arrows=arrows)


def _listed(arrows: Sequence[Arrow], language: str, between: str) -> str:
    named = (f"{number}. {one.source} → {one.target} {one.name.of(language)}" for number, one in enumerate(arrows, 1))
    return between.join(text.strip() for text in named)


def _box(one: Design) -> Box:
    kind, technology = _KINDS[one["kind"]], one["technology"]
    note = Label(f"{kind.en}, {technology}", f"{kind.zh}，{technology}") if technology else kind
    layer = _label(one["layer"]) if one["layer"] else EMPTY
    return Box(one["code"], _label(one["name"]), note, layer, is_outside=one["kind"] == "external")


def _connection(one: Design) -> Label:
    protocol = [one["protocol"]] if one["protocol"] else []
    texts = [_label(text) for text in (one["name"], one["data"]) if text]
    return Label(
        ", ".join([*protocol, *(text.en for text in texts)]), "，".join([*protocol, *(text.zh for text in texts)])
    )


def _label(text: Mapping[str, Any]) -> Label:
    """A text in both languages: the one that is missing is said in the other."""
    en, zh = text.get("en"), text.get("zh")
    return Label(str(en or zh), str(zh or en))
