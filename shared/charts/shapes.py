"""The data of charts, by the shape that they are drawn in; texts in both languages, numbers as they are drawn.

A chart is made for one purpose ("cash-flow") in one shape (columns with a line). What people read of it without seeing
it is its `alt`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from shared.charts import EMPTY, Label, localised

SHARE = "share"
"""The unit of fractions 0…1, which are shown as per cent."""


WITHIN = Label("Probability of staying within", "不超过的概率")
SHARE_OF_OUTCOMES = Label("Share of outcomes", "结果占比")
OUTCOME = Label("Simulated outcome", "模拟结果")
PROBABILITY = Label("Probability", "概率")
IMPACT = Label("Impact", "影响")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What all charts have."""

    shape: ClassVar[str] = ""
    in_rows: ClassVar[frozenset[str]] = frozenset()
    """Fields that `rows` say in another form."""

    title: Label
    alt: Label

    def rows(self, language: str) -> list[dict[str, Any]]:
        """The data, one record for each thing that is drawn."""
        raise NotImplementedError

    def drawn(self, language: str) -> dict[str, Any]:
        """All that the drawing needs."""
        return {"shape": self.shape, **localised(self, language)}

    def tidy(self, language: str) -> dict[str, Any]:
        """The chart as data for programs."""
        said = {name: value for name, value in self.drawn(language).items() if name not in self.in_rows}
        return {**said, "language": language, "rows": self.rows(language)}


@dataclass(frozen=True, slots=True)
class Mark:
    """A value on the x axis with a line and a name of its own."""

    value: float
    label: Label
    colour: str = "navy"


