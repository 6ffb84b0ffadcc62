"""What a review shows, section by section: numbers of the metrics, picked and in order, none of them made anew."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.insights.domain.metrics.compute import Figure
from services.insights.domain.metrics.metric import Text

Figures = Mapping[str, Sequence[Figure]]
"""The numbers of each metric, by its key."""


@dataclass(frozen=True, slots=True)
class Pick:
    """Numbers of a metric: of these parts, or all, and about these things, or any."""

    metric: str
    parts: tuple[str, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)

    def of(self, figures: Figures) -> Iterator[Figure]:
        """Those that there are, in the metric's own order."""
        for one in figures.get(self.metric, ()):
            about = one.measure.about
            if (not self.parts or one.measure.part in self.parts) and all(
                about.get(name, value) == value for name, value in self.about.items()
            ):
                yield one


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of a review."""

    code: str
    title: Text
    picks: tuple[Pick, ...] = ()


KEY_FIGURES = (
    Pick("win_rate", ("rate",)),
    Pick("win_rate_by_amount", ("rate",)),
    Pick("conversion", ("rate",), {"stage": "active", "cohort": "all"}),
    Pick("cycle_time", ("p50",), {"cycle": "opened_to_decided"}),
    Pick("response_time", ("in_time",), {"purpose": "first"}),
    Pick("satisfaction", ("csat_top_2", "nps")),
    Pick("effort_accuracy", ("pred_25",)),
)
FORECAST = "weighted_pipeline"
"""Of all that is open as of now, whatever the period: a review looks ahead with it."""
SECTIONS = (
    Section("summary", ("At a glance", "概览"), KEY_FIGURES),
    Section("pipeline", ("Pipeline and funnel", "商机与漏斗"), (Pick("conversion", about={"cohort": "all"}),)),
    Section("offers", ("Offers", "报价"), (Pick("win_rate"), Pick("win_rate_by_amount"))),
    Section(
        "times",
        ("Response and cycle times", "响应与周期"),
        (Pick("response_time"), Pick("cycle_time", ("p50", "p90")), Pick("time_in_stage", ("p50", "p90"))),
    ),
    Section("outcomes", ("Won and lost", "赢单与丢单")),
    Section(
        "calibration",
        ("Calibration", "校准"),
        (Pick("win_probability"), Pick("risk_probability"), Pick("effort_accuracy")),
    ),
    Section(
        "work", ("Work and rework", "投入与返工"), (Pick("pursuit_hours"), Pick("requirement_churn"), Pick("rework"))
    ),
    Section("satisfaction", ("Satisfaction", "满意度"), (Pick("satisfaction"),)),
    Section("retrospectives", ("Retrospectives", "复盘")),
    Section("forecast", ("Forecast", "预测"), (Pick(FORECAST),)),
    Section("changes", ("What to change", "改进事项")),
)
METRICS_SHOWN = tuple(dict.fromkeys(pick.metric for section in SECTIONS for pick in section.picks))
