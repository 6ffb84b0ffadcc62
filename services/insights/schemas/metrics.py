"""Metrics over HTTP: their definitions, their numbers with all that is behind them, and the opportunities."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self
from urllib.parse import urlencode
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.insights.domain.metrics.case import DIMENSIONS, OF_PERSONS, Case
from services.insights.domain.metrics.compute import Asked, Figure
from services.insights.domain.metrics.metric import Metric
from services.insights.domain.metrics.reasons import REASONS
from services.insights.domain.period import FORMS, Period
from shared.kernel.asked import Several, SeveralNames
from shared.kernel.validation import rule
from shared.language.money import Currency
from shared.quant.brier_score import ENOUGH

NOT_A_PERIOD = rule("not_a_period", f"must be a period such as {FORMS}", f"须为时段，如 {FORMS}")
TWO_AT_MOST = rule("two_at_most", "takes two dimensions at most", "最多两个维度")
Dimension = Literal[
    "client", "owner", "team", "industry", "region", "kind", "size", "currency", "language", "product", "competitor"
]
Size = Literal["under_100k", "100k_to_1m", "1m_to_10m", "10m_and_more", "unknown"]
Label = Annotated[str, Field(max_length=40, examples=["2026-Q3", "2026-09", "2026", "2026-07-01..2026-09-30"])]
_SHOWN_TEXTS = 200


def _period(label: str) -> str:
    Period.parse(label)  # raises what is wrong with it, by its code
    return label


def _two_at_most(names: list[Dimension] | None) -> list[Dimension] | None:
    if names and len(set(names)) > 2:  # noqa: PLR2004 (a table has two sides)
        raise ValueError(TWO_AT_MOST)
    return names


PeriodLabel = Annotated[Label, AfterValidator(_period)]


class CaseQuery(BaseModel):
    """Of which opportunities, in which period: filters by dimension take one value or several."""

    model_config = ConfigDict(extra="forbid")

    period: Annotated[PeriodLabel | None, Field(description="all time when left out")] = None
    group_by: Annotated[
        Several[Dimension],
        AfterValidator(_two_at_most),
        Field(description="dimensions to tell apart by, two at most; `owner` only for whom the metric policy names"),
    ] = None
    client: SeveralNames = None
    owner: Annotated[SeveralNames, Field(description="only for whom the metric policy names")] = None
    team: Annotated[SeveralNames, Field(description="of the owner, as `/v1/people` has it now")] = None
    industry: SeveralNames = None
    region: SeveralNames = None
    kind: SeveralNames = None
    size: Several[Size] = None
    currency: Several[Currency] = None
    language: Several[Literal["zh", "en", "unknown"]] = None
    product: SeveralNames = None
    competitor: SeveralNames = None

    @property
    def asked(self) -> Asked:
        filters = {name: wanted for name in DIMENSIONS if (wanted := getattr(self, name))}
        return Asked(filters, tuple(dict.fromkeys(self.group_by or ())))

    @property
    def of_persons(self) -> str | None:
        """The dimension that tells persons apart, where one is asked for."""
        named = {*self.asked.filters, *self.asked.group_by} & OF_PERSONS
        return ", ".join(sorted(named)) or None

    @property
    def span(self) -> Period | None:
        return Period.parse(self.period) if self.period else None


class MetricQuery(CaseQuery):
    compare_to: Annotated[PeriodLabel | None, Field(description="another period: what it was then, and the change")] = (
        None
    )


class MetricCasesQuery(CaseQuery):
    figure: Annotated[
        str | None, Field(max_length=500, description="`id` of one number; all of them when left out")
    ] = None
    limit: Annotated[int, Field(ge=1, le=200, description="how many at most")] = 50
    cursor: Annotated[str | None, Field(max_length=400, description="next_cursor of the page before")] = None


class PartOut(BaseModel):
    part: str
    text: str
    text_zh: str


class ReasonTextOut(BaseModel):
    reason: str
    text: str
    text_zh: str

    @classmethod
    def of(cls, reason: str) -> Self:
        text, text_zh = REASONS[reason]
        return cls(reason=reason, text=text, text_zh=text_zh)


class MetricDefinitionOut(BaseModel):
    """What a metric says, and what it is made from."""

    key: str
    name: str
    name_zh: str
    formula: str
    formula_zh: str
    parts: Annotated[list[PartOut], Field(description="the numbers that it has")]
    dated_by: Annotated[str, Field(description="what puts a case into a period")]
    dated_by_zh: str
    exclusions: Annotated[list[ReasonTextOut], Field(description="what may be left out; each is counted")]
    dimensions: list[Dimension]
    events: Annotated[list[str], Field(description="the types of events that it is made from")]
    needs: Annotated[str | None, Field(description="a permission that it needs besides")]

    @classmethod
    def of(cls, metric: Metric) -> Self:
        return cls(
            key=metric.key,
            name=metric.name[0],
            name_zh=metric.name[1],
            formula=metric.formula[0],
            formula_zh=metric.formula[1],
            parts=[PartOut(part=part, text=en, text_zh=zh) for part, (en, zh) in metric.parts.items()],
            dated_by=metric.dated_by[0],
            dated_by_zh=metric.dated_by[1],
            exclusions=[ReasonTextOut.of(reason) for reason in metric.exclusions],
            dimensions=list(DIMENSIONS),
            events=list(metric.events),
            needs="cost:read" if metric.tells_costs else None,
        )


class PeriodOut(BaseModel):
    label: str
    first: date
    last: Annotated[date, Field(description="included")]

    @classmethod
    def of(cls, period: Period | None) -> Self | None:
        return cls(label=period.label, first=period.first, last=period.last) if period else None


Plain = Annotated[Decimal, Field(examples=["0.625"])]


class ComparedOut(BaseModel):
    """The same number in the other period."""

    value: Plain | None
    numerator: Plain | None
    denominator: Plain | None
    change: Annotated[Plain | None, Field(description="value − value then; null where one of them is")]


class LeftOutOut(ReasonTextOut):
    cases: Annotated[int, Field(description="how many were left out")]
    opportunities: Annotated[int, Field(description="of so many opportunities")]


class VerbatimOut(BaseModel):
    opportunity_id: UUID
    text: str


class FigureOut(BaseModel):
    """One number. A share is 0 … 1; an amount has its currency as unit; null says why it is none."""

    id: str
    part: str
    about: Annotated[dict[str, str], Field(description="stage, cohort, currency … of it")]
    group: Annotated[dict[str, str], Field(description="its value of each dimension of `group_by`")]
    unit: str
    value: Plain | None
    numerator: Plain | None
    denominator: Plain | None
    cases: Annotated[int, Field(description="observations that it is made from")]
    interval: Annotated[tuple[Plain, Plain] | None, Field(description="Wilson's score interval of a share, 95 %")]
    is_enough: Annotated[bool, Field(description="ten cases or more; with fewer chance decides")]
    reason: Annotated[ReasonTextOut | None, Field(description="why there is no value")]
    excluded: list[LeftOutOut]
    compared: ComparedOut | None
    opportunity_count: int
    opportunities: Annotated[str, Field(description="the path that lists the opportunities behind it")]
    verbatims: Annotated[list[VerbatimOut], Field(description=f"the newest {_SHOWN_TEXTS}")]

    @classmethod
    def of(cls, figure: Figure, compared: Figure | None, *, is_compared: bool, path: str) -> Self:
        one = figure.measure
        return cls(
            id=figure.id,
            part=one.part,
            about=dict(one.about),
            group=dict(figure.group),
            unit=one.unit,
            value=plain(one.value),
            numerator=plain(one.numerator),
            denominator=plain(one.denominator),
            cases=one.cases,
            interval=one.interval and (plain_of(one.interval[0]), plain_of(one.interval[1])),
            is_enough=one.cases >= ENOUGH,
            reason=ReasonTextOut.of(one.reason) if one.reason else None,
            excluded=[_left_out(reason, keys) for reason, keys in one.excluded.items()],
            compared=_compared(figure, compared) if is_compared else None,
            opportunity_count=len(one.counted),
            opportunities=f"{path}{urlencode({'figure': figure.id})}",
            verbatims=[VerbatimOut(opportunity_id=key, text=text) for key, text in one.texts[:_SHOWN_TEXTS]],
        )


class MetricOut(BaseModel):
    """A metric in a period: each of its numbers with numerator, denominator, interval and what was left out."""

    key: str
    name: str
    name_zh: str
    period: PeriodOut | None
    compared_to: PeriodOut | None
    group_by: list[Dimension]
    figures: list[FigureOut]
    not_folded: Annotated[
        int, Field(description="opportunities of before an upgrade, in no figure until journeys are rebuilt")
    ]

    @classmethod
    def of(
        cls, metric: Metric, query: MetricQuery, now: Sequence[Figure], then: Sequence[Figure] | None, not_folded: int
    ) -> Self:
        before = {figure.id: figure for figure in then or ()}
        path = f"/v1/metrics/{metric.key}/opportunities?{_kept(query)}"
        return cls(
            key=metric.key,
            name=metric.name[0],
            name_zh=metric.name[1],
            period=PeriodOut.of(query.span),
            compared_to=PeriodOut.of(Period.parse(query.compare_to)) if query.compare_to else None,
            group_by=list(query.asked.group_by),
            figures=[
                FigureOut.of(figure, before.get(figure.id), is_compared=then is not None, path=path) for figure in now
            ],
            not_folded=not_folded,
        )


class MetricCaseOut(BaseModel):
    """An opportunity behind a number."""

    opportunity_id: UUID
    code: str | None
    title: str | None
    client_name: str | None
    is_in_numerator: bool
    is_in_denominator: bool
    excluded: Annotated[list[str], Field(description="reasons for which something of it was left out")]

    @classmethod
    def all(cls, cases: Sequence[Case], figures: Sequence[Figure]) -> list[Self]:
        """Opportunities, and how each is behind these numbers."""
        hits = {key for one in figures for key in one.measure.hits}
        counted = {key for one in figures for key in one.measure.counted}
        left: dict[UUID, set[str]] = {}
        for one in figures:
            for reason, keys in one.measure.excluded.items():
                for key in keys:
                    left.setdefault(key, set()).add(reason)
        return [
            cls(
                opportunity_id=one.opportunity_id,
                **{name: one.told.get(name) for name in ("code", "title", "client_name")},
                is_in_numerator=one.opportunity_id in hits,
                is_in_denominator=one.opportunity_id in counted,
                excluded=sorted(left.get(one.opportunity_id, ())),
            )
            for one in cases
        ]


def opportunities_behind(figures: Sequence[Figure]) -> list[UUID]:
    """Each opportunity that is in one of these numbers, or was left out of one, by its id."""
    measures = [one.measure for one in figures]
    return sorted({key for one in measures for keys in (one.hits, one.counted, *one.excluded.values()) for key in keys})


def plain(number: Decimal | None) -> Decimal | None:
    """A number without zeros at its end."""
    return None if number is None else plain_of(number)


def plain_of(number: Decimal) -> Decimal:
    """As `plain`, of a number that is there."""
    text = f"{number:f}"
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def _left_out(reason: str, keys: Sequence[UUID]) -> LeftOutOut:
    text = ReasonTextOut.of(reason)
    return LeftOutOut(**text.model_dump(), cases=len(keys), opportunities=len(set(keys)))


def _compared(now: Figure, then: Figure | None) -> ComparedOut:
    if then is None:
        return ComparedOut(value=None, numerator=None, denominator=None, change=None)
    one, other = now.measure, then.measure
    change = None if one.value is None or other.value is None else one.value - other.value
    return ComparedOut(
        value=plain(other.value), numerator=plain(other.numerator), denominator=plain(other.denominator),
        change=plain(change),
    )  # fmt: skip


def _kept(query: CaseQuery) -> str:
    """The question again, as the beginning of a query."""
    asked = query.model_dump(include=set(CaseQuery.model_fields), exclude_none=True)
    text = urlencode(asked, doseq=True)
    return f"{text}&" if text else ""