@dataclass(frozen=True, slots=True)
class Curve:
    key: str
    name: Label
    points: tuple[tuple[float, float], ...]
    colour: str | None = None
    dash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves(Chart):
    """Lines over a number: S-curves, an NPV profile. Each has at least two points."""

    shape: ClassVar[str] = "curves"
    in_rows: ClassVar[frozenset[str]] = frozenset({"series"})

    series: tuple[Curve, ...]
    marks: tuple[Mark, ...] = ()
    x_title: Label
    x_unit: str
    y_title: Label = WITHIN
    y_unit: str = SHARE

    def rows(self, language: str) -> list[dict[str, Any]]:
        return [
            {"series": curve.key, "name": curve.name.of(language), "x": x, "y": y}
            for curve in self.series
            for x, y in curve.points
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram(Chart):
    """How often values fall between each two neighbours of `edges`."""

    shape: ClassVar[str] = "histogram"
    in_rows: ClassVar[frozenset[str]] = frozenset({"edges", "counts"})

    edges: tuple[float, ...]
    counts: tuple[float, ...]
    """Shares of all values, one less than edges."""
    marks: tuple[Mark, ...] = ()
    x_title: Label
    x_unit: str
    y_title: Label = SHARE_OF_OUTCOMES

    def rows(self, language: str) -> list[dict[str, Any]]:  # noqa: ARG002
        steps = zip(self.edges, self.edges[1:], self.counts, strict=False)
        return [{"from": low, "to": high, "share": share} for low, high, share in steps]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter(Chart):
    """Outcomes in two dimensions, with the target to stay below of both, and a frontier of equal chance."""

    shape: ClassVar[str] = "scatter"
    in_rows: ClassVar[frozenset[str]] = frozenset({"points", "frontier"})

    points: tuple[tuple[float, float], ...]
    frontier: tuple[tuple[float, float], ...]
    target: tuple[float, float] | None
    note: Label
    """What stands beside the target: its chance."""
    points_name: Label = OUTCOME
    frontier_name: Label
    marks: tuple[Mark, ...] = ()
    x_title: Label
    x_unit: str
    y_title: Label
    y_unit: str

    def rows(self, language: str) -> list[dict[str, Any]]:  # noqa: ARG002
        kinds = {"outcome": self.points, "frontier": self.frontier, "target": (self.target,) if self.target else ()}
        return [{"kind": kind, "x": x, "y": y} for kind, points in kinds.items() for x, y in points]


@dataclass(frozen=True, slots=True)
class ColumnSeries:
    key: str
    name: Label
    values: tuple[float, ...]
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnLine:
    key: str
    name: Label
    values: tuple[float, ...]
    is_share: bool
    """Fractions with an axis of their own; else the line is on the axis of the columns."""
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnMark:
    """A point of the line with a name: the month of the peak funding."""

    at: str
    value: float
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns(Chart):
    """Stacked columns by month (`2027-03`) or name, with a line over them; values may be below zero."""

    shape: ClassVar[str] = "columns"
    in_rows: ClassVar[frozenset[str]] = frozenset({"names", "series"})

    names: tuple[str, ...]
    series: tuple[ColumnSeries, ...]
    line: ColumnLine | None = None
    marks: tuple[ColumnMark, ...] = ()
    y_title: Label
    y_unit: str

    def rows(self, language: str) -> list[dict[str, Any]]:
        return [
            {"at": name, "series": one.key, "name": one.name.of(language), "value": value}
            for one in (*self.series, *((self.line,) if self.line else ()))
            for name, value in zip(self.names, one.values, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class TornadoBar:
    key: str
    name: Label
    low: float
    high: float
    colour: str = "blue"


@dataclass(frozen=True, slots=True)
class Key:
    """A colour and what it stands for."""

    name: Label
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tornado(Chart):
    """What an outcome depends on, the most first: both ends of each input around the base, or a share of the whole."""

    shape: ClassVar[str] = "tornado"
    in_rows: ClassVar[frozenset[str]] = frozenset({"bars"})

    bars: tuple[TornadoBar, ...]
    baseline: float
    has_sides: bool
    """Whether `low` and `high` are the outcomes at both ends of an input; else the bar goes to `high`."""
    keys: tuple[Key, ...] = ()
    x_title: Label
    x_unit: str

    def rows(self, language: str) -> list[dict[str, Any]]:
        return [{"key": b.key, "name": b.name.of(language), "low": b.low, "high": b.high} for b in self.bars]


@dataclass(frozen=True, slots=True)
class Step:
    key: str
    name: Label
    amount: float
    is_total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall(Chart):
    """How amounts add up: each starts where the one before ended, totals start at zero."""

    shape: ClassVar[str] = "waterfall"
    in_rows: ClassVar[frozenset[str]] = frozenset({"steps"})

    steps: tuple[Step, ...]
    x_title: Label
    x_unit: str

    def rows(self, language: str) -> list[dict[str, Any]]:
        rows, reached = [], 0.0
        for step in self.steps:
            start = 0.0 if step.is_total else reached
            reached = start + step.amount
            rows.append({
                "key": step.key, "name": step.name.of(language), "amount": step.amount, "start": start, "end": reached,
                "is_total": step.is_total,
            })  # fmt: skip
        return rows


@dataclass(frozen=True, slots=True)
class Range:
    key: str
    name: Label
    low: float
    middle: float
    high: float
    is_chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges(Chart):
    """Ranges side by side on one axis: what several methods say."""

    shape: ClassVar[str] = "ranges"
    in_rows: ClassVar[frozenset[str]] = frozenset({"ranges"})

    ranges: tuple[Range, ...]
    range_name: Label
    middle_name: Label
    x_title: Label
    x_unit: str

    def rows(self, language: str) -> list[dict[str, Any]]:
        return localised(self.ranges, language)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars(Chart):
    """Stacked bars that lie, with their sums."""

    shape: ClassVar[str] = "bars"
    in_rows: ClassVar[frozenset[str]] = frozenset({"names", "series"})

    names: tuple[Label, ...]
    series: tuple[ColumnSeries, ...]
    x_title: Label
    x_unit: str

    def rows(self, language: str) -> list[dict[str, Any]]:
        return [
            {"at": name.of(language), "series": one.key, "name": one.name.of(language), "value": value}
            for one in self.series
            for name, value in zip(self.names, one.values, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A field of the matrix; `amount` is the expected value of its risks, None for who may not see money."""

    probability_level: int
    impact_level: int
    rating: str
    codes: tuple[str, ...]
    amount: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap(Chart):
    """The probability-impact matrix: names and fields of its rows, the most probable first."""

    shape: ClassVar[str] = "heat-map"
    in_rows: ClassVar[frozenset[str]] = frozenset({"cells"})

    cells: tuple[tuple[HeatCell, ...], ...]
    row_names: tuple[Label, ...]
    column_names: tuple[Label, ...]
    row_title: Label = PROBABILITY
    column_title: Label = IMPACT
    unit: str

    def rows(self, language: str) -> list[dict[str, Any]]:
        return [
            {
                **localised(cell, language), "count": len(cell.codes),
                "probability": probability.of(language), "impact": impact.of(language),
            }
            for probability, row in zip(self.row_names, self.cells, strict=True)
            for impact, cell in zip(self.column_names, row, strict=True)
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gate:
    date: date
    is_critical: bool


@dataclass(frozen=True, slots=True)
class GanttBar:
    name: Label
    start: date
    finish: date
    days: float
    is_phase: bool = False
    is_bold: bool = False
    is_critical: bool = False
    gate: Gate | None = None


GANTT_LABELS = {
    "task": Label("Phase, task", "阶段与任务"),
    "days": Label("Days", "工期"),
    "critical": Label("Critical task", "关键任务"),
    "not_critical": Label("Task with float", "有时差的任务"),
    "phase": Label("Phase", "阶段"),
    "milestone": Label("Milestone", "里程碑"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gantt(Chart):
    """Phases and tasks on the calendar; `late` is a date with a line of its own, such as the finish at P80."""

    shape: ClassVar[str] = "gantt"
    in_rows: ClassVar[frozenset[str]] = frozenset({"bars", "labels"})

    bars: tuple[GanttBar, ...]
    start: date
    finish: date
    late: date | None = None
    late_name: Label = EMPTY

    def rows(self, language: str) -> list[dict[str, Any]]:
        return localised(self.bars, language)  # type: ignore[no-any-return]

    def drawn(self, language: str) -> dict[str, Any]:
        labels = localised({**GANTT_LABELS, "late": self.late_name}, language)
        return {"shape": self.shape, **localised(self, language), "labels": labels}
