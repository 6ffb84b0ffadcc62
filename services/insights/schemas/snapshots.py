"""Snapshots over HTTP: what the figures of a period were, and what they are now."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, Field

from services.insights.domain.metrics.compute import Figure
from services.insights.domain.metrics.metric import Metric
from services.insights.domain.period import Period
from services.insights.models import Snapshot
from services.insights.schemas.metrics import Plain, plain
from shared.kernel.asked import Several
from shared.kernel.from_row import from_row
from shared.kernel.pages import PageQuery, ResourceOut
from shared.kernel.validation import In, Text, rule

NOT_FOR_SNAPSHOTS = rule(
    "not_for_snapshots",
    "must be a month, a quarter or a year: 2026-09, 2026-Q3 or 2026",
    "须为月、季度或年：2026-09、2026-Q3 或 2026",
)


def _named(label: str) -> str:
    try:
        Period.parse(label)
    except ValueError:
        raise ValueError(NOT_FOR_SNAPSHOTS) from None
    if ".." in label:
        raise ValueError(NOT_FOR_SNAPSHOTS)
    return label


NamedPeriod = Annotated[str, Field(max_length=40, examples=["2026-Q3"]), AfterValidator(_named)]


class SnapshotIn(In):
    period: NamedPeriod
    note: Annotated[Text | None, Field(description="what it was taken for")] = None


class SnapshotItem(ResourceOut):
    """A snapshot in a list; its figures are at its own address."""

    period: str
    first: date
    last: Annotated[date, Field(description="included")]
    note: str | None


class ThenNowOut(BaseModel):
    """A number: what it was when the snapshot was taken, and what it is now; null where there is or was none."""

    id: str
    part: str | None
    about: dict[str, str]
    unit: str
    value: Plain | None
    numerator: Plain | None
    denominator: Plain | None
    cases: int | None
    value_now: Plain | None
    numerator_now: Plain | None
    denominator_now: Plain | None
    cases_now: int | None
    has_changed: bool


class SnapshotMetricOut(BaseModel):
    key: str
    name: str
    name_zh: str
    figures: list[ThenNowOut]


class SnapshotOut(SnapshotItem):
    """The figures of a period as they were, figure by figure beside what they are now."""

    changed: Annotated[int, Field(description="numbers that are others now")]
    metrics: list[SnapshotMetricOut]

    @classmethod
    def of_row(cls, row: Snapshot, now: Sequence[tuple[Metric, Sequence[Figure]]]) -> Self:
        """A snapshot beside what the metrics are now."""
        metrics = [
            SnapshotMetricOut(
                key=metric.key,
                name=metric.name[0],
                name_zh=metric.name[1],
                figures=_then_now(row.figures.get(metric.key, []), [frozen(one) for one in figures]),
            )
            for metric, figures in now
        ]
        changed = sum(one.has_changed for metric in metrics for one in metric.figures)
        return from_row(cls, row, metrics=metrics, changed=changed)


class SnapshotQuery(PageQuery):
    sortable = ("created_at", "updated_at", "first", "last")

    period: Several[NamedPeriod] = None


def frozen(figure: Figure) -> dict[str, Any]:
    """A number as a snapshot keeps it."""
    one = figure.measure
    return {
        "id": figure.id, "part": one.part, "about": dict(one.about), "unit": one.unit, "value": _text(one.value),
        "numerator": _text(one.numerator), "denominator": _text(one.denominator), "cases": one.cases,
    }  # fmt: skip


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(plain(number))


_NUMBERS = ("value", "numerator", "denominator", "cases")


def _then_now(then: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> list[ThenNowOut]:
    before, after = ({one["id"]: one for one in side} for side in (then, now))
    found = []
    for key in {**before, **after}:
        old, new = before.get(key), after.get(key)
        named = old or new or {}
        numbers = {name: old and old[name] for name in _NUMBERS}
        numbers_now = {f"{name}_now": new and new[name] for name in _NUMBERS}
        has_changed = [*numbers.values()] != [*numbers_now.values()]
        told = {name: named[name] for name in ("id", "part", "about", "unit")}
        found.append(ThenNowOut.model_validate({**told, **numbers, **numbers_now, "has_changed": has_changed}))
    return found
