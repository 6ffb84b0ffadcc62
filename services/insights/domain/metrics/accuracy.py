"""How right estimates were, once delivered projects have told what they took.

Magnitude of relative error MRE = |actual − estimated| ÷ actual; MMRE is its mean, PRED(25) the share of projects within
25 % (S. D. Conte, H. E. Dunsmore, V. Y. Shen 1986, "Software Engineering Metrics and Models"). MMRE favours those who
estimate too low (T. Foss and others 2003, IEEE TSE 29/11): read it beside the coverages, which should be what they
promise: 80 % of actuals within P80, and 80 % of them between the 10 % and 90 % of the leading method.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.insights.domain.metrics.case import Case
from services.insights.domain.metrics.measure import SHARE, Left, Measure, Observation, mean, percentiles, share
from services.insights.domain.period import Span

_WITHIN = 0.25


class _Project(NamedTuple):
    """What one project took against what was estimated."""

    opportunity_id: UUID
    actual: float
    estimated: float
    p80: float | None
    low_high: tuple[float, float] | None


def effort_accuracy(cases: Sequence[Case], span: Span) -> list[Measure]:
    """PRED(25), MMRE, median MRE, coverage of the P80 and of the 80 % interval, of effort; projects that finished."""
    projects, left = _projects(cases, span)
    errors: list[Observation] = [(one.opportunity_id, abs(one.actual - one.estimated) / one.actual) for one in projects]
    close = [key for key, error in errors if error <= _WITHIN]
    with_p80 = [one for one in projects if one.p80 is not None]
    ranged = [one for one in projects if one.low_high]
    within = [one.opportunity_id for one in ranged if one.low_high and _is_between(one.actual, one.low_high)]
    return [
        share("pred_25", close, [key for key, _ in errors], left),
        mean("mmre", SHARE, errors, left),
        *percentiles({"median_mre": 0.5}, SHARE, errors, left),
        share(
            "p80_coverage",
            [one.opportunity_id for one in with_p80 if one.p80 is not None and one.actual <= one.p80],
            [one.opportunity_id for one in with_p80],
            _also(left, "no_p80", [one for one in projects if one.p80 is None]),
        ),
        share(
            "interval_80_coverage",
            within,
            [one.opportunity_id for one in ranged],
            _also(left, "no_interval", [one for one in projects if one.low_high is None]),
        ),
    ]


def _is_between(value: float, low_high: tuple[float, float]) -> bool:
    return low_high[0] <= value <= low_high[1]


def _also(left: Left, reason: str, others: Sequence[_Project]) -> Left:
    more = Left()
    for known, keys in left.by_reason.items():
        more.by_reason[known] = list(keys)
    for one in others:
        more.out(reason, one.opportunity_id)
    return more


def _projects(cases: Sequence[Case], span: Span) -> tuple[list[_Project], Left]:
    found, left = [], Left()
    for one in cases:
        for project in one.each("deliveries", "projects").values():
            day = project["finished_on"]
            if not span.holds(date.fromisoformat(day) if day else span.day_of(project["at"])):
                continue
            if project["is_excluded"]:
                left.out("excluded_from_calibration", one.opportunity_id)
            elif project["estimated_effort_days"] is None:
                left.out("no_estimate", one.opportunity_id)
            elif project["effort_days"] <= 0:
                left.out("no_effort", one.opportunity_id)
            else:
                found.append(_project(one, project))
    return found, left


def _project(case: Case, project: Any) -> _Project:
    estimate = case.each("work", "estimates").get(str(project["estimate_id"]))
    low_high = estimate["range_days"] if estimate else None
    return _Project(
        case.opportunity_id,
        float(project["effort_days"]),
        float(project["estimated_effort_days"]),
        project["estimated_effort_p80_days"],
        (low_high[0], low_high[1]) if low_high else None,
    )
