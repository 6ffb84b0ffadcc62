"""What the charts of budgets and analyses have in common: curves, histogram, tornado, joint confidence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.charts import Label
from shared.charts.shapes import SHARE, Chart, Curve, Curves, Histogram, Key, Mark, Scatter, Tornado, TornadoBar
from shared.kernel.words import filled

MOST_BARS = 15

KINDS = {
    "line": (Label("Estimate line", "估算项"), "blue"),
    "item": (Label("Work", "工作项"), "blue"),
    "risk": (Label("Risk", "风险"), "amber"),
    "driver": (Label("Risk driver", "风险驱动因子"), "teal"),
    "schedule": (Label("Time-dependent cost", "时间相关成本"), "grey"),
}
"""Kinds of parts, with their colours."""

_BEFORE = Label("Without responses", "未采取应对措施")
_AFTER = Label("With responses", "采取应对措施后")


@dataclass(frozen=True, slots=True)
class Part:
    """A bar of the tornado."""

    id: str
    name: Label
    kind: str
    share: float


def said(value: Any, currency: str) -> str:
    """An amount in a sentence."""
    return f"{float(value):,.0f} {currency}"


def cost_title(currency: str) -> Label:
    return Label(f"Total cost, {currency}", f"总成本（{currency}）")


def before_and_after(
    before: Sequence[Mapping[str, Any]] | None, after: Sequence[Mapping[str, Any]], field: str
) -> tuple[Curve, ...]:
    """The curves of `field` by probability; without responses dashed, where that is known."""

    def points(curve: Sequence[Mapping[str, Any]]) -> tuple[tuple[float, float], ...]:
        return tuple((float(point[field]), point["probability"]) for point in curve)

    own = Curve("after", _AFTER, points(after), "blue")
    return (own,) if before is None else (Curve("before", _BEFORE, points(before), "grey", "dashed"), own)


def cost_curve(
    currency: str, base: Any, percentiles: Mapping[str, Any], curves: tuple[Curve, ...], marks: tuple[Mark, ...]
) -> Chart:
    """The S-curve of total cost."""
    at, p50, p80 = (said(value, currency) for value in (base, percentiles["p50"], percentiles["p80"]))
    return Curves(
        title=Label("Total cost and how sure it is", "总成本的累积概率（S 曲线）"),
        alt=Label(
            f"S-curve of total cost: base {at}, half of the outcomes below {p50}, 80 % below {p80}.",
            f"总成本的累积概率曲线：基础成本 {at}，P50 为 {p50}，P80 为 {p80}。",
        ),
        series=curves,
        marks=marks,
        x_title=cost_title(currency),
        x_unit=currency,
    )


def cost_histogram(currency: str, bins: Sequence[Mapping[str, Any]], tail: Any, marks: tuple[Mark, ...]) -> Chart:
    """How total cost is distributed; `tail` is the mean of the worst tenth."""
    low, high, worst = (said(value, currency) for value in (bins[0]["low"], bins[-1]["high"], tail))
    return Histogram(
        title=Label("Distribution of total cost", "总成本分布"),
        alt=Label(
            f"Simulated total cost between {low} and {high}; the worst tenth costs {worst} on average.",
            f"模拟总成本介于 {low} 与 {high} 之间；最差 10% 的平均成本为 {worst}。",
        ),
        edges=(float(bins[0]["low"]), *(float(one["high"]) for one in bins)),
        counts=tuple(one["share"] for one in bins),
        marks=marks,
        x_title=cost_title(currency),
        x_unit=currency,
    )


def variance_tornado(parts: Iterable[Part]) -> Chart:
    """The largest parts of the variance, the largest first."""
    shown = list(parts)[:MOST_BARS]
    together = sum(part.share for part in shown)
    kinds = {part.kind for part in shown}
    return Tornado(
        title=Label("Where the uncertainty of the cost comes from", "成本不确定性的来源"),
        alt=Label(
            filled(
                "{count:No part|The largest part|The # largest parts} of the variance of total cost: {share}.",
                {"count": len(shown), "share": f"{together:.0%}"},
            ),
            f"总成本方差中最大的 {len(shown)} 个来源，合计占 {together:.0%}。",
        ),
        bars=tuple(TornadoBar(part.id, part.name, 0.0, part.share, KINDS[part.kind][1]) for part in shown),
        baseline=0.0,
        has_sides=False,
        keys=tuple(Key(*named) for kind, named in KINDS.items() if kind in kinds),
        x_title=Label("Share of the variance", "方差占比"),
        x_unit=SHARE,
    )


def joint_confidence(currency: str, joint: Mapping[str, Any], wanted: float, days: Label, what: Label) -> Chart:
    """Cost and days together; `what` names the target, whose chance stands beside it."""
    chance = joint["probability"]

    def place(point: Mapping[str, Any]) -> tuple[float, float]:
        return float(point["cost"]), point["days"]

    return Scatter(
        title=Label("Cost and schedule together", "成本与进度的联合置信度"),
        alt=Label(
            f"Simulated cost and schedule; {what.en} are kept together with {chance:.0%}. "
            f"The line shows pairs that are kept with {wanted:.0%}.",
            f"模拟的成本与进度；同时满足{what.zh}的概率为 {chance:.0%}。曲线为 {wanted:.0%} 联合置信边界。",
        ),
        points=tuple(map(place, joint["points"])),
        frontier=tuple(map(place, joint["frontier"])),
        target=place(joint["target"]),
        note=Label(f"{chance:.0%} keep {what.en}", f"同时满足{what.zh}：{chance:.0%}"),
        frontier_name=Label(f"{wanted:.0%} joint confidence", f"{wanted:.0%} 联合置信边界"),
        x_title=cost_title(currency),
        x_unit=currency,
        y_title=days,
        y_unit="days",
    )
