"""The review of a period over HTTP: its figures as the metrics answer them, and what they call for."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.insights.domain.metrics.compute import Figure
from services.insights.domain.metrics.definitions import METRICS
from services.insights.domain.period import Period
from services.insights.domain.review import words
from services.insights.domain.review.rules import ACTIONS, LOSSES, Judged, Verdict
from services.insights.domain.review.showing import FORECAST, SECTIONS, Section
from services.insights.schemas.metrics import (
    FigureOut,
    MetricDefinitionOut,
    MetricOut,
    PeriodLabel,
    PeriodOut,
    Plain,
    plain,
)
from services.insights.schemas.outcomes import WinLossOut
from services.insights.schemas.retrospectives import RetrospectiveActionOut


class PeriodReviewQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    compare_to: Annotated[
        PeriodLabel | None, Field(description="the other period; the one before of the same kind when left out")
    ] = None
    language: Annotated[
        Literal["zh", "en"] | None, Field(description="of a file; by `Accept-Language` when left out")
    ] = None


class ReviewFigureOut(BaseModel):
    """A number of a metric, as the metric itself answers it, and what it is called in the review."""

    metric: str
    label: str
    label_zh: str
    figure: FigureOut


class ReviewSectionOut(BaseModel):
    code: str
    title: str
    title_zh: str
    figures: list[ReviewFigureOut]


class RestsOnOut(BaseModel):
    """A number that a rule looked at, and where it comes from."""

    path: Annotated[str, Field(description="what answers it")]
    label: str
    label_zh: str
    unit: str
    value: Plain | None
    numerator: Plain | None
    denominator: Plain | None
    cases: int
    interval: tuple[Plain, Plain] | None


class ReviewRuleOut(BaseModel):
    """What a rule says of the period."""

    rule: str
    verdict: Annotated[Verdict, Field(description="`too_few`: fewer cases than it needs; `nothing`: no figure")]
    when: Annotated[str, Field(description="when it calls for a change")]
    when_zh: str
    advice: str
    advice_zh: str
    least: Annotated[int, Field(description="cases that it needs")]
    rests_on: list[RestsOnOut]
    then: Annotated[list[RestsOnOut], Field(description="in the other period, where the rule compares")]


class ReviewFindingOut(BaseModel):
    kind: str
    statement: str
    causes: list[str]
    metric: str | None
    title: Annotated[str, Field(description="of the retrospective")]
    held_on: date
    status: Annotated[str, Field(description="of the retrospective: what a draft says may change")]


class QuoteOut(BaseModel):
    text: str
    code: str | None
    client_name: str | None


class PeriodReviewOut(BaseModel):
    """A period for those who review it: what happened, against another period, and what follows by plain rules."""

    period: PeriodOut
    compared_to: PeriodOut | None
    tenant: str
    made_on: Annotated[date, Field(description="the day where the tenant works; later events change the figures")]
    is_over: Annotated[bool, Field(description="false while the period lasts")]
    sections: list[ReviewSectionOut]
    win_loss: WinLossOut
    win_loss_then: WinLossOut | None
    quotes: Annotated[list[QuoteOut], Field(description="what clients said, newest first, 100 at most")]
    findings: Annotated[
        list[ReviewFindingOut], Field(description="of retrospectives of the period, or held in it; the newest 100")
    ]
    actions: Annotated[
        list[RetrospectiveActionOut],
        Field(description="open now, of all retrospectives; with those ended the 200 due first"),
    ]
    actions_ended: Annotated[list[RetrospectiveActionOut], Field(description="done or cancelled in the period")]
    rules: Annotated[
        list[ReviewRuleOut], Field(description="every rule; those with verdict `change` are what to change")
    ]
    definitions: list[MetricDefinitionOut]
    not_folded: Annotated[
        int, Field(description="opportunities of before an upgrade, in no figure until journeys are rebuilt")
    ]


def sections_of(metrics: Mapping[str, MetricOut], now: Mapping[str, Sequence[Figure]]) -> list[ReviewSectionOut]:
    """The chapters with the numbers that there are, each as its metric answers it."""
    answers = {key: {one.id: one for one in metric.figures} for key, metric in metrics.items()}
    return [
        ReviewSectionOut(
            code=section.code, title=section.title[0], title_zh=section.title[1],
            figures=_figures(section, answers, now),
        )
        for section in SECTIONS
    ]  # fmt: skip


def _figures(
    section: Section, answers: Mapping[str, Mapping[str, FigureOut]], now: Mapping[str, Sequence[Figure]]
) -> list[ReviewFigureOut]:
    found = []
    for pick in section.picks:
        for one in pick.of(now):
            en, zh = words.label(one)
            found.append(
                ReviewFigureOut(metric=pick.metric, label=en, label_zh=zh, figure=answers[pick.metric][one.id])
            )
    return found


def rules_of(judged: Sequence[Judged], period: Period, compared: Period | None) -> list[ReviewRuleOut]:
    """Every rule with the figures that it rests on."""
    return [
        ReviewRuleOut(
            rule=one.rule.code, verdict=one.verdict, when=one.rule.when[0], when_zh=one.rule.when[1],
            advice=one.rule.advice[0], advice_zh=one.rule.advice[1], least=one.rule.least,
            rests_on=[_rests_on(metric, figure, period) for metric, figure in one.rests_on],
            then=[_rests_on(metric, figure, compared or period) for metric, figure in one.then],
        )
        for one in judged
    ]  # fmt: skip


def _rests_on(metric: str, figure: Figure, period: Period) -> RestsOnOut:
    one = figure.measure
    en, zh = words.label(figure)
    key = metric.partition(":")[0]
    name = METRICS[key].name if key in METRICS else ("", "")
    said = [f"{title}: {text}" if title else text for title, text in zip(name, (en, zh), strict=True)]
    return RestsOnOut(
        path=_path(metric, period), label=said[0], label_zh=said[1].replace(": ", "："), unit=one.unit,
        value=plain(one.value), numerator=plain(one.numerator), denominator=plain(one.denominator), cases=one.cases,
        interval=one.interval,
    )  # fmt: skip


def _path(metric: str, period: Period) -> str:
    key = metric.partition(":")[0]
    paths = {
        LOSSES: f"/v1/win-loss?from={period.first}&to={period.last}",
        ACTIONS: "/v1/retrospective-actions?status=open",
        FORECAST: f"/v1/metrics/{FORECAST}",
    }
    return paths.get(key, f"/v1/metrics/{key}?period={period.label}")
